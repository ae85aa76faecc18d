"""The form of one tool, built from its schema, and what a call gave."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, cast

from nicegui import context, ui
from nicegui.events import UploadEventArguments

from kangban.journeys.attachments import MOST_BYTES, Upload, safe_name
from kangban.journeys.workshop.trying import Tried, media_of, try_tool
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.kernel.texts import t
from kangban.ports.media import Media
from kangban.ports.tool import ToolSpec
from kangban.web.chat.answer import finding_cards
from kangban.web.chat.sources import Sources, cite_buttons
from kangban.web.elements import Tag, button, icon, toast
from kangban.web.workshop.inputs import SUBMIT, clear_faults, fault_place, tell_fault
from kangban.web.workshop.media import draw_media
from kangban.web.workshop.passing import MADE
from kangban.web.workshop.reading import Fields
from kangban.web.workshop.room import Seat
from kangban.web.workshop.schema_form import Field, arguments_of, fields_of
from kangban.web.workshop.trace import seconds_words
from kangban.web.workshop.tree import draw_tree

LOG = logging.getLogger("kangban.web")
MOST_FILES = 6
_PRESS = "() => emit()"


class ToolRun:
    """One tool's form; at most one call at a time from this page."""

    def __init__(self, seat: Seat, spec: ToolSpec) -> None:
        self._seat, self._spec = seat, spec
        self._fields = fields_of(spec.parameters)
        self._files: list[Media] = []
        self._task: asyncio.Task[None] | None = None
        self._sources = Sources(seat.visit, seat.frame.rail)

    def draw(self) -> None:
        """Draw the form and the place of the result."""
        seat, words = self._seat, self._seat.words
        with Tag("section", classes="sec", aria_labelledby="try-tool"):
            Tag("h2", words("try_tool"), id="try-tool")
            Tag("p", words("try_tool_why"), "small")
            with Tag("form", classes="form", novalidate=True) as form:
                for one in self._fields:
                    _draw_field(seat, one)
                if any(one.kind == "media" for one in self._fields):
                    self._draw_files()
                fault_place("arguments")
                fault_place("")
                self._draw_examples()
                if self._spec.effect == "acts":
                    with Tag("label", classes="tick"):
                        Tag("input", type="checkbox", name="yes", value="yes")
                        Tag("span", words("it_may_act"))
                with Tag("div", classes="row"):
                    self._start = button(words("run_tool"), "btn p", type="submit")
                    self._stop = button("", "btn")
                    with self._stop:
                        icon("stop", 18)
                        Tag("span", seat.visit.say("stop"))
            self._stop.set_visibility(False)
        form.on("submit", seat.visit.guarded_with(self._submitted), js_handler=SUBMIT)
        self._stop.on("click", self._halt, js_handler=_PRESS)
        self._place = Tag("div", classes="inner wide", role="status", aria_live="polite")
        context.client.on_delete(self._halt)  # pyright: ignore[reportUnknownMemberType]
        seat.visit.on_end.append(self._halt)

    def _draw_examples(self) -> None:
        if not self._spec.examples or not self._fields:
            return
        with Tag("div", classes="row"):
            Tag("span", self._seat.words("examples"), "small")
            for number, example in enumerate(self._spec.examples, 1):
                pairs = [[f"arg.{one.name}", _typed(one, example.get(one.name))] for one in self._fields]
                button(
                    self._seat.words("example", n=number), "chip", data_put=f"arg.{self._fields[0].name}",
                    data_whole=json.dumps(pairs), title=json.dumps(example, ensure_ascii=False)[:300],
                )  # fmt: skip

    def _draw_files(self) -> None:
        say = self._seat.visit.say
        self._held = Tag("div", classes="held")
        with button("", "btn", data_do="pick"):
            icon("clip", 18)
            Tag("span", self._seat.words("attach"))
        with Tag("div", classes="hide-up", aria_hidden="true"):
            ui.upload(
                multiple=True, auto_upload=True, max_file_size=MOST_BYTES, on_upload=self._keep,
                on_rejected=lambda: toast(say("too_big")),
            ).props("tabindex=-1")  # fmt: skip

    async def _keep(self, event: UploadEventArguments) -> None:
        if len(self._files) >= MOST_FILES or event.file.size() > MOST_BYTES:
            toast(self._seat.visit.say("too_many"))
            return
        try:
            brought = Upload(safe_name(event.file.name), await event.file.read())
            media = await media_of(self._seat.workshop, brought)
        except KangbanError as error:
            toast(self._seat.visit.words(error))
            return
        event.sender.reset()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        MADE.put(self._seat.owner, media)
        self._files.append(media)
        self._draw_held()

    def _draw_held(self) -> None:
        self._held.clear()
        with self._held:
            for number, one in enumerate(self._files, 1):
                with button("", "chip", aria_label=self._seat.visit.say("remove_file", name=one.name)) as chip:
                    Tag("span", f"@{number} {one.name}")
                    icon("shut", 16)
                chip.on("click", lambda _, n=number: self._drop(n - 1), js_handler=_PRESS)

    def _drop(self, number: int) -> None:
        del self._files[number : number + 1]
        self._draw_held()

    def _halt(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _submitted(self, event: Any) -> None:
        if self._task is not None and not self._task.done():
            return
        try:
            typed = Fields(event.args.get("pairs"))
            arguments = arguments_of(self._fields, typed)
        except InvalidInput as error:
            tell_fault(self._seat, error)
            return
        clear_faults()
        self._place.clear()
        with self._place:
            Tag("p", self._seat.words("tool_works"), "small")
        self._stop.set_visibility(True)
        self._task = asyncio.create_task(self._call(arguments, yes=typed.has("yes")))

    async def _call(self, arguments: dict[str, Any], *, yes: bool) -> None:
        seat, client = self._seat, self._place.client
        try:
            tried = await try_tool(
                seat.workshop, self._spec.name, arguments, seat.owner, media=tuple(self._files), yes=yes,
                lang=seat.visit.lang,
            )  # fmt: skip
        except asyncio.CancelledError:
            self._told(seat.words("stopped.cancelled"))
        except InvalidInput as error:
            with client:
                tell_fault(seat, error)
            self._told(f"{seat.visit.words(error)} {error.message}")
        except KangbanError as error:
            self._told(f"{seat.visit.words(error)} {error.message}")
        except Exception as error:  # noqa: BLE001 - a tool of somebody else's may raise anything
            LOG.error("a tool tried on a page failed: %s", type(error).__name__)
            self._told(seat.visit.words(error))
        else:
            self._place.clear()
            if await seat.visit.still_here():
                with self._place:
                    self._show(tried)
            else:
                seat.visit.send_away()
        finally:
            self._stop.set_visibility(False)

    def _told(self, text: str) -> None:
        self._place.clear()
        with self._place, Tag("section", classes="sec"):
            Tag("p", text, "wrong")

    def _show(self, tried: Tried) -> None:
        seat, result = self._seat, tried.result
        visit, words = seat.visit, seat.words
        with Tag("section", classes="sec result-of", aria_labelledby="tool-result"):
            with Tag("header"):
                Tag("h2", words("result"), id="tool-result")
                Tag("span", seconds_words(tried.took_ms), "tag")
                Tag("span", words("tool_ok" if result.ok else "tool_not_ok"), "mark" if result.ok else "mark no")
            if tried.withheld:
                Tag("p", words("tool_withheld"), "said")
            if self._spec.foreign:
                Tag("p", words("foreign_words"), "small")
            draw_media(seat, tried.media)
            if result.findings:
                finding_cards(visit, result.findings, result.citations, self._sources, visit.lang)
            for name in result.not_in_catalogue:
                Tag("p", f"{t('severity.unchecked', visit.lang)}: {name.name}", "small")
            draw_tree(seat, result.content)
            if result.citations:
                with Tag("p"):
                    Tag("span", visit.say("sources.title"), "small")
                    cite_buttons(visit, [one.id for one in result.citations], result.citations, self._sources)
        self._sources.show(result.citations)


def _draw_field(seat: Seat, one: Field) -> None:
    name = f"arg.{one.name}"
    shown = one.name or seat.words("arguments")
    with Tag("label", classes="tick" if one.kind == "boolean" else ""):
        if one.kind == "boolean":
            Tag("input", type="checkbox", name=name, value="yes", checked=True if one.default is True else None)
        with Tag("span"):
            Tag("b", shown, "code")
            Tag("span", f" {seat.words('needed')}" if one.required else "", "small")
            if one.about:
                Tag("small", f" {one.about}")
        if one.kind != "boolean":
            _draw_control(seat, one, name)
        fault_place(name)


def _draw_control(seat: Seat, one: Field, name: str) -> None:
    if one.kind == "choice":
        with Tag("select", name=name):
            if not one.required:
                Tag("option", seat.words("as_usual"), value="")
            for value in one.choices:
                Tag("option", value, value=value)
    elif one.kind in ("integer", "number"):
        Tag(
            "input", type="number", name=name, value="" if one.default is None else str(one.default),
            step="1" if one.kind == "integer" else "any", min=one.least, max=one.most,
        )  # fmt: skip
    elif one.kind in ("long", "lines", "json"):
        usual = str(one.default or "") if one.kind == "long" else ""
        begun = one.example if one.kind == "json" and one.required else usual
        hint = {"lines": seat.words("one_a_line"), "json": one.example[:200]}.get(one.kind)
        look = "field code" if one.kind == "json" else "field"
        rows = "5" if one.kind == "json" else "2"
        Tag("textarea", begun, look, name=name, rows=rows, placeholder=hint, maxlength=one.longest, spellcheck="false")
    else:
        hint = seat.words("media_hint") if one.kind == "media" else None
        value = "" if one.kind == "media" else str(one.default or "")
        Tag("input", type="text", name=name, value=value, placeholder=hint, maxlength=one.longest, autocomplete="off")


def _typed(one: Field, value: Any) -> str:
    """An example's value as one would type it."""
    if value is None:
        return ""
    if one.kind == "boolean":
        return str(value).lower()
    if one.kind == "lines" and isinstance(value, list):
        return "\n".join(str(each) for each in cast("list[Any]", value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
