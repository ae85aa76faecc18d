"""Passkeys by the webauthn library, loaded when the first passkey is at hand: it takes a tenth of a second."""

from __future__ import annotations

import json
from typing import cast
from urllib.parse import urlsplit

from kangban.kernel.errors import InvalidInput, NotPermitted
from kangban.ports.factors import Assertion, NewPasskey

MOST_ANSWER = 64 * 1024  # characters of JSON


class WebauthnKeys:
    """`PasskeyChecks`. The device must check the person (finger, face, PIN): a passkey stands for two factors."""

    def __init__(self, name: str = "Kangban") -> None:
        self._name = name

    def adding(self, origin: str, *, account_id: str, login: str, challenge: bytes, known: list[str]) -> str:
        """See PasskeyChecks.adding."""
        import webauthn
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = webauthn.generate_registration_options(
            rp_id=_host(origin),
            rp_name=self._name,
            user_id=account_id.encode(),
            user_name=login,
            challenge=challenge,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return webauthn.options_to_json(options)

    def challenge_of(self, answer: str) -> str:
        """See PasskeyChecks.challenge_of."""
        from webauthn.helpers import parse_registration_credential_json
        from webauthn.helpers.exceptions import WebAuthnException

        _check_size(answer)
        try:
            given = parse_registration_credential_json(answer)
            return str(cast("dict[str, object]", json.loads(given.response.client_data_json))["challenge"])
        except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as error:
            raise _refused(error) from None

    def added(self, origin: str, answer: str, *, challenge: bytes) -> NewPasskey:
        """See PasskeyChecks.added."""
        import webauthn
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        _check_size(answer)
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=_host(origin),
                expected_origin=origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise _refused(error) from None
        return NewPasskey(
            bytes_to_base64url(made.credential_id), bytes_to_base64url(made.credential_public_key), made.sign_count
        )

    def entering(self, origin: str, *, challenge: bytes) -> str:
        """See PasskeyChecks.entering."""
        import webauthn
        from webauthn.helpers.structs import UserVerificationRequirement

        options = webauthn.generate_authentication_options(
            rp_id=_host(origin), challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
        return webauthn.options_to_json(options)

    def claimed(self, answer: str) -> Assertion:
        """See PasskeyChecks.claimed."""
        from webauthn.helpers import parse_authentication_credential_json
        from webauthn.helpers.exceptions import WebAuthnException

        _check_size(answer)
        try:
            given = parse_authentication_credential_json(answer)
            said = cast("dict[str, object]", json.loads(given.response.client_data_json))
            user = given.response.user_handle or b""
            return Assertion(given.id, user.decode(), str(said["challenge"]))
        except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise _refused(error) from None

    def entered(self, origin: str, answer: str, *, challenge: bytes, public_key: str, sign_count: int) -> int:
        """See PasskeyChecks.entered."""
        import webauthn
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.exceptions import WebAuthnException

        _check_size(answer)
        try:
            seen = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=_host(origin),
                expected_origin=origin,
                credential_public_key=base64url_to_bytes(public_key),
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise _refused(error) from None
        return seen.new_sign_count


def _host(origin: str) -> str:
    host = urlsplit(origin).hostname or ""
    if not host:
        raise InvalidInput("passkeys need the address of the page", field="origin")
    return host


def _check_size(answer: str) -> None:
    if len(answer) > MOST_ANSWER:
        raise InvalidInput("too long for a passkey", field="passkey")


def _refused(error: Exception) -> NotPermitted:
    return NotPermitted(f"the passkey does not fit ({type(error).__name__})", key="error.passkey_refused")
