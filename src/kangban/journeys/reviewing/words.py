"""What the family reads while an answer is held, when nobody can review it, and when it is not released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.record import ReviewEvent, ReviewItem
from kangban.clinical.urgency import Lang, Urgency
from kangban.guard import what_rules_allow
from kangban.kernel.texts import has_text, t
from kangban.review.deciding import LICENCE_PLACE, words_so_far


def next_step(urgency: Urgency, topics: Sequence[str], lang: Lang) -> str:
    """The next step in the real world, by urgency and the first topic that has words of its own."""
    keys = [f"review.next.{urgency}.{topic}" for topic in topics]
    key = next((k for k in keys if has_text(k, lang)), f"review.next.{urgency}")
    return t(key, lang)


def waiting_text(allowed: Sequence[str], urgency: Urgency, topics: Sequence[str], due: datetime, lang: Lang) -> str:
    """While somebody is looking at it; nothing of what is held."""
    told = t("review.waiting", lang, who=t("review.who", lang), due=moment(due))
    lines = [*allowed, told]
    if urgency == "emergency":
        lines.append(t("review.waiting.emergency", lang))
    return "\n".join((*lines, *_steps(urgency, topics, lang)))


def nobody_text(
    allowed: Sequence[str], checks: Sequence[str], urgency: Urgency, topics: Sequence[str], lang: Lang
) -> str:
    """Where nobody could review it."""
    return "\n".join((*allowed, t("review.nobody", lang), _why(checks, lang), *_steps(urgency, topics, lang)))


def rejected_text(item: ReviewItem, decided: ReviewEvent) -> str:
    """Where a reviewer did not let it out."""
    lang = language(item)
    role = t(f"review.role.{decided.role}", lang)
    reason = t(f"review.reason.{decided.reason}", lang)
    told = [t("review.rejected", lang, name=decided.name, role=role, reason=reason)]
    if decided.note:
        told.append(t("review.note", lang, name=decided.name, note=decided.note))
    return "\n".join((*allowed_for(item), *told, *_steps(item.urgency, item.topics, lang)))


def expired_text(item: ReviewItem) -> str:
    """Where nobody decided in time."""
    lang = language(item)
    return "\n".join((*allowed_for(item), t("review.expired", lang), *_steps(item.urgency, item.topics, lang)))


def allowed_for(item: ReviewItem) -> tuple[str, ...]:
    """What the rules allow to be said to the question and everything answered since."""
    return what_rules_allow(words_so_far(item), item.person or UNKNOWN_PERSON, lang=language(item))


def language(item: ReviewItem) -> Lang:
    """The language of the question."""
    return "en" if item.lang == "en" else "zh"


def moment(at: datetime) -> str:
    """A moment as the family reads it, in the place the service is for."""
    return at.astimezone(LICENCE_PLACE).strftime("%m-%d %H:%M")


def _steps(urgency: Urgency, topics: Sequence[str], lang: Lang) -> list[str]:
    step = t("review.meanwhile", lang, step=next_step(urgency, topics, lang))
    return [step] if urgency == "emergency" else [step, t("review.worse", lang)]


def _why(checks: Sequence[str], lang: Lang) -> str:
    join = "；" if lang == "zh" else "; "
    said = join.join(t(f"guard.reason.{n}", lang) for n in checks if has_text(f"guard.reason.{n}", lang))
    return t("review.reasons", lang, reasons=said or t("guard.reason.error", lang))
