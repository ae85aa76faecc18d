"""Passages to search: article sections, and every passage the rules rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from kangban.ports.search import PassageDoc
from kangban.rules.load import Article, Packs
from kangban.rules.proofs_others import CITE

_HEADING = re.compile(r"^#{1,3}\s+", re.MULTILINE)


class Section(msgspec.Struct, frozen=True):
    """One section of an article: `id` is `article-id#n`; text without citation marks; what it cites."""

    id: str
    article: str
    title: str
    title_en: str
    heading: str
    text: str
    marked: str  # the text with its [^source#key] marks
    citations: tuple[str, ...]


def sections(article: Article) -> Iterator[Section]:
    """Split an article at its headings; empty sections are left out."""
    for number, part in enumerate(_HEADING.split(article.body)):
        text = part.strip()
        if not text:
            continue
        first, _, rest = text.partition("\n")
        heading, body = (first.strip(), rest.strip()) if number > 0 and rest.strip() else ("", text)
        yield Section(
            id=f"{article.head.id}#{number}",
            article=article.head.id,
            title=article.head.title,
            title_en=article.head.title_en,
            heading=heading,
            text=CITE.sub("", body).strip(),
            marked=body,
            citations=tuple(dict.fromkeys(CITE.findall(body))),
        )


def passages(packs: Packs) -> Iterator[PassageDoc]:
    """Everything the shipped packs offer to search."""
    for article in packs.articles:
        words = " ".join((article.head.title_en, *article.head.aliases))
        for part in sections(article):
            title = f"{part.title} · {part.heading}" if part.heading else part.title
            yield PassageDoc(part.id, title, part.text, words)
    for source in packs.sources:
        for one in source.passages:
            yield PassageDoc(
                f"{source.id}#{one.key}",
                f"{source.title} · {one.place}",
                one.passage,
                f"{source.title_en} {one.passage_en}",
            )
