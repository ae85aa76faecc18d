"""An answer as a reader sees it: how soon, the verdict, findings worst first, what to do, what was not checked."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kangban.clinical.citation import Citation
from kangban.clinical.draft import Answer, Claim
from kangban.clinical.finding import Finding
from kangban.clinical.urgency import SEVERITIES, Lang, Urgency, severity_rank
from kangban.kernel.texts import has_text, t
from kangban.retrieval.cite import library
from kangban.web.chat.sources import Sources, cite_buttons
from kangban.web.chat.waiting import reviewed_block
from kangban.web.elements import URGENCY_LOOK, Tag, icon, link
from kangban.web.visit import Visit


class Line(msgspec.Struct):
    """Sentences that stand together. `kind`: text, bullet, heading; a finding's severity or "unchecked"."""

    kind: str
    claims: list[Claim]

    @property
    def text(self) -> str:
        """All sentences joined."""
        return "".join(c.text for c in self.claims)


def lines_of(claims: Sequence[Claim], lang: Lang, *, apart: bool = False) -> list[Line]:
    """Group released sentences into headings, paragraphs, bullets and finding cards. `apart`: keep its own lines."""
    colon = "：" if lang == "zh" else ": "
    words = {t(f"severity.{s}", lang) + colon: s for s in SEVERITIES}
    unchecked = f"## {t('offline.unchecked', lang)}"
    found: list[Line] = []
    part = ""
    for claim in claims:
        text = claim.text
        if text.startswith("## "):
            part = text
            found.append(Line("heading", [msgspec.structs.replace(claim, text=text[3:])]))
        elif text.startswith("- "):
            bare = text[2:]
            word = next((w for w in words if bare.startswith(w)), None)
            kind = words[word] if word else "unchecked" if part == unchecked else "bullet"
            found.append(Line(kind, [msgspec.structs.replace(claim, text=bare.removeprefix(word or ""))]))
        elif (
            found and found[-1].kind != "heading" and not (apart and claim.line) and not _begins_anew(found[-1], claim)
        ):
            found[-1].claims.append(claim)
        else:
            found.append(Line("text", [claim]))
    return found


def _begins_anew(line: Line, claim: Claim) -> bool:
    """A sentence with a source is no part of a line about what was not checked."""
    return line.kind == "unchecked" and bool(claim.citations) and not line.claims[0].citations


def all_citations(answer: Answer, lang: Lang) -> tuple[Citation, ...]:
    """Those of the sentences in their order, then those only a finding card shows."""
    known = {c.id for c in answer.citations}
    more = [c for f in answer.findings for c in f.citations if c not in known]
    return (*answer.citations, *library().cite(more, lang))


def urgency_block(visit: Visit, urgency: Urgency, line: str, call: Sequence[str]) -> None:
    """How soon, as colour, drawing and words; telephone buttons where it is an emergency."""
    if urgency not in URGENCY_LOOK:
        return
    look, drawing = URGENCY_LOOK[urgency]
    head = t(f"triage.level.{urgency}", visit.lang)
    why = line.removeprefix(head).lstrip("：: ") if line.startswith(head) else line
    with Tag("div", classes=f"urg {look}", role="alert" if urgency == "emergency" else "note"):
        icon(drawing)
        with Tag("div"):
            Tag("b", head)
            if why.strip("。. "):
                Tag("small", why)
        numbers = list(dict.fromkeys(call)) or ["120"]
        if urgency == "emergency":
            with Tag("div", classes="calls"):
                for number in numbers:
                    if number.replace("-", "").isdigit():
                        link(visit.say("call", number=number), f"tel:{number}", "call")


def state_block(visit: Visit, state: str) -> None:
    """Held or refused, in the same calm voice."""
    with Tag("div", classes="urg u0", role="note"):
        icon("clock")
        with Tag("div"):
            Tag("b", visit.say(f"{state}.title"))
            Tag("small", visit.say(f"{state}.why"))


def state_name(answer: Answer) -> str:
    """What to say of an answer nothing of which, or not all, was let out; "" where it was, or somebody looks at it."""
    if answer.verdict == "hold":
        return "" if answer.review == "waiting" else "held"
    if answer.verdict != "refuse":
        return ""
    if answer.reviewed is not None:
        return answer.reviewed.decision
    return "unreviewed" if answer.review == "nobody" else "refused"


