"""OpenID Connect: one provider, found by discovery; authorization code flow with PKCE; id_tokens checked whole."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import time
from typing import Any, Final, cast
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from authlib.oauth2 import rfc7636
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kangban.kernel.clock import Clock
from kangban.kernel.errors import NotPermitted, SettingsRefused, Unavailable
from kangban.ports.factors import Identity, OidcEndpoint

ALGORITHMS: Final = ["RS256", "ES256"]
LEEWAY_S: Final = 60
KEPT_FOR_S: Final = 3600.0
KEYS_AGAIN_AFTER_S: Final = 30.0  # an unknown key asks for the keys anew, but not at everybody's whim
TIMEOUT_S: Final = 10.0
MOST_BYTES: Final = 512 * 1024


class Oidc:
    """`IdentityProvider` for one issuer. Raises SettingsRefused for an issuer without TLS off this machine."""

    def __init__(self, endpoint: OidcEndpoint, clock: Clock) -> None:
        _check_address(endpoint.issuer, "KANGBAN_OIDC_ISSUER")
        self._endpoint, self._clock = endpoint, clock
        self._found: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._looking = asyncio.Lock()

    async def address(self, *, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """See IdentityProvider.address."""
        place = await self._place("authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": self._endpoint.client_id,
            "redirect_uri": redirect,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": cast("Any", rfc7636).create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(asked)}"

    async def identity(self, *, code: str, redirect: str, nonce: str, verifier: str) -> Identity:
        """See IdentityProvider.identity."""
        token = await self._trade(code, redirect, verifier)
        claims = await self._read(token)
        self._check(claims, nonce)
        name = claims.get("name") or claims.get("preferred_username") or ""
        return Identity(self._endpoint.issuer, claims["sub"], name if isinstance(name, str) else "")

    async def _trade(self, code: str, redirect: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": self._endpoint.client_id,
            "code_verifier": verifier,
        }
        secret, place = self._endpoint.client_secret, await self._place("token_endpoint")
        methods: Any = (await self._configuration()).get("token_endpoint_auth_methods_supported")
        by_form = isinstance(methods, list) and "client_secret_basic" not in methods
        if secret and by_form:
            form["client_secret"] = secret
        # RFC 6749, 2.3.1: both are form-encoded before they are put together.
        own = quote_plus(self._endpoint.client_id), quote_plus(secret)
        basic = httpx.BasicAuth(*own) if secret and not by_form else None
        answer = await self._ask("POST", place, form=form, auth=basic)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused("no id_token")
        return token

    async def _read(self, token: str) -> dict[str, Any]:
        """Claims of a token whose signature is the provider's; a key not seen before is looked up once."""
        for again in (False, True):
            try:
                return jwt.decode(token, await self._key_set(again=again), algorithms=ALGORITHMS).claims
            except (JoseError, ValueError, TypeError, KeyError) as error:
                if again or self._keys is None or time.monotonic() - self._keys[0] < KEYS_AGAIN_AFTER_S:
                    raise _refused(f"signature: {type(error).__name__}") from None
        raise _refused("signature")

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        """OpenID Connect Core 1.0, section 3.1.3.7."""
        now = self._clock.now().timestamp()
        own = self._endpoint.client_id
        audience: Any = claims.get("aud")
        audiences: list[Any] = cast("list[Any]", audience) if isinstance(audience, list) else [audience]
        said, subject = claims.get("nonce"), claims.get("sub")
        if claims.get("iss") != self._endpoint.issuer:
            raise _refused("iss")
        if own not in audiences:
            raise _refused("aud")
        if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != own:
            raise _refused("azp")
        if not _is_time(claims.get("exp")) or claims["exp"] <= now - LEEWAY_S:
            raise _refused("exp")
        if not _is_time(claims.get("iat")) or claims["iat"] > now + LEEWAY_S:
            raise _refused("iat")
        if "nbf" in claims and (not _is_time(claims["nbf"]) or claims["nbf"] > now + LEEWAY_S):
            raise _refused("nbf")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
            raise _refused("nonce")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise _refused("sub")

    async def _place(self, name: str) -> str:
        place: Any = (await self._configuration()).get(name)
        if not isinstance(place, str):
            raise Unavailable(f"the identity provider names no {name}")
        self._check_found(place)
        return place

    def _check_found(self, place: str) -> None:
        """A provider reached by TLS may not send us, or a password, to a place without."""
        parts = urlsplit(place)
        same = _is_loopback(self._endpoint.issuer) and _is_loopback(place) and parts.scheme == "http"
        if parts.scheme != "https" and not same:
            raise Unavailable("the identity provider names an address without TLS")

    async def _configuration(self) -> dict[str, Any]:
        async with self._looking:
            if self._found is None or time.monotonic() - self._found[0] > KEPT_FOR_S:
                place = f"{self._endpoint.issuer.rstrip('/')}/.well-known/openid-configuration"
                found = await self._ask("GET", place)
                if found.get("issuer") != self._endpoint.issuer:
                    raise Unavailable("the identity provider calls itself by another name")
                self._found = (time.monotonic(), found)
            return self._found[1]

    async def _key_set(self, *, again: bool) -> KeySet:
        place = await self._place("jwks_uri")
        async with self._looking:
            if again or self._keys is None or time.monotonic() - self._keys[0] > KEPT_FOR_S:
                found = await self._ask("GET", place)
                try:
                    self._keys = (time.monotonic(), KeySet.import_key_set(cast("Any", found)))
                except (JoseError, ValueError, TypeError, KeyError):
                    raise Unavailable("the identity provider's keys cannot be read") from None
            return self._keys[1]

    async def _ask(
        self, method: str, place: str, *, form: dict[str, str] | None = None, auth: httpx.BasicAuth | None = None
    ) -> dict[str, Any]:
        """One JSON object; redirects are not followed, answers are limited in size."""
        try:
            async with (
                httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
                client.stream(method, place, data=form, auth=auth, headers={"Accept": "application/json"}) as answer,
            ):
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise Unavailable("the identity provider's answer is too long")
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"the identity provider is not there: {type(error).__name__}") from None
        if method == "POST" and 400 <= status < 500:
            raise _refused(f"HTTP {status}")
        if status != 200:
            raise Unavailable(f"the identity provider answers HTTP {status}")
        try:
            found: Any = json.loads(body)
        except (ValueError, RecursionError):
            raise Unavailable("the identity provider answers no JSON") from None
        if not isinstance(found, dict):
            raise Unavailable("the identity provider answers no JSON object")
        return cast("dict[str, Any]", found)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_loopback(place: str) -> bool:
    host = urlsplit(place).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_address(place: str, name: str) -> None:
    parts = urlsplit(place)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise SettingsRefused(f"{name} must be an address such as https://id.example.org", field=name)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(place)):
        raise SettingsRefused(f"{name} must begin with https://", field=name)


def _refused(why: str) -> NotPermitted:
    return NotPermitted(f"the identity does not add up ({why})", key="error.oidc_refused")
