"""Letters that stand together become one run: a table cell or a stretch of a line, never two columns."""

from __future__ import annotations

from typing import NamedTuple

from kangban.adapters.page_reader.letters import raised
from kangban.adapters.page_reader.text_layer import Letter

# All of the type size. Two spaces part cells; one space of a typewriter is 0.6.
_GAP = 0.63
_SPREAD = 1.05  # "姓　名": one character with an ideographic space after it goes on
_SPACE = 0.16  # from here on a gap is a space
_CHINESE_SPACE = 0.5  # between two Chinese characters, where a font with narrow glyphs leaves gaps
_BUCKET = 4.0  # points


class Run(NamedTuple):
    """Text with its place in points."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


def runs_of(letters: list[Letter]) -> list[Run]:
    """Runs in reading order: line by line, from left to right."""
    lines = _lines(letters)
    runs = [run for line in lines for run in _split(line)]
    return _in_reading_order(runs)


def _lines(letters: list[Letter]) -> list[list[Letter]]:
    """Letters of one baseline, over the whole width; a small raised or lowered one joins the line it stands in."""
    lines: list[list[Letter]] = []
    rows: dict[int, list[int]] = {}

    def find(letter: Letter) -> int | None:
        middle, near = int(letter.baseline / _BUCKET), int(letter.size / _BUCKET) + 1
        best: tuple[float, int] | None = None
        for row in range(middle - near, middle + near + 1):
            for index in rows.get(row, ()):
                first = lines[index][0]
                away = abs(first.baseline - letter.baseline)
                allowed = 0.12 if letter.size >= 0.85 * first.size else 0.55
                if (
                    away <= allowed * first.size
                    and letter.size <= 1.7 * first.size
                    and (best is None or away < best[0])
                ):
                    best = away, index
        return best[1] if best else None

    # The largest letters first, so that a line's own baseline is known before its superscripts come.
    for letter in sorted(letters, key=lambda a: -round(a.size, 1)):
        index = find(letter)
        if index is None:
            rows.setdefault(int(letter.baseline / _BUCKET), []).append(len(lines))
            lines.append([letter])
        else:
            lines[index].append(letter)
    return lines


def _split(line: list[Letter]) -> list[Run]:
    base = line[0].baseline
    found: list[list[Letter]] = []
    for letter in sorted(line, key=lambda a: (a.x0, a.x1)):
        if found and _goes_on(found[-1], letter):
            found[-1].append(letter)
        else:
            found.append([letter])
    return [_run(letters, base) for letters in found]


def _goes_on(run: list[Letter], letter: Letter) -> bool:
    """Whether a letter belongs to the run on its left."""
    last = run[-1]
    gap = (letter.x0 - max(a.x1 for a in run[-3:])) / max(last.size, letter.size)
    if gap <= _GAP:
        return True
    is_alone = len(run) < 2 or run[-1].x0 - run[-2].x1 > _GAP * last.size
    return gap <= _SPREAD and is_alone and _is_chinese(last) and _is_chinese(letter)


def _is_chinese(letter: Letter) -> bool:
    return "\u3400" <= letter.text[0] <= "\u9fff"


def _run(letters: list[Letter], base: float) -> Run:
    largest = max(letter.size for letter in letters)
    text = ""
    for i, letter in enumerate(letters):
        if i:
            least = _CHINESE_SPACE if _is_chinese(letters[i - 1]) and _is_chinese(letter) else _SPACE
            text += " " if letter.x0 - letters[i - 1].x1 > least * letter.size else ""
        is_raised = letter.size < 0.85 * largest and base - letter.baseline > 0.15 * largest
        text += raised(letter.text) if is_raised else letter.text
    full = [letter for letter in letters if letter.size >= 0.85 * largest]
    return Run(text, letters[0].x0, min(a.y0 for a in full), max(a.x1 for a in letters), max(a.y1 for a in full))


def _in_reading_order(runs: list[Run]) -> list[Run]:
    ordered: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: (r.y0 + r.y1, r.x0)):
        last = ordered[-1][0] if ordered else None
        if last is not None and (run.y0 + run.y1 - last.y0 - last.y1) / 2 < 0.4 * min(
            run.y1 - run.y0, last.y1 - last.y0
        ):
            ordered[-1].append(run)
        else:
            ordered.append([run])
    return [run for row in ordered for run in sorted(row, key=lambda r: r.x0)]
