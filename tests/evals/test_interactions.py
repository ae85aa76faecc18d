"""Any list of pairs can be scored; what is not in the catalogue is counted and not scored."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kangban_evals.interactions import Pair, read_pairs, score_pairs, sums
from tests.support.stores import child_environment


def test_reachable_pairs_are_scored_and_the_rest_is_counted(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(
        "\ufeffDrug1,Drug2,Level\nwarfarin,ibuprofen,high\nunheard-of,aspirin,high\nparacetamol,amoxicillin,none\n"
    )
    pairs = read_pairs(file, "high")
    found = {line.level: line for line in sums(pairs, score_pairs(pairs))}
    assert (found["high"].listed, found["high"].reachable, found["high"].at_avoid) == (2, 1, 1)
    assert (found["none"].reachable, found["none"].at_caution) == (1, 0)


def test_a_finding_must_name_both_medicines():
    scored = score_pairs([Pair("paracetamol", "amoxicillin", "none")])
    assert scored[0].found is None


@pytest.mark.parametrize("text", ["x,y\n1,2\n", "a,b,level\nwarfarin,aspirin,terrible\n"])
def test_a_list_that_cannot_be_read_is_refused(tmp_path, text):
    file = tmp_path / "list.csv"
    file.write_text(text)
    with pytest.raises(ValueError):
        read_pairs(file, "high")


def test_the_command_prints_one_object_a_pair(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("a,b\nsimvastatin,clarithromycin\n")
    command = [sys.executable, "-m", "kangban_evals", "interactions", "--list", str(file), "--jsonl"]
    said = subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=True).stdout
    assert json.loads(said)["found"] == "contraindicated"
