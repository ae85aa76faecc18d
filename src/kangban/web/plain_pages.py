"""Pages that need no session: the access code, not found, broken. Complete HTML, no script."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from kangban.clinical.urgency import Lang
from kangban.kernel.texts import t

_PAGE = (
    '<!doctype html><html lang="{html_lang}"><head><meta charset="utf-8"><meta name="viewport" '
    'content="width=device-width,initial-scale=1"><title>{title}</title>'
    '<link rel="stylesheet" href="/static/kangban.css">'
    '<link rel="icon" href="/static/icon.svg"></head><body><main class="plain">{body}</main></body></html>'
)


def language_of(request: Request, fallback: Lang = "zh") -> Lang:
    """By cookie, else by what the browser prefers."""
    chosen = request.cookies.get("kangban_lang", "")
    if chosen in ("zh", "en"):
        return "en" if chosen == "en" else "zh"
    accepted = request.headers.get("accept-language", "").strip().casefold()
    return fallback if not accepted or accepted.startswith("zh") else "en"


def page(lang: Lang, title: str, body: str, status: int) -> HTMLResponse:
    """A whole page around a body that is already safe HTML."""
    html_lang = "zh-CN" if lang == "zh" else "en"
    text = _PAGE.format(html_lang=html_lang, title=escape(title), body=body)
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


def error_page(lang: Lang, status: int, *, key: str = "") -> HTMLResponse:
    """404, what one may not do, and everything else that went wrong; `key` says more exactly what."""
    kind = {404: "404", 403: "403", 401: "403"}.get(status, "500")
    title = t(f"web.error.{kind}", lang)
    why = t(key, lang, field="") if key else t(f"web.error.{kind}_why", lang)
    body = (
        f"<h1>{escape(title)}</h1><p>{escape(why)}</p>"
        f'<p><a class="btn p" href="/">{escape(t("web.error.home", lang))}</a></p>'
    )
    return page(lang, title, body, status)


def code_page(lang: Lang, status: int, *, wrong: str = "", back: str = "/") -> HTMLResponse:
    """Asks for the access code; `wrong` is a translation key's last part."""
    title = t("web.code.title", lang)
    said = f'<p class="wrong" role="alert">{escape(t(f"web.code.{wrong}", lang))}</p>' if wrong else ""
    body = (
        f"<h1>{escape(title)}</h1><p>{escape(t('web.code.why', lang))}</p>{said}"
        f'<form class="form" method="post" action="/code"><input type="hidden" name="back" value="{escape(back)}">'
        f'<label>{escape(t("web.code.label", lang))}<input name="code" type="password" autocomplete="current-password" '
        f'required autofocus></label><button class="btn p">{escape(t("web.code.enter", lang))}</button></form>'
    )
    return page(lang, title, body, status)
