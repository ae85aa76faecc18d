"""Files to words: text in its codings, pages through a reader, clear words for the rest."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from kangban.clinical.page import Page, Word
from kangban.journeys.insert_reading import MOST_CHARACTERS, read_words, words_of
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.readers import PagePicture

TEXT = "【禁忌】\r\n对本品过敏者禁用。"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
async def test_text_is_read_as_it_was_written(coding: str) -> None:
    assert await words_of(TEXT.encode(coding)) == TEXT


class Reader:
    def can_read(self, media_type: str) -> bool:
        return media_type == "application/pdf"

    async def read(self, content: bytes, media_type: str) -> AsyncIterator[Page]:
        for number, text in enumerate(("【禁忌】", "孕妇禁用。"), start=1):
            place = (0.1, 0.1, 0.9, 0.2)
            yield Page(number, (Word(text, place, place),), aspect=1.4, source="text_layer")

    async def picture(self, content: bytes, media_type: str, number: int) -> PagePicture:
        return PagePicture(number, "image/png", b"")


async def test_a_page_goes_through_its_reader() -> None:
    assert await words_of(b"%PDF-1.7 ...", (Reader(),)) == "【禁忌】\n孕妇禁用。"


@pytest.mark.parametrize("content", [b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n....", b"\xff\xd8\xff...."])
async def test_without_a_reader_a_page_or_a_picture_is_not_available(content: bytes) -> None:
    with pytest.raises(Unavailable) as error:
        await words_of(content)
    assert error.value.field == "file"


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"PK\x03\x04....", bytes(range(256)), b"\xff\xfe\x00", b"abc\x00def\xff"]
)
async def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        await words_of(content)


@pytest.mark.parametrize("text", ["", " \n\t", "药" * (MOST_CHARACTERS + 1)])
def test_no_words_or_endless_words_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_words(text)


@pytest.mark.parametrize("unit", ["\n", " ", "【", "【禁忌】孕妇禁用。", "【成份】含", "感染", "一次", "头痛、"])
def test_a_tiresome_text_is_read_in_time_that_grows_with_its_length(unit: str) -> None:
    read_words("头痛")
    started = time.process_time()
    read_words("药" + unit * (20_000 // len(unit)))
    assert time.process_time() - started < 5
