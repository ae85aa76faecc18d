"""Events: every code is in the table, has words in both languages, and the same effect has the same id."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import kangban
from kangban.clinical.access import GROUP_OF, KIND_GROUPS, Actor
from kangban.clinical.audit_codes import HAPPENINGS
from kangban.clinical.record import Condition, Proposal
from kangban.journeys.auditing.reading import Line, in_words
from kangban.kernel.errors import Broken
from kangban.kernel.texts import has_text
from kangban.record.chain import DROPPED
from kangban.record.happened import NOBODY, event, seen, written
from kangban.record.merge import correct, fact_entry, retract
from tests.support.chains import AT
from tests.support.stores import SAID

MUM = Actor("acc-mum", "妈妈", "home", "manager", session_id="s1")
SRC = Path(kangban.__file__).parent
CODE = re.compile(r"^[a-z_]+\.[a-z_0-9]+$")
BUILDERS = {"event", "note", "at_gate"}


def built() -> Iterator[tuple[str, str]]:
    """Every code somebody writes down in a call that builds an event."""
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                for one in node.args[:3] if name in BUILDERS else ():
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.match(one.value):
                        yield one.value, path.name


def test_every_code_that_is_written_down_is_in_the_table():
    found = list(built())
    assert len(found) > 20
    assert [one for one in found if one[0] not in HAPPENINGS] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_and_group_has_words(lang):
    for what in (*HAPPENINGS, "audit.unreadable"):
        assert has_text(f"audit.what_{what.replace('.', '_')}", lang), what
    for group in KIND_GROUPS:
        assert has_text(f"audit.group_{group}", lang), group


def test_a_line_is_told_in_words():
    line = Line(1, AT, "entry.seen", "acc-mum", "妈妈", "manager", "page", "gran", "ok", reason="medicines")
    assert in_words(line, "zh") == ("妈妈", "看了用药")
    assert in_words(line, "en") == ("妈妈", "looked at medicines")
    strange = Line(1, AT, "spell.cast", "gone", "", "helper", "page", "gran", "ok")
    assert in_words(strange, "zh") == ("不认识的人", "spell.cast")
    system = Line(1, AT, "entry.seen", "system", "", "system", "worker", "gran", "ok", reason="{x}")
    assert in_words(system, "zh") == ("康伴", "看了档案")


@pytest.mark.parametrize("what", ["spell.cast", "", DROPPED])
def test_a_code_of_nobodys_is_refused(what):
    with pytest.raises(Broken):
        event(MUM, what, AT)


@pytest.mark.parametrize(
    "words", [{"reason": "奶奶咳血"}, {"rules": ["华法林@1"]}, {"reason": "x" * 201}, {"reason": "a\nb"}]
)
def test_words_of_a_person_are_no_reason(words):
    with pytest.raises(Broken) as caught:
        event(MUM, "entry.seen", AT, **words)
    assert "奶奶" not in str(caught.value)


def test_the_same_effect_has_the_same_id_whenever_it_is_said():
    once = event(MUM, "answer.released", AT, member_id="gran", key=("answer-1",))
    again = event(MUM, "answer.released", AT + timedelta(hours=1), member_id="gran", key=("answer-1",))
    assert once.id == again.id
    others = [
        event(MUM, "answer.released", AT, member_id="gran", key=("answer-2",)),
        event(MUM, "answer.amended", AT, member_id="gran", key=("answer-1",)),
        event(MUM, "answer.released", AT, member_id="dad", key=("answer-1",)),
        event(MUM, "answer.released", AT, member_id="gran", key=("answer-1",), family_id="next-door"),
        event(NOBODY, "answer.released", AT, member_id="gran", key=("answer-1",), family_id="home"),
        event(MUM, "answer.released", AT, member_id="gran"),
        event(MUM, "answer.released", AT + timedelta(microseconds=1), member_id="gran"),
        event(MUM, "answer.released", AT, member_id="gran", outcome="refused"),
    ]
    assert len({one.id for one in (once, *others)}) == len(others) + 1


def test_somebody_unknown_has_neither_account_nor_role():
    found = event(NOBODY, "login.failed", AT, family_id="")
    assert (found.account_id, found.role, found.family_id) == ("", "", "")


def test_a_look_counts_once_in_ten_minutes_a_session_a_group_and_a_purpose():
    def look(minutes: int = 0, *, group: str = "medicines", purpose: str = "view", actor: Actor = MUM) -> str:
        at = AT + timedelta(minutes=minutes)
        return seen(
            actor, at, member_id="gran", group=group, kinds=["MedicationStatement"], purpose=purpose, rule="r"
        ).id

    assert look() == look(9)
    other = Actor("acc-mum", "妈妈", "home", "manager", session_id="s2")
    assert len({look(), look(10), look(group="allergies"), look(purpose="export"), look(actor=other)}) == 5


def test_what_is_appended_says_what_it_is():
    first = fact_entry("home", "gran", Condition("高血压"), true_at=AT, known_at=AT, provenance=SAID)
    fixed = correct(first, Condition("高血压二级"), known_at=AT, provenance=SAID)
    gone = retract(fixed, known_at=AT, provenance=SAID)
    yes = fact_entry(
        "home", "gran", Proposal(Condition("x"), AT, status="confirmed"), true_at=AT, known_at=AT, provenance=SAID
    )
    events = written(MUM, AT, [first, fixed, gone, yes], rules=("role.manager.dependent",))
    assert [(e.what, e.action) for e in events] == [
        ("entry.written", "C"), ("entry.corrected", "U"), ("entry.withdrawn", "U"), ("entry.confirmed", "U"),
    ]  # fmt: skip
    assert [e.entries for e in events] == [(first.id,), (fixed.id,), (gone.id,), (yes.id,)]
    assert "高血压" not in str(events)
    assert {e.kinds[0] for e in events} <= set(GROUP_OF)
