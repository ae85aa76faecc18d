"""Whether a name leads into this machine's own network, for others who send something there."""

from __future__ import annotations

from kangban.adapters.safe_fetch.fetch import system_resolver
from kangban.adapters.safe_fetch.targets import allowed_places, leads_inside


async def name_leads_inside(words: str, host: str, port: int | None) -> bool:
    """False too for what KANGBAN_FETCH_ALLOW (`words`) names, and for what is no name; raises SettingsRefused."""
    allowed = allowed_places(words)
    try:
        ips = await system_resolver(host, port or 443)
    except (OSError, UnicodeError):
        return False  # no name of a machine: a token or topic of the service
    return leads_inside(ips, host, port, allowed)
