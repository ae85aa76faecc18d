"""Which keys the model of an agent may be sent: never one that belongs to a tool's service or an imported server."""

from __future__ import annotations

from collections.abc import Callable

from kangban.journeys.workshop.servers import ToolServers
from kangban.kernel.errors import NotPermitted

# Whoever defines an agent names a key and an address; with these, one service's key would be shown to another.
OF_SERVICES = frozenset({
    "amap_key", "bing_key", "bing_maps_key", "deepl_key", "fhir_token", "google_cx", "google_key", "images_key",
    "libretranslate_key", "ncbi_key", "qweather_key", "semantic_scholar_key", "serpapi_key", "sight_key", "speak_key",
    "transcribe_key", "vision_key",
})  # fmt: skip


def key_for_a_model(secret: Callable[[str], str], servers: ToolServers) -> Callable[[str], str]:
    """A key by its name; raises NotPermitted for one of a service, Unavailable where none is set."""

    def get(name: str) -> str:
        if name in OF_SERVICES or any(one.server.secret == name for one in servers.shelf.servers()):
            raise NotPermitted(
                "this key belongs to a service; keep the model's under a name of its own", field="model.secret",
                key="workshop.secret_of_a_service",
            )  # fmt: skip
        return secret(name)

    return get
