"""The sum of all settings, read from the environment once at start.

KANGBAN_DATA_DIR, KANGBAN_DATABASE_URL, KANGBAN_MODEL_URL, _NAME, _KEY, _PLACE, _IMAGES, KANGBAN_ACCESS_CODE,
KANGBAN_PUBLIC_URL, KANGBAN_LANG, KANGBAN_KEY, KANGBAN_KEY_FILE, KANGBAN_KEY_DIR, KANGBAN_OIDC_ISSUER,
_CLIENT_ID, _CLIENT_SECRET, KANGBAN_FETCH_ALLOW, KANGBAN_EMBEDDINGS_URL, _NAME, _KEY, KANGBAN_RERANK_NAME,
KANGBAN_TOOL_URL_NAME, KANGBAN_TOOL_MODEL_NAME, KANGBAN_ONNX_NAME, KANGBAN_PRICES.
Keys of services: see adapters/secret_file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from kangban.clinical.urgency import Lang
from kangban.kernel.errors import SettingsRefused
from kangban.ports.chat_model import ModelEndpoint, Place
from kangban.ports.factors import OidcEndpoint
from kangban.ports.keys import KeyPlaces
from kangban.ports.library import EmbeddingsEndpoint

_PLACES: dict[str, Place] = {
    "": "this_machine",
    "this_machine": "this_machine",
    "本机": "this_machine",
    "mainland": "mainland",
    "境内": "mainland",
    "abroad": "abroad",
    "境外": "abroad",
}


class Settings(msgspec.Struct, frozen=True):
    """Where data lives and what is connected."""

    data_dir: Path
    demo: bool = False
    database_url: str | None = None
    model: ModelEndpoint | None = None
    access_code: str = ""
    public_url: str = ""  # what the family types when a proxy with TLS stands before this server
    lang: Lang = "zh"
    keys: KeyPlaces = KeyPlaces()
    oidc: OidcEndpoint | None = None
    embeddings: EmbeddingsEndpoint | None = None
    prices: Path | None = None  # what models cost, a TOML or JSON file
    fetch_allow: str = ""  # host:port that fetched pages may lead to although it is no public address
    tool_places: dict[str, str] = {}  # service → its address, where it is not the usual one
    tool_models: dict[str, str] = {}  # service → the model it is asked for
    onnx_files: dict[str, Path] = {}  # what a picture is looked at for → a model file

    def __repr__(self) -> str:
        # A database URL holds a password; a trace or a log line must not.
        return f"Settings(data_dir={str(self.data_dir)!r}, demo={self.demo}, model={self.model!r}, keys={self.keys!r})"

    @property
    def house_dir(self) -> Path:
        """The folder of the family in view: the demo family never shares one with yours."""
        return self.data_dir / ("demo" if self.demo else "home")


def usual_directory() -> Path:
    """The platform's place for a program's data."""
    import platformdirs

    return Path(platformdirs.user_data_dir("kangban", appauthor=False))


def read_settings(
    *, data_dir: Path | None = None, demo: bool = False, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read settings; arguments win over the environment. Raises SettingsRefused with what to mend."""
    env = os.environ if environ is None else environ
    lang = env.get("KANGBAN_LANG", "zh") or "zh"
    if lang not in ("zh", "en"):
        raise SettingsRefused("KANGBAN_LANG must be zh or en", field="KANGBAN_LANG")
    place = _directory(data_dir, env)
    return Settings(
        data_dir=place,
        demo=demo,
        # A demo never touches a configured database.
        database_url=None if demo else env.get("KANGBAN_DATABASE_URL") or None,
        model=_model(env),
        access_code=env.get("KANGBAN_ACCESS_CODE", ""),
        public_url=_public_url(env),
        lang=lang,
        keys=_keys(env),
        oidc=_oidc(env),
        embeddings=_embeddings(env),
        prices=Path(env["KANGBAN_PRICES"]).expanduser() if env.get("KANGBAN_PRICES", "").strip() else None,
        fetch_allow=env.get("KANGBAN_FETCH_ALLOW", ""),
        tool_places=_tool_places(env),
        tool_models=_named(env, "KANGBAN_TOOL_MODEL_"),
        onnx_files={name: Path(said).expanduser() for name, said in _named(env, "KANGBAN_ONNX_").items()},
    )


def _keys(env: Mapping[str, str]) -> KeyPlaces:
    file, folder = env.get("KANGBAN_KEY_FILE"), env.get("KANGBAN_KEY_DIR")
    return KeyPlaces(
        text=env.get("KANGBAN_KEY", "").strip(),
        file=Path(file).expanduser() if file else None,
        directory=Path(folder).expanduser() if folder else None,
    )


def _directory(data_dir: Path | None, env: Mapping[str, str]) -> Path:
    if data_dir is not None:
        return data_dir.expanduser()
    return Path(env["KANGBAN_DATA_DIR"]).expanduser() if env.get("KANGBAN_DATA_DIR") else usual_directory()


