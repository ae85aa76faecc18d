"""A draft under review, read once: sentences, clauses, what each allows or warns of, and who it is for."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

import msgspec

from kangban.clinical.draft import Draft
from kangban.clinical.finding import TriageOutcome
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.urgency import Lang
from kangban.clinical.utterance import DrugMention, Utterance
from kangban.guard import words as w
from kangban.perception.language.read import read
from kangban.reasoning.medication.resolve import resolver
from kangban.reasoning.triage import person_in_words

Stance = Literal["permit", "weak", "warn", "mention"]
_MARK = re.compile(r"\s*\[\^?([A-Za-z0-9_.:#\-]{1,120})\]")


class Sentence(msgspec.Struct, frozen=True):
    """[start, end) of the draft's text; `citations` its ids. The asked-back question stands at start -1."""

    at: int
    start: int
    end: int
    text: str
    citations: tuple[str, ...] = ()


class Clause(msgspec.Struct, frozen=True):
    """A part of a sentence. `drugs` are named in it; `carried` those it speaks of without naming them."""

    sentence: int
    text: str
    stance: Stance
    drugs: tuple[DrugMention, ...]
    carried: tuple[DrugMention, ...] = ()
    nameless: bool = False

    @property
    def about(self) -> tuple[DrugMention, ...]:
        """The medicines the clause is about."""
        return self.drugs or self.carried


