"""Long-term notes: what an agent wishes to know next time. A person agrees to each, and can read and erase them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kangban.agent.paradigms.run import Outcome
from kangban.agent.wrapping import wrap_result
from kangban.clinical.urgency import Lang
from kangban.journeys.workshop.guarding import Question, judged
from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.kernel.errors import InvalidInput
from kangban.kernel.ids import derived_id, new_id
from kangban.kernel.texts import t
from kangban.ports.agents import Usage
from kangban.ports.notes import MOST_NOTE, NOTE_TOOL, AgentNote
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"note": {"type": "string", "minLength": 1, "maxLength": MOST_NOTE}},
    "required": ["note"],
    "additionalProperties": False,
}


def note_tool(workshop: Workshop, agent: str, owner: str, question: Question) -> ToolSpec:
    """The tool an agent writes its notes with; it acts, so a person sees the words and agrees to them."""

    async def remember(context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
        text = _one_line(arguments)
        verdicts = await judged(workshop.house, question, Outcome(text, "answered", Usage()), [text], agent)
        if any(one.decision != "release" for one in verdicts):
            # What may not be said to a person must not come back later as something known.
            raise InvalidInput("this may not be kept as a note", field="note", key="workshop.note_refused")
        id_ = derived_id("note", owner, context.key) if context.key else new_id("note")
        note = AgentNote(id_, owner, agent, text, workshop.house.clock.now())
        await workshop.shelf.put_note(note)
        return ToolResult({"kept": True, "note": text})

    return ToolSpec(
        NOTE_TOOL, "Keep one short fact for later conversations with this person. No advice, no names.", _SCHEMA,
        "acts", remember, group="memory", keyed=True,
    )  # fmt: skip


async def notes_before(workshop: Workshop, agent: str, owner: str, lang: Lang) -> str:
    """The notes as they stand in a system message: marked as data, "" without any."""
    kept = await workshop.shelf.notes(owner, agent)
    if not kept:
        return ""
    written = [{"on": note.written_at.date().isoformat(), "note": note.text} for note in kept]
    return f"\n\n{t('workshop.notes_before', lang)}\n{wrap_result('notes', written)}"


async def notes(workshop: Workshop, owner: str, agent: str = "") -> Sequence[AgentNote]:
    """An owner's notes, oldest first."""
    require_owner(workshop, owner)
    return await workshop.shelf.notes(owner, agent)


async def erase_note(workshop: Workshop, note_id: str, owner: str) -> None:
    """Forget a note. Idempotent."""
    require_owner(workshop, owner)
    await workshop.shelf.erase_note(note_id, owner)


def _one_line(arguments: dict[str, Any]) -> str:
    given = arguments.get("note")
    if set(arguments) != {"note"} or not isinstance(given, str):
        raise InvalidInput("a note is one text", field="note")
    text = " ".join(given.split())
    if not text or len(text) > MOST_NOTE:
        raise InvalidInput(f"a note has 1 to {MOST_NOTE} characters", field="note", key="error.too_long")
    return text
