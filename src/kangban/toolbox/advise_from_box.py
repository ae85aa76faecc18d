"""Tool: what of the household's box may the person in view take for a complaint?"""

from __future__ import annotations

import msgspec

from kangban.clinical.advice import Advice, BoxItem
from kangban.clinical.person import MedicineUse, taking_also
from kangban.clinical.urgency import Lang
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import t
from kangban.perception.language.read import read
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.reasoning.medication.advise import advise
from kangban.reasoning.triage import triage
from kangban.retrieval.cite import library
from kangban.toolbox.contract import JsonObject, advice_object
from kangban.toolbox.services import services_of

MOST_NAMED = 40


@tool()
async def advise_from_box(
    context: ToolContext,
    complaint: str,
    also_at_home: list[str] = [],  # noqa: B006 - a default a model sees
    also_taking: list[MedicineUse] = [],  # noqa: B006 - a default a model sees
) -> ToolResult:
    """Which of the medicines at home may the person in view take for this complaint, with the label dose, and which
    not and why. `complaint` is what is wrong in the person's words. The household's cabinet on record is included;
    `also_at_home` adds names that were only said, `also_taking` medicines said to be taken now.
    """
    services, person = services_of(context), taking_also(context.person, also_taking)
    said = [BoxItem(name.strip()) for name in also_at_home[:MOST_NAMED] if name.strip()]
    kept = {item.name for item in services.box}
    box = [*services.box, *(item for item in dict.fromkeys(said) if item.name not in kept)]
    told = triage(read(complaint), person)
    today = services.now.astimezone().date()
    found = advise(person, told, box, today)
    ids = [c for part in (*found.offer, *found.refuse) for c in part.citations]
    return ToolResult(
        content=_told(found, context.lang) | {"box": len(box)},
        citations=library().cite(ids, context.lang),
        unknown=found.unknown,
        not_in_catalogue=found.not_in_catalogue,
        step="step.looked_in_box",
        step_values={"count": str(len(box)), "offers": str(len(found.offer))},
        rests_on={"box": msgspec.to_builtins(box), "today": today.isoformat()},
    )


def _told(found: Advice, lang: Lang) -> JsonObject:
    """The advice with, for each offer, its dose and interval in sentences of ours, ready to be repeated."""
    told = advice_object(found, lang)
    for one, row in zip(found.offer, told["offer"], strict=True):
        how = [f"{row['dose']}{'。' if lang == 'zh' else '.'}"] if row["dose"] else []
        if one.interval_hours:
            how.append(t("offline.box_often", lang, hours=plain_number(one.interval_hours)))
        if one.max_per_day:
            how.append(t("offline.box_most", lang, times=one.max_per_day))
        row["how"] = how
        at = 0 if lang == "zh" else 1
        row["fits"], row["heed"] = one.fits[at], [texts[at] for texts in one.heed]
    return told
