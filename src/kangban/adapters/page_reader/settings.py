"""What the reader of pages takes and how long it works. Read from the environment once."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kangban.kernel.errors import SettingsRefused


class ReaderSettings(msgspec.Struct, frozen=True):
    """Limits of one file and one page, and of the process that reads.

    KANGBAN_READER_PAGES, _MEGABYTES, _MEGAPIXELS (of one picture), _PAGE_SECONDS (longest work on one page),
    _IDLE_SECONDS (after which the process that reads is let go, with its 0.7 GB).
    """

    pages: int = 60
    megabytes: int = 30
    megapixels: int = 80
    page_seconds: int = 90
    idle_seconds: int = 300


def read_reader_settings(environ: Mapping[str, str]) -> ReaderSettings:
    """Read them; raises SettingsRefused for what is no whole number above 0."""
    found: dict[str, int] = {}
    for name in ReaderSettings.__struct_fields__:
        variable = f"KANGBAN_READER_{name.upper()}"
        said = environ.get(variable, "").strip()
        if not said:
            continue
        if not said.isascii() or not said.isdigit() or int(said) < 1:
            raise SettingsRefused(f"{variable} must be a whole number above 0", field=variable)
        found[name] = int(said)
    return ReaderSettings(**found)
