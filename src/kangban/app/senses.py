"""Eyes, ears, voice and brush of the tools: model files and servers as the settings name them, loaded when used."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kangban.ports.chat_model import ChatModel
from kangban.ports.outside import Outside
from kangban.ports.web_fetch import WebFetch
from kangban.settings import Settings, at_home

if TYPE_CHECKING:
    from kangban.adapters.onnx_vision import OnnxVision
    from kangban.adapters.openai_chat import OpenAIChatSettings
    from kangban.adapters.sense_endpoints import SensePlace

Secrets = Callable[[str], str]
_SERVERS = frozenset({"vision", "transcribe", "speak", "images", "fhir"})
_MOST_BYTES = 48 * 1024 * 1024
_WHOLE_S, _STEP_S = 170.0, 150.0  # a picture is not painted in a moment


def with_senses(outside: Outside, settings: Settings, secrets: Secrets) -> Outside:
    """The same way out, with whatever is set up to see, hear, speak and draw; raises SettingsRefused."""
    from kangban.adapters.espeak import EspeakSpeaker, espeak_program
    from kangban.adapters.picture_pen import PilPen
    from kangban.app.reach import page_reader

    program = espeak_program()
    here = msgspec.structs.replace(
        outside,
        vision=(_onnx(tuple(sorted(settings.onnx_files.items()))),),
        reader=page_reader(),
        pen=PilPen(),
        sight=_sight(settings, secrets, outside.model),
        speaker=EspeakSpeaker(program) if program else None,
    )
    return _with_servers(here, settings, secrets) if _SERVERS & set(settings.tool_places) else here


def _with_servers(here: Outside, settings: Settings, secrets: Secrets) -> Outside:
    from kangban.adapters.fhir_endpoint import FhirEndpoint
    from kangban.adapters.sense_endpoints import EndpointImages, EndpointListener, EndpointSpeaker, EndpointVision

    fetch = patient_fetch(settings.fetch_allow)
    eyes, ears, voice, brush = (_place(settings, secrets, each) for each in ("vision", "transcribe", "speak", "images"))
    fhir = settings.tool_places.get("fhir", "")
    home, token = at_home(fhir, settings.fetch_allow), partial(secrets, "fhir_token")
    return msgspec.structs.replace(
        here,
        # A file of this machine comes first: it is asked for what it was set up for, the server for the rest.
        vision=(*here.vision, *((EndpointVision(fetch, eyes),) if eyes else ())),
        image_maker=EndpointImages(fetch, brush) if brush else None,
        listener=EndpointListener(fetch, ears) if ears else None,
        speaker=EndpointSpeaker(fetch, voice) if voice else here.speaker,
        clinical=FhirEndpoint(fetch, fhir, token, at_home=home) if fhir else None,
    )


@lru_cache(maxsize=2)
def patient_fetch(fetch_allow: str) -> WebFetch:
    """The same walls as for pages, with room and time for pictures and sound; raises SettingsRefused."""
    from kangban.adapters.safe_fetch import FetchLimits, SafeFetch, allowed_places

    kinds = ("application/json", "application/fhir+json", "application/octet-stream", "audio/*", "text/json")
    limits = FetchLimits(_MOST_BYTES, _WHOLE_S, _STEP_S, media_types=kinds)
    return SafeFetch(allowed=allowed_places(fetch_allow), limits=limits)


@lru_cache(maxsize=2)
def _onnx(files: tuple[tuple[str, Path], ...]) -> OnnxVision:
    """One for all runs: a model is loaded once."""
    from kangban.adapters.onnx_vision import OnnxFiles, OnnxVision

    return OnnxVision(OnnxFiles(dict(files)))


def _place(settings: Settings, secrets: Secrets, name: str) -> SensePlace | None:
    from kangban.adapters.sense_endpoints import SensePlace

    url = settings.tool_places.get(name, "")
    if not url:
        return None
    model, home = settings.tool_models.get(name, ""), at_home(url, settings.fetch_allow)
    return SensePlace(name, url, model, partial(secrets, f"{name}_key"), at_home=home)


def _sight(settings: Settings, secrets: Secrets, model: ChatModel | None) -> ChatModel | None:
    """The chat model that looks at pictures: one of its own, else the configured one if it sees."""
    from kangban.adapters.openai_chat import OpenAIChatSettings
    from kangban.kernel.errors import Unavailable

    url = settings.tool_places.get("sight", "")
    if not url:
        return model if settings.model is not None and settings.model.images else None
    try:
        key = secrets("sight_key")
    except Unavailable:
        key = ""  # a server of one's own asks for none
    place = "this_machine" if at_home(url, settings.fetch_allow) else "abroad"
    return _chat(OpenAIChatSettings(url, settings.tool_models.get("sight", ""), key, place, images=True))


@lru_cache(maxsize=4)
def _chat(settings: OpenAIChatSettings) -> ChatModel:
    """One for all runs, so that its connections are used again."""
    from kangban.adapters.openai_chat import OpenAIChat

    return OpenAIChat(settings)
