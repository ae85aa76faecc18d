"""A question → its own answer among distinct answers, stage by stage, against two BM25 baselines.

Reads shared/data/dialogues_zh beside or above the repository, else KANGBAN_BENCH_DIALOGUES (a CSV, plain or gzipped,
with `ask` and `answer`). Title and department are neither indexed nor asked. Nothing is learnt from it; the constants
of retrieval/library/terms.py were chosen on 2,500 random questions, so all others are also told apart ("unseen").
Where the file is absent it says so and runs on an invented set too small to judge anything.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rjieba

from kangban.adapters.gram_index import GramIndex
from kangban.clinical.library import Passage
from kangban.retrieval.library.summary import section_of, summaries, with_sections
from kangban.retrieval.library.terms import asked, passage_terms

NAME = "neike_sample_utf8.csv.gz"
CHOSEN_ON = 2500  # questions of the random part on which constants were chosen
TUNED = ((1.2, 0.75), (0.8, 0.75), (1.2, 0.9))  # the baselines' k1 and b: the best counts
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[.\-][a-z0-9]+)*")

Ranking = Callable[[str], Sequence[int]]  # the ten best answers


def pairs() -> tuple[list[tuple[str, str]], str]:
    """Questions with answers, and "" or why they are invented."""
    place = os.environ.get("KANGBAN_BENCH_DIALOGUES", "")
    above = [parent / "shared/data/dialogues_zh" / NAME for parent in Path(__file__).resolve().parents]
    places = [Path(place)] if place else above
    found = next((one for one in places if one.is_file()), None)
    if found is None:
        return _invented(), "shared/data/dialogues_zh is absent: an invented set of 24, too small to judge"
    raw = found.read_bytes()
    text = (gzip.decompress(raw) if found.suffix == ".gz" else raw).decode("utf-8-sig")
    return [(row["ask"], row["answer"]) for row in csv.DictReader(io.StringIO(text, newline=""))], ""


def _invented() -> list[tuple[str, str]]:
    what = {
        "鼻塞": "盐水冲洗鼻腔", "打嗝": "慢慢喝温水", "落枕": "热敷和轻轻活动颈部", "晒伤": "凉水冲和避开太阳",
        "口腔溃疡": "少吃辣并保持清洁", "腿抽筋": "伸直腿并按摩",
    }  # fmt: skip
    who = {"我爸": "老人", "我女儿": "孩子", "我自己": "成人", "我婆婆": "老人"}
    return [
        (f"您好医生，{w}昨天开始{s}，一直没有好，想问一下该怎么办？", f"{g}{s}时可以{a}，多数几天内减轻。")
        for s, a in what.items()
        for w, g in who.items()
    ]


class Baseline:
    """Plain BM25: every term of the question counts as often as it stands there."""

    def __init__(self, texts: Sequence[str], cut: Callable[[str], list[str]]) -> None:
        self._cut = cut
        counts = [Counter(cut(text)) for text in texts]
        lengths = np.array([sum(c.values()) for c in counts], dtype=float)
        self._lengths, self._total = lengths / lengths.mean(), len(texts)
        held: dict[str, tuple[list[int], list[int]]] = {}
        for at, count in enumerate(counts):
            for term, times in count.items():
                there = held.setdefault(term, ([], []))
                there[0].append(at)
                there[1].append(times)
        self._held = {t: (np.array(a), np.array(f, dtype=float)) for t, (a, f) in held.items()}
        self.tune(1.2, 0.75)

    def tune(self, k1: float, b: float) -> None:
        """Set the two constants."""
        self._worth = {
            term: (at, math.log(1 + (self._total - len(at) + 0.5) / (len(at) + 0.5)) * f * (k1 + 1)
                   / (f + k1 * (1 - b + b * self._lengths[at])))
            for term, (at, f) in self._held.items()
        }  # fmt: skip

    def best(self, question: str) -> Sequence[int]:
        """The ten best answers."""
        scores = np.zeros(self._total)
        for term, times in Counter(self._cut(question)).items():
            if term in self._worth:
                at, worth = self._worth[term]
                scores[at] += times * worth
        top = np.argpartition(-scores, min(10, self._total - 1))[:10]
        return top[np.argsort(-scores[top], kind="stable")].tolist()


def words(text: str) -> list[str]:
    """Words by rjieba."""
    return [w for w in rjieba.cut(text.lower()) if _RUN.search(w)]


def words_and_parts(text: str) -> list[str]:
    """Words by rjieba and the shorter words inside them."""
    return [w for w in rjieba.cut_for_search(text.lower(), True) if _RUN.search(w)]


def bigrams(text: str) -> list[str]:
    """Pairs of characters, words of other writing."""
    return list(_bigrams(text.lower()))


def _bigrams(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if run[0] < "\u3400":
            yield run
        else:
            yield from (run[i : i + 2] for i in range(max(1, len(run) - 1)))


def hits(best: Ranking, questions: Sequence[str], own: Sequence[int]) -> tuple[float, float, float]:
    """Shares in percent of questions whose own answer is first, in the first five, in the first ten."""
    places: list[int] = []
    for question, answer in zip(questions, own, strict=True):
        found = list(best(question))
        places.append(found.index(answer) if answer in found else len(found))
    first, five, ten = (100 * sum(place < k for place in places) / len(places) for k in (1, 5, 10))
    return first, five, ten


def stages(answers: Sequence[str]) -> dict[str, Ranking]:
    """Our rankings, stage by stage."""
    passages = [Passage(str(n), f"d{n}", n, text) for n, text in enumerate(answers)]
    index, parts = GramIndex(), GramIndex()
    index.add((p.id, passage_terms("", p.text)) for p in passages)
    sections = {p.id: section_of(p) for p in passages}
    for passage in passages:
        parts.add(summaries("", [passage]).items())

    def lexical(question: str) -> list[int]:
        return [int(id_) for id_, _ in index.search(asked(question), 10)]

    def summary_first(question: str) -> list[int]:
        weights = asked(question)
        found = with_sections(index.search(weights, 60), sections, parts.search(weights, 40))
        return [int(id_) for id_, _ in found[:10]]

    return {"weighted terms": lexical, "summary then passage": summary_first}


def _measured(name: str, found: tuple[float, float, float]) -> dict[str, Any]:
    return {f"{name}: hit@{k}": {"value": round(v, 2), "unit": "%"} for k, v in zip((1, 5, 10), found, strict=True)}


def _unseen(baseline: Baseline, questions: Sequence[str], own: Sequence[int]) -> float:
    """The best hit@5 over the same tunings."""
    found = 0.0
    for k1, b in TUNED:
        baseline.tune(k1, b)
        found = max(found, hits(baseline.best, questions, own)[1])
    return found


def run() -> dict[str, Any]:
    """Hits in percent; `short of` is how far our ratio to a baseline is below the one promised, 0 where it is not."""
    rows, why = pairs()
    answers = list(dict.fromkeys(answer for _, answer in rows))
    place = {answer: n for n, answer in enumerate(answers)}
    kept = np.random.default_rng(1).permutation(len(rows))[min(CHOSEN_ON, len(rows) // 3) :].tolist()
    questions, own = [q for q, _ in rows], [place[a] for _, a in rows]
    unseen, theirs = [questions[n] for n in kept], [own[n] for n in kept]
    measures: dict[str, Any] = {"questions": len(rows), "distinct answers": len(answers)}
    measures |= {"note": why} if why else {}
    best: dict[str, float] = {}
    for name, cut in (("rjieba words", words), ("rjieba words and parts", words_and_parts), ("bigrams", bigrams)):
        baseline = Baseline(answers, cut)
        found = (0.0, 0.0, 0.0)
        for k1, b in TUNED:
            baseline.tune(k1, b)
            found = max(found, hits(baseline.best, questions, own), key=lambda one: one[1])
        best[name] = found[1]
        best[f"{name}, unseen"] = _unseen(baseline, unseen, theirs)
        measures |= _measured(f"BM25 {name}, best of {len(TUNED)}", found)
    for name, ranking in stages(answers).items():
        found = hits(ranking, questions, own)
        measures |= _measured(name, found)
        best[name], best[f"{name}, unseen"] = found[1], hits(ranking, unseen, theirs)[1]
    for name, wanted in (("rjieba words", 1.2), ("bigrams", 1.05)):
        for part in ("", ", unseen"):
            ratio = best[f"weighted terms{part}"] / max(best[f"{name}{part}"], 1e-9)
            measures[f"hit@5 against {name}{part}"] = {"value": round(ratio, 3), "unit": "×"}
        if not why:  # what is promised counts on the unseen questions
            measures[f"hit@5 short of {wanted} × {name}"] = {"value": round(max(0.0, wanted - ratio), 3), "limit": 0}
    started = time.process_time()
    index_of = stages(answers)["weighted terms"]
    measures["index of all answers"] = {"value": round(time.process_time() - started, 2), "unit": "s"}
    started = time.process_time()
    hits(index_of, questions[:500], own[:500])
    took = (time.process_time() - started) * 1000 / min(500, len(questions))
    measures["a search"] = {"value": round(took, 2), "unit": "ms"}
    measures["vectors, reranker"] = "not measured: they need a server, and the promise is without a model"
    return measures
