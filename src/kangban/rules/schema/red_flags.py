"""Symptoms and triage rules."""

from __future__ import annotations

from datetime import date

from kangban.rules.schema.base import Level, Person, Row


class Group(Row, frozen=True):
    """A set of words that mean one part of a symptom: a body part, a sensation, a degree."""

    id: str
    words: tuple[str, ...]


class Symptom(Row, frozen=True):
    """A complaint concept. Found by whole phrases, or by groups that stand near each other.

    A combo is a tuple of group ids that must all occur within one clause with at most `gap`
    characters (English: words) between neighbours, in any order unless `ordered`.
    `phrases_negative_safe`: the phrase itself contains a negation (说不出话) and is not negated by it.
    """

    id: str
    name: str
    name_en: str
    phrases: tuple[str, ...] = ()
    combos: tuple[tuple[str, ...], ...] = ()
    gap: int = 6
    ordered: bool = False
    implies: tuple[str, ...] = ()  # more general symptom ids that hold too
    complaint: bool = True  # False: a circumstance (took_overdose, head_injury is True …)


class SymptomsFile(Row, frozen=True):
    """`red_flags/symptoms/*.toml`."""

    group: tuple[Group, ...] = ()
    symptom: tuple[Symptom, ...] = ()


class When(Row, frozen=True):
    """One way a red-flag rule fires: every given part must hold."""

    all: tuple[str, ...] = ()  # symptom ids
    any: tuple[str, ...] = ()  # at least `at_least` of these
    at_least: int = 1
    none: tuple[str, ...] = ()  # none of these present
    person: Person | None = None
    hours_from: float | None = None  # duration of the complaint
    hours_below: float | None = None
    severity_from: int | None = None  # 0–10 pain scale where stated


class RedFlag(Row, frozen=True):
    """One triage rule."""

    id: str
    version: int
    level: Level
    group: str  # stroke, chest, breathing, child, pregnancy, elder, eye, mental, poisoning …
    when: tuple[When, ...]  # any of these
    why: str
    why_en: str
    advice: str  # what to do now
    advice_en: str
    citations: tuple[str, ...]
    return_if: tuple[str, ...] = ()
    return_if_en: tuple[str, ...] = ()
    call: tuple[str, ...] = ()  # telephone numbers: "120", "12356", "110"
    examples: tuple[str, ...] = ()  # sentences that must fire it (zh and en)
    counter_examples: tuple[str, ...] = ()  # sentences that must not
    example_person: Person | None = None


class RedFlagsFile(Row, frozen=True):
    """`red_flags/rules/*.toml`."""

    author: str
    review_by: date
    rule: tuple[RedFlag, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False
