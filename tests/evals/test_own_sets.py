"""The pair check on our own sets: every limit the bench states is held, and the sets are as large as they claim."""

from __future__ import annotations

from benchmarks.bench_alerts import interruptive, read, run


def test_dangerous_pairs_stay_loud_and_usual_orders_stay_quiet():
    measured = run()
    limited = {name: row for name, row in measured.items() if isinstance(row, dict) and "limit" in row}
    assert len(limited) == 4
    assert {name: row["value"] for name, row in limited.items() if row["value"] > row["limit"]} == {}
    assert measured["high-priority pairs"] >= 150
    assert measured["safe pairs"] >= 100


def test_the_lists_cover_both_languages_without_repeats():
    lists = read()
    assert len({one.medicines for one in lists}) == len(lists) >= 120
    assert min(sum(one.lang == lang for one in lists) for lang in ("zh", "en")) >= 50


def test_a_dangerous_list_would_be_counted():
    found = list(interruptive(("氨氯地平", "辛伐他汀", "克拉霉素")))
    assert ("辛伐他汀", "克拉霉素") in {(a, b) for a, b, _ in found}
