"""A FHIR R4 server that is read and never written. Adapter: fhir_endpoint."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec


class FoundResources(msgspec.Struct, frozen=True):
    """Resources as JSON, checked against their FHIR shape and without what names a person.

    `total` as the server counts; `more` where pages were left; `left_out` were broken or held a modifierExtension,
    whose meaning nobody here knows.
    """

    resources: tuple[dict[str, Any], ...]
    total: int | None = None
    more: bool = False
    left_out: int = 0
    issues: tuple[str, ...] = ()


class ClinicalServer(Protocol):
    """Raises Unavailable, NotFound, and InvalidInput for a search that the server refuses."""

    @property
    def kinds(self) -> frozenset[str]:
        """Resource types that may be asked for."""
        ...

    async def read(self, kind: str, id: str) -> FoundResources:
        """One resource."""
        ...

    async def search(self, kind: str, terms: dict[str, str], most: int) -> FoundResources:
        """At most `most` resources, over as many pages as that takes."""
        ...
