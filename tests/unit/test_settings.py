"""Settings refuse what would leak or not work, and say which one to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from kangban.kernel.errors import SettingsRefused
from kangban.settings import read_settings

REMOTE = {"KANGBAN_MODEL_URL": "https://models.example/v1", "KANGBAN_MODEL_NAME": "m"}
LOCAL = {"KANGBAN_MODEL_URL": "http://127.0.0.1:11434", "KANGBAN_MODEL_NAME": "m"}


def place(environ: dict[str, str]) -> str | None:
    model = read_settings(environ=environ, data_dir=Path("somewhere")).model
    return model.place if model else None


def test_an_address_nobody_placed_counts_as_abroad() -> None:
    assert place(REMOTE) == "abroad"
    assert place(LOCAL) == "this_machine"


@pytest.mark.parametrize(("word", "meant"), [("境内", "mainland"), ("mainland", "mainland"), ("境外", "abroad")])
def test_places(word: str, meant: str) -> None:
    assert place({**REMOTE, "KANGBAN_MODEL_PLACE": word}) == meant


@pytest.mark.parametrize(
    ("environ", "field"),
    [
        ({**REMOTE, "KANGBAN_MODEL_PLACE": "this_machine"}, "KANGBAN_MODEL_PLACE"),
        ({**REMOTE, "KANGBAN_MODEL_PLACE": "moon"}, "KANGBAN_MODEL_PLACE"),
        ({"KANGBAN_MODEL_URL": "https://models.example"}, "KANGBAN_MODEL_NAME"),
        ({"KANGBAN_MODEL_URL": "ftp://models.example", "KANGBAN_MODEL_NAME": "m"}, "KANGBAN_MODEL_URL"),
        ({"KANGBAN_LANG": "fr"}, "KANGBAN_LANG"),
    ],
)
def test_refused(environ: dict[str, str], field: str) -> None:
    with pytest.raises(SettingsRefused) as caught:
        read_settings(environ=environ)
    assert caught.value.field == field


def test_the_demo_never_uses_a_configured_database() -> None:
    environ = {"KANGBAN_DATABASE_URL": "postgresql+asyncpg://somewhere/x"}
    assert read_settings(environ=environ, demo=True).database_url is None
    assert read_settings(environ=environ).database_url is not None
