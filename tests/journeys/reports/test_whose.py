"""Whose is it? Two hundred papers drawn by chance over a family: what differs is asked, never passed over."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest

from kangban.clinical.record import Entry, Patient, Provenance
from kangban.clinical.report import ReportPatient
from kangban.journeys.house import Member
from kangban.journeys.reports.names import fit
from kangban.journeys.reports.whose import whose

ON = date(2026, 4, 20)
TRADITIONAL = {"张": "張", "陈": "陳", "刘": "劉", "国": "國", "丽": "麗", "伟": "偉", "华": "華", "兰": "蘭"}


def member(id_: str, name: str, sex: str | None = None, born: date | None = None, relation: str = "") -> Member:
    patient = Patient(name, relation, sex, born)  # type: ignore[arg-type]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Member(id_, patient, Entry(id_, "home", id_, patient, at, at, Provenance("x", "person")))


FAMILY = (
    member("dad", "张国伟", "male", date(1980, 1, 5), "爸爸"),
    member("mum", "刘丽华", "female", date(1982, 8, 9), "妈妈"),
    member("gran", "陈桂兰", "female", date(1950, 6, 1), "奶奶"),
    member("son", "张小宝", "male", date(2020, 3, 1), "儿子"),
    member("aunt", "张国兰", "female", date(1978, 2, 2), "姑姑"),
)
STRANGERS = ("王大力", "赵敏", "章国伟", "张国维", "张伟国", "刘丽", "陈桂", "李国伟", "Wang Dali", "Zhao Min")


def printed(who: Member, chance: random.Random) -> ReportPatient:
    """How a hospital might print a member, right in every field that is there."""
    name = who.patient.name
    style = chance.randrange(6)
    if style == 1:
        name = " ".join(name)
    elif style == 2:
        name = "".join(TRADITIONAL.get(c, c) for c in name)
    elif style == 3:
        name = name + chance.choice(("先生", "女士", "（门诊）"))
    elif style == 4:
        name = name[0] + "*" + name[2:]
    age = int((ON - who.patient.born_on).days / 365.25)  # type: ignore[operator]
    return ReportPatient(
        name,
        chance.choice((who.patient.sex, None)),
        f"{age}岁",
        chance.choice((float(age), None)),
        chance.choice((who.patient.born_on, None)),
    )


def wrong(paper: ReportPatient, chosen: Member, chance: random.Random) -> tuple[ReportPatient, str]:
    """The same paper with one thing that is not the chosen member's."""
    what = chance.choice(("name", "sex", "age", "born_on"))
    if what == "name":
        return ReportPatient(chance.choice(STRANGERS), paper.sex, paper.age, paper.age_years, paper.born_on), what
    if what == "sex":
        other = "male" if chosen.patient.sex == "female" else "female"
        return ReportPatient(paper.name, other, paper.age, paper.age_years, paper.born_on), what
    real = (ON - chosen.patient.born_on).days / 365.25  # type: ignore[operator]
    if what == "age":
        off = chance.choice((-1, 1)) * chance.choice((3, 8, 20, 40))
        told = float(int(real) + off if int(real) + off >= 0 else int(real) + abs(off))
        return ReportPatient(paper.name, paper.sex, f"{int(told)}岁", told, None), what
    born = chosen.patient.born_on
    assert born is not None
    return ReportPatient(paper.name, paper.sex, "", None, date(born.year, born.month, (born.day % 28) + 1)), what


def test_of_two_hundred_papers_that_differ_none_is_passed_over() -> None:
    chance = random.Random(20260420)
    for _ in range(200):
        chosen = chance.choice(FAMILY)
        if chance.random() < 0.4:
            other = chance.choice([one for one in FAMILY if one is not chosen])
            paper = printed(other, chance)
            found = whose(paper, ON, chosen, FAMILY)
            assert found.verdict == "differs", (chosen.id, paper)
            assert other.id in found.matches, (chosen.id, paper, found)
        else:
            paper, what = wrong(printed(chosen, chance), chosen, chance)
            found = whose(paper, ON, chosen, FAMILY)
            assert found.verdict == "differs", (chosen.id, what, paper)
            assert what in found.differs, (chosen.id, what, paper, found)


