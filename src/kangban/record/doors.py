"""What the doors keep as flat text, and the decisions about it: shared by the databases and the fakes in memory."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from kangban.clinical.account import ApiKey, OneTimeLink
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import Broken, InvalidInput, NotFound, NotPermitted

_LONGEST = 1500  # a passkey's id may have 1023 bytes, in base64
_REQUIRED = frozenset({"id", "login"})
_IDS = ("id", "login", "account_id", "family_id", "member_id", "oidc_issuer", "oidc_subject")

_Row = TypeVar("_Row", bound=msgspec.Struct)


def kept_text(row: msgspec.Struct) -> str:
    """Canonical JSON; raises InvalidInput for an id that no store can hold."""
    for field in _IDS:
        value: Any = getattr(row, field, None)
        if value is not None and not (findable(value) or (value == "" and field not in _REQUIRED)):
            raise InvalidInput("an id is empty, too long or not text", field=field)
    return canonical_json(row)


def findable(text: str) -> bool:
    """Whether anything can be kept under this id."""
    return 0 < len(text) <= _LONGEST and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def read_back(text: str, type_: type[_Row]) -> _Row:
    """The row of `kept_text`; raises Broken for a row this program does not know."""
    try:
        return msgspec.json.decode(text, type=type_)
    except msgspec.DecodeError:
        # `from None`: the decoder's message may quote the row.
        raise Broken("a stored row cannot be read", field=type_.__name__) from None


def after_failure(
    failed: int, locked_until: datetime | None, at: datetime, *, lock_after: int, lock_until: datetime
) -> tuple[int, datetime | None]:
    """Count and lock after one more failed login; see AccountStore.count_failure."""
    if locked_until is not None and locked_until <= at:
        failed, locked_until = 0, None
    failed += 1
    if failed >= lock_after and locked_until is None:
        locked_until = lock_until
    return failed, locked_until


def after_use(link: OneTimeLink | None, at: datetime) -> OneTimeLink:
    """The link as used; raises NotFound and NotPermitted as AccountStore.use_link says."""
    if link is None or link.used_at is not None:
        raise NotFound("no such link, or it was used", field="link")
    if link.expires_at <= at:
        raise NotPermitted("the link has run out", field="link")
    return msgspec.structs.replace(link, used_at=at)


def over_stored_key(key: ApiKey, stored: ApiKey | None) -> ApiKey:
    """The key to keep: one revoked once stays revoked."""
    if stored is None or stored.revoked_at is None:
        return key
    return msgspec.structs.replace(key, revoked_at=stored.revoked_at)


def over_stored_link(link: OneTimeLink, stored: OneTimeLink | None) -> OneTimeLink:
    """The link to keep: one used once stays used."""
    if stored is None or stored.used_at is None:
        return link
    return msgspec.structs.replace(link, used_at=stored.used_at)
