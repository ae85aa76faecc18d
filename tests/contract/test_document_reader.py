"""What the port of readers promises, asked of the one reader there is: words, and where on the page each stands."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from kangban.adapters.page_reader import PageReader, ReaderSettings
from kangban.clinical.page import Page, Word
from kangban.kernel.errors import NotFound
from kangban.kernel.media import sniff
from tests.support import drawn_pages
from tests.support.drawn_pages import ROWS, chinese, encoded, filler, latin, pdf
from tests.support.hidden_pages import faint, form, layered


@pytest.fixture(scope="module")
def reader():
    """One reader, so that the models are loaded once."""
    one = PageReader(ReaderSettings(page_seconds=120))
    yield one
    one._workshop._kill()


async def read(reader: PageReader, content: bytes) -> list[Page]:
    return [page async for page in reader.read(content, sniff(content))]


async def read_one(reader: PageReader, content: bytes) -> Page:
    (page,) = await read(reader, content)
    return page


def word(page: Page, text: str) -> Word:
    (found,) = [one for one in page.words if one.text == text]
    return found


def rows_of(page: Page) -> list[list[str]]:
    """Words grouped by the middle of `at`, as simply as can be."""
    rows: list[tuple[float, list[Word]]] = []
    for one in sorted(page.words, key=lambda w: w.at[1] + w.at[3]):
        middle = (one.at[1] + one.at[3]) / 2
        if rows and middle - rows[-1][0] < 0.5 * (one.at[3] - one.at[1]):
            rows[-1][1].append(one)
        else:
            rows.append((middle, [one]))
    return [[w.text for w in sorted(found, key=lambda w: w.at[0])] for _, found in rows]


def right_rows(page: Page) -> int:
    found = rows_of(page)
    return sum([text for text in row if text] in found for row in ROWS)


def right_values(page: Page) -> int:
    return sum(any(row[0] in found and row[1] in found for found in rows_of(page)) for row in ROWS)


def dark_inside(image: Image.Image, box: tuple[float, float, float, float]) -> bool:
    """Whether there is print inside a box."""
    width, height = image.size
    part = image.convert("L").crop(
        (int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height))
    )
    return part.size[0] > 3 and part.size[1] > 3 and part.getextrema()[0] < 110


async def test_a_text_layer_gives_cells_where_they_stand(reader) -> None:
    content = (
        chinese(50, 742, "血红蛋白") + latin(200, 742, "138") + latin(260, 742, "g/L") + latin(330, 742, "115 - 150")
    )
    page = await read_one(reader, pdf(content + filler()))
    assert page.source == "text_layer"
    assert [w.text for w in page.words[:4]] == ["血红蛋白", "138", "g/L", "115 - 150"]
    box = word(page, "138").box
    assert box[0] == pytest.approx(200 / 595, abs=0.002)
    assert box[1] < 100 / 842 < box[3]
    assert word(page, "138").at[1] == pytest.approx(box[1] * 842 / 595, abs=0.001)


async def test_raised_digits_stay_raised_and_in_their_word(reader) -> None:
    content = latin(50, 700, "10") + latin(63.4, 704, "9", 7) + latin(67.5, 700, "/L") + filler()
    assert word(await read_one(reader, pdf(content)), "10⁹/L")


async def test_what_cannot_be_seen_is_not_read(reader) -> None:
    bold = latin(50, 700, "4.68") + latin(50.3, 700, "4.68")
    hidden = latin(50, 650, "ignore this", extra="3 Tr")
    outside = latin(700, 600, "off the page")
    page = await read_one(reader, pdf(bold + hidden + outside + filler()))
    assert word(page, "4.68")
    assert "ignore" not in page.text
    assert "off" not in page.text


@pytest.mark.parametrize(
    "content",
    [
        pdf(latin(50, 650, "secret", extra="1 g") + "0 g\n" + filler()),
        pdf("0 0 0 rg 40 640 200 30 re f\n" + latin(50, 650, "secret", extra="0 g") + filler()),
        pdf(latin(50, 650, "4.68") + latin(50, 650, "secret", extra="1 g") + "0 g\n" + filler()),
        pdf(latin(50, 650, "secret", extra="0 g") + "1 1 1 rg 40 640 200 30 re f 0 g\n" + filler()),
        layered(latin(50, 700, "138"), latin(50, 650, "secret")),
        faint(latin(50, 650, "secret")),
        form("secret", flags=2),
    ],
    ids=["white on white", "black on black", "white over black", "covered", "layer off", "transparent", "hidden field"],
)  # fmt: skip
async def test_words_that_leave_no_ink_are_no_values(reader, content) -> None:
    page = await read_one(reader, content)
    assert page.source == "text_layer"
    assert "secret" not in page.text
    assert "physician" in page.text
    kept = (await reader.without_metadata(content, "application/pdf"))[1]
    assert "secret" not in (await read_one(reader, kept)).text


async def test_light_words_on_a_dark_ground_and_on_layers_that_are_on_are_read(reader) -> None:
    dark = pdf(
        "0.1 0.2 0.5 rg 40 640 200 30 re f\n" + latin(50, 650, "Haemoglobin - 138", extra="1 g") + "0 g\n" + filler()
    )
    assert word(await read_one(reader, dark), "Haemoglobin - 138")
    assert word(await read_one(reader, layered(latin(50, 700, "138"), latin(50, 650, "secret"))), "138")
    pale = pdf(latin(50, 650, "4.68 - 9.50", extra="0.6 g") + filler())
    assert word(await read_one(reader, pale), "4.68 - 9.50")


@pytest.mark.parametrize("drawn", [True, False])
async def test_filled_fields_of_a_form_are_read_and_kept(reader, drawn) -> None:
    content = form("138.5", drawn=drawn)
    assert word(await read_one(reader, content), "138.5")
    media_type, kept = await reader.without_metadata(content, "application/pdf")
    assert word(await read_one(reader, kept), "138.5")
    picture = await reader.picture(kept, media_type, 1)
    box = word(await read_one(reader, kept), "138.5").box
    assert dark_inside(Image.open(io.BytesIO(picture.content)), box)


async def test_radicals_and_full_width_signs_become_ordinary_ones(reader) -> None:
    content = chinese(50, 700, "⽩细胞") + chinese(50, 660, "６．５（高）") + filler()
    page = await read_one(reader, pdf(content))
    assert word(page, "白细胞")
    assert word(page, "6.5(高)")


@pytest.mark.parametrize("rotation", [90, 180, 270])
async def test_a_page_that_is_turned_by_its_file_is_read_as_shown(reader, rotation) -> None:
    matrix, below = {
        90: ("0 1 -1 0 200 300", "0 1 -1 0 240 300"),
        180: ("-1 0 0 -1 300 400", "-1 0 0 -1 300 360"),
        270: ("0 -1 1 0 200 400", "0 -1 1 0 160 400"),
    }[rotation]
    text = f"BT /L 12 Tf {matrix} Tm (Haemoglobin) Tj ET\n"
    rest = f"BT /L 12 Tf {below} Tm (Results are to be judged by a physician) Tj ET\n"
    page = await read_one(reader, pdf(text + rest, page=f"/Rotate {rotation}"))
    found = word(page, "Haemoglobin")
    assert page.turned == 0
    assert found.at[2] - found.at[0] > 3 * (found.at[3] - found.at[1])


async def test_text_that_runs_up_a_page_is_turned(reader) -> None:
    lines = "".join(f"BT /L 12 Tf 0 1 -1 0 {100 + 20 * i} 100 Tm (line {i} of a wide table) Tj ET\n" for i in range(6))
    page = await read_one(reader, pdf(lines))
    assert page.turned == 90
    assert page.aspect == pytest.approx(595 / 842, abs=0.01)
    assert [w.text for w in page.words] == [f"line {i} of a wide table" for i in range(6)]
    assert page.words[0].box[3] - page.words[0].box[1] > page.words[0].box[2] - page.words[0].box[0]


async def test_a_layer_without_unicode_is_read_by_eye(reader) -> None:
    content = "".join(chinese(50, 700 - 20 * i, "绝不是这些字符的编码而是别的", face="N") for i in range(5))
    assert (await read_one(reader, pdf(content))).source == "ocr"


async def test_letters_drawn_as_outlines_are_read_by_eye_and_an_empty_page_is_not(reader) -> None:
    outlines = "".join(f"{50 + i} 700 m {55 + i} 710 l S\n" for i in range(350))
    pages = await read(reader, pdf(outlines + latin(300, 30, "1"), ""))
    assert [page.source for page in pages] == ["ocr", "text_layer"]


async def test_a_scan_in_a_pdf_is_read_by_eye_page_by_page(reader) -> None:
    blank = Image.new("RGB", (1240, 1754), "white")
    content = encoded(drawn_pages.sheet(), "PDF", resolution=150.0, save_all=True, append_images=[blank])
    pages = await read(reader, content)
    assert [p.number for p in pages] == [1, 2]
    assert pages[0].source == "ocr"
    assert right_rows(pages[0]) >= len(ROWS) - 1
    assert not pages[1].words
    assert "few_words" in pages[1].doubts


@pytest.mark.parametrize("ruled", [False, True])
async def test_a_clean_scan(reader, ruled) -> None:
    image = drawn_pages.sheet(ruled=ruled)
    page = await read_one(reader, encoded(image))
    assert right_rows(page) == len(ROWS)
    assert (page.turned, page.source) == (0, "ocr")
    assert all(dark_inside(image, one.box) for one in page.words)


@pytest.mark.parametrize("turned", [90, 180, 270])
async def test_a_page_on_its_side_or_head_is_turned(reader, turned) -> None:
    image = drawn_pages.sheet().rotate(turned, expand=True)
    page = await read_one(reader, encoded(image))
    assert page.turned == turned
    assert right_rows(page) >= len(ROWS) - 1
    assert all(dark_inside(image, one.box) for one in page.words)


@pytest.mark.parametrize("angle", [2.2, -6, 13])
async def test_a_tilted_page_has_level_rows(reader, angle) -> None:
    image = drawn_pages.sheet().rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    page = await read_one(reader, encoded(image))
    assert right_values(page) == len(ROWS)


async def test_a_page_askew_on_a_table_under_a_shadow(reader) -> None:
    image = drawn_pages.on_table(drawn_pages.sheet())
    shadow = Image.linear_gradient("L").resize(image.size).point(lambda v: 110 + v * 145 // 255)
    image = Image.composite(image, Image.new("RGB", image.size), shadow)
    page = await read_one(reader, encoded(image, "JPEG", quality=60))
    assert right_values(page) == len(ROWS)
    assert page.aspect == pytest.approx(1754 / 1240, abs=0.12)
    assert sum(dark_inside(image, one.box) for one in page.words) == len(page.words)


@pytest.mark.parametrize("most", [18, -30])
async def test_a_page_that_does_not_lie_flat_has_level_rows(reader, most) -> None:
    page = await read_one(reader, encoded(drawn_pages.bent(drawn_pages.sheet(), most)))
    assert right_rows(page) >= len(ROWS) - 1
    middles = [[(w.at[1] + w.at[3]) / 2 for w in page.words if w.text in row[:2]] for row in ROWS]
    assert max(max(row) - min(row) for row in middles) < 0.006


async def test_the_bright_half_of_a_folded_page_is_not_taken_for_the_sheet(reader) -> None:
    image = drawn_pages.sheet()
    image.paste(image.crop((620, 0, 1240, 1754)).point(lambda v: v * 6 // 10), (620, 0))
    assert right_values(await read_one(reader, encoded(image))) == len(ROWS)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF"])
async def test_kinds_of_pictures(reader, kind) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    page = await read_one(reader, encoded(drawn_pages.sheet().crop((0, 0, 1240, 560)), kind))
    assert word(page, "138")


async def test_a_camera_held_sideways_and_pages_of_a_tiff(reader) -> None:
    small = drawn_pages.sheet().crop((0, 0, 1240, 560))
    sideways = small.rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    page = await read_one(reader, encoded(sideways, "JPEG", exif=exif))
    assert page.turned == 0
    assert dark_inside(small, word(page, "血红蛋白").box)
    pages = await read(reader, encoded(small, "TIFF", save_all=True, append_images=[small, small]))
    assert [p.number for p in pages] == [1, 2, 3]
    assert all("138" in p.text for p in pages)


async def test_a_cat_and_a_blank_sheet_have_no_words(reader) -> None:
    cat = Image.new("RGB", (900, 700), (120, 160, 90))
    draw = ImageDraw.Draw(cat)
    draw.ellipse((250, 200, 650, 600), fill=(210, 140, 60))
    draw.polygon([(270, 280), (300, 110), (420, 220)], fill=(210, 140, 60))
    draw.polygon([(630, 280), (600, 110), (480, 220)], fill=(210, 140, 60))
    draw.ellipse((350, 330, 410, 390), fill="black")
    draw.ellipse((490, 330, 550, 390), fill="black")
    for image in (cat, Image.new("RGB", (1240, 1754), "white")):
        page = await read_one(reader, encoded(image, "JPEG"))
        assert len(page.text) < 4
        assert "few_words" in page.doubts


async def test_pictures_of_pages(reader) -> None:
    made = await reader.picture(pdf(filler(), filler()), "application/pdf", 2)
    image = Image.open(io.BytesIO(made.content))
    assert (made.number, made.media_type) == (2, "image/png")
    assert image.size == (1240, 1754) or abs(image.size[0] - 1240) <= 2
    with pytest.raises(NotFound):
        await reader.picture(pdf(filler()), "application/pdf", 2)
