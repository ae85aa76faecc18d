"""API keys of one's own: made, shown once, revoked."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from kangban.clinical.account import ApiKey
from kangban.journeys.accounts.keys import is_good, list_keys, make_key, revoke_key, scope_table
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.web.account.call import Call, go
from kangban.web.account.markup import Safe, el, joined
from kangban.web.account.shell import once, press, section, when

MOST_DAYS, USUAL_DAYS = 365, 90


async def keys_section(call: Call, error: KangbanError | None) -> Safe:
    """The keys with what each may do, and the form for another."""
    rows = [_key(call, each) for each in await list_keys(call.gate, call.actor)]
    listed = el("ul", *rows, class_="rows") if rows else el("p", call.word("keys.none"), class_="small")
    form = el(
        "details", el("summary", call.word("keys.make")), _form(call, error), class_="more", open=error is not None
    )
    why = el("p", call.word("keys.why"), class_="small")
    return section(call.word("keys.title"), why, listed, form, id_="keys")


def _key(call: Call, key: ApiKey) -> Safe:
    used = call.word("keys.used", at=when(key.last_used_at)) if key.last_used_at else call.word("keys.unused")
    scopes = call.listed(_scope(call, each) for each in key.scopes)
    line = call.word("keys.line", hint=key.hint, scopes=scopes, until=when(key.expires_at)[:10])
    words = el("span", key.name, el("small", line), el("small", used), class_="w")
    if not is_good(key, call.gate.clock.now()):
        return el("li", words, el("span", call.word("keys.over"), class_="mark no"))
    named = el("input", type="hidden", name="key", value=key.id)
    revoke = press(call.word("keys.revoke"), "btn flat", aria_label=f"{call.word('keys.revoke')} {key.name}")
    return el("li", words, call.form("/account/keys/revoke", named, revoke, class_=None))


def _form(call: Call, error: KangbanError | None) -> Safe:
    table = scope_table()
    purposes = _ticks(call, "purpose", sorted(table.purposes))
    groups = _ticks(call, "group", sorted(table.groups))
    return call.form(
        "/account/keys",
        call.input("key_name", call.word("field.key_name"), maxlength=80, autocomplete="off"),
        el("fieldset", el("legend", call.word("field.scopes")), purposes),
        el("fieldset", el("legend", call.word("field.groups")), groups),
        call.input("days", call.word("field.days"), type="number", min=1, max=MOST_DAYS, value=USUAL_DAYS),
        call.wrong(error), press(call.word("keys.make")),
    )  # fmt: skip


def _ticks(call: Call, kind: str, names: list[str]) -> Safe:
    boxes = [
        el("label", el("input", type="checkbox", name=f"{kind}.{name}", value="yes"), _scope(call, name), class_="tick")
        for name in names
    ]
    return el("div", joined(*boxes), class_="ticks")


def _scope(call: Call, name: str) -> str:
    return call.word(f"scope.{name}")


async def post_key(call: Call) -> Response:
    """Make a key; its secret stands on the answer and nowhere else."""
    from kangban.web.account.mine import account_page

    table = scope_table()
    wanted = [n for n in sorted(table.purposes) if call.field(f"purpose.{n}") == "yes"]
    wanted += [n for n in sorted(table.groups) if call.field(f"group.{n}") == "yes"]
    try:
        days = call.field("days").strip()
        if not days.isdecimal() or not 1 <= int(days[:6]) <= MOST_DAYS:
            raise InvalidInput("days", field="days", key="web_account.error.days")
        until = call.gate.clock.now() + timedelta(days=int(days))
        secret, _ = await make_key(call.gate, call.actor, name=call.field("key_name"), scopes=wanted, expires_at=until)
    except KangbanError as error:
        return await account_page(call, error, "keys")
    return await account_page(call, None, "", once(call, call.word("keys.made"), secret))


async def post_revoke(call: Call) -> Response:
    """End a key at once."""
    await revoke_key(call.gate, call.actor, call.field("key"))
    return go("/account?done=keys.revoked#keys")
