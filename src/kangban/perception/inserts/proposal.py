"""The catalogue entry an insert would make. It is a proposal: a person confirms it, nothing checks with it before."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kangban.clinical.insert import Entity, Proposal, ProposedFor, Said, Section, SectionKey, Span, Who
from kangban.kernel.numbers import NUMBER, number
from kangban.perception.inserts.bars import find_bars, find_interactions
from kangban.perception.inserts.contents import find_contents, find_strengths
from kangban.perception.inserts.directions import find_doses
from kangban.perception.inserts.entities import FORMS
from kangban.perception.inserts.printed import printed
from kangban.perception.inserts.sentences import sentences

# Worst first: an insert that carries two marks is the stricter one.
_MARKETS = (
    ("controlled", re.compile(r"精神药品|麻醉药品|第[一二]类精神|\bcii\b|\bciv\b")),
    ("rx", re.compile(r"凭医师处方|(?<!非)处方药|在医师指导下使用(?!。?或)|rx only|prescription only")),
    ("otc_a", re.compile(r"甲类(?:非处方药|otc)?|otc\s*\(?甲类?\)?|otc甲")),
    ("otc_b", re.compile(r"乙类(?:非处方药|otc)?|otc\s*\(?乙类?\)?|otc乙")),
    ("otc", re.compile(r"非处方药|\botc\b|在药师指导下购买|drug facts")),
)
_EXTERNAL = re.compile(r"外用药|(?:\A|\n)\s*外\s*(?:\n|\Z)|仅供外用|external use only")
_OPENED = re.compile(
    rf"(?:开启|开封|打开|启用|开瓶|启封)(?:使用)?后[^。;\n]{{0,14}}?(?P<n>{NUMBER})\s*(?:个)?(?P<u>日|天|周|星期|月)"
    r"|(?:within|after|for)\s*(?P<en>\d+)\s*(?P<eu>days|weeks)\s*(?:of|after|once)?\s*(?:first\s*)?open"
)
_DAYS = {"日": 1, "天": 1, "周": 7, "星期": 7, "月": 30, "days": 1, "weeks": 7}
_APPROVAL = re.compile(r"国\s*药\s*准\s*字\s*[HZSBJTF][A-Z]?\s*\d{8}|(?:注册证号)[:：]?\s*[A-Z]{1,3}\d{8}")
_WHO: dict[SectionKey, tuple[Who, ...]] = {
    "pregnancy_lactation": ("pregnancy", "lactation"), "pregnancy": ("pregnancy",), "lactation": ("lactation",),
    "child": ("child",), "elder": ("elder",),
}  # fmt: skip


def propose(source: str, sections: tuple[Section, ...], entities: tuple[Entity, ...]) -> Proposal:
    """Everything the insert says that an entry holds, each with its span; what is not printed stays empty."""
    contents = find_contents(source, sections, entities)
    own = tuple(c.ingredient for c in contents if c.ingredient)
    market, market_span = _market(source, sections)
    opened, opened_span = _opened(sections)
    return Proposal(
        generic=_generic(sections),
        brand=_first(sections, "brand_name"),
        english=_first(sections, "english_name"),
        pinyin=_first(sections, "pinyin"),
        market=market,
        market_span=market_span,
        external=_EXTERNAL.search(source.lower()) is not None,
        form=_form(sections, entities),
        strengths=find_strengths(sections),
        contents=contents,
        herbs=tuple(c.name for c in contents if not c.ingredient),
        indications=tuple(s for x in sections if x.key == "indications" for s in sentences(x)),
        doses=find_doses(sections),
        contraindications=find_bars(sections, entities, {"contraindications"}, own),
        cautions=find_bars(sections, entities, {"cautions", "warning"}, own),
        interactions=find_interactions(sections, entities, own),
        persons=tuple(ProposedFor(w, s.text, s.span) for s in sections for w in _WHO.get(s.key, ()) if s.text),
        storage=_first(sections, "storage", whole=True),
        opened_days=opened,
        opened_span=opened_span,
        approval=_approval(source),
        maker=_first(sections, "maker"),
    )


def _first(sections: Iterable[Section], key: SectionKey, *, whole: bool = False) -> Said | None:
    for one in sections:
        if one.key == key and one.text:
            text = one.text if whole else one.text.split("\n")[0].strip().rstrip("。；;")
            return Said(text, (one.span[0], one.span[0] + len(text)))
    return None


def _generic(sections: tuple[Section, ...]) -> Said | None:
    named = _first(sections, "generic_name") or _first(sections, "names")
    if named is not None:
        return named
    for one in sections:
        if one.key == "preface":
            title = re.search(r"([\u4e00-\u9fffA-Za-z0-9()（）]{2,30})\s*(?:使用)?说\s*明\s*书", one.text)
            if title:
                return Said(title[1], (one.span[0] + title.start(1), one.span[0] + title.end(1)))
    return None


def _form(sections: tuple[Section, ...], entities: tuple[Entity, ...]) -> Said | None:
    described = [s.span for s in sections if s.key in ("appearance", "strength")]
    for one in entities:
        if one.kind == "dosage_form" and any(a <= one.span[0] < b for a, b in described):
            return Said(one.text, one.span)
    generic = _generic(sections)
    ending = re.search(rf"(?:{FORMS})$", generic.text) if generic else None
    if generic and ending:
        return Said(ending.group(), (generic.span[0] + ending.start(), generic.span[1]))
    return None


def _market(source: str, sections: tuple[Section, ...]) -> tuple[str, Span | None]:
    """The class printed above the sections and in the title; a mark deep in the text is about something else."""
    stop = next((s.heading_span[0] for s in sections if s.key not in ("preface", "title", "revised")), len(source))
    head = printed(source, 0, max(stop, min(len(source), 160)))
    for market, pattern in _MARKETS:
        match = pattern.search(head.text)
        if match:
            return market, head.span(match.start(), match.end())
    return "unknown", None


def _opened(sections: tuple[Section, ...]) -> tuple[int | None, Span | None]:
    for section in sections:
        if section.key in ("storage", "shelf_life", "cautions", "dose", "other"):
            page = printed(section.text)
            match = _OPENED.search(page.text)
            value = number(match["n"] or match["en"]) if match else None
            if match and value is not None:
                start, end = page.span(match.start(), match.end())
                days = value * _DAYS[match["u"] or match["eu"]]
                return int(days), (section.span[0] + start, section.span[0] + end)
    return None, None


def _approval(source: str) -> Said | None:
    match = _APPROVAL.search(source)
    return Said("".join(match.group().split()), match.span()) if match else None
