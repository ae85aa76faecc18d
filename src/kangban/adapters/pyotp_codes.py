"""TOTP by pyotp."""

from __future__ import annotations

import binascii
import hmac
import re
from datetime import datetime

from pyotp import random_base32
from pyotp.totp import TOTP

STEP_S = 30
_CODE = re.compile(r"[0-9]{6}")
_SECRET = re.compile(r"[A-Z2-7]{32,64}")


class PyotpCodes:
    """`OneTimeCodes` as every authenticator app has them: SHA-1, six digits, thirty seconds."""

    def __init__(self, issuer: str = "Kangban") -> None:
        self._issuer = issuer

    def new_secret(self) -> str:
        """160 bits in base32."""
        return random_base32(32)

    def uri(self, secret: str, login: str) -> str:
        """See OneTimeCodes.uri."""
        return TOTP(secret).provisioning_uri(name=login, issuer_name=self._issuer)

    def step_of(self, secret: str, code: str, at: datetime) -> int | None:
        """See OneTimeCodes.step_of."""
        if not _CODE.fullmatch(code) or not _SECRET.fullmatch(secret):
            return None
        totp = TOTP(secret, interval=STEP_S)
        now = int(at.timestamp()) // STEP_S
        try:
            # Each step is compared: the time taken tells nothing about which one was right.
            right = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate_otp(step), code)]
        except (binascii.Error, ValueError):
            return None
        return right[-1] if right else None
