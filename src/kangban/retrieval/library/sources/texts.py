"""Bytes → characters, and characters → rows: what every source format begins with."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from kangban.kernel.errors import InvalidInput

MOST_ROWS = 500_000
LONGEST_FIELD = 100_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

Row = dict[str, Any]


def decoded(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or GB 18030; raises InvalidInput for what is none."""
    named = next((name for mark, name in _BOMS if content.startswith(mark)), "")
    for encoding in (named,) if named else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InvalidInput("not a text in UTF-8, UTF-16 or GB 18030", field="file", key="library.not_text")


def json_rows(text: str) -> Iterator[Row] | None:
    """Objects of a JSON array or of JSON lines; None where the text is neither. A line that is broken is left out.

    Raises InvalidInput for more than MOST_ROWS.
    """
    start = text.lstrip()[:1]
    if start == "[":
        try:
            whole: Any = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return None
        return _bounded(iter(cast("list[Any]", whole)))
    if start != "{":
        return None
    first: Any = _line(text.lstrip().split("\n", 1)[0])
    if isinstance(first, dict):
        return _bounded(_line(line) for line in text.splitlines() if line.strip())
    try:
        one: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    lists = [cast("list[Any]", v) for v in cast("Row", one).values() if isinstance(v, list) and v]
    return _bounded(iter(lists[0] if lists else [one]))


def _line(line: str) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def _bounded(rows: Iterator[Any]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise InvalidInput(f"more than {MOST_ROWS} rows", field="file", key="library.too_many_rows")
        if isinstance(row, dict):
            yield cast("Row", row)


def csv_rows(text: str) -> Iterator[Row] | None:
    """Rows of a table by the names in its first line, lower case; None where that line names fewer than two columns."""
    head = text.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    mark = "\t" if head.count("\t") > head.count(",") else ","
    # A stray quote may swallow the rest of a file: no field is longer than this.
    csv.field_size_limit(LONGEST_FIELD)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        first = next(table, None)
    except csv.Error:
        return None
    names = [name.strip().lower().lstrip("\ufeff") for name in first or ()]
    if len(names) < 2 or len(set(names)) != len(names) or any(len(name) > 60 or not name for name in names):
        return None
    return _bounded(_named(table, names))


def _named(table: Iterator[list[str]], names: list[str]) -> Iterator[Row]:
    while True:
        try:
            values = next(table)
        except StopIteration:
            return
        except csv.Error:
            continue  # a row that cannot be read is left out; the others are not
        if any(value.strip() for value in values):
            yield dict(zip(names, values, strict=False))


def plain(value: Any) -> str:
    """A value of a row as one line of text; lists with 、between, "" for what holds no words."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return "、".join(one for each in cast("list[Any]", value) if (one := plain(each)))
    if isinstance(value, bool) or value is None or isinstance(value, dict):
        return ""
    return str(value)
