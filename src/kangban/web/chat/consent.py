"""Before the first message to a model off this machine: who would receive what, where, what for, and the way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kangban.journeys.house import Member
from kangban.journeys.outbound import give_consent, preview
from kangban.kernel.texts import t
from kangban.web.elements import Tag, button, run
from kangban.web.visit import Visit


async def consent_dialog(visit: Visit, who: Member, about: str) -> None:
    """Draw and open the dialog; `about` is the member or the family the word is for.

    A no is kept too, and the offline brain answers.
    """
    model, host = visit.house.model, visit.house.model_host
    abroad = model.place == "abroad"

    def text(key: str, **values: object) -> str:
        return t(f"privacy.{key}", visit.lang, **values)

    example = await preview(visit.house, text("example", name=who.patient.name))
    one = about == who.id

    def decide(*, granted: bool) -> Callable[[], Awaitable[None]]:
        async def decided() -> None:
            await give_consent(visit.house, granted=granted, member_id=about)
            run("kangban.hide('consent')")

        return visit.guarded(decided)

    with Tag("dialog", id="consent", aria_labelledby="consent-title"):
        Tag("h2", text("dialog_title_abroad" if abroad else "dialog_title"), id="consent-title")
        Tag("p", text("whose", name=who.patient.name) if one else text("whose_family"))
        Tag("p", text("who", name=model.name, host=host))
        Tag("p", text("where_abroad") if abroad else text("where", place=visit.say(f"place.{model.place}")))
        Tag("p", text("what"))
        Tag("p", text("shown"), "small")
        Tag("pre", example)
        for key in ("why", "back", "guardian", "no_means"):
            Tag("p", text(key), "small")
        with Tag("div", classes="row"):
            button(text("no")).on("click", decide(granted=False), js_handler="() => emit()")
            button(text("yes_abroad" if abroad else "yes"), "btn p").on(
                "click", decide(granted=True), js_handler="() => emit()"
            )
    run("kangban.show('consent')")
