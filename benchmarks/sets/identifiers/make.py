"""Writes the sets from frames and pools, the same every time: `python -m benchmarks.sets.identifiers.make`."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# Invented people and places; of the sets no two share a name or an address.
POOLS: dict[str, Any] = json.loads((HERE / "pools.json").read_text("utf-8"))
SETS = {"development": 20261121, "held_out": 19580301, "second": 20270101}
REPEATS = 2
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
HAN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def luhn(body: str) -> str:
    total = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def resident(rng: random.Random, split: str, *, wrong: bool = False) -> str:
    born = f"{rng.randint(1935, 2021)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    body = rng.choice(POOLS["AREAS"][split].split()) + born + f"{rng.randint(1, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11
    return body + "10X98765432"[(check + 5) % 11 if wrong else check]


def credit_code(rng: random.Random) -> str:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91" + rng.choice(("110105", "310104", "440305")) + "".join(rng.choice(letters) for _ in range(9))
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    return body + letters[-sum(letters.index(c) * w for c, w in zip(body, weights, strict=True)) % 31]


def nhs(rng: random.Random) -> str:
    while True:
        body = "".join(str(rng.randint(0, 9)) for _ in range(9))
        check = 11 - sum(int(d) * (10 - n) for n, d in enumerate(body)) % 11
        if check != 10:
            return f"{body[:3]} {body[3:6]} {body[6:]}{check % 11}"


def hong_kong(rng: random.Random) -> str:
    letter, digits = rng.choice("ABCDEGHKPRVYZ"), "".join(str(rng.randint(0, 9)) for _ in range(6))
    total = 36 * 9 + (ord(letter) - 55) * 8 + sum(int(d) * (7 - n) for n, d in enumerate(digits))
    return f"{letter}{digits}({'0123456789A'[-total % 11]})"


def born(rng: random.Random) -> str:
    y, m, d = rng.randint(1935, 2024), rng.randint(1, 12), rng.randint(1, 28)
    ways = (f"{y}年{m}月{d}日", f"{y}-{m:02}-{d:02}", f"{y}/{m}/{d}", f"{y}.{m:02}.{d:02}")
    return rng.choice((*ways, "".join(HAN[c] for c in str(y)) + "年三月十二日"))


def born_en(rng: random.Random) -> str:
    y, m, d = rng.randint(1935, 2024), rng.randint(1, 12), rng.randint(13, 28)
    return rng.choice(
        (f"{MONTHS[m - 1]} {d}, {y}", f"{d} {MONTHS[m - 1][:3]} {y}", f"{m:02}/{d}/{y}", f"{y}-{m:02}-{d}")
    )


def digits(rng: random.Random, count: int) -> str:
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def mobile(rng: random.Random) -> str:
    return rng.choice(("130", "135", "138", "150", "159", "177", "186", "199")) + f"{rng.randint(0, 99999999):08}"


def grouped(text: str, sizes: tuple[int, ...], by: str) -> str:
    parts: list[str] = []
    for size in sizes:
        parts.append(text[:size])
        text = text[size:]
    return by.join(parts)


Maker = Callable[[random.Random, str], str]
SLOTS: dict[str, tuple[str, Maker]] = {
    "n": ("NAME", lambda r, s: r.choice(POOLS["NAMES"][s])),
    "s": ("NAME", lambda r, s: r.choice(POOLS["SURNAMES"][s])),
    "e": ("NAME", lambda r, s: r.choice(POOLS["ENGLISH"][s])),
    "el": ("NAME", lambda r, s: r.choice(POOLS["SURNAMES_EN"][s])),
    "id": ("ID", resident),
    "idx": ("ID", lambda r, s: resident(r, s, wrong=True)),
    "id15": ("ID", lambda r, s: (lambda i: i[:6] + i[8:17])(resident(r, s))),
    "m": ("TEL", lambda r, _: mobile(r)),
    "msp": ("TEL", lambda r, _: grouped(mobile(r), (3, 4, 4), r.choice(" -"))),
    "m86": ("TEL", lambda r, _: "+86" + r.choice((" ", "-", "")) + mobile(r)),
    "l": ("TEL", lambda r, _: r.choice(("010", "021", "0571", "0755")) + r.choice("- ") + digits(r, 8)),
    "lx": ("TEL", lambda r, _: "(0591)" + digits(r, 8) + r.choice(("转", "-")) + digits(r, 3)),
    "f4": ("TEL", lambda r, _: f"400-{digits(r, 3)}-{digits(r, 4)}"),
    "cnm": ("TEL", lambda r, _: "".join(HAN[c] for c in mobile(r))),
    "intl": ("TEL", lambda r, _: r.choice(("+1 415 555 0132", "+44 20 7946 0958", "+61 2 5550 1234", "+65 6123 4567"))),
    "usp": ("TEL", lambda r, _: r.choice(("(415) 555-0132", "415-555-0199", "+44 7700 900123", "212-555-0147"))),
    "mail": ("MAIL", lambda r, s: r.choice(POOLS["MAILS"][s])),
    "wx": ("ACCOUNT", lambda r, s: r.choice(POOLS["WECHATS"][s])),
    "qq": ("ACCOUNT", lambda r, _: digits(r, r.randint(7, 10))),
    "addr": ("ADDR", lambda r, s: r.choice(POOLS["ADDRESSES"][s])),
    "adde": ("ADDR", lambda r, s: r.choice(POOLS["ADDRESSES_EN"][s])),
    "yb": ("INSURANCE", lambda r, _: r.choice(("", "A", "YB", "M")) + digits(r, r.randint(8, 12))),
    "hn": ("FILENO", lambda r, _: r.choice(("", "ZY", "MZ-", "B0", "P")) + digits(r, r.randint(6, 10))),
    "bed": ("FILENO", lambda r, _: r.choice(("12床", "03床", "+5床", "26床"))),
    "mrn": ("FILENO", lambda r, _: r.choice(("", "A", "H")) + digits(r, r.randint(6, 9))),
    "dob": ("BIRTH", lambda r, _: born(r)),
    "dob8": ("BIRTH", lambda r, _: f"{r.randint(1935, 2024)}0{r.randint(1, 9)}{r.randint(10, 28)}"),
    "dobe": ("BIRTH", lambda r, _: born_en(r)),
    "card": ("CARD", lambda r, _: luhn("6222" + digits(r, 14))),
    "cardsp": ("CARD", lambda r, _: grouped(luhn("6217" + digits(r, 14)), (4, 4, 4, 4, 3), " ")),
    "plate": ("PLATE", lambda r, s: r.choice(POOLS["PLATES"][s])),
    "ip": ("NET", lambda r, _: r.choice(("192.168.31.7", "203.0.113.45", "10.24.8.119"))),
    "mac": ("NET", lambda r, _: r.choice(("3C:5A:B4:1D:9E:07", "a0-99-9b-01-fe-3c"))),
    "uscc": ("ORGNO", lambda r, _: credit_code(r)),
    "pp": ("PASSPORT", lambda r, _: r.choice("EG") + digits(r, 8)),
    "hkp": ("PERMIT", lambda r, _: r.choice("HMC") + digits(r, 8)),
    "twp": ("PERMIT", lambda r, _: digits(r, 8)),
    "hkid": ("PERMIT", lambda r, _: hong_kong(r)),
    "ssn": ("SSN", lambda r, _: f"{r.randint(100, 660)}-{r.randint(10, 99)}-{r.randint(1000, 9999)}"),
    "nhs": ("NHS", lambda r, _: nhs(r)),
}  # fmt: skip
NOISE: dict[str, Callable[[str], str]] = {
    "": lambda v: v,
    "fw": lambda v: v.translate(WIDE),
    "nl": lambda v: f"{v[:8]}\n{v[8:]}",
    "sp": lambda v: f"{v[:6]} {v[6:14]} {v[14:]}",
}
_SLOT = re.compile(r"\{(\w+)(?:~(\w+))?\}")


def filled(frame: str, rng: random.Random, split: str) -> tuple[str, list[list[Any]]]:
    """The frame with its slots filled, and where each value stands."""
    text, spans, at = "", [], 0
    for slot in _SLOT.finditer(frame):
        text += frame[at : slot.start()]
        kind, make = SLOTS[slot[1]]
        value = NOISE[slot[2] or ""](make(rng, split))
        spans.append([len(text), len(text) + len(value), kind])
        text += value
        at = slot.end()
    return text + frame[at:], spans


def lines(split: str) -> Iterator[dict[str, Any]]:
    """Every line of a set."""
    rng = random.Random(SETS[split])
    for row in (HERE / f"frames_{split}.txt").read_text("utf-8").splitlines():
        head, _, frame = row.partition(" ")
        if not head.startswith("@"):
            continue
        frame, _, given = frame.replace("\\n", "\n").partition("=")
        for _ in range(1 if given else int(head[1:]) * REPEATS):
            text, spans = filled(frame, rng, split)
            if given:
                start = text.index(given)
                spans = [[start, start + len(given), "NAME"]]
            yield {"text": text, "spans": spans}
    for row in (HERE / f"plain_{split}.txt").read_text("utf-8").splitlines():
        yield {"text": row, "spans": []}


def main() -> None:
    """Write both sets."""
    for split in SETS:
        rows = [{"id": f"{split}-{n:04}", **row} for n, row in enumerate(lines(split), 1)]
        path = HERE / f"{split}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        print(path.name, len(rows), sum(len(row["spans"]) for row in rows))


if __name__ == "__main__":
    main()
