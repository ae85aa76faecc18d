"""Invented pages for readers of bytes: drawn with Debian's Chinese fonts, or written as PDF piece by piece."""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import lru_cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

ROWS = (
    ("白细胞计数", "6.21", "10^9/L", "3.50-9.50", ""),
    ("红细胞计数", "4.68", "10^12/L", "3.80-5.10", ""),
    ("血红蛋白", "138", "g/L", "115-150", ""),
    ("血小板计数", "96", "10^9/L", "125-350", "↓"),
    ("丙氨酸氨基转移酶", "68.9", "U/L", "7-40", "↑"),
    ("葡萄糖", "5.60", "mmol/L", "3.90-6.10", ""),
    ("总胆固醇", "6.96", "mmol/L", "2.80-5.20", "↑"),
    ("尿素", "5.12", "mmol/L", "2.60-7.50", ""),
    ("白蛋白", "44.5", "g/L", "40.0-55.0", ""),
    ("总胆红素", "12.8", "mg/L", "5.0-21.0", ""),
)
LEFTS = (80, 420, 560, 780, 1080)


@lru_cache(maxsize=1)
def _font_file() -> str:
    if shutil.which("fc-list") is None:
        pytest.skip("no fontconfig: a Chinese font cannot be found")
    found = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=True).stdout
    files = sorted(line.split(":")[0].strip() for line in found.splitlines() if line.strip())
    sans = [file for file in files if "Sans" in file and "Regular" in file] or files
    if not sans:
        pytest.skip("no Chinese font is installed")
    return sans[0]


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_font_file(), size)


def sheet(*, ruled: bool = False) -> Image.Image:
    """A4 at 150 dpi with a heading, a line about the patient and ROWS."""
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    draw.text((400, 60), "江城虚构医院检验报告单", font=font(40), fill="black")
    draw.text((80, 140), "姓名：李小满", font=font(26), fill="black")
    for i, row in enumerate(ROWS):
        y = 240 + i * 60
        for x, text in zip(LEFTS, row, strict=True):
            draw.text((x, y), text, font=font(26), fill="black")
        if ruled:
            draw.line((70, y - 10, 1170, y - 10), fill="black", width=2)
    if ruled:
        for x in (70, 410, 550, 770, 1070, 1170):
            draw.line((x, 230, x, 830), fill="black", width=2)
    return image


def on_table(page: Image.Image) -> Image.Image:
    """A photograph of the page lying askew on a dark table."""
    width, height = page.size
    size = width + 300, height + 300
    corners = [(190, 120), (width + 60, 180), (width + 230, height + 170), (90, height + 80)]
    weights = _homography(corners, [(0, 0), (width, 0), (width, height), (0, height)])
    seen = page.transform(size, Image.Transform.PERSPECTIVE, weights, Image.Resampling.BICUBIC)
    table = Image.new("RGB", size, (82, 68, 60))
    table.paste(seen, mask=Image.new("L", page.size, 255).transform(size, Image.Transform.PERSPECTIVE, weights))
    return table


def bent(page: Image.Image, most: float = 18) -> Image.Image:
    """A page that does not lie flat: its rows rise and fall by up to `most` pixels and half as much again below."""
    pixels = np.array(page)
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    moved = y + most * np.sin(x / width * np.pi * 1.2 + 0.3) * (1 + 0.5 * y / height)
    return Image.fromarray(pixels[np.clip(moved.round().astype(int), 0, height - 1), x])


def _homography(seen: list[tuple[int, int]], wanted: list[tuple[int, int]]) -> list[float]:
    rows: list[list[float]] = []
    values: list[float] = []
    for (x, y), (u, v) in zip(seen, wanted, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(one) for one in np.linalg.solve(np.array(rows, float), np.array(values, float))]


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pdf(*contents: str, page: str = "", size: tuple[float, float] = (595, 842), trailer: str = "") -> bytes:
    """A PDF of one content stream a page. Fonts: /L Helvetica, /Z a Chinese one in UCS-2, /N one without Unicode."""
    cid = "<</Type/Font/Subtype/CIDFontType0/BaseFont/{0}/CIDSystemInfo<</Registry(Adobe)/Ordering({1})/Supplement 4>>/DW 1000>>"
    kids = " ".join(f"{6 + 2 * i} 0 R" for i in range(len(contents)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(contents)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        f"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[{cid.format('STSong-Light', 'GB1')}]>>",
        f"<</Type/Font/Subtype/Type0/BaseFont/Own/Encoding/Identity-H/DescendantFonts[{cid.format('Own', 'Identity')}]>>",
    ]
    fonts = "/Resources<</Font<</L 3 0 R/Z 4 0 R/N 5 0 R>>>>>>"
    for i, content in enumerate(contents):
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]/Contents {7 + 2 * i} 0 R{page}{fonts}",
            f"<</Length {len(content.encode())}>>stream\n{content}\nendstream",
        ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<</Size {count}/Root 1 0 R{trailer}>>"
    return out + f"{end}\nstartxref\n{len(out)}\n%%EOF\n".encode()


def latin(x: float, y: float, text: str, size: float = 12, extra: str = "") -> str:
    """One piece of text in Helvetica, `y` from the bottom."""
    return f"BT /L {size} Tf {extra} 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n"


def chinese(x: float, y: float, text: str, size: float = 12, face: str = "Z") -> str:
    return f"BT /{face} {size} Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET\n"


LOCKED = pdf(
    latin(50, 700, "secret"),
    trailer="/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4"
    f"/O<{'a1' * 32}>/U<{'b2' * 32}>>>/ID[<{'00' * 16}><{'00' * 16}>]",
)


def filler() -> str:
    """Enough words for a page to count as one with a text layer."""
    return "".join(latin(50, 300 - 20 * i, "Results are to be judged by a physician.") for i in range(3))
