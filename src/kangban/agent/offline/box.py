"""What of the box may be taken: the advice in words, offers first, each with its sources behind every sentence."""

from __future__ import annotations

from typing import Any, cast

from kangban.agent.offline.cited import cited
from kangban.clinical.urgency import Lang
from kangban.kernel.texts import t

Object = dict[str, Any]

MOST_OFFERS, MOST_REFUSED = 4, 8


def box_lines(outcome: Object, lang: Lang) -> list[str]:
    """Offers with their dose, then what is not to be used and why. In an emergency nothing: acting comes first."""
    if outcome["urgency"] == "emergency":
        return []
    if not outcome["box"]:
        return [t("offline.box_empty", lang)]
    offers = cast("list[Object]", outcome["offer"])[:MOST_OFFERS]
    lines = [f"## {t('offline.box_offer', lang)}"] if offers else [t("offline.box_none", lang)]
    if any(o["not_with"] for o in offers):
        lines.append(t("offline.box_choose", lang))
    lines += [line for one in offers for line in _offer(one, lang)]
    refused = cast("list[Object]", outcome["refuse"])
    # What needs one more fact is asked for below; what was never meant for this complaint comes last.
    ranked = sorted(refused, key=lambda r: r["reason"] == "not_for_this")[:MOST_REFUSED]
    if ranked:
        lines.append(f"## {t('offline.box_refuse', lang)}")
        lines += [_refused(one, lang) for one in ranked]
    return lines


def _offer(one: Object, lang: Lang) -> list[str]:
    """That it may be used, how and for what, and what to heed; each caution under its severity, as a check shows it."""
    marks = "".join(f" [{c['id']}]" for c in one["citations"][:4])
    colon, gap = ("：", "") if lang == "zh" else (": ", " ")
    head = colon.join((t("severity.caution", lang), one["name"], ""))
    return [
        f"- {t('offline.box_take', lang, name=one['name'])}",
        gap.join(cited(part, marks) for part in (*one["how"], one["fits"]) if part),
        *(f"- {cited(head + text, marks)}" for text in one["heed"]),
    ]


def _refused(one: Object, lang: Lang) -> str:
    marks = "".join(f" [{c['id']}]" for c in one["citations"][:2])
    colon = "：" if lang == "zh" else ": "
    if one["reason"] == "finding":
        return "- " + cited(colon.join((t("severity.avoid", lang), one["name"], one["why"])), marks)
    why = cited(one["why"], marks)
    return f"- {why}" if one["name"] in one["why"] else f"- {one['name']}{colon}{why}"
