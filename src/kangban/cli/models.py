"""`kangban models probe`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kangban.cli.options import Json, Lang, language, run

if TYPE_CHECKING:
    from kangban.cli.tool_shapes import ProbeIn


_CHECKS = ("chat", "stream", "tools", "parallel_tools", "strict_tools", "json_mode", "images", "usage")


def probe(
    url: Annotated[str, typer.Argument(help="The server's address, with or without /v1.")],
    model: Annotated[str, typer.Option("--model", help="Which of its models; else the first it lists.")] = "",
    key: Annotated[str, typer.Option("--key", envvar="KANGBAN_MODEL_KEY", help="The key, better as environment.")] = "",
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=600, help="The longest wait for one check.")] = 30,
    json: Json = False,
    lang: Lang = "zh",
) -> None:
    """What can a model server do, and how fast?"""
    from kangban.cli.tool_shapes import ProbeIn

    shown = language(lang)

    async def work(asked: ProbeIn) -> dict[str, Any]:
        import msgspec

        from kangban.adapters.openai_chat.probe import probe_server
        from kangban.adapters.openai_chat.settings import OpenAIChatSettings

        settings = OpenAIChatSettings(asked.url, asked.model, key)
        return msgspec.to_builtins(await probe_server(settings, check_s=seconds))

    words = {"url": url, "model": model}
    run(ProbeIn, work, words=words, source=None, jsonl=False, show=None if json else lambda found: _show(found, shown))


def _show(found: dict[str, Any], lang: str) -> str:
    from kangban.kernel.texts import t

    signs = {True: "✓", False: "✗", None: "?"}
    lines = [t("probe.model", lang, name=found["model"] or "-", count=len(found["models"]))]
    lines += [f"{signs[found[name]]} {t(f'probe.{name}', lang)}" for name in _CHECKS]
    speed = found["speed"]
    lines.append(t("probe.context", lang, tokens=found["context_length"] or "?"))
    lines.append(t("probe.speed", lang, first=speed["first_token_s"] or "?", rate=speed["tokens_per_s"] or "?"))
    lines += [f"! {name}: {t(key, lang)}" for name, key in found["problems"].items()]
    lines.append(t("probe.protocol", lang, protocol=found["protocol"]))
    return "\n".join(lines)
