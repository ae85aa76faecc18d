"""kill -9 in the middle of a durable run: the next process goes on, and nothing already done is done again."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kangban.adapters.store import open_stores, sqlite_url
from tests.durability.agent_runner import ANSWER, PLAN
from tests.support.stores import POSTGRES, address, child_environment

ROOT = Path(__file__).parents[2]
EVERY_MODEL_ONCE = {f"model {number}": 1 for number in range(len(PLAN) + 1)}


class Children:
    """Processes over one data directory, and one database if it is a server's."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.environment = child_environment() | ({"KANGBAN_DATABASE_URL": url} if url else {})

    def start(self, mode: str, place: str = "none", *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.durability.agent_runner", str(self.folder), mode, place, *words],
            env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def killed(self, mode: str, place: str) -> list[str]:
        """Run until it is at its place, then kill -9; what it had told."""
        child = self.start(mode, place)
        assert child.stdout is not None
        told = []
        for line in child.stdout:
            told.append(line.strip())
            if told[-1] == f"at {place}":
                break
        child.kill()
        child.wait()
        assert told[-1:] == [f"at {place}"], told
        return told

    def ended(self, child: subprocess.Popen[str]) -> tuple[list[str], dict[str, Any]]:
        """What a child told, and the end of its run, {} where it had none."""
        out, _ = child.communicate(timeout=120)
        lines = out.splitlines()
        last = lines[-1] if lines else ""
        return lines, json.loads(last) if last.startswith("{") else {}

    @property
    def done(self) -> list[str]:
        return (self.folder / "done.log").read_text("utf-8").splitlines()


EACH = pytest.mark.parametrize("children", ["plain", "encrypted", POSTGRES], indirect=True)
ENCRYPTED = pytest.mark.parametrize("children", ["encrypted"], indirect=True)


@pytest.fixture
async def children(request, tmp_path):
    if request.param == "postgres":
        async with address("postgres", tmp_path) as url:
            yield Children(tmp_path, url)
        return
    if request.param == "plain":
        # A directory that has a plain record stays plain; a new one would be encrypted from its start.
        await (await open_stores(sqlite_url(tmp_path / "home" / "record.sqlite3"))).close()
    yield Children(tmp_path)


def counted(done: list[str]) -> Counter[str]:
    return Counter(line.partition(" run-")[0] for line in done)


@EACH
async def test_a_run_goes_on_whatever_keeps_it(children):
    await carried_over(children, "model-2")


@ENCRYPTED
@pytest.mark.parametrize("place", ["model-0", "look", "write", "ask"])
async def test_a_run_goes_on_wherever_it_was_broken_off(children, place):
    await carried_over(children, place)


async def carried_over(children: Children, place: str) -> None:
    """Begin, kill, go on; nothing already done is done twice."""
    await asyncio.to_thread(children.killed, "begin", place)
    lines, end = await asyncio.to_thread(lambda: children.ended(children.start("resume")))
    assert end["stopped_by"] == "answered", lines
    assert end["text"].startswith(ANSWER)
    assert (end["rounds"], end["calls"]) == (len(PLAN) + 1, len(PLAN))
    assert [step.split()[1] for step in end["steps"] if step.startswith("tool")] == list(PLAN)
    done = counted(children.done)
    again = place.replace("-", " ") if place.startswith("model") else place
    expected = EVERY_MODEL_ONCE | {"look": 1, "write": 1, "send": 1}
    # What was under way when the kill came is asked for once more, and nothing else.
    assert done == expected | ({again: 2} if again in expected else {})
    keys = {line for line in children.done if line.startswith("write ")}
    assert len(keys) == 1, "our own write is kept under one key, however often it is written"


@ENCRYPTED
@pytest.mark.parametrize(("word", "times"), [("yes", 2), ("no", 1)])
async def test_a_foreign_effect_broken_off_waits_for_a_person(children, word, times):
    await asyncio.to_thread(children.killed, "begin", "send")
    lines, end = await asyncio.to_thread(lambda: children.ended(children.start("resume", "none", word)))
    assert lines.count("again") == 1
    assert counted(children.done)["send"] == times
    assert "tool runner_send may_have_happened" in end["steps"]
    assert end["stopped_by"] == "answered"


@ENCRYPTED
async def test_killed_again_while_it_waits_for_that_word_it_asks_again_and_sends_nothing(children):
    await asyncio.to_thread(children.killed, "begin", "send")
    told = await asyncio.to_thread(children.killed, "resume", "ask")
    assert "again" in told
    assert counted(children.done)["send"] == 1
    lines, end = await asyncio.to_thread(lambda: children.ended(children.start("resume", "none", "no")))
    assert lines.count("again") == 1
    assert counted(children.done)["send"] == 1
    assert end["stopped_by"] == "answered"


@EACH
async def test_of_two_processes_one_goes_on(children):
    await asyncio.to_thread(children.killed, "begin", "model-1")
    both = [children.start("resume") for _ in range(2)]
    ends = [await asyncio.to_thread(children.ended, child) for child in both]
    assert sorted(end.get("stopped_by", "") for _, end in ends) == ["", "answered"], ends
    assert counted(children.done) == EVERY_MODEL_ONCE | {"model 1": 2, "look": 1, "write": 1, "send": 1}


@pytest.mark.parametrize("children", ["plain"], indirect=True)
async def test_a_run_that_ended_leaves_no_journal(children):
    _, end = await asyncio.to_thread(lambda: children.ended(children.start("begin")))
    assert end["stopped_by"] == "answered"
    lines, _ = await asyncio.to_thread(lambda: children.ended(children.start("resume")))
    assert lines == ["nothing"]
    for file in (children.folder / "home").glob("runs.sqlite3*"):
        assert ANSWER.encode() not in file.read_bytes()
        assert "北京天气怎么样".encode() not in file.read_bytes()
