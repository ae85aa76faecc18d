"""The passage index in memory: what is found, removed, near."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from kangban.adapters.gram_index import GramIndex
from kangban.kernel.errors import InvalidInput
from kangban.retrieval.library.terms import asked, passage_terms

TEXTS = {
    "salt": "高血压每天吃盐不超过五克",
    "cold": "感冒时鼻塞流涕，多喝水",
    "cramp": "腿抽筋时伸直腿并按摩",
    "en": "Ibuprofen eases mild headache",
}


def index() -> GramIndex:
    made = GramIndex()
    made.add((id_, passage_terms("", text)) for id_, text in TEXTS.items())
    return made


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("您好，我爸高血压能吃多少盐？", "salt"),
        ("晚上腿抽筋怎么办", "cramp"),
        ("is ibuprofen ok for a headache?", "en"),
    ],
)
def test_the_passage_that_speaks_of_it_is_first(question, best):
    assert index().search(asked(question), 3)[0][0] == best


def test_nothing_is_found_for_nothing():
    assert index().search(asked("？？"), 3) == []
    assert index().search(asked("高血压"), 0) == []
    assert GramIndex().search(asked("高血压"), 3) == []


def test_what_was_removed_is_not_found_and_may_come_again():
    made = index()
    made.remove(["salt", "cold", "cramp", "nothing"])
    assert len(made) == 1
    assert made.search(asked("高血压吃盐，感冒，腿抽筋"), 5) == []
    assert made.search(asked("ibuprofen"), 5)[0][0] == "en"
    made.add([("salt", passage_terms("", TEXTS["salt"]))])
    assert made.search(asked("高血压吃盐"), 5)[0][0] == "salt"


def test_adding_twice_changes_nothing():
    made = index()
    before = made.search(asked("高血压吃盐"), 5)
    made.add((id_, passage_terms("", text)) for id_, text in TEXTS.items())
    assert made.search(asked("高血压吃盐"), 5) == before


def test_vectors_are_compared_by_direction_and_refused_by_length():
    made = index()
    made.add_vectors({"salt": struct.pack("<2f", 5, 0), "cold": struct.pack("<2f", 0, 1)})
    assert [id_ for id_, _ in made.near([1, 0.1], 2)] == ["salt", "cold"]
    made.remove(["salt"])
    assert [id_ for id_, _ in made.near([1, 0.1], 2)] == ["cold"]
    for wrong in (lambda: made.add_vectors({"x": struct.pack("<3f", 1, 2, 3)}), lambda: made.near([1.0], 1)):
        with pytest.raises(InvalidInput):
            wrong()


def test_threads_may_search_and_add_at_once():
    made = index()
    with ThreadPoolExecutor(4) as pool:
        adds = [pool.submit(made.add, [(f"n{n}", passage_terms("", f"第{n}段讲高血压和盐"))]) for n in range(300)]
        found = [pool.submit(made.search, asked("高血压吃盐"), 5) for _ in range(100)]
        assert all(each.result() for each in found)
        for each in adds:
            each.result()
    assert len(made) == 304
