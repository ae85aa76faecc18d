"""Boxes by photograph and by code: read into a form, kept as a person confirmed it, remembered by their bars."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import msgspec
import pytest

from kangban.clinical.page import Page, Word
from kangban.clinical.record import MedicationStatement, Patient
from kangban.journeys.attachments import Upload
from kangban.journeys.boxes import BoxSeen, by_code, photograph, put_in, remembered
from kangban.journeys.family import add_member, withdraw_fact
from kangban.journeys.house import House, seen_by
from kangban.kernel.barcodes import code_of
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted, Unavailable
from kangban.ports.readers import PagePicture
from tests.support.houses import memory_house, person_with_account

PHOTO = b"\x89PNG\r\n\x1a\n an invented photograph"
CODE = "6901234567892"
PRINTED = (
    (0.10, 0.10, "布洛芬缓释胶囊", 0.06),
    (0.10, 0.20, "规格：0.3g", 0.02),
    (0.10, 0.25, "国药准字H10900000", 0.02),
    (0.10, 0.30, "产品批号：A240501", 0.02),
    (0.10, 0.35, "有效期至：2027年04月", 0.02),
)


class BoxReader:
    """Reads one picture: the words given, and bars where there are any."""

    def __init__(self, *codes: str, doubts: tuple[str, ...] = ()) -> None:
        self.codes, self.doubts = codes, doubts

    def can_read(self, media_type: str) -> bool:
        return media_type == "image/png"

    async def read(self, content: bytes, media_type: str) -> AsyncIterator[Page]:
        words: list[Word] = []
        for x, y, text, height in PRINTED:
            place = (x, y, x + 0.8 * height * len(text), y + height)
            words.append(Word(text, place, place))
        yield Page(1, tuple(words), 1.0, "ocr", doubts=self.doubts)

    async def picture(self, content: bytes, media_type: str, number: int) -> PagePicture:
        return PagePicture(number, "image/png", content)

    async def barcodes(self, content: bytes, media_type: str) -> tuple[str, ...]:
        return self.codes

    async def without_metadata(self, content: bytes, media_type: str) -> tuple[str, bytes]:
        return media_type, content


async def at_home(*codes: str, doubts: tuple[str, ...] = ()) -> tuple[House, str]:
    house = msgspec.structs.replace(memory_house(), readers=(BoxReader(*codes, doubts=doubts),))
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    return mum, await add_member(mum, Patient("奶奶", born_on=date(1950, 1, 1)), client_id="gran", consent=True)


async def test_a_photograph_fills_the_form_and_nothing_is_kept() -> None:
    mum, gran = await at_home(CODE)
    seen = await photograph(mum, gran, Upload("box.png", PHOTO))
    box = seen.box
    assert (box.name, box.strength, box.approval) == ("布洛芬缓释胶囊", "0.3g", "国药准字H10900000")
    assert (box.batch, box.expires_on, box.barcode) == ("A240501", date(2027, 4, 30), CODE)
    assert not seen.known
    assert seen.doubtful == ()
    assert not await mum.store.entries("home", gran, kinds=["MedicationStatement", "DocumentReference"])


async def test_a_poor_photograph_makes_every_field_doubtful() -> None:
    mum, gran = await at_home(doubts=("blurred",))
    seen = await photograph(mum, gran, Upload("box.png", PHOTO))
    assert set(seen.doubtful) == {"name", "strength", "expires_on", "batch", "approval"}


async def test_what_was_confirmed_is_kept_with_its_photograph_and_met_again_by_its_code() -> None:
    mum, gran = await at_home(CODE)
    seen = await photograph(mum, gran, Upload("box.png", PHOTO))
    sure = msgspec.structs.replace(seen.box, name="布洛芬缓释胶囊（按盒子改过）")
    made = await put_in(mum, gran, sure, seen.upload, "tap-1")
    assert await put_in(mum, gran, sure, seen.upload, "tap-1") == made
    entry = await mum.store.get("home", made)
    [photo] = await mum.store.entries("home", gran, kinds=["DocumentReference"])
    assert entry.body == sure
    assert (entry.provenance.source, entry.provenance.document_id) == ("document", photo.id)
    again = await by_code(mum, gran, "690 1234-567892")
    assert again.known
    assert (again.box.name, again.box.strength, again.box.approval) == (sure.name, "0.3g", "国药准字H10900000")
    assert (again.box.batch, again.box.expires_on) == ("", None), "those are of the next box itself"
    await withdraw_fact(mum, made)
    assert (await by_code(mum, gran, CODE)).known, "a code outlives the box"


async def test_a_new_code_leads_to_an_empty_form() -> None:
    mum, gran = await at_home()
    assert await by_code(mum, gran, CODE) == BoxSeen(MedicationStatement("", status="in_cabinet", barcode=CODE))


@pytest.mark.parametrize(
    "typed", ["", "690", "6901234567893", "69012345678921", "布洛芬", "６９０１２３４５６７８９２"]
)
async def test_digits_that_do_not_fit_are_refused(typed: str) -> None:
    mum, gran = await at_home()
    with pytest.raises(InvalidInput):
        await by_code(mum, gran, typed)
    assert code_of(typed) is None
    if typed:
        with pytest.raises(InvalidInput):
            await put_in(mum, gran, MedicationStatement("布洛芬", barcode=typed))


async def test_what_is_no_photograph_is_refused_and_no_reader_is_said() -> None:
    mum, gran = await at_home()
    with pytest.raises(InvalidInput):
        await photograph(mum, gran, Upload("box.txt", "布洛芬".encode()))
    with pytest.raises(Unavailable):
        await photograph(msgspec.structs.replace(mum, readers=()), gran, Upload("box.png", PHOTO))


async def test_another_family_member_without_a_right_learns_nothing() -> None:
    mum, gran = await at_home(CODE)
    await put_in(mum, gran, MedicationStatement("布洛芬", barcode=CODE))
    other = seen_by(mum, await person_with_account(mum, "aide", "helper"))
    assert await remembered(other, CODE) is None
    for call in (photograph(other, gran, Upload("box.png", PHOTO)), by_code(other, gran, CODE),
                 put_in(other, gran, MedicationStatement("布洛芬"))):  # fmt: skip
        with pytest.raises((NotFound, NotPermitted)):
            await call
