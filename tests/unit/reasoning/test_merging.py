"""Rules about one matter become one finding, whatever order they come in."""

from __future__ import annotations

import itertools

from kangban.clinical.person import MedicineUse
from kangban.reasoning.medication.collect import Gathered
from kangban.reasoning.medication.items import gather
from kangban.reasoning.medication.resolve import resolver

RULES = (
    ("a@1", "avoid", ("坏", "bad"), ("s1#x",), ("", "")),
    ("b@1", "caution", ("当心", "care"), ("s2#x",), ("隔开吃", "apart")),
    ("c@1", "caution", ("当心点", "some care"), ("s3#x",), ("别吃", "not")),
)


def test_the_worst_leads_and_borrows_the_same_way_in_every_order() -> None:
    items, _ = gather([MedicineUse("布洛芬"), MedicineUse("华法林")], (), resolver())
    seen = set()
    for order in itertools.permutations(RULES):
        gathered = Gathered()
        for rule, severity, texts, citations, instead in order:
            gathered.find(
                rule, "interaction", severity, tuple(items), ("ibuprofen", "warfarin"), texts, citations, instead
            )
            gathered.miss("egfr", "avoid", (f"为什么{rule}", rule), ("布洛芬",))
        (found,) = gathered.findings()
        (asked,) = gathered.unknown()
        seen.add(
            (found.rule, found.severity, found.message, found.instead, found.citations, found.also_rules, asked.why)
        )
    assert seen == {("a@1", "avoid", "坏", "隔开吃", ("s1#x", "s2#x", "s3#x"), ("b@1", "c@1"), "为什么a@1")}
