"""HTML as text that is escaped unless it was made here."""

from __future__ import annotations

from html import escape

_EMPTY_TAGS = frozenset({"input", "img", "br", "hr", "meta", "link"})


class Safe(str):
    """HTML made by `el`; everything else is text of somebody and gets escaped."""

    __slots__ = ()


Inside = str | None
Attribute = str | int | bool | None


def safe(inside: Inside) -> str:
    """The text as HTML."""
    if inside is None:
        return ""
    return inside if isinstance(inside, Safe) else escape(inside, quote=True)


def joined(*inside: Inside) -> Safe:
    """Several pieces after each other."""
    return Safe("".join(safe(one) for one in inside))


def el(tag: str, *inside: Inside, **attributes: Attribute) -> Safe:
    """One element. A trailing _ of an attribute is dropped, _ becomes -; True is a bare attribute, None leaves out."""
    shown: list[str] = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        plain = name.rstrip("_").replace("_", "-")
        shown.append(plain if value is True else f'{plain}="{escape(str(value), quote=True)}"')
    head = " ".join((tag, *shown))
    return Safe(f"<{head}>") if tag in _EMPTY_TAGS else Safe(f"<{head}>{joined(*inside)}</{tag}>")
