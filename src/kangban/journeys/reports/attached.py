"""A file dropped into the chat, read: a report waits for confirmation, anything else gives its words to the turn."""

from __future__ import annotations

import msgspec

from kangban.clinical.draft import Step
from kangban.clinical.kept_report import lines_of
from kangban.clinical.record import DiagnosticReport, Entry
from kangban.clinical.report import PrintedReport
from kangban.clinical.urgency import Lang
from kangban.journeys.attachments import KeptUpload
from kangban.journeys.house import House
from kangban.journeys.reports import reading as parts
from kangban.journeys.reports.parting import by_person
from kangban.journeys.reports.shelf import KeptFile, readings_of
from kangban.journeys.reports.understanding import Family, family_of, understood
from kangban.journeys.reports.writing import report_entry
from kangban.kernel.errors import KangbanError
from kangban.kernel.texts import t

# Of these the lines are asked for with a tool, and the rest of the paper says nothing about how somebody feels.
_TABLES = frozenset({"laboratory", "checkup", "home_measurements", "vaccination"})
_WORDS = frozenset({"other", "medicine_box"})


class Attached(msgspec.Struct, frozen=True):
    """What reading a file gave: entries to write, the step to show, words for the turn."""

    entries: tuple[Entry, ...]
    step: Step
    words: str = ""


async def read_attached(house: House, member_id: str, kept: KeptUpload, lang: Lang) -> Attached:
    """Read a kept file; whatever goes wrong is said in the step, and the file stays."""
    name = kept.body.name
    reader = next((one for one in house.readers if one.can_read(kept.body.media_type)), None)
    if reader is None:
        return Attached((), Step("step.no_reader", {"name": name}, ok=False))
    file = KeptFile(kept.entry.id, kept.entry, kept.body)
    bodies = [one.body for one in await readings_of(house, member_id) if one.body.document_id == file.id]
    entries: tuple[Entry, ...] = ()
    try:
        family = await family_of(house, member_id)
        if not bodies:
            pages = [page async for page in parts.pages_of(reader, kept.content, kept.body.media_type)]
            printed = await parts.documents_of(pages) if pages else ()
            if len(by_person(printed)) > 1:
                return Attached((), Step("step.report_several_people", {"name": name}, ok=False))
            bodies = await _bodies(house, family, file, printed)
            entries = tuple(report_entry(house, family, body, file) for body in bodies)
    except KangbanError:
        return Attached((), Step("step.attachment_unreadable", {"name": name}, ok=False))
    words = "\n".join(_words(body, family, lang) for body in bodies)
    asked = any(body.whose.verdict == "differs" for body in bodies)
    count = str(sum(len(lines_of(body)) for body in bodies))
    key = "report_whose" if asked else "report_read" if count != "0" else "attachment_read"
    return Attached(entries, Step(f"step.{key}", {"name": name, "count": count}), words)


async def _bodies(
    house: House, family: Family, file: KeptFile, printed: tuple[PrintedReport, ...]
) -> list[DiagnosticReport]:
    return [
        await understood(house, family, one, document_id=file.id, number=number, count=len(printed))
        for number, one in enumerate(printed, 1)
    ]


def _words(body: DiagnosticReport, family: Family, lang: Lang) -> str:
    """What the turn is told: of somebody else's paper only that it is asked about."""
    printed = body.report.printed
    kind = t(f"report.kind.{printed.kind}", lang)
    if body.whose.verdict == "differs":
        differs = ("、" if lang == "zh" else ", ").join(t(f"report.whose.{one}", lang) for one in body.whose.differs)
        return t("report.chat.whose", lang, kind=kind, differs=differs, name=family.chosen.patient.name)
    told = t("report.chat.read", lang, kind=kind, count=len(lines_of(body))) if lines_of(body) else ""
    text = "" if printed.kind in _TABLES and told else printed.text
    return "\n".join(part for part in ("" if printed.kind in _WORDS else told, text) if part)
