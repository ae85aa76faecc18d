"""Clinical scores: points by table or a formula, read from packs/scores. What is missing is named, never assumed."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from kangban.kernel.errors import InvalidInput, NotFound, RulePackRefused
from kangban.rules.load import PACKS_ROOT
from kangban.rules.score_formulas import FORMULAS

_SPELLED = {"mmHg": "mm[Hg]", "℃": "Cel", "°C": "Cel", "bpm": "/min", "次/分": "/min", "岁": "a", "×10⁹/L": "10*9/L",
            "10^9/L": "10*9/L", "10⁹/L": "10*9/L", "天": "d"}  # fmt: skip
_NUMBER = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s*(.*?)\s*$")


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From here on so many points: `at` with the bound itself, `above` without it."""

    points: float
    at: float | None = None
    above: float | None = None

    def reached(self, value: float) -> bool:
        """Whether a value lies on this step or past it."""
        return value > self.above if self.above is not None else value >= (self.at or 0)


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of several."""

    id: str
    points: float
    zh: str = ""
    en: str = ""


class ScoreInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked: a number with steps, yes or no with `points`, one of `choices`, or a list of `items` ratings.

    `units` are other units with their factor to `unit`. Of one `group` only the highest points count. `female` replaces
    `steps` for women, where the sex is an input of the score.
    """

    id: str
    zh: str
    en: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    steps: tuple[Step, ...] = ()
    female: tuple[Step, ...] = ()
    points: float | None = None
    choices: tuple[Choice, ...] = ()
    items: int = 0
    group: str = ""
    units: dict[str, float] = {}

    @property
    def kind(self) -> Literal["number", "yes_no", "choice", "items"]:
        """How it is answered."""
        if self.items:
            return "items"
        if self.choices:
            return "choice"
        return "yes_no" if self.points is not None else "number"


class ScoreBand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a total from `at` upwards is usually taken to mean."""

    at: float
    zh: str
    en: str


class ScoreVector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers and the total they must give."""

    given: dict[str, Any]
    value: float


class Score(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One score. `formula` names a function of score_formulas; without it points are added to `start`."""

    id: str
    zh: str
    en: str
    source: str
    input: tuple[ScoreInput, ...]
    vector: tuple[ScoreVector, ...]
    band: tuple[ScoreBand, ...] = ()
    formula: str = ""
    unit: str = ""
    digits: int = 0
    start: float = 0.0
    note: str = ""
    note_en: str = ""


class ScoreFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of packs/scores."""

    author: str
    checked_by: str
    clinician_reviewed: bool
    review_by: Any
    score: tuple[Score, ...]


class Scored(msgspec.Struct, frozen=True):
    """A total with its band; with `missing` inputs there is no total, and points can only lie in `possible`."""

    score: Score
    value: float | None
    band: ScoreBand | None
    points: dict[str, float]
    missing: tuple[ScoreInput, ...] = ()
    possible: tuple[float, float] | None = None


@lru_cache(maxsize=1)
def scores(root: Path = PACKS_ROOT / "scores") -> dict[str, Score]:
    """All scores by id; raises RulePackRefused for a file that does not fit."""
    found: dict[str, Score] = {}
    for path in sorted(root.glob("scores*.toml")):
        try:
            file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), ScoreFile)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise RulePackRefused(f"{path.name}: {error}") from error
        for one in file.score:
            if one.id in found or (one.formula and one.formula not in FORMULAS):
                raise RulePackRefused(f"{path.name}: {one.id} stands twice or names no formula")
            found[one.id] = one
    return found


def get_score(name: str) -> Score:
    """A score by id or by its name in either language; raises NotFound."""
    plain = _plain(name)
    for one in scores().values():
        if plain in {_plain(one.id), _plain(one.zh), _plain(one.en)}:
            return one
    raise NotFound("no such score", field="score")


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", text.replace("₂", "2").casefold())


