"""Logins, names and passwords: which are taken, and how they are compared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kangban.journeys.accounts.allowed import years
from kangban.journeys.accounts.throttle import LOCK_FOR, Throttle, place
from kangban.journeys.accounts.wording import checked_login, checked_name, checked_password, plain_password
from kangban.kernel.errors import InvalidInput

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("login", ["zhang", "张敏", "z.min-1_2@home", " padded ", "ＺＨＡＮＧ", "ab"])
def test_logins_people_choose_are_taken(login: str) -> None:
    assert checked_login(login) == checked_login(checked_login(login))


@pytest.mark.parametrize(
    "login", ["", "a", "a b", "a\nb", "a/b", "<b>", "x" * 65, "x" * 10_000, "a\u202eb", "a\0b", "\ud800a"]
)
def test_logins_that_hide_something_are_refused(login: str) -> None:
    with pytest.raises(InvalidInput):
        checked_login(login)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\nb", "a\0b", "\u202e"])
def test_names_that_cannot_be_shown_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        checked_name(name)


@pytest.mark.parametrize(
    "password",
    [
        "梧桐树下 seven herons", "correct horse rides home", "qD7#kk02!mZp", "妈妈的饺子皮太厚啦哈", "x1Y" * 85 + "z",
        "Tr0ub4dor&3 again", "a long walk by the river", " leading blank kept ",
    ],
)  # fmt: skip
def test_good_passwords_are_taken(password: str) -> None:
    assert checked_password(password, login="zhang") == password


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("short", "short"), ("", "short"), ("九个字的密码不够长", "short"), ("x" * 257, "long"), ("\ud800" * 12, "long"),
        ("password12", "common"), ("P@ssw0rd!!", "common"), ("Password2026!", "common"), ("qwertyuiop", "common"),
        ("1234567890", "common"), ("0987654321", "common"), ("13812345678", "common"), ("19850601", "short"),
        ("aaaaaaaaaa", "common"), ("abcabcabcabc", "common"), ("1qaz2wsx3edc", "common"), ("abcdefghijkl", "common"),
        ("iloveyou123", "common"), ("woaini1314520", "common"), ("我爱你我爱你我爱你我爱你", "common"), ("letmein2026", "common"),
        ("kangban2026", "common"), ("asdfghjkl;1", "common"), ("ｐａｓｓｗｏｒｄ１２", "common"),
        ("xx zhang secret words", "login"), ("my-ZHANG-password", "login"),
    ],
)  # fmt: skip
def test_poor_passwords_are_refused_with_the_reason(password: str, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_password(password, login="zhang")
    assert refused.value.key == f"error.password_{key}"
    assert not password or password not in refused.value.message


def test_one_password_typed_on_two_keyboards_is_one() -> None:
    assert plain_password("ﬁｖｅ é") == plain_password("five e\u0301")
    assert plain_password("x" * 256) is not None
    assert plain_password("x" * 257) is None


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(2020, 5, 3), date(2026, 5, 2), 5), (date(2020, 5, 3), date(2026, 5, 3), 6),
        (date(2012, 2, 29), date(2026, 2, 28), 13), (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2008, 5, 3), date(2026, 5, 3), 18),
    ],
)  # fmt: skip
def test_years_are_full_years(born: date, today: date, age: int) -> None:
    assert years(born, today) == age


def test_waits_double_and_a_clock_moved_back_makes_none_longer() -> None:
    throttle = Throttle()
    waits: list[float] = []
    for _ in range(8):
        throttle.count("zhang", "", NOW)
        waits.append(throttle.wait("zhang", "", NOW).total_seconds())
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32]
    assert throttle.wait("zhang", "", NOW - timedelta(days=9)) <= timedelta(seconds=32)
    assert throttle.is_locked("ZHANG", NOW)
    assert not throttle.is_locked("zhang", NOW + LOCK_FOR)


def test_the_memory_of_tries_is_bounded() -> None:
    throttle = Throttle()
    for n in range(21_000):
        throttle.count(f"user{n}", "", NOW)
    assert throttle.wait("user20999", "", NOW) == timedelta(0)
    assert len(throttle) == 20_000


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True), ("2001:db8::1", "2001:db8:0:1::1", False),
        ("[2001:db8::1]", "2001:db8::2", True), ("fe80::1%eth0", "fe80::2", True), ("unix", "unix", True),
    ],
)  # fmt: skip
def test_an_ipv6_network_is_one_caller(one: str, other: str, same: bool) -> None:
    assert (place(one) == place(other)) is same
