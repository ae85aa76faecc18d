"""What several results of a report mean together, what words mean, and how much a result moves by itself."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kangban.rules.schema.base import Level, Person, Row, Sex

ValueFlag = Literal["low", "normal", "high", "critical_low", "critical_high"]
Derived = Literal[
    "egfr", "r_factor", "calcium_corrected", "tsat", "non_hdl", "direct_share", "ast_per_alt",
    "hb_surface_antigen", "hb_surface_antibody", "hb_e_antigen", "hb_e_antibody", "hb_core_antibody",
]  # fmt: skip


class ValueIs(Row, frozen=True):
    """One condition on one result; every given part must hold. A result that is not there does not hold.

    `of` is an analyte id, or a derived quantity: egfr (mL/min/1.73 m²), r_factor, calcium_corrected (mmol/L), tsat (%),
    non_hdl (mmol/L), direct_share (direct of total bilirubin, 0–1), ast_per_alt, and the five hepatitis B markers
    whichever way they were measured. `flag`: any of these; "low" includes
    critical_low, "high" critical_high. `at_least` and `below` bound the value in the analyte's own unit. `times_high`
    and `below_times_high` bound value ÷ upper limit of its range. `positive`: a result of a yes-or-no test; with `cut`
    a number of at least that much in the own unit is positive. `plus`: at least so many plus signs of a dipstick.
    `before_days`: an earlier result at least so many days older met the same. `rose`: at least so many times the lowest
    earlier result of the last `within_days` days.
    """

    of: str
    flag: tuple[ValueFlag, ...] = ()
    at_least: float | None = None
    below: float | None = None
    times_high: float | None = None
    below_times_high: float | None = None
    positive: bool | None = None
    cut: float | None = None
    plus: int | None = None
    before_days: int | None = None
    rose: float | None = None
    within_days: int | None = None


class PatternWay(Row, frozen=True):
    """One way a pattern holds: all of `values`, one of `any` where given, none of `absent` measured, this person."""

    values: tuple[ValueIs, ...] = ()
    any: tuple[ValueIs, ...] = ()
    absent: tuple[str, ...] = ()
    person: Person = Person()


class VectorPerson(Row, frozen=True):
    """The person of a vector: age, sex, pregnancy left out are unknown, conditions and medicines left out are none."""

    age: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    weeks: float | None = None
    conditions: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    unknown: tuple[Literal["conditions", "medicines"], ...] = ()


class PatternVector(Row, frozen=True):
    """Results (own unit, or the text as printed), earlier ones as (analyte, days before, value), and what follows."""

    values: dict[str, float | str]
    holds: Literal["yes", "no", "unknown"]
    person: VectorPerson = VectorPerson()
    earlier: tuple[tuple[str, float, float], ...] = ()
    ranges: tuple[tuple[str, float, float], ...] = ()  # printed ones, where the pack has none: (analyte, low, high)


class Pattern(Row, frozen=True):
    """What some results mean together.

    Of one `family` only the holding patterns of the highest `rank` are told. `borderline`: results within their range,
    or nearly, whose pattern matters. `what` says what stands on the paper, `means` what it may mean, `next` what
    usually is done, `ask` questions for the doctor. No sentence is a diagnosis.
    """

    id: str
    version: int
    family: str
    level: Level
    way: tuple[PatternWay, ...]
    what: str
    what_en: str
    means: str
    means_en: str
    next: str
    next_en: str
    citations: tuple[str, ...]
    vectors: tuple[PatternVector, ...]
    rank: int = 0
    borderline: bool = False
    ask: tuple[str, ...] = ()
    ask_en: tuple[str, ...] = ()


class PatternsFile(Row, frozen=True):
    """`reports/patterns*.toml`."""

    author: str
    review_by: date
    pattern: tuple[Pattern, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False


class Term(Row, frozen=True):
    """A medical word in plain ones. `names` and `names_en` are the forms it stands in a text as; `name` is one of them.

    `gloss` says what it is in words a grandmother knows, our own; it names no other term. `analytes` are the tests it
    explains.
    """

    id: str
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    gloss: str
    gloss_en: str
    analytes: tuple[str, ...] = ()


class TermsFile(Row, frozen=True):
    """`reports/terms*.toml`."""

    author: str
    review_by: date
    term: tuple[Term, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False


class Variation(Row, frozen=True):
    """How much a result moves within one healthy person from day to day: coefficient of variation in percent."""

    of: str
    percent: float
    citations: tuple[str, ...]


class VariationFile(Row, frozen=True):
    """`reports/variation.toml`."""

    author: str
    review_by: date
    variation: tuple[Variation, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False
