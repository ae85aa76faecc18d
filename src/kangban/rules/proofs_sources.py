"""Every citation resolves, every source is honest about how it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kangban.rules.faults import Fault
from kangban.rules.load import Packs
from kangban.rules.schema import Evidence


def evidence_by_citation(packs: Packs) -> dict[str, Evidence]:
    """Map every citation id `source#key` to its evidence kind."""
    return {f"{s.id}#{p.key}": s.evidence for s in packs.sources for p in s.passages}


def cited_rows(packs: Packs) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (place, citations) of every row that must rest on a source."""
    for i in packs.ingredients:
        for d in i.dose:
            yield f"ingredient {i.id} dose {d.key}", d.citations
        for c in i.caution:
            yield f"ingredient {i.id} caution {c.key}", c.citations
        for x in i.interaction:
            yield f"ingredient {i.id} interaction {x.key}", x.citations
        for one in i.practical:
            yield f"ingredient {i.id} practical {one.key}", one.citations
        for use in i.indication:
            yield f"ingredient {i.id} indication {use.key}", use.citations
    for p in packs.products:
        yield f"product {p.id}", p.citations
        for c in p.caution:
            yield f"product {p.id} caution {c.key}", c.citations
        for use in p.indication:
            yield f"product {p.id} indication {use.key}", use.citations
    for t in packs.tables:
        for n, row in enumerate(t.rows):
            if row.outcome != "none":
                yield f"table {t.id} row {n}", row.citations
    for r in packs.red_flags:
        yield f"red flag {r.id}", r.citations
    for a in packs.analytes:
        for n, band in enumerate(a.ranges):
            yield f"analyte {a.id} range {n}", band.citations
    for f in packs.foods:
        for advice in f.advice:
            yield f"food {f.id} {advice.key}", advice.citations
    for pattern in packs.patterns:
        yield f"pattern {pattern.id}", pattern.citations
    for moved in packs.variations:
        yield f"variation {moved.of}", moved.citations


def prove_sources(packs: Packs) -> Iterator[Fault]:
    """Sources complete and unique; no row without a source; no dangling citation."""
    yield from _prove_each_source(packs)
    known = evidence_by_citation(packs)
    for place, citations in cited_rows(packs):
        if not citations:
            yield Fault(place, "no citation")
        yield from _dangling(place, citations, known)


def _dangling(place: str, citations: Iterable[str], known: dict[str, Evidence]) -> Iterator[Fault]:
    for citation in citations:
        if citation not in known:
            yield Fault(place, f"cites {citation}, which no source has")


def _prove_each_source(packs: Packs) -> Iterator[Fault]:
    seen: set[str] = set()
    for source in packs.sources:
        place = f"source {source.id}"
        if source.id in seen:
            yield Fault(place, "defined twice")
        seen.add(source.id)
        keys = [p.key for p in source.passages]
        if len(keys) != len(set(keys)):
            yield Fault(place, "two passages with one key")
        if not keys:
            yield Fault(place, "has no passage")
        if any(not p.passage.strip() or not p.place.strip() for p in source.passages):
            yield Fault(place, "a passage without text or place")
        opened = source.evidence != "recalled"
        if opened and (not source.address.startswith(("http://", "https://")) or source.accessed_on is None):
            yield Fault(place, "was read, but has no address or no date opened")
        if not opened and (source.address or source.accessed_on):
            yield Fault(place, "is recalled, so it may not claim an address or a date opened")
