"""Error families, named after who must act. One map per entrypoint turns them into answers.

Outcomes (a finding, an unknown, a verdict) are values and never raised. No message here may hold
a record value: messages are translation keys plus field names.
"""

from __future__ import annotations

from typing import ClassVar


class KangbanError(Exception):
    """Base of every error Kangban raises on purpose.

    `message` is for developers and scripts (English, no record values); `key` is the translation
    key for people; `field` names the offending input, as a dotted path, or None.
    """

    code: ClassVar[str] = "broken"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, field: str | None = None, key: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.key = key or f"error.{self.code}"


class InvalidInput(KangbanError):
    """The caller must change what was sent."""

    code = "invalid_input"
    http_status = 422
    exit_code = 2


class NotPermitted(KangbanError):
    """Somebody with the right to do it must do it, or grant it."""

    code = "not_permitted"
    http_status = 403
    exit_code = 3


class NotFound(KangbanError):
    """The caller named something that is not there."""

    code = "not_found"
    http_status = 404
    exit_code = 4


class Conflict(KangbanError):
    """Somebody else changed it first, or the same id came with other content."""

    code = "conflict"
    http_status = 409
    exit_code = 5


class Unavailable(KangbanError):
    """Something outside is missing or busy; trying later may help."""

    code = "unavailable"
    http_status = 503
    exit_code = 6


class SettingsRefused(KangbanError):
    """The operator must mend the settings; the program does not start."""

    code = "unavailable"
    http_status = 500
    exit_code = 7


class RulePackRefused(KangbanError):
    """A pack author must mend the pack; the program does not start."""

    code = "unavailable"
    http_status = 500
    exit_code = 7


class Broken(KangbanError):
    """A developer must mend the program."""
