"""Plain HTML elements on NiceGUI: a tag, its text, its attributes. No component library's looks."""

from __future__ import annotations

from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

# Path data on a 24-unit grid, drawn by us.
_ICONS: dict[str, tuple[str, ...]] = {
    "alarm": ("M12 3l9.5 17h-19z", "M12 9.5v5M12 17.2v.6"),
    "clock": ("M12 3a9 9 0 100 18 9 9 0 000-18z", "M12 7v5.5l3.5 2"),
    "fine": ("M12 3a9 9 0 100 18 9 9 0 000-18z", "M8 12.4l2.8 2.8 5.4-6"),
    "clip": ("M19 11.5l-7.4 7.4a4.6 4.6 0 01-6.5-6.5l8-8a3.1 3.1 0 014.4 4.4l-8 8a1.5 1.5 0 01-2.2-2.2l7-7",),
    "send": ("M4 20l17-8L4 4v6l10 2-10 2z",),
    "stop": ("M6.5 6.5h11v11h-11z",),
    "shut": ("M6 6l12 12M18 6L6 18",),
    "talk": ("M4 5h16v11H10l-5 4v-4H4z",),
    "home": ("M12 4a3.6 3.6 0 100 7.2A3.6 3.6 0 0012 4z", "M4.5 20c.6-4.2 3.6-6.4 7.5-6.4s6.9 2.2 7.5 6.4"),
    "menu": ("M4 7h16M4 12h16M4 17h16",),
    "key": ("M15.5 3.5a5 5 0 11-4.4 7.4L4 18v2.5h3V18h2.5v-2.5l2.4-2.4", "M16.8 7.2v.1"),
    "people": (
        "M8.5 5a3 3 0 100 6 3 3 0 000-6z",
        "M2.8 19c.5-3.4 2.7-5.2 5.7-5.2s5.2 1.8 5.7 5.2",
        "M15.5 5.4a3 3 0 010 5.2M17 14.2c2.3.5 3.8 2.2 4.2 4.8",
    ),
    "share": (
        "M4.5 12.5c2-4 4.6-6 7.5-6s5.5 2 7.5 6c-2 4-4.6 6-7.5 6s-5.5-2-7.5-6z",
        "M12 9.8a2.7 2.7 0 100 5.4 2.7 2.7 0 000-5.4z",
    ),
    "box": ("M4 8h16v12H4z", "M7 8V5h10v3M12 11v6M9 14h6"),
    "desk": ("M6 4h12v16H6z", "M9 9h6M9 13h6M9 17h3"),
    "bell": ("M6 17V11a6 6 0 0112 0v6l1.5 2h-15z", "M10 21h4"),
    "report": ("M6 3h9l4 4v14H6z", "M15 3v4h4M9 12h7M9 16h7"),
    "sheet": ("M6 3h9l4 4v14H6z", "M12.5 17.5v-7M9.5 13l3-3 3 3"),
    "library": ("M5 4h5v16H5zM10 4h5v16h-5z", "M15.5 5l4-1 2.5 15-4 1z"),
    "bench": ("M4 20l8.5-8.5M14 4.5a4.5 4.5 0 015.6 5.6L16.5 13 11 7.5z", "M4.5 5.5l3 3M13.5 14.5l5 5"),
    "look": ("M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13z", "M15.5 15.5L21 21"),
    "hand": ("M12 3a9 9 0 100 18 9 9 0 000-18z", "M12 7.5v6M12 16.3v.4"),
}
URGENCY_LOOK = {
    "emergency": ("u1", "alarm"), "same_day": ("u2", "alarm"),
    "this_week": ("u3", "clock"), "self_care": ("u4", "fine"),
}  # fmt: skip


def drawing_paths(name: str) -> tuple[str, ...]:
    """What an icon is drawn of."""
    return _ICONS[name]


class Tag(TextElement):
    """One HTML element. Attribute names use _ for -; a trailing _ is dropped (for_); None leaves one out."""

    def __init__(self, tag: str, text: str = "", classes: str = "", **attributes: Any) -> None:
        super().__init__(tag=tag, text=text)
        if classes:
            self.classes(classes)
        if tag == "input" and "value" in attributes:
            # As attribute: as property, every redraw would put it back over what was typed.
            attributes["^value"] = attributes.pop("value")
        for name, value in attributes.items():
            if value is not None:
                self._props[name.rstrip("_").replace("_", "-")] = value


def icon(name: str, size: int = 22) -> Tag:
    """A drawing beside words; screen readers skip it."""
    filled = name in ("send", "stop")
    with Tag(
        "svg", aria_hidden="true", width=size, height=size, viewBox="0 0 24 24",
        fill="currentColor" if filled else "none",
        stroke="none" if filled else "currentColor", stroke_width="1.8",
        stroke_linecap="round", stroke_linejoin="round",
    ) as drawing:  # fmt: skip
        for path in _ICONS[name]:
            Tag("path", d=path)
    return drawing


def button(text: str, classes: str = "btn", **attributes: Any) -> Tag:
    """A button that never submits a form by accident."""
    return Tag("button", text, classes, type=attributes.pop("type", "button"), **attributes)


def link(text: str, to: str, classes: str = "", **attributes: Any) -> Tag:
    """A link within the house."""
    return Tag("a", text, classes, href=to, **attributes)


def toast(text: str) -> None:
    """A short word at the foot of the page of the client in context."""
    run(f"kangban.toast({quoted(text)})")


def run(code: str) -> None:
    """Run a line of our own script in the browser; what people wrote goes through `quoted` first."""
    ui.run_javascript(code)


def quoted(text: str) -> str:
    """A JavaScript string."""
    import json

    return json.dumps(text).replace("<", "\\u003c")