def reckon(one: Score, given: Mapping[str, Any]) -> Scored:
    """The total of a score; raises InvalidInput, naming the input, for an unknown key, a wrong kind or an odd value."""
    known = {asked.id: asked for asked in one.input}
    for key in given:
        if key not in known:
            raise InvalidInput(f"{one.id} has no such input; it has: {', '.join(known)}", field=f"inputs.{key}")
    read = {key: _read(known[key], value) for key, value in given.items() if value is not None}
    missing = tuple(asked for asked in one.input if asked.id not in read)
    if one.formula:
        if missing:
            return Scored(one, None, None, {}, missing)
        return _with_band(one, round(FORMULAS[one.formula](read), one.digits), {})
    points = {asked.id: _points(asked, read[asked.id], read.get("sex")) for asked in one.input if asked.id in read}
    if missing:
        return Scored(one, None, None, points, missing, _possible(one, points, missing))
    return _with_band(one, round(one.start + _added(one, points), 2), points)


def _with_band(one: Score, value: float, points: dict[str, float]) -> Scored:
    reached = [band for band in one.band if value >= band.at]
    return Scored(one, value, reached[-1] if reached else None, points)


def _added(one: Score, points: Mapping[str, float]) -> float:
    groups: dict[str, float] = {}
    for asked in one.input:
        if asked.id in points:
            key = asked.group or f"={asked.id}"
            groups[key] = max(groups.get(key, points[asked.id]), points[asked.id])
    return sum(groups.values())


def _possible(one: Score, points: dict[str, float], missing: tuple[ScoreInput, ...]) -> tuple[float, float]:
    ends = [_ends(asked) for asked in missing]
    low = {asked.id: end[0] for asked, end in zip(missing, ends, strict=True)}
    high = {asked.id: end[1] for asked, end in zip(missing, ends, strict=True)}
    return one.start + _added(one, {**points, **low}), one.start + _added(one, {**points, **high})


def _ends(asked: ScoreInput) -> tuple[float, float]:
    if asked.kind == "items":
        return (asked.low or 0) * asked.items, (asked.high or 0) * asked.items
    if asked.kind == "choice":
        all_points = [choice.points for choice in asked.choices]
    elif asked.kind == "yes_no":
        all_points = [0.0, asked.points or 0.0]
    else:
        all_points = [step.points for step in (*asked.steps, *asked.female)] or [0.0]
    return min(all_points), max(all_points)


def _points(asked: ScoreInput, value: Any, sex: Any) -> float:
    if asked.kind == "items":
        return float(sum(value))
    if asked.kind == "choice":
        return next(choice.points for choice in asked.choices if choice.id == value)
    if asked.kind == "yes_no":
        return (asked.points or 0.0) if value else 0.0
    steps = asked.female if asked.female and sex == "female" else asked.steps
    reached = [step.points for step in steps if step.reached(value)]
    return reached[-1] if reached else 0.0


def _read(asked: ScoreInput, value: Any) -> Any:
    field = f"inputs.{asked.id}"
    if asked.kind == "yes_no":
        if not isinstance(value, bool):
            raise InvalidInput("this input is true or false", field=field)
        return value
    if asked.kind == "choice":
        if value not in {choice.id for choice in asked.choices}:
            raise InvalidInput(f"one of: {', '.join(choice.id for choice in asked.choices)}", field=field)
        return value
    if asked.kind == "items":
        if not isinstance(value, list | tuple) or len(value) != asked.items:  # pyright: ignore[reportUnknownArgumentType]
            raise InvalidInput(f"a list of {asked.items} ratings", field=field)
        return [_whole(_number(asked, each, field), field) for each in value]  # pyright: ignore[reportUnknownVariableType]
    return _number(asked, value, field)


def _whole(value: float, field: str) -> float:
    if value != int(value):
        raise InvalidInput("ratings are whole numbers", field=field)
    return value


def _number(asked: ScoreInput, value: Any, field: str) -> float:
    if isinstance(value, str):
        match = _NUMBER.match(value)
        unit = match[2].replace("µ", "u").replace("μ", "u") if match else ""
        unit = _SPELLED.get(unit, unit)
        if match is None or (unit not in ("", asked.unit) and unit not in asked.units):
            raise InvalidInput(f"a number in {' or '.join([asked.unit, *asked.units])}", field=field)
        value = float(match[1]) * asked.units.get(unit, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidInput("this input is a number", field=field)
    if not (asked.low or 0.0) <= value <= (math.inf if asked.high is None else asked.high):
        raise InvalidInput(f"must lie between {asked.low or 0:g} and {asked.high} {asked.unit}", field=field)
    return float(value)