def answer_body(visit: Visit, answer: Answer, sources: Sources, lang: Lang) -> None:
    """Sentences and cards of an answer into the element in context."""
    citations = all_citations(answer, lang)
    lines = lines_of(answer.claims, lang, apart=bool(answer.review))
    carded = any(line.kind in SEVERITIES for line in lines)
    with Tag("div", classes="body"):
        if state := state_name(answer):
            state_block(visit, state)
        elif answer.reviewed is not None:
            reviewed_block(visit, answer.reviewed)
        draw_lines(visit, lines, citations, sources)
        if answer.verdict == "refuse" and not answer.review:
            return
        said = "".join(line.text for line in lines)
        rest = [f for f in answer.findings if _message(f, lang)[:16] not in said]
        grave = rest if not carded else [f for f in rest if f.severity in ("contraindicated", "avoid")]
        rest = [f for f in rest if f not in grave]
        if grave:
            finding_cards(visit, grave, citations, sources, lang)
        if rest:
            with Tag("details", classes="more"):
                Tag("summary", visit.say("more_findings", n=len(rest)))
                finding_cards(visit, rest, citations, sources, lang)
        if not any(line.kind == "unchecked" for line in lines):
            unchecked_cards(visit, answer, lang)


def draw_lines(visit: Visit, lines: Sequence[Line], citations: Sequence[Citation], sources: Sources) -> None:
    """Lines in order; neighbours of one kind share a list."""
    holder: Tag | None = None
    before = ""
    for number, line in enumerate(lines):
        group = "card" if line.kind in (*SEVERITIES, "unchecked") else line.kind
        if group in ("card", "bullet"):
            if holder is None or before != group:
                holder = Tag("ul", classes="finds" if group == "card" else "say")
            with holder:
                _card(visit, line, citations, sources) if group == "card" else _bullet(visit, line, citations, sources)
        elif line.kind == "heading":
            Tag("h3", line.text)
        else:
            with Tag("p", classes="lead" if number == 0 else ""):
                _sentences(visit, line.claims, citations, sources)
        before = group


def _sentences(visit: Visit, claims: Sequence[Claim], citations: Sequence[Citation], sources: Sources) -> None:
    for number, claim in enumerate(claims):
        Tag("span", f"{claim.text} " if claim.text[-1:].isascii() else claim.text)
        following = claims[number + 1].citations if number + 1 < len(claims) else ()
        # Neighbours that rest on the same passages show them once, behind the last of them.
        if claim.citations != following:
            cite_buttons(visit, claim.citations, citations, sources)


def _bullet(visit: Visit, line: Line, citations: Sequence[Citation], sources: Sources) -> None:
    with Tag("li"):
        _sentences(visit, line.claims, citations, sources)


def _card(visit: Visit, line: Line, citations: Sequence[Citation], sources: Sources) -> None:
    look = "u" if line.kind == "unchecked" else line.kind
    with Tag("li", classes=f"find {look}"):
        Tag("i", t(f"severity.{line.kind}", visit.lang))
        with Tag("div"):
            _sentences(visit, line.claims, citations, sources)


def _message(one: Finding, lang: Lang) -> str:
    return one.message if lang == "zh" else one.message_en


def finding_cards(
    visit: Visit, findings: Sequence[Finding], citations: Sequence[Citation], sources: Sources, lang: Lang
) -> None:
    """Findings straight from the rules, worst first, each with its word."""
    with Tag("ul", classes="finds"):
        for one in sorted(findings, key=lambda f: severity_rank(f.severity)):
            with Tag("li", classes=f"find {one.severity}"):
                Tag("i", t(f"severity.{one.severity}", lang))
                with Tag("div"):
                    Tag("b", " + ".join(one.medicines))
                    Tag("span", ("：" if lang == "zh" else ": ") + _message(one, lang))
                    cite_buttons(visit, one.citations, citations, sources)
                    if one.family_confirmed_insert:
                        names = ("、" if lang == "zh" else ", ").join(one.family_confirmed_insert)
                        Tag("span", t("medication.by_own_insert", lang, names=names), "small")
                    instead = one.instead if lang == "zh" else one.instead_en
                    if instead:
                        Tag("span", instead, "small")


def unchecked_cards(visit: Visit, answer: Answer, lang: Lang) -> None:
    """What was not checked is said, never taken as safe."""
    if not answer.unknown and not answer.not_in_catalogue:
        return
    word = t("severity.unchecked", lang)
    with Tag("ul", classes="finds"):
        for name in answer.not_in_catalogue:
            with Tag("li", classes="find u"):
                Tag("i", word)
                with Tag("div"):
                    Tag("b", name.name)
                    near = "、".join(name.suggestions)
                    said = visit.say("not_in_catalogue_near", near=near) if near else visit.say("not_in_catalogue")
                    Tag("span", said, "small")
        for fact in answer.unknown:
            with Tag("li", classes="find u"):
                Tag("i", word)
                with Tag("div"):
                    key = f"fact.{fact.fact}"
                    what = t(key, lang) if has_text(key, lang) else fact.fact.split(":")[-1]
                    Tag("b", visit.say("missing", fact=what))
                    Tag("span", fact.why if lang == "zh" else fact.why_en, "small")
