"""Proofs that a row's words say what its severity says: a family reads the words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.rules.faults import Fault
from kangban.rules.load import Packs
from kangban.rules.schema import Caution, Interaction

_GRAVE = ("contraindicated", "avoid")
_DIRECTION = re.compile("不能|不要|别|禁|避免|不可|不得|不宜|勿|忌|不用|不建议|不推荐|不吃|不喝|不给")
_DIRECTION_EN = re.compile(
    r"\b(?:not|no|never|avoid(?:ed)?|without|nothing|stop|contraindicated|leave out|don't|cannot|forbid(?:s|den)?)\b",
    re.IGNORECASE,
)
_FORBIDS = re.compile("^(?:别|不要|不能|禁止)(?:再?用|吃|服|喝)(?!.{0,12}(?:一起|同时|自己|超过|多))")
_FORBIDS_EN = re.compile(
    r"^(?:do not|never|must not) (?:use|take|drink)(?! (?:it )?(?:together|more|longer|with|on your own))",
    re.IGNORECASE,
)


def prove_words(packs: Packs) -> Iterator[Fault]:
    """Grave rows tell what not to do, in both languages; what may be done with care is not forbidden as the way out."""
    for thing, rows in [
        *((f"ingredient {i.id}", (*i.caution, *i.interaction)) for i in packs.ingredients),
        *((f"product {p.id}", p.caution) for p in packs.products),
    ]:
        for row in rows:
            yield from _prove_row(f"{thing} {row.key}", row)


def _prove_row(place: str, row: Caution | Interaction) -> Iterator[Fault]:
    if row.severity in _GRAVE:
        if not _DIRECTION.search(row.message) or not _DIRECTION_EN.search(row.message_en):
            yield Fault(place, f"is {row.severity}, but its words do not say what not to do")
    elif _FORBIDS.search(row.instead) or _FORBIDS_EN.search(row.instead_en):
        yield Fault(place, f"is {row.severity}, but what to do instead forbids it")
