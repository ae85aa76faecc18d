"""Nothing the program runs with binds the whole program, and the report in docs/ says what is installed."""

from __future__ import annotations

import pytest

from scripts.licences import REPORT, judge, page, pinned, report


def test_the_committed_report_is_what_is_installed() -> None:
    assert REPORT.read_text("utf-8") == page(report()), "run `python -m scripts.licences`"


def test_no_licence_is_strong_or_unknown() -> None:
    assert [row for row in report() if row["flag"] in ("strong", "unknown")] == []


def test_every_pinned_package_is_listed() -> None:
    assert {row["name"] for row in report()} == set(pinned())
    assert {"argon2-cffi", "nicegui", "cryptography"} <= set(pinned())


@pytest.mark.parametrize(
    ("licence", "flag"),
    [
        ("MIT", ""), ("Apache-2.0 OR BSD-3-Clause", ""), ("GNU General Public License v3 (GPLv3)", "strong"), ("AGPL-3.0-only", "strong"),
        ("GPL-2.0-or-later OR MIT", ""), ("LGPL-3.0", "weak"), ("GNU Lesser General Public License v3 (LGPLv3)", "weak"), ("MPL-2.0", "weak"),
        ("unknown", "unknown"), ("", "unknown"), ("GPL-3.0 AND MIT", "strong"), ("SSPL-1.0", "strong"),
    ],
)  # fmt: skip
def test_licences_are_judged(licence: str, flag: str) -> None:
    assert judge(licence) == flag
