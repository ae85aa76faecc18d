"""Replay: every stored conclusion drawn again, and those that would come out otherwise today."""

from __future__ import annotations

from kangban.journeys.conversation import read_conversation
from kangban.journeys.house import Member
from kangban.journeys.replay import CaseReplay, replay_case
from kangban.kernel.texts import has_text, t
from kangban.web.elements import Tag, button
from kangban.web.visit import Visit


def replay_panel(visit: Visit, member: Member) -> None:
    """A button and what it finds."""
    Tag("p", visit.say("replay.why"), "small")
    with Tag("div", classes="row"):
        starter = button(visit.say("replay.run"), "btn p")
    found = Tag("div", role="status")

    async def run() -> None:
        case = await replay_case(visit.house, member.id)
        questions = {x.message_id: x.message.text for x in await read_conversation(visit.house, member.id, most=10_000)}
        found.clear()
        with found:
            _show(visit, case, questions)

    starter.on("click", visit.guarded(run), js_handler="() => emit()")


def _show(visit: Visit, case: CaseReplay, questions: dict[str, str]) -> None:
    say = visit.say
    if not case.conclusions:
        Tag("p", say("replay.none"))
        return
    same = sum(1 for c in case.conclusions if c.same)
    Tag("p", say("replay.count", same=same, all=len(case.conclusions)))
    changed = {r.id: r for r in case.reopened}
    for one in case.conclusions:
        with Tag("article", classes="src"):
            with Tag("div", classes="row"):
                Tag("b", say(f"replay.{one.function}"))
                # Other rules than then are no fault of the log.
                other = "replay.rules_changed" if one.rules_fingerprint_changed else "replay.differs"
                Tag("span", say("replay.same" if one.same else other), "mark" if one.same else "mark no")
            asked = questions.get(one.message_id or "", "")
            if asked:
                Tag("span", asked[:60], "small")
            again = changed.get(one.id)
            if again is not None:
                Tag("b", say("replay.reopened"))
                names = [_fact(visit, c) for c in again.changed]
                what = "、".join(names) if names else say("replay.only_rules")
                Tag("span", say("replay.because", what=what), "small")


def _fact(visit: Visit, name: str) -> str:
    return t(f"fact.{name}", visit.lang) if has_text(f"fact.{name}", visit.lang) else name
