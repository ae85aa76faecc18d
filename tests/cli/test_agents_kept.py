"""`kangban agents` beside agents and runs: durable runs, words from another process, notes and costs."""

from __future__ import annotations

import signal

import pytest

from tests.cli.script import Script, has_shape
from tests.cli.test_agents import says
from tests.support.model_server import running_model_server

LASTING = "name: lasting\ndurable: true\ntools: [search_knowledge]\n"


@pytest.fixture(scope="module")
def server():
    with running_model_server() as running:
        yield running


@pytest.fixture
def lasting(script: Script) -> Script:
    assert script.run("agents", "import", "-", "--json", stdin=LASTING.encode()).code == 0
    return script


def test_a_durable_run_ends_like_any_other_and_leaves_nothing_to_go_on_with(lasting: Script, server):
    ran = lasting.run(
        "agents", "run", "lasting", "感冒多久能好", "--json", **says(server, "well", "多数一周左右好转。")
    )
    assert (ran.code, ran.answer["stopped_by"]) == (0, "answered"), ran
    assert lasting.run("agents", "resume", "--json").answer == {"runs": []}
    book = lasting.run("agents", "ledger", "--json").answer
    assert book["currency"] == ""
    (day,) = book["days"]
    counts = ("messages", "prompt_tokens", "completion_tokens", "cached_tokens", "unpriced", "estimated")
    has_shape(day, {"day": str, "model": str, "money": (int, float)} | dict.fromkeys(counts, int))
    assert (day["model"], day["messages"], day["unpriced"] > 0) == ("m", 1, True)
    assert lasting.run("agents", "ledger", "--since", "2999-01-01", "--json").answer["days"] == []


def test_a_price_list_puts_money_into_the_book_and_a_bad_one_is_refused(script: Script, server, tmp_path):
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "CNY"\n[models.m]\nprompt = 1000.0\ncompletion = 2000.0\n')
    env = says(server, "dear", "好。") | {"KANGBAN_PRICES": str(prices)}
    ran = script.run("agents", "run", "companion", "你好", "--json", **env)
    assert ran.answer["usage"]["money"] > 0
    book = script.run("agents", "ledger", "--json", KANGBAN_PRICES=str(prices)).answer
    assert (book["currency"], book["days"][0]["unpriced"]) == ("CNY", 0)
    assert book["days"][0]["money"] > 0
    prices.write_text("currency = 1")
    refused = script.run("agents", "ledger", "--json", KANGBAN_PRICES=str(prices))
    assert (refused.code, refused.error) == (6, ("unavailable", "KANGBAN_PRICES"))


def test_a_run_is_cancelled_by_another_command_and_one_that_is_over_is_not(lasting: Script, server):
    env = says(server, "slow", "慢", then="hang")
    with lasting.start("agents", "run", "lasting", "感冒怎么办", "--json", **env) as running:
        assert running.stderr is not None
        assert b"model" in running.stderr.readline()
        (run,) = lasting.run("agents", "runs", "--json").answer["runs"]
        assert run.get("stopped_by") is None
        told = lasting.run("agents", "cancel", run["id"], "--json")
        assert told.answer == {"run": run["id"], "status": "stopping"}
        out, _ = running.communicate(timeout=60)
    assert b'"stopped_by":"cancelled"' in out.replace(b" ", b"")
    assert lasting.run("agents", "cancel", run["id"], "--json").code == 4
    assert lasting.run("agents", "cancel", "run-nobodys", "--json").code == 4
    assert lasting.run("agents", "answer", run["id"], "ask-1", "--yes", "--json").code == 4


def test_a_killed_run_is_there_to_go_on_with(lasting: Script, server):
    env = says(server, "dies", "慢", then="hang")
    with lasting.start("agents", "run", "lasting", "感冒怎么办", "--json", **env) as running:
        assert running.stderr is not None
        assert b"model" in running.stderr.readline()
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=60)
    (run,) = lasting.run("agents", "runs", "--json").answer["runs"]
    assert run.get("stopped_by") is None, "it is not over: it waits for whoever goes on"
    assert lasting.run("agents", "runs", "--erase", run["id"], "--json").code == 0
    assert lasting.run("agents", "runs", "--json").answer["runs"] == []
    assert lasting.run("agents", "resume", "--json").answer == {"runs": []}


def test_a_killed_run_is_gone_on_with_by_another_command(lasting: Script, server):
    env = says(server, "dies-too", "慢", then="hang")
    with lasting.start("agents", "run", "lasting", "感冒怎么办", "--json", **env) as running:
        assert running.stderr is not None
        assert b"model" in running.stderr.readline()
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=60)
    well = says(server, "well-again", "多数一周左右好转。")
    ended: list[dict[str, str]] = []
    for _ in range(60):  # until the dead process's claim has run out
        if ended := lasting.run("agents", "resume", "--json", **well).answer["runs"]:
            break
    (run,) = lasting.run("agents", "runs", "--json").answer["runs"]
    assert [(one["run"], one["stopped_by"]) for one in ended] == [(run["id"], "answered")]
    assert run["text"] == ended[0]["text"]


def test_notes_are_listed_and_erased_by_id(script: Script):
    assert script.run("agents", "notes", "list", "--json").answer == {"notes": []}
    assert script.run("agents", "notes", "list", "nobody", "--json").answer == {"notes": []}
    erased = script.run("agents", "notes", "erase", "note-nobodys", "--json")
    assert erased.answer == {"note": "note-nobodys", "status": "erased"}
