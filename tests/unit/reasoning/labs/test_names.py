"""Names that reports print in several ways."""

from __future__ import annotations

import pytest

from kangban.reasoning.labs.resolve import resolve_analyte


@pytest.mark.parametrize("virus", ["乙肝", "乙肝病毒", "乙型肝炎", "乙型肝炎病毒"])
def test_a_hepatitis_virus_is_named_in_four_ways(virus: str) -> None:
    names = ("表面抗原", "e抗体", "核心抗体")
    found = [resolve_analyte(f"{virus}{name}", "", "", "", "words").analyte for name in names]
    assert found == ["hbsag", "hbeab", "hbcab"]


def test_a_virus_alone_is_no_test() -> None:
    assert resolve_analyte("乙型肝炎病毒", "", "", "", "words").analyte is None
