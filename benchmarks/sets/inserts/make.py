"""Makes labelled inserts from frames and pools: `python -m benchmarks.sets.inserts.make`. The same every time.

A frame is `TYPE SECTION | text`; `{kind}` or `{kind_pool}` draws from a pool and labels it,
`<kind:words>` labels words, `[pool]` draws without a label. The sets share neither frames nor (but by chance) words.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SIZES = {"development": (100, 41), "held_out": (70, 97), "second": (60, 113)}
TYPES = ("tcm", "western", "cold", "eye", "english")
WEIGHTS = (40, 28, 12, 10, 10)
_SLOT = re.compile(r"\{(?P<kind>\w+)\}|<(?P<label>\w+):(?P<words>[^>]+)>|\[(?P<pool>\w+)\]")
_RADICALS = {
    "门": "⻔",
    "风": "⻛",
    "见": "⻅",
    "黄": "⻩",
    "食": "⻝",
    "骨": "⻣",
    "车": "⻋",
    "鼻": "⿐",
    "目": "⽬",
    "心": "⼼",
    "痰": "痰",
}
Cell = tuple[str, int]  # a character and the number of its label, 0 for none
KINDS = (
    "drug", "ingredient", "disease", "symptom", "syndrome", "disease_group", "food", "food_group", "person_group",
    "drug_group", "efficacy", "dosage_form", "nature_taste",
)  # fmt: skip
LAYOUTS = ("black", "black", "white", "square", "round", "bare", "bare_space", "gaps", "numbered", "run_on", "half")


def read_frames(split: str) -> dict[str, dict[str, list[str]]]:
    frames: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in (HERE / f"frames_{split}.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            place, text = line.split("|", 1)
            types, section = place.split()
            for one in types.split(","):
                frames[one][section].append(text.strip().replace("\\n", "\n"))
    return frames


def read_pools(split: str) -> dict[str, list[str]]:
    pools: dict[str, list[str]] = {}
    for line in (HERE / f"pools_{split}.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, words = line.split("|", 1)
            pools[name.strip()] = [
                w.strip() for w in (words.split(";") if ";" in words else words.split()) if w.strip()
            ]
    return pools


def kind_of(slot: str) -> str:
    """`disease_eye_disease` draws from the pool eye_disease and is labelled disease."""
    return max((k for k in KINDS if slot == k or slot.startswith(f"{k}_")), key=len)


def pool_of(slot: str) -> str:
    kind = kind_of(slot)
    rest = slot.removeprefix(kind).removeprefix("_")
    return slot if rest in ("", "en") else rest


class Writer:
    """Fills frames and keeps the labels."""

    def __init__(self, seed: random.Random, pools: dict[str, list[str]]) -> None:
        self.seed, self.pools = seed, pools
        self.kinds: list[str] = [""]
        self.used: set[str] = set()

    def draw(self, pool: str) -> str:
        """A word not drawn before, as long as there is one."""
        fresh = [w for w in self.pools[pool] if w not in self.used] or self.pools[pool]
        word = self.seed.choice(fresh)
        self.used.add(word)
        return word

    def fill(self, frame: str) -> list[Cell]:
        """The characters of a filled frame with their labels."""
        cells: list[Cell] = []
        at = 0
        for slot in _SLOT.finditer(frame):
            cells += [(c, 0) for c in frame[at : slot.start()]]
            at = slot.end()
            if slot["pool"]:
                cells += self.fill(self.draw(slot["pool"]))
            else:
                words = slot["words"] or self.draw(pool_of(slot["kind"]))
                self.kinds.append(slot["label"] or kind_of(slot["kind"]))
                cells += [(c, len(self.kinds) - 1) for c in words]
        return cells + [(c, 0) for c in frame[at:]]


def heading(name: str, layout: str, number: int, seed: random.Random) -> str:
    gapped = " ".join(name)
    return {
        "black": f"【{name}】", "white": f"〖{name}〗\n", "square": f"[{name}]", "round": f"（{name}）\n",
        "bare": f"{name}：",
        "bare_space": f"{name}\n", "gaps": f"【{gapped}】", "numbered": f"{number}．{name}：", "run_on": f"【{name}】",
        "half": f"【{name} " if seed.random() < 0.3 else f"【{name}】", "english": name,
    }[layout]  # fmt: skip


def noisy(cells: list[Cell], layout: str, seed: random.Random) -> list[Cell]:
    """Printing and misreading: gaps, broken lines, radicals, full-width figures; labels stay."""
    sort = seed.choice(("clean", "clean", "gaps", "wrapped", "radicals", "wide"))
    out: list[Cell] = []
    column = 0
    width = seed.randint(24, 36)
    for char, label in cells:
        column = 0 if char == "\n" else column + 1
        shown = char
        if sort == "radicals" and seed.random() < 0.5:
            shown = _RADICALS.get(char, char)
        if sort == "wide" and char in "0123456789":
            shown = chr(ord(char) + 0xFEE0)
        out.append((shown, label))
        if sort == "gaps" and "\u4e00" <= shown <= "\u9fff" and seed.random() < 0.02:
            out.append((" ", label))
        if sort == "wrapped" and layout not in ("english", "bare_space", "round", "white") and column >= width:
            out.append(("\n", label))
            column = 0
    return out


def insert(number: int, seed: random.Random, frames: Any, pools: dict[str, list[str]]) -> dict[str, Any]:
    sort = seed.choices(TYPES, WEIGHTS)[0]
    layout = "english" if sort == "english" else seed.choice(LAYOUTS)
    writer = Writer(seed, pools)
    cells: list[Cell] = []
    marks: list[tuple[str, int]] = []
    order = list(frames[sort])
    for at, section in enumerate(s for s in order if s == "preface" or seed.random() < 0.93):
        text = seed.choice(frames[sort][section])
        if section != "preface":
            # "key=HEADING" draws the printed heading from the pool of its key.
            printed = writer.draw(f"h_{'en_' if sort == 'english' else ''}{section}")
            if cells:
                cells += [] if layout == "run_on" else [("\n", 0)]
            cells += [(c, 0) for c in heading(printed, layout, at, seed)] + ([("\n", 0)] if sort == "english" else [])
            marks.append((section, len(cells)))
        cells += writer.fill(text)
    # Marks of section bodies travel as cells with a negative label.
    starts = {position: key for key, position in marks}
    tagged: list[Cell] = []
    where: list[tuple[str, int]] = []
    for position, cell in enumerate(cells):
        if position in starts:
            where.append((starts[position], len(tagged)))
        tagged.append(cell)
    final = noisy(tagged, layout, seed)
    return labelled(f"{number:03d}", sort, layout, final, writer.kinds, [k for k, _ in where])


def labelled(id_: str, sort: str, layout: str, cells: list[Cell], kinds: list[str], keys: list[str]) -> dict[str, Any]:
    text = "".join(c for c, _ in cells)
    spans: dict[int, list[int]] = defaultdict(list)
    at = 0
    for char, label in cells:
        if label and char and not char.isspace():
            spans[label] += [at, at + 1]
        at += len(char)
    entities = sorted([min(s), max(s), kinds[label]] for label, s in spans.items())
    return {"id": id_, "sort": sort, "layout": layout, "text": text, "entities": entities, "sections": keys}


def main() -> None:
    for split, (count, start) in SIZES.items():
        if not (HERE / f"frames_{split}.txt").is_file():
            continue
        seed = random.Random(start)
        frames, pools = read_frames(split), read_pools(split)
        rows = [insert(n + 1, seed, frames, pools) for n in range(count)]
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (HERE / f"{split}.jsonl").write_text(lines + "\n", "utf-8")


if __name__ == "__main__":
    main()
