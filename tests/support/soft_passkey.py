"""A passkey device in software: makes a credential and answers challenges, truly or not."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class SoftPasskey:
    """One credential for one host. `count` rises with every use, as in a real device."""

    def __init__(self, *, host: str = "localhost", origin: str = "http://localhost:8000") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.host, self.origin = host, origin
        self.count = 0
        self.flags = PRESENT | VERIFIED
        self.user = b""

    def make(self, options: str, **client: Any) -> str:
        """The answer of navigator.credentials.create."""
        asked = json.loads(options)
        assert asked["rp"]["id"] == "localhost"
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        self.user = base64.urlsafe_b64decode(asked["user"]["id"] + "==")
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        inside = self._about(self.flags | ATTESTED) + attested
        told = self._client("webauthn.create", asked["challenge"], client)
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": inside})
        return self._answer({"clientDataJSON": b64(told), "attestationObject": b64(made)})

    def answer(self, options: str, *, user: bytes | None = None, challenge: str = "", **client: Any) -> str:
        """The answer of navigator.credentials.get."""
        asked = json.loads(options)
        assert asked["userVerification"] == "required"
        self.count += 1
        told = self._client("webauthn.get", challenge or asked["challenge"], client)
        inside = self._about(self.flags)
        signature = self.key.sign(inside + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        given = {"clientDataJSON": b64(told), "authenticatorData": b64(inside), "signature": b64(signature)}
        return self._answer(given | {"userHandle": b64(self.user if user is None else user)})

    def _about(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, more: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin} | more).encode()

    def _answer(self, response: dict[str, str]) -> str:
        own = b64(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})
