"""Whose is it? Documents of somebody else put before a member: none may pass in silence.

Each try is a small report as plain text, read by the real reader, and a member it is held against.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Literal

import msgspec

from kangban.clinical.person import Sex
from kangban.clinical.record import Entry, Patient, Provenance
from kangban.journeys.house import Member
from kangban.journeys.reports.whose import whose
from kangban_evals.reports.reading import Line

ON = date(2026, 6, 1)
_BODY = "项目名称\t结果\t单位\t参考范围\n白细胞计数\t6.10\t10^9/L\t3.50-9.50\n血红蛋白\t138\tg/L\t115-175\n"
_NAMES = ("王秀兰", "张建国", "李雪梅", "刘志强", "陈静怡", "赵德明", "周晓燕", "孙文博", "欧阳国栋", "马玉珍")
# Names that look or sound alike and are two people's.
_NEAR = {
    "王秀兰": ("王秀英", "汪秀兰", "王秀"), "张建国": ("张建华", "章建国", "张国建"),
    "李雪梅": ("李雪", "李雪玫", "李学梅"),
    "刘志强": ("刘智强", "柳志强", "刘志"), "陈静怡": ("陈静宜", "陈怡静", "程静怡"),
    "赵德明": ("赵德民", "赵明", "赵明德"),
    "周晓燕": ("周小燕", "周晓艳", "邹晓燕"), "孙文博": ("孙文", "孙文波", "孙博文"),
    "欧阳国栋": ("欧国栋", "欧阳国梁", "阳国栋"),
    "马玉珍": ("马玉贞", "冯玉珍", "马珍"),
}  # fmt: skip
_MASKED = {"王秀兰": "李*兰", "张建国": "张*华", "李雪梅": "李**玲", "刘志强": "*志刚", "陈静怡": "陈*宜"}
_LATIN = {"王秀兰": "Wang Xiuying", "张建国": "Zhang Jianhua", "周晓燕": "Zhou Xiaoying", "孙文博": "Sun Wenbin"}
_OLD_LETTERS = {"王秀兰": "王秀蘭", "张建国": "張建國", "李雪梅": "李雪梅", "刘志强": "劉志強", "陈静怡": "陳靜怡"}
Kind = Literal["stranger", "near", "masked", "latin", "sex", "age", "child", "all_missing_but_age", "own"]


class Try(msgspec.Struct, frozen=True):
    """A member, and what the document says; `theirs` whether it may be theirs."""

    kind: Kind
    name: str
    sex: Sex
    born_on: date
    said_name: str
    said_sex: str
    said_age: str
    theirs: bool


class BelongingMarks(msgspec.Struct, frozen=True):
    """Of documents of others, how many passed in silence; of their own, how many were asked about for nothing."""

    others: int
    silent: int
    own: int
    asked: int
    faults: tuple[str, ...]


def tries(others: int = 200, own: int = 60) -> list[Try]:
    """The cases, the same every time."""
    rng, made = random.Random(20261121), list[Try]()
    kinds: tuple[Kind, ...] = ("stranger", "near", "masked", "latin", "sex", "age", "child", "all_missing_but_age")
    for n in range(others):
        kind, name, sex = kinds[n % len(kinds)], rng.choice(_NAMES), rng.choice(("female", "male"))
        years = rng.randint(20, 80)
        word, age, said = ("女" if sex == "female" else "男"), f"{years}岁", name
        if kind == "stranger":
            said = rng.choice([one for one in _NAMES if one != name])
        elif kind == "near":
            said = rng.choice(_NEAR[name])
        elif kind in ("masked", "latin"):
            table = _MASKED if kind == "masked" else _LATIN
            name = rng.choice(list(table))
            said = table[name]
        elif kind == "sex":
            word = "男" if sex == "female" else "女"
        elif kind == "child":
            age = f"{rng.randint(1, 11)}个月" if rng.random() < 0.5 else f"{rng.randint(1, 9)}岁{rng.randint(1, 11)}月"
        else:
            age = f"{years + rng.choice((-1, 1)) * rng.randint(3, 30)}岁"
        if kind == "all_missing_but_age":
            said = word = ""
        born = date(ON.year - years, rng.randint(1, 5), rng.randint(1, 28))
        made.append(Try(kind, name, sex, born, said, word, age, theirs=False))
    for _ in range(own):
        name, sex, years = rng.choice(_NAMES), rng.choice(("female", "male")), rng.randint(4, 85)
        said = rng.choice((name, name, " ".join(name), _OLD_LETTERS.get(name, name)))
        word = rng.choice(("女" if sex == "female" else "男", ""))
        age = rng.choice((f"{years}岁", f"{years}", f"{years + 1}岁", ""))
        born = date(ON.year - years, rng.randint(1, 5), rng.randint(1, 28))
        made.append(Try("own", name, sex, born, said, word, age, theirs=True))
    return made


def _paper(one: Try) -> bytes:
    parts = (("姓名", one.said_name), ("性别", one.said_sex), ("年龄", one.said_age), ("报告时间", f"{ON} 10:20"))
    head = "  ".join(f"{word}：{said}" for word, said in parts if said)
    return f"云溪县中医医院\n检验报告单\n{head}\n{_BODY}".encode()


def _member(one: Try) -> Member:
    body = Patient(name=one.name, sex=one.sex, born_on=one.born_on)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Member("member", body, Entry("entry", "family", "member", body, at, at, Provenance("person", "person")))


def mark_belonging(line: Line, cases: list[Try]) -> BelongingMarks:
    """Read every paper and ask whose it is; a document the reader could not tell a header of passes in silence, too."""
    silent = asked = 0
    faults: list[str] = []
    for one in cases:
        documents = line.read([(_paper(one), "text/plain")]).documents
        verdicts = [whose(d.printed.patient, ON, _member(one), [_member(one)]) for d in documents]
        quiet = not verdicts or any(v.verdict in ("same", "unnamed") for v in verdicts)
        silent += quiet and not one.theirs
        asked += one.theirs and not quiet
        if quiet != one.theirs:
            said = " ".join((one.said_name, one.said_sex, one.said_age))
            faults.append(f"{one.kind}: {one.name} {one.sex} {one.born_on} · printed {said} · read {verdicts}")
    own = sum(one.theirs for one in cases)
    return BelongingMarks(len(cases) - own, silent, own, asked, tuple(faults))
