"""A rule was wrong: every stored conclusion, answer and person it touched, over all families, and drafted notices.

The operator who asks sees ids and counts, never a record: whom it concerns is told by the notices, in the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, cast

import msgspec

from kangban.clinical.access import Actor
from kangban.clinical.record import AnswerGiven, DetectedIssue, Entry
from kangban.journeys.accounts.allowed import is_operator
from kangban.journeys.auditing.recording import event
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, as_system
from kangban.journeys.reopen import accounts_told
from kangban.kernel.errors import InvalidInput, NotPermitted
from kangban.kernel.texts import t
from kangban.rules.compiled import shipped
from kangban.rules.load import Packs

# "paracetamol.alcohol@1" as findings name it, or "source#passage" where a source was read wrongly.
RULE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,150}(?:@\d{1,6}|#[A-Za-z0-9_.:-]{1,100})")
KINDS: Final = ("DetectedIssue", "AnswerGiven")


class TouchedConclusion(msgspec.Struct, frozen=True):
    """A stored conclusion that the rule is part of."""

    id: str
    function: str
    at: datetime
    message_id: str | None


class TouchedAnswer(msgspec.Struct, frozen=True):
    """An answer that was given from it."""

    id: str
    at: datetime
    message_id: str


class TouchedMember(msgspec.Struct, frozen=True):
    """What one person was told or spared because of the rule."""

    family_id: str
    member_id: str
    conclusions: tuple[TouchedConclusion, ...]
    answers: tuple[TouchedAnswer, ...]


class DraftedNotice(msgspec.Struct, frozen=True):
    """Words for one account about one member; a draft: sending it is a person's decision."""

    family_id: str
    account_id: str
    member_id: str
    text: str
    text_en: str


class Recall(msgspec.Struct, frozen=True):
    """`known`: whether the packs hold this rule in this version now. Members by family and id."""

    rule: str
    known: bool
    families: int  # that were looked through
    members: tuple[TouchedMember, ...]
    notices: tuple[DraftedNotice, ...]


async def recall(gate: Gate, actor: Actor, rule: str, families: Sequence[str], of: Callable[[str], House]) -> Recall:
    """Look through `families`; `of` gives the house of one. Raises NotPermitted for no operator, InvalidInput."""
    if not await is_operator(gate, actor):
        raise NotPermitted("only an operator recalls a rule", field="account", key="error.not_operator")
    if RULE.fullmatch(rule) is None:
        raise InvalidInput("a rule with its version, or a source with its passage", field="rule")
    now = gate.clock.now()
    members: list[TouchedMember] = []
    notices: list[DraftedNotice] = []
    wanted = sorted(set(families))
    for family_id in wanted:
        house = as_system(of(family_id))
        found = await _in_family(house, rule)
        for one in found:
            notices += await _drafts(house, one, rule, now)
        if found:
            told = event(
                actor, "rules.recalled", at=now, family_id=family_id, rules=(rule,), purpose="administer",
                entries=[c.id for one in found for c in one.conclusions], key=(rule, now.isoformat("T", "minutes")),
            )  # fmt: skip
            await house.audit.write([told])
        members += found
    return Recall(rule, rule in known_rules(shipped().packs), len(wanted), tuple(members), tuple(notices))


async def _in_family(house: House, rule: str) -> list[TouchedMember]:
    entries = await house.store.entries(house.family_id, kinds=KINDS, include_superseded=True)
    by_member: dict[str, list[Entry]] = {}
    for entry in entries:
        by_member.setdefault(entry.member_id, []).append(entry)
    found: list[TouchedMember] = []
    for member_id, log in sorted(by_member.items()):
        issues = [e for e in log if isinstance(e.body, DetectedIssue) and _rests_on(e.body, rule)]
        messages = {cast("DetectedIssue", e.body).message_id for e in issues} - {None}
        answers = [e for e in log if isinstance(e.body, AnswerGiven) and _tells(e.body, rule, messages)]
        if issues or answers:
            found.append(
                TouchedMember(house.family_id, member_id, tuple(map(_conclusion, issues)), tuple(map(_answer, answers)))
            )
    return found


def _conclusion(entry: Entry) -> TouchedConclusion:
    body = cast("DetectedIssue", entry.body)
    return TouchedConclusion(entry.id, body.function, body.facts_known_at, body.message_id)


def _answer(entry: Entry) -> TouchedAnswer:
    return TouchedAnswer(entry.id, entry.known_at, cast("AnswerGiven", entry.body).message_id)


def _rests_on(issue: DetectedIssue, rule: str) -> bool:
    """By its list of rules, and by its output: older ones were stored without the list."""
    if rule in issue.rules:
        return True
    return f'"{rule}"' in issue.output and _names(msgspec.json.decode(issue.output), rule)


def _names(value: Any, rule: str) -> bool:
    """Whether a rule or citation stands in an output where rules and citations stand, not in somebody's words."""
    if isinstance(value, dict):
        row = cast("dict[str, Any]", value)
        stand = (row.get("rule"), row.get("id"), *(row.get("citations") or ()), *(row.get("also_rules") or ()))
        if rule in stand:
            return True
        return any(_names(one, rule) for one in row.values())
    return isinstance(value, list) and any(_names(one, rule) for one in cast("list[Any]", value))


def _tells(given: AnswerGiven, rule: str, messages: set[str | None]) -> bool:
    answer = given.answer
    return (
        given.message_id in messages
        or any(rule in (f.rule, *f.also_rules, *f.citations) for f in answer.findings)
        or any(c.id == rule for c in answer.citations)
        or any(rule in c.citations for c in answer.claims)
    )


async def _drafts(house: House, one: TouchedMember, rule: str, now: datetime) -> list[DraftedNotice]:
    count = len({*(c.message_id or c.id for c in one.conclusions), *(a.message_id for a in one.answers)})
    texts = [t("reopen.recall", lang, rule=rule, count=count) for lang in ("zh", "en")]
    accounts = await accounts_told(house, one.member_id, now)
    return [DraftedNotice(one.family_id, account, one.member_id, texts[0], texts[1]) for account in sorted(accounts)]


def known_rules(packs: Packs) -> frozenset[str]:
    """Every rule with its version, and every passage, that the packs hold now; findings add endings of their own."""
    found = {f"{i.id}.{r.key}@{i.version}" for i in packs.ingredients for r in (*i.caution, *i.interaction, *i.dose)}
    found |= {f"{p.id}.{r.key}@1" for p in packs.products for r in p.caution}
    found |= {f"{table.id}@{table.version}" for table in packs.tables}
    found |= {f"{r.id}@{r.version}" for r in packs.red_flags}
    found |= {f"{s.id}#{p.key}" for s in packs.sources for p in s.passages}
    return frozenset(found)
