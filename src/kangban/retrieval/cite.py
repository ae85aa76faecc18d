"""Citation ids → citations a reader can open."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kangban.clinical.citation import Citation
from kangban.clinical.urgency import Lang
from kangban.kernel.errors import NotFound
from kangban.rules.compiled import shipped
from kangban.rules.load import Packs
from kangban.rules.schema import Passage, Source


class Library:
    """Every source and passage of the packs by citation id `source#key`."""

    def __init__(self, packs: Packs) -> None:
        self._places: dict[str, tuple[Source, Passage]] = {
            f"{source.id}#{passage.key}": (source, passage) for source in packs.sources for passage in source.passages
        }

    def __contains__(self, citation_id: str) -> bool:
        return citation_id in self._places

    def ids(self) -> Iterable[str]:
        """All citation ids."""
        return self._places.keys()

    def find(self, citation_id: str, lang: Lang = "zh") -> Citation | None:
        """The citation in a language, or None."""
        found = self._places.get(citation_id)
        if found is None:
            return None
        source, passage = found
        english = lang == "en"
        return Citation(
            id=citation_id,
            title=(source.title_en or source.title) if english else source.title,
            publisher=source.publisher,
            year=source.year,
            place=passage.place,
            passage=(passage.passage_en or passage.passage) if english else passage.passage,
            evidence=source.evidence,
            jurisdiction=source.jurisdiction,
            address=source.address,
            accessed_on=source.accessed_on,
        )

    def get(self, citation_id: str, lang: Lang = "zh") -> Citation:
        """The citation; raises NotFound."""
        found = self.find(citation_id, lang)
        if found is None:
            raise NotFound("no such citation", field="citation")
        return found

    def cite(self, ids: Iterable[str], lang: Lang = "zh") -> tuple[Citation, ...]:
        """All citations of distinct known ids, in order."""
        found = (self.find(one, lang) for one in dict.fromkeys(ids))
        return tuple(c for c in found if c is not None)

    def both_languages(self, citation_id: str) -> str:
        """The passage in both languages with its title and place, for support checks."""
        source, passage = self._places[citation_id]
        return "\n".join((source.title, source.title_en, passage.place, passage.passage, passage.passage_en))


@lru_cache(maxsize=1)
def library() -> Library:
    """The shipped sources."""
    return Library(shipped().packs)
