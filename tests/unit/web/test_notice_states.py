"""What the page of notices says of a push, and where a notice may lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kangban.clinical.notice import Notice, NoticeState
from kangban.web.notices import safe_path, state_of

NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
PLAIN = Notice("n", "home", "ma", "review.notice.held", NOW)


def minutes(count: int) -> datetime:
    return NOW - timedelta(minutes=count)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (NoticeState(PLAIN), ""),
        (NoticeState(PLAIN, sending_at=minutes(0), attempts=1), "going"),
        (NoticeState(PLAIN, sending_at=minutes(30), attempts=1), "maybe"),
        (NoticeState(PLAIN, sending_at=minutes(0), attempts=2), "maybe"),
        (NoticeState(PLAIN, attempts=1), "again"),
        (NoticeState(PLAIN, sent_at=minutes(1), attempts=1), "sent"),
        (NoticeState(Notice("n", "home", "ma", "k", NOW, push=False)), ""),
        # A clock that went back: begun later than now is not known to be going on.
        (NoticeState(PLAIN, sending_at=NOW + timedelta(hours=1), attempts=1), "maybe"),
    ],
)
def test_a_push_is_told_as_it_stands(state: NoticeState, told: str) -> None:
    assert state_of(state, NOW) == told


@pytest.mark.parametrize(
    "path", ["", "https://evil.example/", "//evil.example", "javascript:alert(1)", "/logout", "desk"]
)
def test_a_notice_leads_nowhere_else(path: str) -> None:
    assert safe_path(path) == ""


@pytest.mark.parametrize("path", ["/", "/desk/answer-1", "/account", "/family?who=x"])
def test_a_notice_leads_to_our_pages(path: str) -> None:
    assert safe_path(path) == path
