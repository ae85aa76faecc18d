"""An insert drawn in columns, photographed askew, read by the real reader: sections and contents come out as printed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PIL import Image, ImageDraw

from kangban.adapters.page_reader import PageReader
from kangban.journeys.insert_reading import read_words, words_of
from tests.support.drawn_pages import encoded, font, on_table

PARTS = (
    ("【药品名称】", "通用名称：对乙酰氨基酚片"),
    ("【成份】", "本品每片含主要成份对乙酰氨基酚0.5克。辅料为淀粉、硬脂酸镁。"),
    ("【适应症】", "用于普通感冒或流行性感冒引起的发热，也用于缓解轻至中度疼痛，如头痛、关节痛、牙痛。"),
    ("【用法用量】", "口服。成人一次1片，若持续发热或疼痛，可间隔4至6小时重复用药一次，24小时内不得超过4次。"),
    ("【不良反应】", "偶见皮疹、荨麻疹、药热及粒细胞减少。长期大量用药会导致肝肾功能异常。"),
    ("【禁忌】", "严重肝肾功能不全者禁用。对本品过敏者禁用。"),
    ("【注意事项】", "本品为对症治疗药，用于解热连续使用不超过3天，用于止痛不超过5天。孕妇及哺乳期妇女慎用。"),
    ("【贮藏】", "密封保存。"),
)


def leaflet(columns: int, size: int = 30) -> Image.Image:
    image = Image.new("RGB", (1654, 1100), "white")
    draw = ImageDraw.Draw(image)
    draw.text((560, 40), "对乙酰氨基酚片说明书", font=font(48), fill="black")
    width = (1654 - 120 - (columns - 1) * 60) // columns
    letters = width // size
    lines = [f"{head}{text}"[i : i + letters] for head, text in PARTS for i in range(0, len(head + text), letters)]
    each = -(-len(lines) // columns)
    for n, line in enumerate(lines):
        x, y = 60 + n // each * (width + 60), 150 + n % each * int(size * 1.6)
        draw.text((x, y), line, font=font(size), fill="black")
    return image


@pytest.fixture
async def reader() -> AsyncIterator[PageReader]:
    one = PageReader()
    yield one
    await one.close()


async def test_a_photograph_of_columns_is_read_column_by_column(reader: PageReader) -> None:
    read = read_words(await words_of(encoded(on_table(leaflet(2))), (reader,)))
    found = {s.key: "".join(s.text.split()) for s in read.sections}
    keys = ("composition", "indications", "dose", "adverse", "contraindications", "cautions", "storage")
    # A full stop at the end of a paragraph may be lost; no word may.
    assert {k: found[k].strip("。") for k in keys} == dict(
        zip(keys, (text.strip("。") for _, text in PARTS[1:]), strict=True)
    )
    assert [(c.ingredient, c.amount) for c in read.proposal.contents] == [("paracetamol", "0.5 克")]
    assert read.matched == "paracetamol"