def test_of_two_hundred_papers_that_are_theirs_none_is_asked_but_what_fits_two() -> None:
    chance = random.Random(42)
    for _ in range(200):
        chosen = chance.choice(FAMILY)
        paper = printed(chosen, chance)
        found = whose(paper, ON, chosen, FAMILY)
        if "*" in paper.name and found.verdict == "differs":
            assert found.differs == ("several",), paper
            assert found.matches
            continue
        assert found.verdict == "same", (chosen.id, paper, found)


@pytest.mark.parametrize(
    ("paper", "verdict", "differs"),
    [
        (ReportPatient(), "unnamed", ()),
        (ReportPatient(sex="male", age="46岁", age_years=46.0), "unnamed", ()),
        (ReportPatient(sex="female"), "differs", ("sex",)),
        (ReportPatient("爸爸"), "differs", ("name",)),
        (ReportPatient("国伟"), "differs", ("name",)),
        (ReportPatient("张*伟", "male"), "same", ()),
        (ReportPatient("张国*", "male"), "same", ()),
        (ReportPatient("张**"), "differs", ("several",)),
        (ReportPatient("张国*"), "differs", ("several",)),
        (ReportPatient("ZHANG Guowei"), "same", ()),
        (ReportPatient("Guo-wei Zhang"), "same", ()),
        (ReportPatient("Zhang Guolan"), "differs", ("name",)),
        (ReportPatient("张国伟", "male", "47岁", 47.0), "same", ()),
        (ReportPatient("张国伟", "male", "48岁", 48.0), "differs", ("age",)),
        (ReportPatient("张国伟之子"), "differs", ("name",)),
        (ReportPatient("*"), "differs", ("name",)),
    ],
)
def test_the_father(paper: ReportPatient, verdict: str, differs: tuple[str, ...]) -> None:
    found = whose(paper, ON, FAMILY[0], FAMILY)
    assert (found.verdict, found.differs) == (verdict, differs)


@pytest.mark.parametrize(
    ("age", "years", "verdict"),
    [("6岁", 6.0, "same"), ("6岁1月", 6.08, "same"), ("5岁2月", 5.17, "differs"), ("4岁", 4.0, "differs"),
     ("8月", 0.67, "differs")],
)  # fmt: skip
def test_a_child_counts_in_months(age: str, years: float, verdict: str) -> None:
    assert whose(ReportPatient("张小宝", "male", age, years), ON, FAMILY[3], FAMILY).verdict == verdict


def test_a_name_they_were_called_before_is_theirs() -> None:
    nick = member("bean", "豆豆", "male", date(2020, 3, 1))
    paper = ReportPatient("张一诺", "male", "6岁", 6.0)
    assert whose(paper, ON, nick, (nick,)).differs == ("name",)
    assert whose(paper, ON, nick, (nick,), {"bean": ["张一诺"]}).verdict == "same"
    assert whose(paper, ON, FAMILY[0], (*FAMILY, nick), {"bean": ["张一诺"]}).matches == ("bean",)


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [("張國偉", "张国伟", "same"), ("章国伟", "张国伟", "differs"), ("Zhang Guowei", "章国伟", "sounds"),
     ("", "张国伟", "differs"), ("***", "张国伟", "differs"), ("Anna Smith", "Smith, Anna", "same"),
     ("Anna", "Anna Smith", "differs"), ("李x", "李梅", "masked"), ("[*", "张国", "differs"), ("张[*", "张国伟", "differs")],
)  # fmt: skip
def test_names(one: str, other: str, how: str) -> None:
    assert fit(one, other) == how
