"""Addresses of the account pages → their functions, and the one place where their errors become pages."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from kangban.kernel.errors import KangbanError
from kangban.kernel.texts import has_text
from kangban.web.account import audit, feeds, keys, links, login, mine, oidc, passkeys, people, second, sent, sharing
from kangban.web.account.call import Answering, call_of
from kangban.web.household import Household
from kangban.web.plain_pages import error_page
from kangban.web.visit import language

LOG = logging.getLogger("kangban.web")

SHOWN: dict[str, Answering] = {
    "/login": login.show_login,
    "/login/oidc": oidc.show_start,
    "/login/oidc/back": oidc.show_back,
    "/first": links.show_first,
    "/invite": links.show_invite,
    "/reset": links.show_reset,
    "/account": mine.show_account,
    "/account/audit": audit.show_audit,
    "/account/sent": sent.show_sent,
    "/account/totp": second.show_totp,
    "/people": people.show_people,
    "/sharing": sharing.show_sharing,
}
POSTED: dict[str, Answering] = {
    "/login": login.post_login,
    "/login/passkey/options": passkeys.post_login_options,
    "/login/passkey": passkeys.post_login,
    "/logout": login.post_logout,
    "/language": login.post_language,
    "/first": links.post_first,
    "/invite": links.post_invite,
    "/invite/join": links.post_join,
    "/reset": links.post_reset,
    "/account/family": login.post_family,
    "/account/name": mine.post_name,
    "/account/password": mine.post_password,
    "/account/notify": mine.post_notify,
    "/account/sessions/end": mine.post_end_session,
    "/account/sessions/end-all": mine.post_end_all,
    "/account/totp": second.post_totp,
    "/account/totp/drop": second.post_drop_totp,
    "/account/passkeys/options": passkeys.post_adding_options,
    "/account/passkeys": passkeys.post_passkey,
    "/account/passkeys/drop": passkeys.post_drop,
    "/account/oidc/unlink": oidc.post_unlink,
    "/account/keys": keys.post_key,
    "/account/keys/revoke": keys.post_revoke,
    "/account/calendars": feeds.post_feed,
    "/account/calendars/revoke": feeds.post_revoke,
    "/sharing": sharing.post_sharing,
    "/sharing/back": sharing.post_back,
    "/people/invite": people.post_invite,
    "/people/assign": people.post_assign,
    "/people/end": people.post_end,
    "/people/reset": people.post_reset,
    "/people/unlock": people.post_unlock,
    "/people/lock": people.post_lock,
    "/people/places": people.post_place,
}


def add(outer: FastAPI, household: Household) -> None:
    """Put the account pages before everything else."""
    for path in sorted(SHOWN.keys() | POSTED.keys()):
        for method, answering in (("GET", SHOWN.get(path)), ("POST", POSTED.get(path))):
            if answering is not None:
                outer.add_route(path, _answered(household, answering), methods=[method], include_in_schema=False)


def _answered(household: Household, answering: Answering) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        lang = language(request, household.settings.lang)
        try:
            return await answering(await call_of(household, request))
        except KangbanError as error:
            key = error.key if has_text(error.key, lang) else "error.broken"
            return error_page(lang, error.http_status, key=key)
        except Exception as error:  # noqa: BLE001 - caught here, or the trace with its values would be printed
            LOG.error("an account page failed: %s", type(error).__name__)
            return error_page(lang, 500)

    return answer
