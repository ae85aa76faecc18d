"""Complaints: whole phrases, and groups of words that stand near each other in one clause."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from itertools import islice, pairwise, product

from kangban.clinical.utterance import SymptomMention
from kangban.perception.language.lexicon import Combo, Hit, Lexicon
from kangban.perception.language.negation import Denied, clauses, denied, is_denied, is_past

_STEP = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
_MOST_TRIES = 64


class Found:
    """A complaint with the spans of its parts, in plain offsets."""

    __slots__ = ("concept", "phrase", "spans")

    def __init__(self, concept: str, spans: tuple[tuple[int, int], ...], phrase: bool) -> None:
        self.concept = concept
        self.spans = spans
        self.phrase = phrase


def find_symptoms(text: str, hits: list[Hit], lexicon: Lexicon) -> tuple[list[SymptomMention], Denied]:
    """All complaints in plain text with negation and history, and the denied stretches; offsets are plain."""
    parts = clauses(text)
    starts = [start for start, _ in parts]
    found = [Found(h.id, ((h.start, h.end),), True) for h in hits if h.sort == "phrase"]
    found += _combos(text, hits, lexicon, starts)
    scopes = denied(text, [span for one in found if one.phrase for span in one.spans])
    mentions: dict[tuple[str, int, int], SymptomMention] = {}
    for one in found:
        start, end = min(s for s, _ in one.spans), max(e for _, e in one.spans)
        clause = parts[max(0, bisect_right(starts, start) - 1)] if parts else (0, len(text))
        negated = _negated(one, start, end, scopes, text)
        past = is_past(start, clause, text)
        for concept in _closure(one.concept, lexicon.implies):
            mentions.setdefault((concept, start, end), SymptomMention(start, end, concept, negated=negated, past=past))
    return sorted(mentions.values(), key=lambda m: (m.start, m.end, m.concept)), scopes


def _negated(one: Found, start: int, end: int, scopes: Denied, text: str) -> bool:
    if one.phrase:
        return is_denied(start, end, scopes, text)
    # 胸口不疼: the cue stands between the parts, so the last part decides.
    last = max(one.spans)
    return is_denied(last[0], last[1], scopes, text)


def _closure(concept: str, implies: dict[str, tuple[str, ...]]) -> list[str]:
    seen: list[str] = []
    waiting = [concept]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.append(one)
            waiting += implies.get(one, ())
    return seen


def _combos(text: str, hits: list[Hit], lexicon: Lexicon, starts: list[int]) -> list[Found]:
    by_clause: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for hit in hits:
        if hit.sort == "group":
            at = bisect_right(starts, hit.start) - 1
            if at >= 0:
                by_clause[at][hit.id].append((hit.start, hit.end))
    found: list[Found] = []
    for groups in by_clause.values():
        for first in groups:
            seconds = lexicon.combos.get(first)
            for second in seconds.keys() & groups.keys() if seconds else ():
                for combo in seconds[second] if seconds else ():
                    if len(combo.groups) < 3 or all(g in groups for g in combo.groups):
                        found += _match(text, combo, [groups[g] for g in combo.groups])
    return found


def _match(text: str, combo: Combo, places: list[list[tuple[int, int]]]) -> list[Found]:
    best: dict[tuple[int, int], Found] = {}
    for spans in islice(product(*(p[:8] for p in places)), _MOST_TRIES):
        in_order = tuple(sorted(spans))
        if combo.ordered and in_order != spans:
            continue
        if _near(text, in_order, combo.gap):
            found = Found(combo.symptom, in_order, False)
            best.setdefault((in_order[0][0], in_order[-1][1]), found)
    return list(best.values())


def _near(text: str, spans: tuple[tuple[int, int], ...], gap: int) -> bool:
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            return False
        # Few characters cannot be many words; very many cannot be few.
        if start - end > gap and (start - end > gap * 14 or len(_STEP.findall(text, end, start)) > gap):
            return False
    return True
