"""Calls of the tool server: who may, what comes back, what is held back, and what bad input gets."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest

from kangban.agent.scripted import ScriptedModel
from kangban.api.rate import Limits
from tests.api.tool_server import desk as own
from tests.api.tool_server.desk import PNG, SAID, tool_desk

DOC = "/openapi.json"
CODED = base64.b64encode(PNG).decode()


async def test_nobody_sees_or_calls_anything() -> None:
    async with tool_desk() as desk:
        for method, path in (("GET", DOC), ("POST", "/triage"), ("POST", "/nothing"), ("GET", "/"), ("PUT", "/a/b")):
            for headers in ({"x": "y"}, {"Authorization": "Bearer kb_wrong"}, {"Authorization": "Bearer demo"}):
                got = await desk.ask(method, path, headers)
                assert got.status_code == 401, (method, path)
                assert set(got.json()["error"]) == {"code", "message", "field"}


async def test_a_key_must_be_made_for_asking_and_a_carer_stays_out() -> None:
    async with tool_desk() as desk:
        cannot = await desk.headers("ma", ("view", "medicines"))
        refused = await desk.call("triage", {"text": "发烧"}, headers=cannot)
        assert (refused.status_code, "scope ask" in refused.json()["error"]["message"]) == (403, True)
        assert (await desk.call("triage", {"text": "发烧"}, headers=await desk.headers("he"))).status_code == 403
        assert (await desk.ask("GET", DOC, await desk.headers("he"))).status_code == 403


async def test_a_session_needs_its_proof() -> None:
    async with tool_desk() as desk:
        cookie = {"Cookie": f"kangban_session={await desk.desk.token('ma')}"}
        assert (await desk.call("triage", {"text": "发烧"}, headers=cookie)).status_code == 403
        proof = cookie | {"X-Kangban-CSRF": await desk.desk.proof("ma")}
        assert (await desk.call("triage", {"text": "发烧"}, headers=proof)).status_code == 200
        foreign = proof | {"Origin": "https://elsewhere.example"}
        assert (await desk.call("triage", {"text": "发烧"}, headers=foreign)).status_code == 403


async def test_a_clinical_tool_answers_as_on_the_command_line() -> None:
    async with tool_desk() as desk:
        got = (await desk.call("triage", {"text": "胸口压着疼，出冷汗"})).json()
        assert (got["name"], got["ok"], got["withheld"], got["foreign"]) == ("triage", True, False, False)
        assert got["content"]["urgency"] == "emergency"
        assert got["citations"][0]["title"]
        assert (await desk.call("calculator", {"expression": "3×（2+4）÷5"})).json()["content"]["value"] == "3.6"
        checked = await desk.call("check_medication", {"medicines": [{"name": "华法林"}, {"name": "布洛芬"}]})
        assert checked.json()["content"]["findings"]


async def test_a_prescription_does_not_get_out() -> None:
    async with tool_desk() as desk:
        for name, arguments in (
            ("own_prescription", {}),
            ("own_words", {"words": SAID}),
            ("own_words", {"words": "Take amoxicillin 500 mg three times daily for 7 days."}),
            ("own_words", {"words": "你得的是肺炎，不用去医院。"}),
            ("own_paper", {"text": SAID}),
        ):
            got = await desk.call(name, arguments)
            told = got.json()
            assert (told["withheld"], told["ok"], told["media"]) == (True, False, [])
            for words in ("阿莫西林", "amoxicillin", "肺炎", base64.b64encode(SAID.encode()).decode()):
                assert words not in got.text, name
        fine = (await desk.call("own_paper", {"text": "买菜：土豆，西红柿。"})).json()
        assert fine["ok"]
        assert base64.b64decode(fine["media"][0]["base64"]).decode() == "买菜：土豆，西红柿。"
        assert (await desk.call("own_words", {"words": "今天晴。"})).json()["content"] == {"said": "今天晴。"}


async def test_what_a_model_wrote_for_a_tool_passes_the_guard_too() -> None:
    model = ScriptedModel(lambda _: "Take amoxicillin 500 mg three times daily for 7 days.")
    async with tool_desk(model=model) as desk:
        got = await desk.call("translate", {"text": "阿莫西林怎么吃", "target": "en"})
        assert (got.json()["withheld"], "amoxicillin" in got.text) == (True, False)
        assert len(model.requests) == 1


async def test_a_tool_asks_no_model_off_this_machine_without_consent() -> None:
    model = ScriptedModel(lambda _: "hello", place="abroad")
    async with tool_desk(model=model) as desk:
        got = await desk.call("translate", {"text": "你好", "target": "en"})
        assert (got.status_code, got.json()["error"]["code"]) == (503, "unavailable")
        assert not model.requests


async def test_what_needs_a_person_or_a_record_is_refused_and_says_where() -> None:
    async with tool_desk() as desk:
        for name, arguments in (("act", {"to": "x"}), ("add_to_record", {"kind": "allergy", "name": "青霉素"})):
            error = (await desk.call(name, arguments)).json()["error"]
            assert error["code"] == "not_permitted"
            assert "workshop page" in error["message"]
        for name in ("look_up_record", "read_report", "advise_from_box"):
            got = await desk.call(name, {})
            assert (got.status_code, "record" in got.json()["error"]["message"]) == (403, True)


async def test_a_strangers_words_are_marked() -> None:
    async with tool_desk() as desk:
        headers = await desk.headers() | {"Accept-Language": "en-GB"}
        got = (await desk.call("stranger", {}, headers=headers)).json()
        assert got["foreign"] is True
        assert got["content"]["lang"] == "en"


async def test_media_come_in_base64_and_as_a_form() -> None:
    async with tool_desk() as desk:
        for picture in (CODED, f"data:image/png;base64,{CODED}"):
            got = (await desk.call("measure_picture", {"picture": picture, "times": 2})).json()
            (made,) = got["media"]
            assert base64.b64decode(made["base64"]) == PNG * 2
            assert (made["kind"], made["media_type"]) == ("image", "image/png")
            assert got["content"]["media"][0]["ref"] == made["ref"]
        form = {"arguments": (None, json.dumps({"times": 3}), "application/json"), "picture": ("p.png", PNG)}
        got = (await desk.ask("POST", "/measure_picture", files=form)).json()
        assert base64.b64decode(got["media"][0]["base64"]) == PNG * 3
        paper = {"paper": ("../../etc/passwd", b"words")}
        assert (await desk.ask("POST", "/weigh", files=paper)).json()["content"]["bytes"] == 5


BAD_MEDIA: list[tuple[str, dict[str, Any]]] = [
    ("no base64", {"json": {"picture": "!!"}}),
    ("a ref of another run", {"json": {"picture": "media:0a1b2c3d4e5f"}}),
    ("no picture", {"json": {"picture": base64.b64encode(b"plain words").decode()}}),
    ("nothing in it", {"json": {"picture": ""}}),
    ("a number", {"json": {"picture": 5}}),
    ("a data address without base64", {"json": {"picture": "data:image/png,abc"}}),
    ("a file nobody asks for", {"files": {"other": ("a", PNG), "picture": ("b", PNG)}}),
    ("a field nobody asks for", {"files": {"picture": ("b", PNG)}, "data": {"times": "2"}}),
    ("both", {"files": {"picture": ("b", PNG), "arguments": (None, json.dumps({"picture": CODED}))}}),
    ("two of one", {"files": [("picture", ("b", PNG)), ("picture", ("c", PNG))]}),
    ("arguments that are none", {"files": {"picture": ("b", PNG), "arguments": (None, "[]")}}),
]


@pytest.mark.parametrize(("name", "sent"), BAD_MEDIA, ids=[name for name, _ in BAD_MEDIA])
async def test_media_that_are_none_are_refused(name: str, sent: dict[str, Any]) -> None:
    async with tool_desk() as desk:
        got = await desk.ask("POST", "/measure_picture", **sent)
        assert got.status_code == 422, got.text
        assert got.json()["error"]["code"] == "invalid_input"


FORM = "multipart/form-data; boundary=b"
BAD: list[tuple[str, int, str, dict[str, Any]]] = [
    ("no such tool", 404, "/nothing", {"json": {}}),
    ("a path behind a tool", 404, "/triage/x", {"json": {}}),
    ("another method", 405, "/triage", {"method": "GET"}),
    ("the description posted to", 405, "/openapi.json", {"json": {}}),
    ("no JSON", 415, "/triage", {"content": b"text=x", "headers": {"Content-Type": "text/plain"}}),
    ("a form where no media are taken", 415, "/triage", {"files": {"arguments": (None, "{}")}}),
    (
        "packed",
        415,
        "/triage",
        {"content": b"{}", "headers": {"Content-Type": "application/json", "Content-Encoding": "gzip"}},
    ),
    ("broken JSON", 422, "/triage", {"content": b"{", "headers": {"Content-Type": "application/json"}}),
    ("a list", 422, "/triage", {"json": []}),
    ("deep JSON", 422, "/triage", {"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}),
    ("half a form", 422, "/weigh", {"content": b"--b\r\nContent-Disp", "headers": {"Content-Type": FORM}}),
    ("a form without a boundary", 422, "/weigh", {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}),
    ("an unknown argument", 422, "/triage", {"json": {"text": "发烧", "person": "ma"}}),
    ("a wrong type", 422, "/triage", {"json": {"text": {"a": 1}}}),
    ("too big", 413, "/triage", {"json": {"text": "疼" * 600_000}}),
    (
        "a lone surrogate",
        422,
        "/triage",
        {"content": b'{"text": "\\ud800"}', "headers": {"Content-Type": "application/json"}},
    ),
    ("a tool that breaks", 500, "/break_down", {"json": {}}),
    ("a tool that takes too long", 503, "/too_long", {"json": {}}),
    ("a tool whose service is away", 503, "/away", {"json": {}}),
    ("a tool without a network", 503, "/arxiv_search", {"json": {"query": "x"}}),
]


@pytest.mark.parametrize(("name", "status", "path", "sent"), BAD, ids=[each[0] for each in BAD])
async def test_bad_calls_are_told_so(name: str, status: int, path: str, sent: dict[str, Any]) -> None:
    async with tool_desk() as desk:
        more = dict(sent)
        headers = await desk.headers() | more.pop("headers", {})
        got = await desk.ask(more.pop("method", "POST"), path, headers, **more)
        assert got.status_code == status, got.text
        assert set(got.json()["error"]) == {"code", "message", "field"}
        assert got.headers["cache-control"] == "no-store"
        assert "secret of somebody" not in got.text


async def test_too_many_are_told_to_wait() -> None:
    async with tool_desk(Limits(heavy_per_minute=2)) as desk:
        headers = await desk.headers()
        codes = [(await desk.call("triage", {"text": "发烧"}, headers=headers)).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
    async with tool_desk(Limits(streams_at_once=1)) as desk:
        headers = await desk.headers()
        first = asyncio.create_task(desk.call("hang", {}, headers=headers))
        await own.hanging[-1].began.wait()
        assert (await desk.call("triage", {"text": "发烧"}, headers=headers)).status_code == 429
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert (await desk.call("triage", {"text": "发烧"}, headers=headers)).status_code == 200


async def test_whoever_goes_away_stops_the_tool() -> None:
    async with tool_desk() as desk:
        headers = [(k.lower().encode(), v.encode()) for k, v in (await desk.headers()).items()]
        headers.append((b"content-type", b"application/json"))
        scope = {
            "type": "http", "method": "POST", "path": "/tools/hang", "raw_path": b"/tools/hang", "headers": headers,
            "query_string": b"", "root_path": "", "scheme": "http", "server": ("localhost", 80), "client": ("c", 1),
        }  # fmt: skip
        waiting = [{"type": "http.request", "body": b"{}", "more_body": False}, {"type": "http.disconnect"}]
        sent: list[Any] = []

        async def receive() -> Any:
            await asyncio.sleep(0.05 if len(waiting) == 1 else 0)
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        async def send(message: Any) -> None:
            sent.append(message)

        await desk.app(scope, receive, send)
        assert own.hanging[-1].stopped.is_set()
        assert not sent


async def test_two_at_once_do_not_mix() -> None:
    async with tool_desk() as desk:
        headers = await desk.headers()
        asked = [desk.call("own_words", {"words": f"第{n}句"}, headers=headers) for n in range(12)]
        got: list[httpx.Response] = await asyncio.gather(*asked)
        assert [one.json()["content"]["said"] for one in got] == [f"第{n}句" for n in range(12)]
