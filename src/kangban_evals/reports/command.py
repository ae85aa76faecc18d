"""`python -m kangban_evals reports`: prints, spoils, reads and scores; one JSON object with a part for each set.

Faults of even seeds are told row by row; odd seeds stay blind and are only counted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from kangban_evals.reports.press import Press
from kangban_evals.reports.reading import Line
from kangban_evals.reports.score import Counts
from kangban_evals.reports.sets import SETS, Case, SetName, cases, told


class Scores(msgspec.Struct, frozen=True):
    """Shares over all sheets of a set, over the blind half, by layout (percent of rows exact), and faults."""

    every: dict[str, float]
    blind: dict[str, float]
    exact_by_layout: dict[str, float]
    faults: list[str]


def summed(done: list[Case]) -> Scores:
    """One set's cases as shares."""
    every, blind, layouts = Counts(), Counts(), dict[str, Counts]()
    faults: list[str] = []
    for case in done:
        every.add(case.counts)
        layouts.setdefault(case.layout, Counts()).add(case.counts)
        if case.seed % 2:
            blind.add(case.counts)
            continue
        for fault in case.faults:
            where = f"{case.of} {case.layout} seed {case.seed} [{', '.join(case.done)}]"
            faults.append(
                f"{'UNSEEN ' * fault.unseen}{fault.what} · {where} · printed: {fault.printed} · read: {fault.read}"
            )
    by_layout = {name: round(told(c)["rows exact"], 2) for name, c in layouts.items()}
    return Scores(told(every), told(blind), by_layout, faults)


def main(arguments: list[str]) -> int:
    """Score and print; exit 2 where there is no browser to print with."""
    parser = argparse.ArgumentParser(prog="python -m kangban_evals reports")
    parser.add_argument("--set", dest="of", choices=[*SETS, "all"], default="clean")
    parser.add_argument("--limit", type=int, default=36, help="sheets of each set, layouts in turn")
    parser.add_argument("--first", type=int, default=0, help="added to every seed")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the JSON here instead of printing it")
    chosen = parser.parse_args(arguments)
    sets: tuple[SetName, ...] = SETS if chosen.of == "all" else (chosen.of,)
    line, scores = Line(), dict[str, Scores]()
    try:
        with Press() as press:
            for of in sets:
                scores[of] = summed(list(cases(press, line, of, chosen.limit, chosen.first)))
    except RuntimeError as error:
        print(str(error), file=sys.stderr)
        return 2
    finally:
        line.close()
    text = msgspec.json.format(msgspec.json.encode(scores), indent=1) + b"\n"
    if chosen.out is None:
        sys.stdout.buffer.write(text)
    else:
        chosen.out.write_bytes(text)
    return 0
