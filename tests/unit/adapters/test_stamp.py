"""A stamp moves with every commit of anybody, and never says "unchanged" when it cannot know."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kangban.adapters.store.stamp import Stamp


def _write(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
        connection.execute("INSERT INTO t VALUES (1)")
    connection.close()


def test_it_moves_with_every_commit_and_only_then(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    stamp = Stamp(file, "")
    seen = [stamp.read()]
    assert seen[0] is not None
    for _ in range(50):
        assert stamp.read() == seen[-1]
        _write(file)
        seen.append(stamp.read())
    assert len(set(seen)) == len(seen)
    stamp.close()
    stamp.close()
    assert stamp.read() is None


def test_after_trouble_it_never_repeats_an_old_number(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    _write(file)
    stamp = Stamp(file, "")
    before = stamp.read()
    lock = sqlite3.connect(file, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")  # without WAL nobody can read now
    assert stamp.read() is None
    lock.execute("INSERT INTO t VALUES (3)")
    lock.execute("COMMIT")
    lock.close()
    assert stamp.read() not in (before, None)
    stamp.close()


def test_a_commit_under_way_is_not_seen_and_its_end_is(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    _write(file)
    stamp, other = Stamp(file, ""), sqlite3.connect(file, isolation_level=None)
    before = stamp.read()
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO t VALUES (2)")
    assert stamp.read() in (before, None)
    other.execute("COMMIT")
    assert stamp.read() != before
    other.close()
    stamp.close()


def test_what_cannot_be_asked_has_no_stamp(tmp_path: Path) -> None:
    assert Stamp(None, "").read() is None
    assert Stamp(tmp_path / "no" / "such" / "folder.sqlite3", "").read() is None
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"SQLite format 3\0" + b"\1" * 4096)
    assert Stamp(broken, "").read() is None
