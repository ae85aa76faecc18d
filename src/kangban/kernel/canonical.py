"""One spelling of a value as JSON, so that equal values are equal bytes."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.kernel.errors import InvalidInput

_ENCODER = msgspec.json.Encoder(order="deterministic")


def canonical_json(value: Any) -> str:
    """Write a struct or plain value as compact JSON: dict keys sorted, struct fields in their own order.

    Raises InvalidInput for what JSON cannot hold, e.g. half of a surrogate pair.
    """
    try:
        return _ENCODER.encode(value).decode()
    except (UnicodeError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInput("a value cannot be written as JSON") from error
