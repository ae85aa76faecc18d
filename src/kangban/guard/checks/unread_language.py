"""A clinical sentence in a language the other checks cannot read is held: what nobody checked may not leave."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kangban.guard.case import Case, Sentence
from kangban.guard.fault import Result, result
from kangban.kernel.patterns import lazy_pattern
from kangban.kernel.texts import LOCALES, area_texts
from kangban.rules.compiled import shipped

NAME = "unread_language"
# Letters of the languages the checks read, and the Greek of units and vitamins (µg, α, β).
_READ = lazy_pattern(
    r"[A-Za-z\u00aa\u00b5\u00ba\u0370-\u03ff\u2000-\u218f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WORD = lazy_pattern(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Latin words that stand together; digits, units and commas do not part them, Chinese and full stops do.
_RUN = lazy_pattern(r"[^\u3000-\u303f\u3400-\u9fff\uff00-\uffef.!?;:()\[\]\n]+")
MOST_UNREAD_LETTERS = 1
LEAST_WORDS = 3
LEAST_KNOWN = 0.4


def check(case: Case) -> Result:
    """Hold sentences nobody here can read, where a number stands in them or anything clinical was asked or said."""
    unread = tuple(one for one in case.sentences if one.text not in case.question and _is_unread(one.text))
    said = case.said
    clinical = bool(said.drugs or said.symptoms or said.conditions or said.analytes or case.mentions)
    wrong: tuple[Sentence, ...] = tuple(one for one in unread if clinical or any(c.isnumeric() for c in one.text))
    if not wrong:
        return result(NAME, "pass" if not unread else "not_applicable")
    return result(NAME, "fail", "unread_language", remedy="hold", at=wrong, text=wrong[0].text[:40])


def _is_unread(text: str) -> bool:
    plain = unicodedata.normalize("NFC", text)
    letters = [c for c in plain if c.isalpha() and not _READ.match(c) and "LATIN" not in unicodedata.name(c, "")]
    return len(letters) > MOST_UNREAD_LETTERS or any(_is_unread_run(run) for run in _RUN.findall(plain))


def _is_unread_run(run: str) -> bool:
    words = [word.lower() for word in _WORD.findall(run) if len(word) > 1]
    words = [word for word in words if not word.isascii() or word not in _UNITS]
    if len(words) < LEAST_WORDS:
        return False
    known = english()
    return sum(1 for word in words if word in known or _stem(word) in known) < LEAST_KNOWN * len(words)


# The commonest English words, but for those that are words of its neighbours too (die, an, on, me, no, as, in).
_COMMON = """the and of to is are was were be been it its that this these those with for from by at not but if then when while
    which who what how why there their they them you your he she his her we our us my have has had do does did can could
    may might must shall should will would also only very more most less least many much some any all each every other
    another such than too into over under after before again about around between during often always never usually
    sometimes because so just take takes taken give given get gets make makes keep kept good well better best worse new
    old young day days week weeks month year hour hours time times one two three four five six help helps need needs use
    uses used try feel feels look see ask tell call go goes come comes first last next little few both same own"""
_UNITS = frozenset({"mg", "ml", "kg", "mcg", "ug", "iu", "mmol", "mmhg", "dl"})


def _stem(word: str) -> str:
    return re.sub(r"(?:'s|’s|ing|ed|es|s|ly)$", "", word)


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """Every English word of the program's own texts, packs and articles; read at the first Latin sentence."""
    packs = shipped().packs
    texts = [text for path in (LOCALES / "en").glob("*.json") for text in area_texts(path.stem, "en").values()]
    texts += [p.passage_en for s in packs.sources for p in s.passages]
    texts += [row.message_en for i in packs.ingredients for row in (*i.caution, *i.interaction)]
    texts += [one.name_en for one in (*packs.ingredients, *packs.analytes, *packs.conditions)]
    texts += [word for a in packs.analytes for word in (*a.aliases, a.low_meaning_en, a.high_meaning_en)]
    texts += [text for p in packs.patterns for text in (p.what_en, p.means_en, p.next_en, *p.ask_en)]
    texts += [word for one in packs.terms for word in (*one.names_en, one.gloss_en)]
    found = {word.lower() for text in texts for word in _WORD.findall(text)}
    return frozenset(_COMMON.split()) | found | {_stem(word) for word in found}
