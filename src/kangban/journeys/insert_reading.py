"""A package insert, as bytes or as words → what it says and where it differs from the catalogue. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.insert import InsertReading
from kangban.journeys.attachments import MOST_BYTES
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.kernel.media import sniff
from kangban.perception.inserts.columns import text_in_order
from kangban.perception.inserts.entities import find_entities
from kangban.perception.inserts.proposal import propose
from kangban.perception.inserts.sections import find_sections
from kangban.ports.readers import DocumentReader
from kangban.reasoning.medication.insert_differences import find_differences
from kangban.reasoning.medication.resolve import Resolver, resolver
from kangban.rules.catalogue import Named

MOST_CHARACTERS = 200_000
_CODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def read_words(text: str) -> InsertReading:
    """Read an insert's words; spans are of `text` as given. Raises InvalidInput for an empty or endless text."""
    if not text.strip():
        raise InvalidInput("the insert holds no words", field="file")
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(f"an insert holds at most {MOST_CHARACTERS} characters", field="file")
    sections = find_sections(text)
    entities = find_entities(text, sections)
    proposal = propose(text, sections, entities)
    names = resolver()
    said = [s.text for s in (proposal.generic, proposal.brand, proposal.english) if s is not None]
    if not said and len(proposal.contents) == 1:
        said = [proposal.contents[0].name]
    named = first_named(said, names)
    differences = find_differences(proposal, named, names.names) if named else ()
    return InsertReading(sections, entities, proposal, differences, named.id if named else None)


def first_named(names: list[str], known: Resolver) -> Named | None:
    """The catalogue entry that the first known of these names surely means."""
    # A name one slip away from a known one is no reason to hold two medicines against each other.
    for name in names:
        found = known.resolve(name)
        if found.named is not None and found.match != "misspelt" and found.named.kind != "class":
            return found.named
    return None


async def words_of(content: bytes, readers: Sequence[DocumentReader] = ()) -> str:
    """The text of a file, of pages column by column. They need a reader: raises Unavailable where none is connected.

    Raises InvalidInput for an empty or oversized file, or bytes that are no text.
    """
    if not content.strip():
        raise InvalidInput("the file is empty", field="file", key="error.bad_file")
    if len(content) > MOST_BYTES:
        raise InvalidInput("the file is too big", field="file", key="error.too_big")
    media_type = sniff(content)
    if media_type == "text/plain" or (media_type == "application/octet-stream" and _coding(content)):
        return _decoded(content)
    for reader in readers:
        if reader.can_read(media_type):
            return "\n".join([text_in_order(page) async for page in reader.read(content, media_type)])
    if media_type == "application/pdf" or media_type.startswith("image/"):
        raise Unavailable(f"no reader for {media_type} is connected; give the insert as text", field="file")
    raise InvalidInput("the file is neither text nor a page", field="file", key="error.bad_file")


def _coding(content: bytes) -> str | None:
    for mark, coding in _CODINGS:
        if content.startswith(mark):
            return coding
    for coding in ("utf-8", "gb18030"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        # Text has no control characters; nearly any bytes are valid GB 18030.
        if not any(c < " " and c not in "\t\n\r\f" for c in text):
            return coding
    return None


def _decoded(content: bytes) -> str:
    coding = _coding(content)
    try:
        if coding is not None:
            return content.decode(coding)
    except UnicodeDecodeError:
        pass
    raise InvalidInput("the file is no text in UTF-8, UTF-16 or GB 18030", field="file", key="error.bad_file")
