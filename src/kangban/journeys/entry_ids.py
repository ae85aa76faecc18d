"""Ids of what one message leaves behind: derived from it, so that a turn or a release that ran twice leaves one."""

from __future__ import annotations

from kangban.kernel.ids import derived_id


def entry_id(kind: str, message_id: str) -> str:
    """The id of the entry of one kind that belongs to a message."""
    return derived_id(kind, message_id, kind)


def answer_entry_id(message_id: str) -> str:
    """The id of the entry that holds the answer to a message."""
    return entry_id("answer", message_id)


def released_entry_id(message_id: str) -> str:
    """The id of the entry that takes the place of a held answer: one, whoever decides and however often."""
    return entry_id("released", message_id)


def review_entry_id(message_id: str) -> str:
    """The id of the first entry of a message's review."""
    return entry_id("review", message_id)
