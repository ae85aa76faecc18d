"""What changed since the last report, in short sentences."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.report_explanation import Series
from kangban.clinical.urgency import Lang
from kangban.kernel.texts import t
from kangban.reasoning.labs.say import begun, breaths, number

MOST_CHANGES = 12


def since_sentences(series: Sequence[Series], lang: Lang) -> tuple[str, ...]:
    """Of every result that is, or was, out of range or moved more than by chance: from what to what."""
    telling = [s for s in series if s.change_percent is not None and _tells(s)]
    return tuple(line for one in telling[:MOST_CHANGES] for line in _change(one, lang))


def _tells(series: Series) -> bool:
    return series.moved in ("rose", "fell") or any(p.flag not in ("normal", "unknown") for p in series.points[-2:])


def _change(series: Series, lang: Lang) -> tuple[str, ...]:
    before, now = series.points[-2], series.points[-1]
    name = series.name if lang == "zh" else begun(series.name_en, lang)
    values = t("explain.since.values", lang, name=name, before=number(before.value), now=number(now.value))
    change = series.change_percent or 0.0
    if series.moved in ("rose", "fell", "steady"):
        key = series.moved
    else:
        key = "same" if change == 0 else "up" if change > 0 else "down"
    lines = [*breaths(values, lang), t(f"explain.since.{key}", lang, n=number(round(abs(change))))]
    if before.source and now.source and before.source != now.source:
        lines.append(t("explain.since.other_place", lang))
    return tuple(lines)
