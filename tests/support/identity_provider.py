"""A little OpenID Connect provider of one's own: real HTTP, real keys, and every lie a test asks for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "kangban", "s3cret of the client"
Claims = dict[str, Any]


@lru_cache(maxsize=1)
def _keys() -> tuple[RSAKey, ECKey, RSAKey]:
    return RSAKey.generate_key(2048), ECKey.generate_key("P-256"), RSAKey.generate_key(2048)


class Provider:
    """Serves until `close`. `change` edits the claims, `sign` makes the token; `asked` keeps token requests."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.rsa, self.ec, self.foreign = _keys()
        self.now = now
        self.algorithm = "RS256"
        self.subject = "subject-1"
        self.change: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self.signed
        self.metadata: dict[str, Any] = {}
        self.token_status = 200
        self.raw: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.hits: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def visit(self, address: str) -> dict[str, str]:
        """What a person's browser does: goes to the address, logs in there, comes back with code and state."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}" == self.issuer
        assert parts.path == "/authorize"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = base64.urlsafe_b64encode(hashlib.sha256(address.encode()).digest()).decode()
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """The token endpoint: code, client and PKCE must fit; a code is good once."""
        self.asked.append(form | {"authorization": basic})
        wanted = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
        asked = self._codes.pop(form.get("code", ""), None)
        by_form = form.get("client_secret") == SECRET
        if self.token_status != 200:
            return self.token_status, {"error": "server_error"}
        if basic != f"Basic {wanted}" and not by_form:
            return 401, {"error": "invalid_client"}
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        fits = asked is not None and asked["code_challenge"] == proof.decode().rstrip("=")
        if asked is None or not fits or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        now = int(self.now())
        claims = self.change({
            "iss": self.issuer, "aud": CLIENT, "sub": self.subject, "exp": now + 300, "iat": now, "name": "李医生",
            "nonce": asked["nonce"],
        })  # fmt: skip
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)}

    def signed(self, claims: Claims) -> str:
        key = self.rsa if self.algorithm == "RS256" else self.ec
        return jwt.encode({"alg": self.algorithm, "kid": key.thumbprint()}, claims, key)

    def signed_by_stranger(self, claims: Claims) -> str:
        """The right kid, another key."""
        return jwt.encode({"alg": "RS256", "kid": self.rsa.thumbprint()}, claims, self.foreign)

    def unsigned(self, claims: Claims) -> str:
        """The header says "none", and there is no signature."""
        head = _b64(json.dumps({"alg": "none", "typ": "JWT"}).encode())
        return f"{head}.{_b64(json.dumps(claims).encode())}."

    def signed_with_public_key(self, claims: Claims) -> str:
        """HS256 with the public key's text as the secret: the oldest confusion of all."""
        head = _b64(json.dumps({"alg": "HS256", "kid": self.rsa.thumbprint()}).encode())
        signed = f"{head}.{_b64(json.dumps(claims).encode())}"
        return f"{signed}.{_b64(hmac.new(self.rsa.as_pem(private=False), signed.encode(), 'sha256').digest())}"

    def tampered(self, claims: Claims) -> str:
        """A true signature under changed claims."""
        head, _, signature = self.signed(claims).split(".")
        return f"{head}.{_b64(json.dumps(claims | {'sub': 'admin'}).encode())}.{signature}"

    def keys(self) -> dict[str, Any]:
        both = [self.rsa, self.ec]
        return {"keys": [key.as_dict(private=False) | {"kid": key.thumbprint(), "use": "sig"} for key in both]}

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.metadata


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _answering(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.hits.append(self.path)
            if self.path == "/.well-known/openid-configuration":
                self._answer(200, provider.configuration())
            elif self.path == "/keys":
                self._answer(200, provider.keys())
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            provider.hits.append(self.path)
            text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            status, body = provider.token(form, self.headers.get("Authorization", ""))
            self._answer(status, body)

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            sent = provider.raw.get(self.path, json.dumps(body).encode())
            elsewhere = provider.redirects.get(self.path)
            self.send_response(302 if elsewhere else status)
            if elsewhere:
                self.send_header("Location", elsewhere)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    return Answering
