"""A checked draft → the text a person reads: urgency first, numbered sources, the AI label last."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.agent.draft import sentences
from kangban.clinical.citation import Citation
from kangban.clinical.draft import Claim, Draft, Verdict
from kangban.clinical.finding import TriageOutcome
from kangban.clinical.urgency import Lang, Urgency
from kangban.kernel.texts import t


def claims_after(draft: Draft, verdict: Verdict) -> tuple[Claim, ...]:
    """The claims that may be shown: all of them, or those of the guard's text with the sources they had."""
    if verdict.text is None:
        return draft.claims
    had = {c.text.removeprefix("- "): c for c in draft.claims}
    kept: list[Claim] = []
    for line in verdict.text.splitlines():
        bare = line.strip()
        if not bare:
            continue
        if bare.startswith("#"):
            kept.append(Claim(bare, (), clinical=False, line=True))
            continue
        bullet = "- " if bare.startswith("- ") else ""
        for n, one in enumerate(sentences(bare.removeprefix("- "))):
            old = had.get(one)
            kept.append(Claim((bullet if n == 0 else "") + one, old.citations if old else (), line=n == 0))
    return tuple(kept)


def cited_only(claims: Sequence[Claim], citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The citations the claims use, in the order of first use."""
    by_id = {c.id: c for c in citations}
    used = dict.fromkeys(one for c in claims for one in c.citations)
    return tuple(by_id[one] for one in used if one in by_id)


def urgency_line(urgency: Urgency, outcome: TriageOutcome, lang: Lang) -> str:
    """The first line of an answer: what to do and how soon; empty when no complaint was told."""
    if urgency == "unknown":
        return ""
    head = t(f"triage.level.{urgency}", lang)
    why = next((r.why if lang == "zh" else r.why_en for r in outcome.rules if r.level == urgency), "")
    if not why:
        return head + ("。" if lang == "zh" else ".")
    return f"{head}：{why}" if lang == "zh" else f"{head}: {why}"


def plain_text(
    claims: Sequence[Claim],
    citations: Sequence[Citation],
    first_line: str,
    question: str | None,
    lang: Lang,
    brain: str,
    last: str = "",
) -> str:
    """The whole answer as text with [n] behind each cited sentence. `last` stands where the label does otherwise."""
    number = {c.id: n for n, c in enumerate(citations, 1)}
    lines: list[str] = [first_line] if first_line else []
    for claim in claims:
        text = claim.text + "".join(f"[{number[c]}]" for c in claim.citations if c in number)
        if text.startswith("## "):
            lines.append(f"\n{text[3:]}")
        elif lines and not claim.line:
            lines[-1] += ("" if lang == "zh" else " ") + text
        else:
            lines.append(text)
    if question:
        lines.append(f"\n{question}")
    lines.append(f"\n{last or label(lang, brain)}")
    return "\n".join(lines)


def label(lang: Lang, brain: str) -> str:
    """The label the law asks for, what kind of talk this is, and that no clinician reviewed it."""
    parts = [t("label.ai", lang), t("label.kind", lang), t("label.unreviewed", lang)]
    if brain == "offline":
        parts.append(t("label.offline", lang))
    return " · ".join(parts)