class Case:
    """Everything a check may look at. `trusted` characters at the start of the text are the guard's own."""

    def __init__(
        self, draft: Draft, question: str, person: PersonFacts, said: Utterance, outcome: TriageOutcome,
        others: tuple[str, ...], lang: Lang, bare: bool, trusted: int = 0, own: frozenset[str] = frozenset(),
        blank: bool = False,
    ) -> None:  # fmt: skip
        self.draft = draft
        self.question = question
        self.record = person
        self.said = said
        self.outcome = outcome
        self.others = others
        self.lang: Lang = lang
        self.bare = bare
        self.trusted = trusted
        self.own = own
        self._blank = blank

    @cached_property
    def foreign(self) -> Case:
        """The same case with the sentences our own tools said blanked: what is left is the brain's."""
        return Case(
            self.draft, self.question, self.record, self.said, self.outcome, self.others, self.lang, self.bare,
            self.trusted, self.own, blank=True,
        )  # fmt: skip

    def is_own(self, text: str) -> bool:
        """Whether a sentence stands word for word in a result of our own tools, under its severity or without."""
        bare = plain_sentence(text)
        return bool(self.own) and (bare in self.own or HEAD.sub("", bare) in self.own)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Sentences of the text behind the trusted part, then the question asked back."""
        found = split(self.draft, self.trusted)
        if self._blank:
            found = [msgspec.structs.replace(s, text="", citations=()) if self.is_own(s.text) else s for s in found]
        return tuple(found)

    @cached_property
    def taken(self) -> tuple[MedicineUse, ...]:
        """Medicines on the record and those the question says are taken."""
        uses = list(self.record.medicines or ())
        have = {resolver().resolve(u.name).matched for u in uses}
        uses += [MedicineUse(d.name, d.dose, d.per_day) for d in taken_in(self.said) if d.name not in have]
        return tuple(uses)

    @cached_property
    def asked(self) -> tuple[DrugMention, ...]:
        """Medicines the question names and does not say are taken."""
        taken = {d.start for d in taken_in(self.said)}
        return tuple(d for d in self.said.drugs if d.start not in taken and d.match != "misspelt")

    @cached_property
    def person(self) -> PersonFacts:
        """The person as record and question together tell; a risk told in words counts even against the record."""
        told = person_in_words(self.record, self.said)
        allergies = self.record.allergies
        if self.said.allergies:
            words = tuple(
                re.sub(r"^(?:我|他|她|孩子|宝宝|妈妈|爸爸|奶奶|爷爷|对|有)+", "", a) for a in self.said.allergies
            )
            allergies = (*(allergies or ()), *words)
        return msgspec.structs.replace(
            told,
            medicines=self.taken if self.taken or self.record.medicines is not None else None,
            allergies=allergies,
            pregnant=True if self.said.pregnant else told.pregnant,
            breastfeeding=True if self.said.breastfeeding else told.breastfeeding,
        )

    @cached_property
    def mentions(self) -> tuple[DrugMention, ...]:
        """Medicines named in the draft, outside the trusted part, with [start, end) in its text."""
        found = read(self.draft.text).drugs
        return tuple(d for d in found if d.start >= self.trusted and d.match != "misspelt")

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """All clauses with their stance."""
        made: list[Clause] = []
        last: tuple[DrugMention, ...] = ()
        for one in self.sentences:
            inside = (
                [d for d in self.mentions if one.start <= d.start < one.end]
                if one.start >= 0
                else list(read(one.text).drugs)
            )
            offset = max(one.start, 0)
            asks = w.asking_from(one.text.lower())
            headed = HEAD.match(one.text) is not None
            for start, end in spans(one.text.lower()):
                text = one.text[start:end].lower()
                drugs = tuple(d for d in inside if offset + start <= d.start < offset + end)
                nameless = not drugs and w.NAMELESS.search(text.strip()) is not None
                stance: Stance = "mention" if asks is not None and end > asks else stance_of(text, bool(drugs))
                if headed and stance != "mention" and w.SOOTHES.search(text) is None:
                    stance = "warn"
                made.append(Clause(one.at, text, stance, drugs, last or self.asked, nameless))
                if drugs:
                    last = drugs
        return tuple(made)

    @cached_property
    def warned(self) -> frozenset[str]:
        """Ids of medicines some clause warns of."""
        warns = [c for c in self.clauses if c.stance == "warn" and (c.drugs or w.OF_MEDICINES.search(c.text))]
        return frozenset(d.named_id for c in warns for d in (c.drugs or c.carried))

    def sentence_of(self, clause: Clause) -> Sentence:
        """The sentence a clause stands in."""
        return self.sentences[clause.sentence]


# A finding is shown under its severity and its medicines: "避免：华法林 + 布洛芬：…".
HEAD = re.compile(r"^(?:禁用|避免|当心|留意|Do not use|Avoid|Caution|Note)[:：](?:[^:：]{1,120}[:：])?\s*")


def plain_sentence(text: str) -> str:
    """A sentence without marks, list signs and its full stop."""
    return _MARK.sub("", text).strip().removeprefix("- ").lstrip("#").strip(" 。.；;")


def split(draft: Draft, trusted: int) -> list[Sentence]:
    """Sentences with offsets; list marks are no part of them."""
    cited = {c.text.removeprefix("- ").strip(): c.citations for c in draft.claims}
    found: list[Sentence] = []
    at = 0
    for line in draft.text.splitlines(keepends=True):
        mark = w.BULLET.match(line)
        skip = mark.end() if mark else 0
        for piece in w.SENTENCE.finditer(line.rstrip("\n"), skip):
            text = piece.group()
            start, end = at + piece.start() + len(text) - len(text.lstrip()), at + piece.end()
            body = text.strip()
            if start < trusted or not body:
                continue
            marks = tuple(m for m in _MARK.findall(body))
            bare = _MARK.sub("", body).strip()
            if not bare and found:  # marks behind the full stop belong to the sentence before
                found[-1] = msgspec.structs.replace(found[-1], citations=(*found[-1].citations, *marks), end=end)
                continue
            found.append(Sentence(len(found), start, end, body, tuple(dict.fromkeys((*cited.get(bare, ()), *marks)))))
        at += len(line)
    if draft.question and draft.question.strip():
        # Each sentence for itself: one that asks does not excuse one that tells.
        for piece in w.SENTENCE.finditer(" ".join(draft.question.split())):
            found.append(Sentence(len(found), -1, -1, piece.group().strip()))
    return found


def spans(text: str) -> list[tuple[int, int]]:
    """[start, end) of the clauses of lower-case text."""
    found: list[tuple[int, int]] = []
    at = 0
    for mark in w.CLAUSE_END.finditer(text):
        if mark.start() > at:
            found.append((at, mark.start()))
        at = mark.start() if mark.group() == "" else mark.end()
    if at < len(text):
        found.append((at, len(text)))
    return found


def stance_of(text: str, named: bool) -> Stance:
    """What a clause says about the medicines it is about."""
    bare, soothed = w.SOOTHES.subn(" ", text)
    if w.ASKS_DOCTOR.search(bare) and not soothed:
        return "mention"
    if w.WARNS.search(bare):
        return "warn"
    if soothed:
        return "weak" if w.YES_ALONE.match(text.strip()) or w.OTHERS_ONLY.search(text) else "permit"
    without = w.REPORTS.sub(" ", bare)
    if without != bare and not re.search(r"可以|能|\bcan\b|\bmay\b|fine|ok|safe", without):
        return "mention"
    if w.OTHERS_ONLY.search(bare):
        return "weak"
    if w.YES_ALONE.match(text.strip()):
        return "weak"
    if w.PERMITS.search(without.strip()) and (named or w.NAMELESS.search(text.strip())):
        return "permit"
    return "weak" if named and w.WEAKLY.search(without) else "mention"


_TAKES = re.compile(
    r"(?:在|正|着|长期|一直|每天|天天|平时|刚|刚刚|已经|早上|中午|晚上|昨天|今天)[^，。,能可想\s]{0,6}$|(?:吃|服用?|用|喝)(?:着|了|过)[^，。,能可想]{0,6}$|(?:^|[，。,])[^，。,能可想要给]{0,6}(?:吃|服用?)$|"
    r"\b(?:is|are|am|been|was|he's|she's|i'm|i am|already|currently|regularly|daily) (?:also |already |currently )?(?:on|taking|using|injecting)\b[^,.?]{0,24}$|\b(?:takes|took|taking)\b[^,.?]{0,24}$|\bon\s*$|\b(?:i|we|they|he|she) (?:take|inject)s?\b[^,.?]{0,20}$"
)
_ASKING = re.compile(
    r"能|可以|想|要不要|该不该|家里有|买了|\bcan\b|\bcould\b|\bshould\b|\bmay\b|\bis it\b|\bwant|\badd\b"
)
_LIST = re.compile(r"^\s*(?:和|、|,|，|与|跟|及|还有|加|and|plus|&|以及|片|胶囊|\(|（|）|\))*\s*$")


def taken_in(said: Utterance) -> tuple[DrugMention, ...]:
    """Medicines a question says somebody takes, as against those it asks about."""
    found: list[DrugMention] = []
    text = said.text.lower()
    before: DrugMention | None = None
    for one in said.drugs:
        if one.negated or one.match == "misspelt":
            before = None
            continue
        head = text[max(0, one.start - 14) : one.start]
        chained = before is not None and _LIST.match(text[before.end : one.start]) is not None
        # "吃着华法林和布洛芬能一起吃吗" asks about both, but both are taken; "在吃华法林，和布洛芬…" asks.
        after = re.split(r"[。？?！!]", text[one.end :])[0][:3]
        if (
            (_TAKES.search(head) and not _ASKING.search(re.split(r"[，。,.]", head)[-1]))
            or (chained and not after.startswith(("能", "可")))
            or text[one.end : one.end + 3].startswith(("吃着", "在吃", "天天吃"))
        ):
            found.append(one)
            before = one
        else:
            before = None
    return tuple(found)
