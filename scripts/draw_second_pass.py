"""Draw the facts a second pass re-derives from their sources: `draw_second_pass.py [--lot h,j] [--share 0.05]`.

A fact is one row of a medication file without `checked_by`; its lot is the sources file of its first citation.
Whether a row is drawn depends on seed, file and row alone, so a larger share holds the smaller one and a changed pack
moves no other row. Rows that rest on memory alone have no source to be re-derived from: they are counted, not drawn.
`--without e1,pairs` leaves out what cites a lot that was read lately; `--signed` draws from signed files, too;
`--part 2/3` prints every third fact of the draw, for passes side by side.
"""

from __future__ import annotations

import argparse
import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MEDICATION = Path(__file__).parents[1] / "src/kangban/rules/packs/medication"
KINDS = ("dose", "caution", "interaction", "practical", "indication")


def fraction(seed: int, file: str, row: str) -> float:
    """Where a row stands between 0 and 1; it is drawn when this is below the share."""
    return int(hashlib.sha256(f"{seed}|{file}|{row}".encode()).hexdigest()[:15], 16) / 16**15


def passages() -> dict[str, tuple[str, str, str, str, str]]:
    """`source#key` → lot, evidence kind, address, place, paraphrase."""
    found: dict[str, tuple[str, str, str, str, str]] = {}
    for path in sorted(MEDICATION.glob("sources_*.toml")):
        lot = path.stem.removeprefix("sources_")
        for source in tomllib.loads(path.read_text("utf-8")).get("source", ()):
            for one in source["passages"]:
                said = one.get("passage_en") or one["passage"]
                where = source.get("address", "")
                found[f"{source['id']}#{one['key']}"] = (lot, source["evidence"], where, one["place"], said)
    return found


def facts(*, signed: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (file, row name, row) of every fact, in files nobody has checked or in all."""
    for path in sorted((*MEDICATION.glob("ingredients/*.toml"), *MEDICATION.glob("products/*.toml"))):
        file, read = path.relative_to(MEDICATION).as_posix(), tomllib.loads(path.read_text("utf-8"))
        if read.get("checked_by") and not signed:
            continue
        owners = [(f"{one['id']} ", one) for one in read["product"]] if "product" in read else [("", read)]
        for prefix, owner in owners:
            if "contains" in owner:
                yield file, f"{prefix}contains", owner
            for kind in KINDS:
                for row in owner.get(kind, ()):
                    yield file, f"{prefix}{kind} {row['key']}", row


def shown(row: dict[str, Any]) -> str:
    """One line of what the row claims, without its words of advice."""
    left_out = {"citations", "instead", "instead_en", "message", "text", "note", "key", "caution", "indication"}
    return "; ".join(f"{name}={value}" for name, value in row.items() if name not in left_out and value != {})


def main() -> None:
    """Print the draw, grouped by lot, and how many facts each lot has."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--lot", default="")
    parser.add_argument("--without", default="", help="lots read lately: a fact that cites one of them is not drawn")
    parser.add_argument("--signed", action="store_true", help="draw from files with a checked_by, too")
    parser.add_argument("--part", default="1/1", help="2/3: the second of three parts of the draw")
    asked = parser.parse_args()
    known, lots = passages(), {one for one in asked.lot.split(",") if one}
    without = {one for one in asked.without.split(",") if one}
    counted: Counter[tuple[str, str]] = Counter()
    drawn: list[tuple[str, str]] = []
    for file, name, row in facts(signed=asked.signed):
        cited = [known[one] for one in row["citations"]]
        lot = cited[0][0]
        if (lots and lot not in lots) or without.intersection(one[0] for one in cited):
            continue
        if all(one[1] == "recalled" for one in cited):
            counted[lot, "recalled"] += 1
            continue
        counted[lot, "facts"] += 1
        if fraction(asked.seed, file, name) < asked.share:
            counted[lot, "drawn"] += 1
            lines = [
                f"    {c} [{s[1]}] {s[3]} | {s[2]}\n        {s[4]}"
                for c, s in zip(row["citations"], cited, strict=True)
            ]
            drawn.append((lot, "\n".join([f"{lot} {file} · {name}: {shown(row)}", *lines])))
    part, parts = (int(one) for one in asked.part.split("/"))
    print("\n".join(text for _, text in sorted(drawn)[part - 1 :: parts]))
    for (lot, what), number in sorted(counted.items()):
        print(f"lot {lot}: {number} {what}")


if __name__ == "__main__":
    main()
