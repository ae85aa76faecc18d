"""Proofs over the packs: run by `make check` and at authoring time as `python -m kangban.rules.prove`.

A structural fault refuses the pack; a warning is printed and does not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from kangban.kernel.errors import RulePackRefused
from kangban.rules.evidence import KINDS, evidence_shares
from kangban.rules.faults import Fault
from kangban.rules.load import PACKS_ROOT, Packs, read_packs
from kangban.rules.proofs_medication import prove_medication
from kangban.rules.proofs_others import prove_articles, prove_diet, prove_labs, prove_red_flags
from kangban.rules.proofs_reports import prove_reports
from kangban.rules.proofs_sources import prove_sources
from kangban.rules.proofs_tables import prove_tables
from kangban.rules.proofs_use import prove_use
from kangban.rules.proofs_words import prove_words

PROOFS: tuple[Callable[[Packs], Iterator[Fault]], ...] = (
    prove_sources,
    prove_medication,
    prove_use,
    prove_words,
    prove_tables,
    prove_red_flags,
    prove_labs,
    prove_diet,
    prove_reports,
    prove_articles,
)


def prove(packs: Packs) -> list[Fault]:
    """Run every structural proof; an empty list means the packs may be used."""
    return [fault for proof in PROOFS for fault in proof(packs)]


def overdue(packs: Packs, today: date) -> list[str]:
    """Files past their `review_by`; their rules still run and say "review overdue"."""
    return [r.file for r in packs.reviews if r.review_by < today.isoformat()]


def _reviewless(packs: Packs) -> Iterator[str]:
    for review in packs.reviews:
        if not review.checked_by:
            yield f"warning: {review.file}: no second pass yet"


def main(arguments: list[str]) -> int:
    """Print faults, one a line; `--only TEXT` keeps those whose place contains TEXT. Exit 1 on faults."""
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    only_stem = Path(only).stem if only else ""
    try:
        packs = read_packs(PACKS_ROOT)
    except RulePackRefused as error:
        print(f"refused: {error.message}")
        return 1
    faults = [f for f in prove(packs) if only_stem in f.place or only_stem in f.what]
    for fault in faults:
        print(f"fault: {fault.place}: {fault.what}")
    if not only:
        for share in evidence_shares(packs):
            counts = ", ".join(f"{kind} {share.kinds[kind]}" for kind in KINDS)
            print(f"evidence: {share.duty} {share.facts}: {share.read:.1%} from a label or guideline read ({counts})")
        waiting = list(_reviewless(packs))
        print(f"{len(packs.reviews)} files, {len(faults)} faults, {len(waiting)} files without a second pass")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
