"""Before the first message to a model off this machine: ask, and show what would be sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kangban.journeys.outbound import give_consent, preview
from kangban.web.elements import Tag, button, run
from kangban.web.visit import Visit


async def consent_dialog(visit: Visit) -> None:
    """Draw and open the dialog; a no is kept too, and the offline brain answers."""
    model = visit.house.model
    say = visit.say
    example = await preview(visit.house, say("consent.example", name=visit.who.patient.name if visit.who else ""))

    def decide(*, granted: bool) -> Callable[[], Awaitable[None]]:
        async def decided() -> None:
            await give_consent(visit.house, granted=granted)
            run("kangban.hide('consent')")

        return visit.guarded(decided)

    with Tag("dialog", id="consent", aria_labelledby="consent-title"):
        Tag("h2", say("consent.title"), id="consent-title")
        Tag("p", say("consent.why", name=model.name, host=visit.house.model_host, place=say(f"place.{model.place}")))
        Tag("p", say("consent.shown"), "small")
        Tag("pre", example)
        Tag("p", say("consent.also"), "small")
        with Tag("div", classes="row"):
            button(say("consent.no")).on("click", decide(granted=False), js_handler="() => emit()")
            button(say("consent.yes"), "btn p").on("click", decide(granted=True), js_handler="() => emit()")
    run("kangban.show('consent')")
