"""Search in the libraries the actor may use: terms, parts before passages; vectors and a reranker where configured."""

from __future__ import annotations

import asyncio

import msgspec

from kangban.clinical.access import Purpose
from kangban.clinical.library import LibraryDocument, LibraryHit, Passage, Shelf
from kangban.journeys.house import House
from kangban.journeys.library.kept import Library, Shelved
from kangban.journeys.library.shelves import library_of, open_shelves, require_shelf
from kangban.kernel.errors import Unavailable
from kangban.retrieval.library.fuse import fused
from kangban.retrieval.library.summary import with_sections
from kangban.retrieval.library.terms import asked

MOST_TOP, _POOL, _PARTS, _RERANKED = 50, 60, 40, 30


async def search(house: House, query: str, top: int = 5, purpose: Purpose = "view") -> list[LibraryHit]:
    """At most `top` passages, best first; equal passages of several documents once. Raises NotPermitted."""
    shelves = await open_shelves(house, purpose)
    if not shelves:
        await require_shelf(house, "family", purpose)
    top = max(0, min(top, MOST_TOP))
    found: list[LibraryHit] = []
    for shelf in shelves:
        found += await _on_shelf(house, shelf, query, top)
    found.sort(key=lambda hit: -hit.score)
    distinct: dict[str, LibraryHit] = {}
    for hit in found:
        distinct.setdefault(" ".join(hit.passage.split()), hit)
    return list(distinct.values())[:top]


async def up_to_date(house: House, shelf: Shelf) -> Shelved:
    """One library's memory with everything in it that is ready; the caller has asked whether the actor may."""
    library = library_of(house)
    ready = {d.id: d for d in await library.store.documents(house.family_id) if d.shelf == shelf and d.state == "ready"}
    shelved = library.shelved(house.family_id, shelf)
    await shelved.bring_up_to_date(library.store, ready, library.embedder.name if library.embedder else "")
    return shelved


async def _on_shelf(house: House, shelf: Shelf, query: str, top: int) -> list[LibraryHit]:
    shelved = await up_to_date(house, shelf)
    weights = asked(query)
    if not shelved.passages or not weights or not top:
        return []
    pool = max(_POOL, 4 * top)
    lexical = await asyncio.to_thread(shelved.index.search, weights, pool)
    parts = await asyncio.to_thread(shelved.parts.search, weights, _PARTS)
    ranked = with_sections(lexical, shelved.sections, parts)
    ranked = await _with_vectors(library_of(house), shelved, query, ranked, pool)
    ranked = await _reranked(library_of(house), shelved, query, ranked)
    return [
        hit_of(shelved.passages[id_], shelved.documents[shelved.passages[id_].document_id], score)
        for id_, score in ranked[: 2 * top]
        if id_ in shelved.passages
    ]


async def _with_vectors(
    library: Library, shelved: Shelved, query: str, ranked: list[tuple[str, float]], pool: int
) -> list[tuple[str, float]]:
    """Both rankings as one; a server that is away leaves the lexical one as it is."""
    if library.embedder is None:
        return ranked
    try:
        (vector,) = await library.embedder.embed([query])
    except Unavailable:
        return ranked
    near = await asyncio.to_thread(shelved.index.near, vector, pool)
    return fused([(1.0, [id_ for id_, _ in ranked]), (1.0, [id_ for id_, _ in near])], pool) if near else ranked


async def _reranked(
    library: Library, shelved: Shelved, query: str, ranked: list[tuple[str, float]]
) -> list[tuple[str, float]]:
    if library.reranker is None or not ranked:
        return ranked
    first, rest = ranked[:_RERANKED], ranked[_RERANKED:]
    texts = [f"{shelved.passages[id_].heading}\n{shelved.passages[id_].text}" for id_, _ in first]
    try:
        scores = await library.reranker.scores(query, texts)
    except Unavailable:
        return ranked
    moved = sorted(zip(first, scores, strict=True), key=lambda one: -one[1])
    # Behind those it read, in their old order; scores only have to fall.
    lowest = min(scores)
    return [(id_, score) for (id_, _), score in moved] + [(id_, lowest - n) for n, (id_, _) in enumerate(rest, 1)]


def hit_of(passage: Passage, document: LibraryDocument, score: float) -> LibraryHit:
    """A passage as it is shown, with its document, page and licence."""
    return LibraryHit(
        id=passage.id, title=document.title, passage=passage.text, score=round(score, 4), document=document.id,
        page=passage.page, licence=document.licence, heading=passage.heading, tradition=document.tradition,
    )  # fmt: skip


async def embed_new(house: House, document: LibraryDocument) -> bool:
    """Make the vectors of a document that has none yet; False where no server is configured or it is away."""
    library = library_of(house)
    if library.embedder is None:
        return False
    name = library.embedder.name
    have = await library.store.vectors(house.family_id, document.id, name)
    missing = [p for p in await library.store.passages(house.family_id, document.id) if p.id not in have]
    try:
        for start in range(0, len(missing), _POOL):
            some = missing[start : start + _POOL]
            made = await library.embedder.embed([f"{p.heading}\n{p.text}".strip() for p in some])
            packed = {p.id: _packed(vector) for p, vector in zip(some, made, strict=True)}
            await library.store.put_vectors(house.family_id, name, packed)
    except Unavailable:
        return False
    return True


def _packed(vector: list[float]) -> bytes:
    import struct

    return struct.pack(f"<{len(vector)}f", *vector)


class LibraryReader(msgspec.Struct, frozen=True):
    """The libraries of one actor for one turn, for the tools of the agent."""

    house: House

    async def search(self, query: str, top: int) -> list[LibraryHit]:
        """See `search`; [] where the actor may use no library or none is kept."""
        if self.house.library is None or not await open_shelves(self.house, "ask"):
            return []
        return await search(self.house, query, top, "ask")
