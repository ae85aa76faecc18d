"""Calendar addresses of one's own: made, shown once, revoked."""

from __future__ import annotations

from starlette.responses import Response

from kangban.clinical.account import OneTimeLink
from kangban.journeys.accounts.feeds import list_feeds, make_feed, revoke_feed
from kangban.kernel.errors import KangbanError
from kangban.kernel.texts import t
from kangban.web.account.call import Call
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import note, once, press, section, when


async def feeds_section(call: Call, error: KangbanError | None) -> Safe:
    """The addresses that work, and the form for another."""
    rows = [_feed(call, each) for each in await list_feeds(call.gate, call.actor)]
    listed = el("ul", *rows, class_="rows") if rows else el("p", t("calendar.none", call.lang), class_="small")
    field = call.input("feed_name", t("calendar.name_label", call.lang), maxlength=80, autocomplete="off")
    form = call.form("/account/calendars", field, call.wrong(error), press(t("calendar.make", call.lang), "btn"))
    made = el("details", el("summary", t("calendar.make", call.lang)), form, class_="more", open=error is not None)
    return section(
        t("calendar.title", call.lang),
        el("p", t("calendar.why", call.lang), class_="small"),
        listed,
        made,
        id_="calendars",
    )


def _feed(call: Call, feed: OneTimeLink) -> Safe:
    line = t("calendar.line", call.lang, until=when(feed.expires_at)[:10])
    named = el("input", type="hidden", name="feed", value=feed.id)
    revoke = t("calendar.revoke", call.lang)
    button = press(revoke, "btn flat", aria_label=f"{revoke} {feed.kept}")
    words = el("span", feed.kept, el("small", line), class_="w")
    return el("li", words, call.form("/account/calendars/revoke", named, button, class_=None))


async def post_feed(call: Call) -> Response:
    """Make an address; it stands on the answer and nowhere else."""
    from kangban.web.account.mine import account_page

    try:
        token, _ = await make_feed(call.gate, call.actor, call.field("feed_name"))
    except KangbanError as error:
        return await account_page(call, error, "calendars")
    address = f"{call.address}/calendar/{token}.ics"
    return await account_page(call, None, "", once(call, t("calendar.made", call.lang), address))


async def post_revoke(call: Call) -> Response:
    """End an address at once."""
    from kangban.web.account.mine import account_page

    await revoke_feed(call.gate, call.actor, call.field("feed"))
    return await account_page(call, None, "", note(t("calendar.revoked", call.lang)))
