"""Pictures in messages: read from data: addresses only, told by their bytes, bounded."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from kangban.api.v1.faults import Fault
from kangban.kernel.media import sniff
from kangban.ports.media import Media

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PICTURES: Final = 16
_DATA = re.compile(r"data:[a-zA-Z0-9!#$&^_.+/-]*(?:;[a-zA-Z0-9_.+=-]+)*;base64,", re.ASCII)
_KINDS: Final = ("image/png", "image/jpeg", "image/webp", "image/gif")


def picture(address: str, param: str) -> Media:
    """The picture in a data: address; raises Fault 400 for any other address, for what is none, and for big ones.

    Pictures elsewhere are not fetched: a stranger's conversation would choose what this machine asks for.
    """
    head = _DATA.match(address[:200])
    if head is None:
        raise Fault(400, "a picture is given as a data: address in base64", param=param, code="invalid_image_url")
    if len(address) > MOST_BYTES * 4 // 3 + 300:
        raise Fault(413, f"a picture of more than {MOST_BYTES} bytes", param=param, code="image_too_big")
    try:
        content = base64.b64decode(address[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise Fault(400, "not base64", param=param, code="invalid_image_url") from None
    kind = sniff(content)
    if kind not in _KINDS:
        raise Fault(400, f"none of {', '.join(_KINDS)}", param=param, code="invalid_image_format")
    return Media("image", kind, content)
