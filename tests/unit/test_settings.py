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


def test_the_master_key_is_read_and_never_shown() -> None:
    settings = read_settings(
        environ={"KANGBAN_KEY": " 1f1f1f ", "KANGBAN_KEY_FILE": "~/key", "KANGBAN_KEY_DIR": "/keys"}
    )
    assert settings.keys.text == "1f1f1f"
    assert settings.keys.file == Path("~/key").expanduser()
    assert settings.keys.directory == Path("/keys")
    assert "1f1f" not in repr(settings)
    assert read_settings(environ={}).keys.file is None


def test_an_oidc_provider_needs_a_client_id_and_shows_no_secret() -> None:
    assert read_settings(environ={}).oidc is None
    with pytest.raises(SettingsRefused):
        read_settings(environ={"KANGBAN_OIDC_ISSUER": "https://id.example.org"})
    env = {
        "KANGBAN_OIDC_ISSUER": "https://id.example.org",
        "KANGBAN_OIDC_CLIENT_ID": "k",
        "KANGBAN_OIDC_CLIENT_SECRET": "s3cret",
    }
    settings = read_settings(environ=env)
    assert settings.oidc is not None
    assert settings.oidc.client_secret == "s3cret"
    assert "s3cret" not in repr(settings)
