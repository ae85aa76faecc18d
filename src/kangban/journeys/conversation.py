"""The talk as stored: each message with its answer, if it got one, and a message asked again as it was."""

from __future__ import annotations

import msgspec

from kangban.clinical.draft import Answer
from kangban.clinical.record import AnswerGiven, Communication, DocumentReference, Entry, Feedback, Proposal
from kangban.clinical.urgency import Lang
from kangban.journeys.attachments import Upload
from kangban.journeys.chat_turn import Question
from kangban.journeys.house import House
from kangban.kernel.errors import NotFound


class Exchange(msgspec.Struct, frozen=True):
    """One message and what became of it. `answer` is None when the turn was stopped or broken off."""

    message_id: str
    message: Communication
    files: tuple[str, ...] = ()
    answer: Answer | None = None
    useful: bool | None = None
    waiting: tuple[Entry, ...] = ()  # proposals nobody decided yet


async def read_conversation(
    house: House, member_id: str, *, conversation_id: str = "main", most: int = 20
) -> list[Exchange]:
    """The last exchanges, oldest first."""
    kinds = ["Communication", "AnswerGiven", "Feedback", "Proposal", "DocumentReference"]
    entries = await house.store.entries(house.family_id, member_id, kinds=kinds)
    answers = {e.body.message_id: e.body.answer for e in entries if isinstance(e.body, AnswerGiven)}
    useful = {e.body.answer_id: e.body.useful for e in entries if isinstance(e.body, Feedback)}
    files = {e.id: e.body.name for e in entries if isinstance(e.body, DocumentReference)}
    waiting = {e.id: e for e in entries if isinstance(e.body, Proposal) and e.body.status == "proposed"}
    found: list[Exchange] = []
    for entry in entries:
        body = entry.body
        if not isinstance(body, Communication) or body.conversation_id != conversation_id:
            continue
        answer = answers.get(entry.id)
        found.append(
            Exchange(
                message_id=entry.id,
                message=body,
                files=tuple(files[a] for a in body.attachments if a in files),
                answer=answer,
                useful=useful.get(answer.id) if answer else None,
                waiting=tuple(waiting[p] for p in answer.proposals if p in waiting) if answer else (),
            )
        )
    return found[-most:]


async def ask_again(house: House, member_id: str, message_id: str) -> Question:
    """The stored message as a question with its kept files; raises NotFound. Answering it twice gives one answer."""
    entry = await house.store.get(house.family_id, message_id)
    if entry.member_id != member_id or not isinstance(entry.body, Communication):
        raise NotFound("no such message", field="message")
    uploads: list[Upload] = []
    for one in entry.body.attachments:
        kept = await house.store.get(house.family_id, one)
        if isinstance(kept.body, DocumentReference):
            uploads.append(Upload(kept.body.name, await house.blobs.get(kept.body.sha256)))
    body = entry.body
    lang: Lang = "en" if body.lang == "en" else "zh"
    return Question(member_id, body.text, body.client_id, body.conversation_id, lang, tuple(uploads))
