"""Read one text into an Utterance."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from kangban.clinical.person import Sex
from kangban.clinical.utterance import DrugMention, Measure, SymptomMention, Utterance
from kangban.kernel.errors import InvalidInput
from kangban.kernel.patterns import lazy_pattern
from kangban.perception.language import measures
from kangban.perception.language.drugs import find_drugs
from kangban.perception.language.lexicon import Hit, Lexicon, lexicon
from kangban.perception.language.negation import is_denied
from kangban.perception.language.plain import MOST_CHARACTERS, Plain, plain
from kangban.perception.language.symptoms import find_symptoms

_FEMALE = lazy_pattern(r"妈|奶奶|姥姥|外婆|婆婆|姑|姨|婶|女儿|女婴|女孩|女性|女士|老婆|妻子|孕妇|\b(?:(?:she|her|female|woman|girl|mother|mom|mum|grandma|grandmother|daughter|wife|sister)s?|nan)\b|(?<!\S)\d{1,3}\s*(?:yo\s*)?f\b")  # fmt: skip
_MALE = lazy_pattern(r"爸|爷爷|姥爷|外公|公公|叔|伯|舅|儿子|男婴|男孩|男性|先生|老公|丈夫|\b(?:he|his|male|man|boy|father|dad|grandpa|grandfather|son|husband|brother)s?\b|(?<!\S)\d{1,3}\s*(?:yo\s*)?m\b")  # fmt: skip
_SEX_WORD = lazy_pattern(r"(?:^|[，,。\s])(?P<f>女)(?=[，,。\s]|\d)|(?:^|[，,。\s])(?P<m>男)(?=[，,。\s]|\d)")
_RELATIONS = (
    "奶奶", "爷爷", "姥姥", "姥爷", "外婆", "外公", "婆婆", "公公", "岳母", "岳父", "妈妈", "爸爸", "老妈", "老爸", "母亲", "父亲",
    "我妈", "我爸", "老公", "老婆", "丈夫", "妻子", "儿子", "女儿", "宝宝", "孩子", "哥哥", "姐姐", "弟弟", "妹妹", "孙子", "孙女", "大宝", "二宝",
    "grandma", "grandmother", "grandpa", "grandfather", "mom", "mum", "mother", "dad", "father", "husband", "wife", "son", "daughter", "baby",
)  # fmt: skip
_CHILD_WORDS = lazy_pattern(r"宝宝|婴儿|小孩|孩子|娃|儿子|女儿|小朋友|baby|infant|toddler|\bchilds?\b|\bkids?\b")
_ALLERGY = lazy_pattern(
    r"对(?P<a>[^，。,.；;\s]{2,12}?)(?:过敏|不耐受)|(?P<b>[\u4e00-\u9fff]{2,8}?)过敏(?!性|药|原|症|体质|了怎)|allerg(?:ic to|y to)\s+(?P<c>[a-z][a-z ]{2,30}?)(?=[,.;]|\band\b|$)"
)
_GENERAL = lazy_pattern(
    r"(?:什么是|是什么病|有哪些症状|症状有哪些|有什么症状|的症状是什么|的表现有哪些|有哪些表现|怎么预防|如何预防|会不会遗传|能不能治好|的原理)"
    r"|(?:what (?:is|are) (?:a |an |the )?(?:symptoms?|signs?|causes?)|how (?:to|do i|can i) prevent|what is (?:a |an )?\w+\?)"
)
_SOMEBODY = lazy_pattern(
    r"我|他|她|爸|妈|爷|奶|姥|外公|外婆|孩子|宝宝|儿子|女儿|老公|老婆|患者|病人|主诉|\b(?:i|i'?m|i'?ve|my|hes?|shes?|his|her|patient|me)\b"
)


_T = TypeVar("_T", DrugMention, SymptomMention, Measure)


def _language(text: str) -> str:
    chinese = sum(1 for c in text[:2000] if "\u4e00" <= c <= "\u9fff")
    return "zh" if chinese * 4 >= sum(1 for c in text[:2000] if c.isascii() and c.isalpha()) else "en"


def read(text: str, using: Lexicon | None = None, *, misspelt: bool = True) -> Utterance:
    """Find everything a text says. Raises InvalidInput above 200 000 characters. `misspelt` looks for near names, too.

    Offsets in the result are offsets into `text` as given.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(f"text longer than {MOST_CHARACTERS} characters", field="text", key="error.too_long")
    lex = using or lexicon()
    flat = plain(text)
    hits = _outside_names(list(lex.hits(flat.text)))
    symptoms, scopes = find_symptoms(flat.text, hits, lex)
    drugs, unknown = find_drugs(flat.text, hits, lex, scopes, near=misspelt)
    ages = list(measures.ages(flat.text))
    weights = list(measures.weights(flat.text))
    found = [*ages, *weights, *measures.temperatures(flat.text), *measures.vitals(flat.text)]
    found += measures.lab_values(flat.text, hits)
    pregnant, weeks = measures.pregnancy(flat.text)
    conditions = {h.id for h in hits if h.sort == "condition" and not is_denied(h.start, h.end, scopes, flat.text)}
    foods = [h.id for h in hits if h.sort == "food" and not any(d.start <= h.start and h.end <= d.end for d in drugs)]
    return Utterance(
        text=text,
        lang="zh" if _language(text) == "zh" else "en",
        drugs=tuple(_moved(d, flat) for d in drugs),
        symptoms=tuple(_moved(s, flat) for s in symptoms),
        measures=tuple(_moved(m, flat) for m in _distinct(found)),
        conditions=tuple(sorted(conditions)),
        foods=tuple(dict.fromkeys(foods)),
        analytes=tuple(dict.fromkeys(h.id for h in hits if h.sort == "analyte")),
        hours=measures.hours(flat.text, ages, weeks),
        age_years=_subject_age(ages, flat.text),
        weight_kg=weights[0].value if len({w.value for w in weights}) == 1 else None,
        sex=_sex(flat.text, pregnant),
        pregnant=pregnant,
        pregnancy_weeks=weeks,
        breastfeeding=measures.breastfeeding(flat.text),
        allergies=_allergies(flat.text),
        relation=next((r for r in _RELATIONS if r in flat.text), None),
        general=_is_general(flat.text, symptoms),
        unknown_names=tuple(unknown),
    )


