"""Files coming in: a place to drop them, to pick them, to photograph them; handed on once all of them are here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.events import UploadEventArguments

from kangban.journeys.attachments import MOST_BYTES, Upload, safe_name
from kangban.web.elements import Tag, button, icon, toast
from kangban.web.visit import Visit

MOST_AT_ONCE = 256 * 1024 * 1024
ASK_EVERY_S = 0.05
Came = Callable[[list[Upload]], Awaitable[None]]


class Incoming:
    """A drop zone with its buttons. `came` gets every file of one drop together."""

    def __init__(self, visit: Visit, came: Came, *, accept: str, camera: bool = False, folder: bool = False,
                 words: str = "web_reports.drop") -> None:  # fmt: skip
        self._visit, self._came = visit, came
        self._held: list[Upload] = []
        self._arriving = 0
        text = visit.text
        with Tag("div", classes="drop", data_drop="files"):
            with Tag("p", classes="drop-words"):
                icon("sheet")
                Tag("span", text(words))
            with Tag("div", classes="row"):
                button(text("web_reports.pick"), "btn p", data_do="files")
                if camera:
                    button(text("web_reports.camera"), "btn", data_do="files", data_arg="camera")
                if folder:
                    button(text("web_library.folder"), "btn", data_do="files", data_arg="folder")
            self._told = Tag("p", "", "small", role="status")
            with Tag("div", classes="hide-up", aria_hidden="true"):
                self._uploader = ui.upload(
                    multiple=True, auto_upload=True, max_file_size=MOST_BYTES, on_upload=self._one,
                    on_begin_upload=lambda: self._told.set_text(text("web_reports.receiving")),
                    on_rejected=lambda: toast(visit.say("too_big")),
                ).props(f'tabindex=-1 accept="{accept}"')  # fmt: skip
                if camera:
                    Tag(
                        "input", type="file", accept="image/*", capture="environment", tabindex="-1", data_from="camera"
                    )
                if folder:
                    Tag("input", type="file", webkitdirectory=True, multiple=True, tabindex="-1", data_from="folder")
        self._uploader.on("finish", self._all, args=[])

    async def _one(self, event: UploadEventArguments) -> None:
        self._arriving += 1
        try:
            size = event.file.size()
            if size > MOST_BYTES or size + sum(len(one.content) for one in self._held) > MOST_AT_ONCE:
                toast(self._visit.say("too_big"))
                return
            self._held.append(Upload(safe_name(event.file.name), await event.file.read()))
        finally:
            self._arriving -= 1

    async def _all(self) -> None:
        """The browser has sent everything; the last file may still be on its way through the server."""
        await asyncio.sleep(ASK_EVERY_S)
        while self._arriving:  # noqa: ASYNC110 - NiceGUI tells of each file by itself and of their end by an event
            await asyncio.sleep(ASK_EVERY_S)
        self._uploader.reset()
        self._told.set_text("")
        files, self._held = self._held, []
        if files:
            await self._came(files)
