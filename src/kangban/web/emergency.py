"""Open a closed record in an emergency: whom, why, and that everybody concerned is told."""

from __future__ import annotations

from typing import Any, cast

from kangban.journeys import break_glass
from kangban.kernel.errors import KangbanError
from kangban.web.elements import Tag, button, quoted, run
from kangban.web.frame import frame
from kangban.web.visit import Visit

_SUBMIT = "(e) => { e.preventDefault(); emit(kangban.form(e.target)); }"


async def emergency_page(visit: Visit) -> None:
    """Draw the form; raises NotPermitted for who may not, or has nothing that is closed."""
    visit.general = True
    closed = await break_glass.closed(visit.house)

    with frame(visit, visit.text("web_privacy.emergency")), Tag("div", classes="sheet"), Tag("div", classes="inner"):
        Tag("p", visit.text("web_privacy.emergency_why"), "glass")
        with Tag("section", classes="sec"), Tag("form", classes="form", novalidate=True) as form:
            with Tag("label", visit.text("web_privacy.emergency_who")), Tag("select", name="who"):
                for one in closed:
                    Tag("option", one.name, value=one.member_id)
            with Tag("label", visit.text("web_privacy.emergency_reason")):
                most = str(break_glass.LONGEST_REASON)
                Tag("textarea", "", "field", name="reason", rows="3", maxlength=most, required=True)
            with Tag("label", classes="tick"):
                Tag("input", type="checkbox", name="sure", value="yes")
                Tag("span", visit.text("web_privacy.emergency_sure"))
            wrong = Tag("p", "", "wrong", role="alert")
            button(visit.text("web_privacy.emergency_do"), "btn bad", type="submit")

    async def submitted(event: Any) -> None:
        fields = cast("dict[str, str]", event.args)
        if fields.get("sure") != "yes":
            wrong.set_text(visit.text("web_privacy.emergency_tick"))
            return
        try:
            await break_glass.open_record(visit.house, fields.get("who", ""), fields.get("reason", ""))
        except KangbanError as error:
            wrong.set_text(visit.words(error))
            return
        run(f"location.assign({quoted(visit.at('/family', fields['who']))})")

    form.on("submit", submitted, js_handler=_SUBMIT)
