"""`kangban secrets …`: keys of services. A value is typed or piped in, and never shown again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.options import DataDir, Json, run

if TYPE_CHECKING:
    from kangban.adapters.secret_file import SecretFile

Name = Annotated[str, typer.Argument(help="Small letters, digits and _, e.g. qweather_key.")]


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""
    value: str = ""


def set_(name: Name, json: Json = False, data_dir: DataDir = None) -> None:
    """Keep a key. It is asked for where somebody types, else read from stdin: never from the command line."""

    async def work(asked: _Words) -> dict[str, Any]:
        _file(data_dir).put(asked.name, asked.value)
        return {"name": asked.name, "set": True}

    value = typer.prompt(name, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    run(_Words, work, words={"name": name, "value": value}, source=None, jsonl=False, show=None if json else _show)


def list_(json: Json = False, data_dir: DataDir = None) -> None:
    """The names that are set, and where."""

    async def work(_asked: _Words) -> dict[str, Any]:
        return {"secrets": [{"name": name, "from": place} for name, place in _file(data_dir).names().items()]}

    run(_Words, work, words={}, source=None, jsonl=False, show=None if json else _show)


def remove(name: Name, json: Json = False, data_dir: DataDir = None) -> None:
    """Forget a key."""

    async def work(asked: _Words) -> dict[str, Any]:
        _file(data_dir).remove(asked.name)
        return {"name": asked.name, "removed": True}

    run(_Words, work, words={"name": name}, source=None, jsonl=False, show=None if json else _show)


def _file(data_dir: Path | None) -> SecretFile:
    from kangban.adapters.secret_file import SecretFile
    from kangban.settings import read_settings

    return SecretFile(read_settings(data_dir=data_dir).data_dir)


def _show(answer: dict[str, Any]) -> str:
    if "secrets" in answer:
        return "\n".join(f"{one['name']}  ({one['from']})" for one in answer["secrets"]) or "-"
    return str(answer["name"])
