"""Files of words, archives, and every file that is refused: each with a reason a person understands."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import docx
import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from kangban.adapters.page_reader import PageReader, ReaderSettings, read_reader_settings
from kangban.adapters.page_reader.parts import missing_parts
from kangban.clinical.page import Page
from kangban.kernel.errors import InvalidInput, SettingsRefused
from kangban.kernel.media import DOCX, sniff
from kangban.kernel.texts import has_text
from tests.support.drawn_pages import LOCKED, encoded, filler, latin, pdf

SMALL = ReaderSettings(pages=3, megabytes=2, megapixels=4)


@pytest.fixture(scope="module")
def reader():
    one = PageReader(SMALL)
    yield one
    one._workshop._kill()


async def read(reader: PageReader, content: bytes, media_type: str = "") -> list[Page]:
    return [page async for page in reader.read(content, media_type or sniff(content))]


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def word_file() -> bytes:
    document = docx.Document()
    document.add_paragraph("门诊病历")
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(table.rows, (("项目", "结果", "单位"), ("血红蛋白", "138", "g/L")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("建议复查")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_what_bytes_are_told_by_bytes() -> None:
    assert sniff(word_file()) == DOCX
    assert sniff(zipped({"a.txt": b"x"})) == "application/zip"
    assert sniff("血红蛋白,138".encode("gb18030")) == "text/plain"
    assert sniff("血红蛋白".encode("utf-16")) == "text/plain"
    assert sniff("血".encode() * 5000) == "text/plain"
    assert sniff(bytes(range(256)) * 3) == "application/octet-stream"
    assert sniff(b"BMI 22.3") == "text/plain"
    assert sniff(encoded(Image.new("RGB", (4, 4)), "BMP")) == "image/bmp"


async def test_a_word_file_keeps_its_order_and_its_columns(reader) -> None:
    (page,) = await read(reader, word_file())
    assert [w.text for w in page.words] == ["门诊病历", "项目", "结果", "单位", "血红蛋白", "138", "g/L", "建议复查"]
    head, cell = page.words[2], page.words[5]
    assert head.at[0] == cell.at[0]
    assert page.source == "plain"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_tables_of_text_in_the_codings_people_have(reader, coding) -> None:
    text = '项目,结果,单位,参考范围\n血红蛋白,138,g/L,"115-150"\n葡萄糖,5.60,mmol/L,"3.9,6.1"\n'
    (page,) = await read(reader, text.encode(coding))
    assert [w.text for w in page.words[4:8]] == ["血红蛋白", "138", "g/L", "115-150"]
    assert page.words[-1].text == "3.9,6.1"
    assert len({w.at[0] for w in page.words}) == 4


async def test_spaces_and_tabs_set_cells_apart_and_prose_stays_whole(reader) -> None:
    (page,) = await read(reader, "血红蛋白   138   g/L\n白细胞\t6.2\t10^9/L\n# 小结, 一切, 都好\n".encode())
    assert [w.text for w in page.words] == ["血红蛋白", "138", "g/L", "白细胞", "6.2", "10^9/L", "# 小结, 一切, 都好"]
    assert page.words[0].box[3] <= page.words[3].box[1]


async def test_a_long_table_comes_as_pages_and_a_longer_one_is_refused(reader) -> None:
    rows = ["项目,结果,单位"] + [f"项目{i},{i},g/L" for i in range(9_999)]
    pages = await read(reader, "\n".join(rows).encode())
    assert sum(len(p.words) for p in pages) == 30_000
    assert [p.number for p in pages] == list(range(1, 51))
    await refusal(reader, "\n".join(rows * 3).encode(), "too_long")


async def test_a_zip_of_files_numbers_its_pages_on_and_names_the_files(reader) -> None:
    files = {"a/1.pdf": pdf(filler(), filler()), "__MACOSX/x": b"\0\0", "2.txt": "血压 120/80".encode()}
    pages = await read(reader, zipped(files))
    assert [(p.number, p.document) for p in pages] == [(1, "1.pdf"), (2, "1.pdf"), (3, "2.txt")]
    assert (await reader.picture(zipped(files), "application/zip", 2)).content


def lying_png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def word_bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 9))
    xml = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e8;</x>'.encode()
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": xml})


def locked_zip() -> bytes:
    content = bytearray(zipped({"a.txt": b"secret"}, zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def overlapping_zip() -> bytes:
    """Two entries in the list that share one body."""
    content = zipped({"a.txt": b"x" * 3000, "b.txt": b"x" * 3000}, zipfile.ZIP_STORED)
    second = content.rindex(b"PK\x01\x02")
    return content[: second + 42] + b"\0\0\0\0" + content[second + 46 :]


REFUSED = {
    "empty": lambda: b"",
    "blank text": lambda: b"\n \n",
    "too big": lambda: b"%PDF-" + bytes(2 * 1024 * 1024),
    "pages": lambda: pdf(*[filler()] * 4),
    "frames": lambda: encoded(
        Image.new("L", (9, 9)), "TIFF", save_all=True, append_images=[Image.new("L", (9, 9))] * 3
    ),
    "pixels": lambda: lying_png(60_000, 60_000),
    "locked PDF": lambda: LOCKED,
    "broken PDF": lambda: b"%PDF-1.7\n" + b"junk " * 50,
    "broken picture": lambda: encoded(Image.effect_noise((900, 900), 60), "JPEG")[:9000],
    "huge page": lambda: pdf(latin(10, 10, "x"), size=(90_000, 90_000)),
    "unknown": lambda: bytes(range(256)),
    "zip bomb": lambda: zipped({"a.txt": b"0" * 1_900_000}),
    "zip with a zip": lambda: zipped({"a.zip": zipped({"b.txt": b"x"})}),
    "zip of many": lambda: zipped({f"{i}.txt": b"x" for i in range(1001)}),
    "zip with a password": locked_zip,
    "zip that overlaps": overlapping_zip,
    "zip with a program": lambda: zipped({"a.exe": bytes(range(256))}),
    "word bomb": word_bomb,
    "broken word file": lambda: zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x"}),
}
REASONS = {
    "empty": "empty", "blank text": "empty", "too big": "too_big", "pages": "too_many_pages",
    "frames": "too_many_pages", "pixels": "too_many_pixels", "locked PDF": "encrypted", "broken PDF": "broken",
    "broken picture": "broken", "huge page": "page_too_large", "unknown": "unsupported", "zip bomb": "bomb",
    "zip with a zip": "nested", "zip of many": "too_many_files", "zip with a password": "encrypted",
    "zip that overlaps": "bomb", "zip with a program": "unsupported", "word bomb": "bomb",
    "broken word file": "broken",
}  # fmt: skip


async def refusal(reader: PageReader, content: bytes, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await read(reader, content)
    assert caught.value.key == f"reader.{why}"
    assert has_text(caught.value.key, "zh")
    assert has_text(caught.value.key, "en")


@pytest.mark.parametrize("name", list(REFUSED))
async def test_what_is_not_read_says_why(reader, name) -> None:
    await refusal(reader, REFUSED[name](), REASONS[name])
    assert (await read(reader, b"still at work"))[0].text == "still at work"


async def test_types_nobody_reads(reader) -> None:
    assert not reader.can_read("audio/mpeg")
    with pytest.raises(InvalidInput):
        await read(reader, b"OggS", "audio/ogg")


def test_settings_come_from_the_environment() -> None:
    assert read_reader_settings({}) == ReaderSettings()
    assert read_reader_settings({"KANGBAN_READER_PAGES": "5"}).pages == 5
    for wrong in ("0", "-1", "many", "1.5"):
        with pytest.raises(SettingsRefused):
            read_reader_settings({"KANGBAN_READER_IDLE_SECONDS": wrong})


def test_everything_that_reads_is_installed() -> None:
    assert missing_parts() == []


async def test_pictures_lose_their_metadata_and_stand_upright(reader) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    image = Image.new("RGB", (60, 30), "white")
    image.paste((200, 0, 0), (0, 0, 30, 30))
    for kind in ("JPEG", "PNG", "WEBP"):
        content = encoded(image, kind, exif=exif)
        media_type, bare = await reader.without_metadata(content, sniff(content))
        assert sniff(bare) == media_type
        assert b"SecretCamera" in content
        assert b"SecretCamera" not in bare
        opened = Image.open(io.BytesIO(bare))
        assert opened.size == (30, 60)
        assert not opened.getexif()
        assert opened.convert("RGB").getpixel((15, 10))[0] > 150 > opened.convert("RGB").getpixel((15, 10))[1]


async def test_a_pdf_loses_its_metadata_and_equal_files_stay_equal(reader) -> None:
    content = pdf(filler(), trailer="/Info<</Author(SecretPerson)>>")
    media_type, bare = await reader.without_metadata(content, "application/pdf")
    assert media_type == "application/pdf"
    assert b"SecretPerson" in content
    assert b"SecretPerson" not in bare
    assert (await reader.without_metadata(content, "application/pdf"))[1] == bare
    assert [p.text for p in await read(reader, bare)] == [p.text for p in await read(reader, content)]


async def test_a_photograph_in_a_pdf_loses_what_its_camera_wrote(reader) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    photograph = Image.effect_noise((200, 120), 40).convert("RGB")
    photograph.save(out, "JPEG", exif=exif, comment=b"SecretComment")
    made = pdfium.PdfDocument.new()
    drawn = pdfium.PdfImage.new(made)
    drawn.load_jpeg(io.BytesIO(out.getvalue()), inline=True)
    drawn.set_matrix(pdfium.PdfMatrix().scale(400, 240))
    page = made.new_page(400, 240)
    page.insert_obj(drawn)
    page.gen_content()
    kept = io.BytesIO()
    made.save(kept)
    content = kept.getvalue()
    _, bare = await reader.without_metadata(content, "application/pdf")
    for secret in (b"SecretCamera", b"SecretComment"):
        assert secret in content
        assert secret not in bare
    before, after = (pdfium.PdfDocument(one)[0].render(scale=1).to_numpy() for one in (content, bare))
    assert (before == after).all()


async def test_pages_are_parted_and_a_zip_by_its_files(reader) -> None:
    content = pdf(*(latin(50, 700, f"page of {name}") + filler() for name in ("Ann", "Bob", "Eve")))
    made = await reader.only_pages(content, "application/pdf", [1, 3])
    assert made is not None
    pages = await read(reader, made[1])
    assert [p.words[0].text for p in pages] == ["page of Ann", "page of Eve"]
    assert b"Bob" not in made[1]
    assert await reader.only_pages(content, "application/pdf", [1, 3]) == made
    bundle = zipped({"a.pdf": made[1], "b.txt": b"two"})
    parted = await reader.only_pages(bundle, "application/zip", [3])
    assert parted is not None
    assert [p.text for p in await read(reader, parted[1])] == ["two"]
    assert await reader.only_pages(bundle, "application/zip", [2, 3]) is None
    assert await reader.only_pages(encoded(Image.new("RGB", (300, 300))), "image/png", [1]) is None


def bars(digits: str) -> Image.Image:
    """EAN-13, drawn by its standard."""
    odd = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
    first = ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"][
        int(digits[0])
    ]
    flip = str.maketrans("01", "10")
    left = "".join(
        odd[int(d)] if side == "L" else odd[int(d)].translate(flip)[::-1]
        for d, side in zip(digits[1:7], first, strict=True)
    )
    right = "".join(odd[int(d)].translate(flip) for d in digits[7:])
    image = Image.new("RGB", (95 * 4 + 120, 260), "white")
    for i, bit in enumerate(f"101{left}01010{right}101"):
        if bit == "1":
            image.paste((0, 0, 0), (60 + 4 * i, 40, 64 + 4 * i, 220))
    return image


async def test_bars_of_a_box(reader) -> None:
    image = bars("6901234567892")
    assert await reader.barcodes(encoded(image), "image/png") == ("6901234567892",)
    assert await reader.barcodes(encoded(image.rotate(90, expand=True)), "image/png") == ("6901234567892",)
    assert await reader.barcodes(encoded(Image.new("RGB", (300, 300), "white")), "image/png") == ()


async def test_a_point_in_a_font_the_file_does_not_bring_stays_in_its_number(reader: PageReader) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    paper = canvas.Canvas(file)
    paper.setFont("STSong-Light", 10)
    for line, value in enumerate(("6.21", "118.5", "4.05", "3.5-9.5")):
        paper.drawString(60, 700 - 20 * line, "白细胞计数")
        paper.drawString(200, 700 - 20 * line, value)
    paper.setFillColorRGB(1, 1, 1)
    paper.drawString(60, 500, "隐藏 9.99")
    paper.save()
    (page,) = await read(reader, file.getvalue())
    told = [word.text for word in page.words]
    assert told[1::2] == ["6.21", "118.5", "4.05", "3.5-9.5"]
    assert "9.99" not in page.text
