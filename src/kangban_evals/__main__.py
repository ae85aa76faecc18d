"""`python -m kangban_evals identifiers|inserts --list FILE`: scores as one JSON object on stdout.

`interactions --list FILE [--level …] [--jsonl]` scores a CSV of drug pairs. `reports [--set …] [--limit N]` prints
invented laboratory reports, reads them and scores the reading.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban_evals import interactions
from kangban_evals.inserts import mark_inserts, read_inserts
from kangban_evals.marking import mark, read_list


def main() -> int:
    """Score and print; exit 2 for a list that cannot be read."""
    if sys.argv[1:2] == ["interactions"]:
        return interactions.main(sys.argv[2:])
    if sys.argv[1:2] == ["reports"]:
        # The reader, numpy and OpenCV are loaded only for whoever asks for them.
        from kangban_evals.reports import command

        return command.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m kangban_evals")
    of = parser.add_subparsers(dest="of", required=True)
    identifiers = of.add_parser("identifiers", help="Names and numbers of persons: recall and precision by span.")
    identifiers.add_argument("--list", required=True, type=Path, metavar="FILE", help="JSON lines with text and spans.")
    inserts = of.add_parser("inserts", help="Entities of package inserts: F1 a kind and over all.")
    inserts.add_argument("--list", required=True, type=Path, metavar="FILE", help="JSON lines with text and entities.")
    chosen = parser.parse_args()
    try:
        marks = mark_inserts(read_inserts(chosen.list)) if chosen.of == "inserts" else mark(read_list(chosen.list))
    except (
        OSError,
        UnicodeError,
        msgspec.DecodeError,
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        InvalidInput,
    ) as error:
        print(f"the list cannot be read: {type(error).__name__}", file=sys.stderr)
        return 2
    sys.stdout.buffer.write(msgspec.json.encode(marks) + b"\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
