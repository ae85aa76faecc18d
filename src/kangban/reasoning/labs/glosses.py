"""Puts what a medical word means behind the sentence that has it first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kangban.clinical.report_explanation import ExplanationSection, GlossaryEntry, SectionKey
from kangban.clinical.urgency import Lang
from kangban.kernel.texts import t
from kangban.reasoning.labs.say import begun
from kangban.rules.compiled import shipped
from kangban.rules.glossary import Glossary
from kangban.rules.schema import Term


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The shipped words."""
    packs = shipped().packs
    return Glossary(packs.terms, packs.analytes)


class Glossing:
    """Writes the sections of one text in order and remembers which words were explained."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.entries: list[GlossaryEntry] = []
        self._told: set[str] = set()

    def section(self, key: SectionKey, said: Iterable[str]) -> ExplanationSection | None:
        """The section with its glosses, or None when nothing is said in it."""
        lines: list[str] = []
        for sentence in said:
            lines.append(sentence)
            for word, term in glossary().find(sentence, self.lang):
                if term.id not in self._told:
                    self._told.add(term.id)
                    lines.append(self._gloss(word, term))
        return ExplanationSection(key, t(f"explain.heading.{key}", self.lang), tuple(lines)) if lines else None

    def _gloss(self, word: str, term: Term) -> str:
        gloss = term.gloss if self.lang == "zh" else term.gloss_en
        self.entries.append(GlossaryEntry(word, gloss))
        return f"{word}：{gloss}。" if self.lang == "zh" else f"{begun(word, self.lang)}: {gloss}."

    def unnamed(self, analyte: str | None, name: str) -> str | None:
        """The sentence for a test whose name holds no word of the glossary."""
        if glossary().find(name, self.lang):
            return None
        term = glossary().of_analyte.get(analyte or "")
        if term is None:
            return t("explain.row.unnamed", self.lang, name=name)
        if term.id in self._told:
            return None
        self._told.add(term.id)
        return self._gloss(name, term)
