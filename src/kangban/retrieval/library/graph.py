"""One- and two-hop questions over a disease graph, each step with the passage that says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from kangban.clinical.library import Edge, Passage
from kangban.kernel.needles import needles

# What a question calls a relation; the first that fits a stretch wins, so the narrower stand first.
_RELATIONS: tuple[tuple[str, str], ...] = (
    ("food_avoid", r"忌口|忌吃|忌食|不能吃(?!.{0,4}药)|不要吃|不宜吃|别吃|少吃什么|avoid eating"),
    ("drug", r"吃什么药|用什么药|用药|什么药|哪些药|药物|吃啥药|drugs?|medicines?"),
    ("food", r"吃什么|食疗|宜吃|饮食|食物|吃啥|多吃|foods?|\beat\b"),
    ("complication", r"并发症|并发|引发什么病|伴随|complications?"),
    ("department", r"挂什么科|什么科|哪个科|科室|department"),
    ("check", r"做什么检查|查什么|检查|化验|tests?\b"),
    ("cause", r"病因|原因|为什么会得|怎么引起|怎么得的|怎么会得|causes?"),
    ("prevention", r"预防|怎么防|避免得|prevent"),
    ("at_risk", r"易感|哪些人|什么人|谁容易得|at risk"),
    ("spread", r"传染|传播|contagious|spread"),
    ("duration", r"多久能好|多长时间|治疗周期|要治多久|疗程|how long"),
    ("outlook", r"治愈率|能治好|治得好|cured"),
    ("frequency", r"患病率|发病率|患病比例|how common"),
    ("treatment", r"怎么治|如何治|治疗|怎么办|treat"),
    ("symptom", r"症状|表现|有什么感觉|symptoms?"),
)
_PATTERN = re.compile("|".join(f"(?P<r{n}>{pattern})" for n, (_, pattern) in enumerate(_RELATIONS)), re.I)
_WHICH_DISEASE = re.compile(
    r"什么病|哪些病|啥病|得了什么|怎么回事|什么疾病|哪种病|which disease|what disease|what illness", re.I
)
_LEADS_TO = frozenset({"complication"})  # relations whose objects may be diseases themselves
_MOST_BETWEEN, _MOST_PATHS, _SHORTEST = 12, 60, 2


class Step(msgspec.Struct, frozen=True):
    """One edge walked and the passage that holds it; `back`: from object to subject."""

    edge: Edge
    passage_id: str
    back: bool = False


class Path(msgspec.Struct, frozen=True):
    """One or two steps; the answer is where the last one ends."""

    steps: tuple[Step, ...]

    @property
    def answer(self) -> str:
        """The name the path ends at."""
        last = self.steps[-1]
        return last.edge.subject if last.back else last.edge.object


class Graph:
    """Edges by what they begin and end with. Built anew when documents come or go."""

    def __init__(self, passages: Iterable[Passage] = ()) -> None:
        self._from: dict[str, dict[str, list[Step]]] = {}
        self._to: dict[str, list[Step]] = {}
        for passage in passages:
            for edge in passage.edges:
                self._from.setdefault(edge.subject, {}).setdefault(edge.relation, []).append(Step(edge, passage.id))
                if edge.relation == "symptom":
                    self._to.setdefault(edge.object, []).append(Step(edge, passage.id, back=True))
        names = {name: name for name in (*self._from, *self._to) if len(name) >= _SHORTEST}
        self._find: Callable[[str], Iterable[tuple[int, str]]] = needles(names)

    def __bool__(self) -> bool:
        return bool(self._from)

    def names_in(self, question: str) -> list[str]:
        """Diseases and symptoms a question names, in order; the longest name at a place wins."""
        found = [(last - len(name) + 1, last + 1, name) for last, name in self._find(question)]
        kept = [s for s in found if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in found)]
        return list(dict.fromkeys(name for _, _, name in sorted(kept)))

    def paths(self, question: str) -> list[Path]:
        """Paths that answer a question, in the order of the source; [] where it asks for nothing the graph holds."""
        asked = _relations(question)
        found: list[Path] = []
        names = self.names_in(question)
        diseases = [name for name in names if name in self._from]
        symptoms = [name for name in names if name in self._to and name not in self._from]
        for name in diseases:
            found += self._of_disease(name, asked)
        if symptoms and not diseases:
            found += self._of_symptoms(symptoms, question, [r for r in asked if r != "symptom"])
        return found[:_MOST_PATHS]

    def _of_disease(self, name: str, asked: list[str]) -> list[Path]:
        edges = self._from[name]
        through = next((r for r in asked if r in _LEADS_TO), "")
        behind = [r for r in asked if r != through]
        if through and behind:
            return [
                Path((first, second))
                for first in edges.get(through, [])[:_MOST_BETWEEN]
                for relation in behind
                for second in self._from.get(first.edge.object, {}).get(relation, [])
            ]
        return [Path((step,)) for relation in asked for step in edges.get(relation, [])]

    def _of_symptoms(self, symptoms: list[str], question: str, asked: list[str]) -> list[Path]:
        """Diseases that have every symptom named; with a relation asked for, what it is of each of them."""
        having = [{step.edge.subject: step for step in self._to[name]} for name in symptoms]
        common = [name for name in having[0] if all(name in one for one in having[1:])]
        firsts = [having[0][name] for name in common]
        if not asked:
            return [Path((first,)) for first in firsts] if _WHICH_DISEASE.search(question) else []
        return [
            Path((first, second))
            for first in firsts[:_MOST_BETWEEN]
            for relation in asked
            for second in self._from.get(first.edge.subject, {}).get(relation, [])
        ]


def _relations(question: str) -> list[str]:
    """The relations a question names, in order."""
    found: list[str] = []
    for match in _PATTERN.finditer(question):
        at = next(n for n in range(len(_RELATIONS)) if match[f"r{n}"])
        found.append(_RELATIONS[at][0])
    return list(dict.fromkeys(found))
