"""Keys of services: one file for one pair of eyes, and no value anywhere else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kangban.adapters.secret_file import NAME, SecretFile
from kangban.kernel.errors import InvalidInput, NotFound, Unavailable


def test_kept_replaced_and_forgotten(tmp_path: Path) -> None:
    kept = SecretFile(tmp_path / "new", {})
    kept.put("qweather_key", " one \n")
    kept.put("qweather_key", "two")
    kept.put("bing_key", "three")
    assert (kept.get("qweather_key"), kept.names()) == ("two", {"bing_key": "file", "qweather_key": "file"})
    assert stat.S_IMODE((tmp_path / "new" / NAME).stat().st_mode) == 0o600
    assert [one.name for one in (tmp_path / "new").iterdir()] == [NAME]
    kept.remove("bing_key")
    with pytest.raises(NotFound):
        kept.remove("bing_key")
    with pytest.raises(Unavailable, match=r"kangban secrets set bing_key.*KANGBAN_SECRET_BING_KEY"):
        kept.get("bing_key")


def test_the_environment_wins(tmp_path: Path) -> None:
    kept = SecretFile(
        tmp_path, {"KANGBAN_SECRET_BING_KEY": "loud", "KANGBAN_SECRET_OTHER": "x", "KANGBAN_SECRET_": "y"}
    )
    kept.put("bing_key", "quiet")
    assert kept.get("bing_key") == "loud"
    assert kept.names() == {"bing_key": "environment", "other": "environment"}


@pytest.mark.parametrize(
    ("name", "value"), [("Bing", "x"), ("../x", "x"), ("", "x"), ("a", ""), ("a", "x\ny"), ("a", "x" * 9_000)]
)
def test_what_is_no_secret(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as told:
        SecretFile(tmp_path, {}).put(name, value)
    assert not value or value not in str(told.value) or value == "x"


def test_a_file_others_may_read_is_not_read(tmp_path: Path) -> None:
    kept = SecretFile(tmp_path, {})
    kept.put("a", "hidden-value")
    (tmp_path / NAME).chmod(0o644)
    with pytest.raises(Unavailable, match="0600"):
        kept.get("a")


@pytest.mark.parametrize("broken", [b"{", b'{"a": 1}', b"\xff"])
def test_a_broken_file_is_told_without_its_words(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / NAME).write_bytes(broken)
    (tmp_path / NAME).chmod(0o600)
    with pytest.raises(Unavailable):
        SecretFile(tmp_path, {}).get("a")


def test_nothing_shows_a_value(tmp_path: Path) -> None:
    kept = SecretFile(tmp_path, {"KANGBAN_SECRET_A": "hidden-value"})
    assert "hidden-value" not in repr(kept) + repr(kept.names())