def _public_url(env: Mapping[str, str]) -> str:
    from urllib.parse import urlsplit

    said = env.get("KANGBAN_PUBLIC_URL", "").strip().rstrip("/")
    if not said:
        return ""
    parts = urlsplit(said)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
        raise SettingsRefused(
            "KANGBAN_PUBLIC_URL must be like https://kangban.example.org", field="KANGBAN_PUBLIC_URL"
        )  # fmt: skip
    return said


def _oidc(env: Mapping[str, str]) -> OidcEndpoint | None:
    issuer, client_id = env.get("KANGBAN_OIDC_ISSUER", "").strip(), env.get("KANGBAN_OIDC_CLIENT_ID", "").strip()
    if not issuer:
        return None
    if not client_id:
        raise SettingsRefused(
            "KANGBAN_OIDC_CLIENT_ID is needed beside KANGBAN_OIDC_ISSUER", field="KANGBAN_OIDC_CLIENT_ID"
        )
    return OidcEndpoint(issuer, client_id, env.get("KANGBAN_OIDC_CLIENT_SECRET", ""))


def _model(env: Mapping[str, str]) -> ModelEndpoint | None:
    url = env.get("KANGBAN_MODEL_URL", "").strip()
    if not url:
        return None
    if not url.startswith(("http://", "https://")):
        raise SettingsRefused("KANGBAN_MODEL_URL must begin with http:// or https://", field="KANGBAN_MODEL_URL")
    name = env.get("KANGBAN_MODEL_NAME", "").strip()
    if not name:
        raise SettingsRefused("KANGBAN_MODEL_NAME is needed beside KANGBAN_MODEL_URL", field="KANGBAN_MODEL_NAME")
    said = env.get("KANGBAN_MODEL_PLACE", "").strip().casefold()
    if said not in _PLACES:
        raise SettingsRefused(
            "KANGBAN_MODEL_PLACE must be this_machine, mainland or abroad", field="KANGBAN_MODEL_PLACE"
        )
    place = _PLACES[said]
    if said and place == "this_machine" and not on_this_machine(url):
        raise SettingsRefused(
            "KANGBAN_MODEL_PLACE says this_machine, but the address is another one", field="KANGBAN_MODEL_PLACE"
        )
    if not said and not on_this_machine(url):
        # An address off this machine that nobody placed is treated as the strictest.
        place = "abroad"
    sees = env.get("KANGBAN_MODEL_IMAGES", "").strip().casefold()
    if sees not in ("", "yes", "no"):
        raise SettingsRefused("KANGBAN_MODEL_IMAGES must be yes or no", field="KANGBAN_MODEL_IMAGES")
    return ModelEndpoint(url, name, env.get("KANGBAN_MODEL_KEY", ""), place, sees == "yes")


def _embeddings(env: Mapping[str, str]) -> EmbeddingsEndpoint | None:
    url = env.get("KANGBAN_EMBEDDINGS_URL", "").strip()
    if not url:
        return None
    if not url.startswith(("http://", "https://")) or not on_this_machine(url):
        # Whole books and every question go there, and nobody is asked before each.
        raise SettingsRefused(
            "KANGBAN_EMBEDDINGS_URL must be an http or https address of this machine", field="KANGBAN_EMBEDDINGS_URL"
        )
    name = env.get("KANGBAN_EMBEDDINGS_NAME", "").strip()
    if not name:
        raise SettingsRefused(
            "KANGBAN_EMBEDDINGS_NAME is needed beside KANGBAN_EMBEDDINGS_URL", field="KANGBAN_EMBEDDINGS_NAME"
        )
    key, reranker = env.get("KANGBAN_EMBEDDINGS_KEY", ""), env.get("KANGBAN_RERANK_NAME", "").strip()
    return EmbeddingsEndpoint(url, name, key, reranker)


def _tool_places(env: Mapping[str, str]) -> dict[str, str]:
    prefix, places = "KANGBAN_TOOL_URL_", dict[str, str]()
    for word, said in env.items():
        if word.startswith(prefix) and said.strip():
            if not said.strip().startswith(("http://", "https://")):
                raise SettingsRefused(f"{word} must begin with http:// or https://", field=word)
            places[word.removeprefix(prefix).lower()] = said.strip().rstrip("/")
    return places


def _named(env: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Every variable that begins so, by the rest of its name in lower case."""
    found = {word.removeprefix(prefix).lower(): said.strip() for word, said in env.items() if word.startswith(prefix)}
    return {name: said for name, said in found.items() if said}


def at_home(url: str, fetch_allow: str) -> bool:
    """This machine, or a machine of the operator's own network that they named in KANGBAN_FETCH_ALLOW by its number."""
    import ipaddress
    import re
    from urllib.parse import urlsplit

    if on_this_machine(url):
        return True
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        inside = ipaddress.ip_address(parts.hostname or "").is_private
    except ValueError:
        return False  # a name may lead anywhere
    place = f"[{parts.hostname}]:{port}" if ":" in (parts.hostname or "") else f"{parts.hostname}:{port}"
    return inside and place in re.split(r"[,\s]+", fetch_allow.lower())


def on_this_machine(url: str) -> bool:
    """Whether an address is loopback by its own words; a name may lead anywhere and is not."""
    import ipaddress
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name, and whoever keeps it decides where it leads
