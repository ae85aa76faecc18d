"""How long what stands in the box may still be used: the day printed on it, and for opened bottles the opened life."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from kangban.reasoning.medication.resolve import Resolver, resolver

SOON_FOR: Final = timedelta(days=30)

KeptState = Literal["fine", "soon", "over"]


class Kept(msgspec.Struct, frozen=True):
    """Until when (inclusive), and why: the day on the box or the days after opening, whichever is sooner.

    `last_on` is None where nothing is known: no day noted, and no opened life that a source gives.
    """

    state: KeptState
    last_on: date | None = None
    why: Literal["expires", "opened", ""] = ""
    opened_days: int | None = None  # how long it keeps once opened, also where nobody noted the day
    citations: tuple[str, ...] = ()


def kept_until(
    name: str, expires_on: date | None, opened_on: date | None, today: date, using: Resolver | None = None
) -> Kept:
    """Judge one box. An opened life that fits the form counts from the day it was opened; the sooner day wins."""
    days, citations = opened_life(name, using)
    last, why = expires_on, "expires" if expires_on is not None else ""
    if opened_on is not None and days is not None:
        until = opened_on + timedelta(days=days)
        if last is None or until < last:
            last, why = until, "opened"
    if last is None:
        return Kept("fine", opened_days=days, citations=citations)
    state: KeptState = "over" if last < today else "soon" if last - today <= SOON_FOR else "fine"
    if why == "opened" and state == "soon":
        # A bottle that keeps four weeks is not "nearly over" on its first day.
        state = "soon" if (last - today).days <= 7 else "fine"
    return Kept(state, last, "opened" if why == "opened" else "expires", days, citations)


def opened_life(name: str, using: Resolver | None = None) -> tuple[int | None, tuple[str, ...]]:
    """(days, citations) of what keeps a limited time once opened; (None, ()) where no source says so.

    Of several rows or ingredients the shortest counts. A row for a form counts only for that form; where the name
    tells no form, every row may be meant and the shortest is taken.
    """
    names = using or resolver()
    found = names.resolve(name)
    if found.named is None or found.match == "misspelt":
        return None, ()
    told = f"{found.named.form} {found.named.name} {name}".casefold()
    best: tuple[int, tuple[str, ...]] | None = None
    for ingredient, _ in found.named.contents:
        row = names.names.ingredients.get(ingredient)
        for one in row.practical if row is not None else ():
            if one.topic != "opened_life" or one.days is None or not _fits(one.form, told, bool(found.named.form)):
                continue
            if best is None or one.days < best[0]:
                best = (one.days, one.citations)
    return best if best is not None else (None, ())


# Words of a form in packs → words on boxes.
_FORMS: Final = {
    "eye": ("滴眼", "眼", "eye"), "drop": ("滴", "drop"), "ear": ("滴耳", "耳", "ear"), "nas": ("鼻", "nas"),
    "syrup": ("糖浆", "口服液", "混悬", "溶液", "syrup", "suspension"), "suspension": ("混悬", "suspension"),
    "cream": ("膏", "凝胶", "cream", "gel"), "ointment": ("膏", "ointment"), "inhal": ("吸入", "气雾", "inhal"),
}  # fmt: skip


def _fits(form: str, told: str, form_known: bool) -> bool:
    wanted = form.casefold()
    if not wanted or wanted in told:
        return True
    words = [word for key, some in _FORMS.items() if key in wanted or any(s in wanted for s in some) for word in some]
    if any(word in told for word in words):
        return True
    other = any(word in told for some in _FORMS.values() for word in some)
    solid = any(word in told for word in ("片", "胶囊", "颗粒", "丸", "tablet", "capsule"))
    return not form_known and not other and not solid