def _outside_names(hits: list[Hit]) -> list[Hit]:
    """Hits without those strictly inside a medicine's name: 感冒灵 is no cold."""
    names = {(h.start, h.end) for h in hits if h.sort == "drug"}
    if not names:
        return hits
    until: dict[int, int] = {}
    for start, end in names:
        for at in range(start, end):
            if until.get(at, 0) < end:
                until[at] = end
    return [h for h in hits if h.sort == "drug" or until.get(h.start, 0) < h.end or (h.start, h.end) in names]


def _moved(found: _T, flat: Plain) -> _T:
    if flat.back is None:
        return found
    start, end = flat.span(found.start, found.end)
    return msgspec.structs.replace(found, start=start, end=end)


def _distinct(found: list[Measure]) -> list[Measure]:
    return sorted({(m.start, m.code): m for m in found}.values(), key=lambda m: (m.start, m.code))


def _subject_age(ages: list[Measure], text: str) -> float | None:
    """The age of who it is about: one age, or the youngest when a child is spoken of (妈妈32岁，宝宝2个月)."""
    values = sorted({a.value for a in ages})
    if len(values) == 1:
        return values[0]
    return values[0] if values and _CHILD_WORDS.search(text) else None


def _sex(text: str, pregnant: bool | None) -> Sex | None:
    if pregnant:
        return "female"
    word = _SEX_WORD.search(text)
    if word:
        return "female" if word["f"] else "male"
    female, male = bool(_FEMALE.search(text)), bool(_MALE.search(text))
    if female == male:
        return None
    return "female" if female else "male"


def _allergies(text: str) -> tuple[str, ...]:
    found = [m["a"] or m["b"] or (m["c"] or "").strip() for m in _ALLERGY.finditer(text)]
    return tuple(dict.fromkeys(f for f in found if f and not f.endswith(("不", "没有", "无"))))


def _is_general(text: str, symptoms: list[SymptomMention]) -> bool:
    """A question about knowledge: short, in a knowledge form, about nobody."""
    return len(text) < 60 and _GENERAL.search(text) is not None and _SOMEBODY.search(text) is None and len(symptoms) < 4
