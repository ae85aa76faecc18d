"""Sentences that answer, each from one passage that a support check accepted; none, where nothing fits."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from kangban.clinical.library import LibraryHit
from kangban.retrieval.library.chunking import sentences
from kangban.retrieval.library.terms import asked, focus, rarity, terms
from kangban.retrieval.support import supports

_LEAST_COVERED = 0.34  # of what a question is about, in the passage with its heading
_LEAST_SENTENCE = 0.12
_LEAST_CARRIED = 0.7
_MOST_SENTENCES, _MOST_PASSAGES, _SHORTEST, _LONGEST = 5, 4, 6, 240
# A sentence of a library that speaks of waiting, or of not needing a doctor.
_LOWERS = re.compile(
    r"(?:不用|不必|无需|不需要?|没必要|别)(?:急着|马上|立即|专门)?(?:去|看|到|上|就|找)[^，。]{0,4}(?:医|院|诊)|不用(?:担心|紧张|处理|管)|"
    r"(?:在家|自行|先)(?:观察|处理|调理)|(?:可以|能)等(?:几天|等)|自己会好|自愈|no need (?:to see|for) a? ?(?:doctor|hospital)|wait and see|watchful waiting",
    re.I,
)
_SAID = re.compile(r"^(?:问|答)：")


class Quoted(msgspec.Struct, frozen=True):
    """One sentence as it stands in a passage, and that passage."""

    text: str
    hit: LibraryHit


def fits(question: str, hit: LibraryHit) -> bool:
    """Whether a passage speaks of what the question is about, and not only in the same manner."""
    wanted = focus(question)
    if not wanted:
        return False
    have = terms(f"{hit.title}\n{hit.heading}\n{hit.passage}")
    return sum(t in have for t in wanted) / len(wanted) >= _LEAST_COVERED


def names_any(question: str, hit: LibraryHit) -> bool:
    """Whether a passage has anything of what the question itself speaks of; True where it speaks of nothing."""
    wanted = [t for t in focus(question) if len(t) > 1]
    have = terms(f"{hit.title}\n{hit.heading}\n{hit.passage}")
    return not wanted or any(t in have for t in wanted)


def quoted(question: str, hits: Sequence[LibraryHit], *, own: str = "", soothing: bool = True) -> list[Quoted]:
    """The sentences that answer best, in the order of the hits; [] says that nothing was found.

    `own` is a follow-up as it was asked: what it borrows from the question before is no answer to it by itself.
    `soothing` False leaves out what would make anybody wait: for an urgent question, and for tradition always.
    """
    weights = _weights(question, hits)
    whole = sum(weights.values()) or 1.0
    found: list[tuple[float, int, int, Quoted]] = []
    for rank, hit in enumerate(hits[:_MOST_PASSAGES]):
        if not fits(question, hit) or not names_any(own, hit):
            continue
        answer = _without_question(hit.passage)
        for place, sentence in enumerate(sentences(answer)):
            bare = _SAID.sub("", sentence).strip()
            if not _SHORTEST <= len(bare) <= _LONGEST or bare.endswith(("?", "？")):
                continue
            if _LOWERS.search(bare) and (hit.tradition or not soothing):
                continue
            under = terms(f"{hit.heading} {bare}")
            score = sum(w for t, w in weights.items() if t in under) / whole / (1 + 0.15 * rank)
            if score >= _LEAST_SENTENCE and supports(bare, [f"{hit.heading}\n{answer}"]) == "supported":
                found.append((score, rank, place, Quoted(bare, hit)))
    best = sorted(found, key=lambda one: -one[0])[:_MOST_SENTENCES]
    distinct = {one[3].text: one for one in reversed(best)}
    return [one[3] for one in sorted(distinct.values(), key=lambda one: (one[1], one[2]))]


def accepted(sentence: str, hits: Sequence[LibraryHit]) -> bool:
    """Whether the passages a sentence names carry it, and it does not rest on tradition to make anybody wait."""
    if _LOWERS.search(sentence) and any(hit.tradition for hit in hits):
        return False
    texts = [f"{hit.heading}\n{hit.passage}" for hit in hits]
    wanted, have = focus(sentence), terms("\n".join(texts))
    # A model's words are its own: most of what it speaks of must stand in the passages, before they are asked to carry it.
    if not wanted or sum(t in have for t in wanted) < _LEAST_CARRIED * len(wanted):
        return False
    return supports(sentence, texts) == "supported"


def _without_question(passage: str) -> str:
    """The answer of a dialogue; another passage as it is."""
    return passage.partition("\n答：")[2] if passage.startswith("问：") and "\n答：" in passage else passage


def _weights(question: str, hits: Sequence[LibraryHit]) -> dict[str, float]:
    """The question's weights with each term's rarity among what was found: what all hits share tells little."""
    wanted = {t: w for t, w in asked(question).items() if len(t) > 1}
    texts = [terms(f"{hit.heading}\n{hit.passage}") for hit in hits]
    counts = {t: sum(t in text for text in texts) for t in wanted}
    return {t: w * rarity(max(len(texts), 1) + 1, max(counts[t], 1), max(counts[t], 1)) for t, w in wanted.items()}
