"""A sentence with a source must be carried by it; an invented source is none."""

from __future__ import annotations

import re
from functools import lru_cache

from kangban.guard.case import Case, Sentence
from kangban.guard.fault import Result, passed, result
from kangban.retrieval.cite import library
from kangban.retrieval.quantities import find_quantities
from kangban.retrieval.support import supports
from kangban.rules.compiled import shipped

NAME = "citation_support"


@lru_cache(maxsize=1)
def house_words() -> str:
    """Every sentence of the packs in one text: what the rules themselves say needs no second proof."""
    packs = shipped().packs
    rows = [r for i in packs.ingredients for r in (*i.caution, *i.interaction)]
    parts = [x for r in rows for x in (r.message, r.message_en, r.instead, r.instead_en)]
    parts += [
        x for r in packs.red_flags for x in (r.why, r.why_en, r.advice, r.advice_en, *r.return_if, *r.return_if_en)
    ]
    return "\n".join(p for p in parts if p)


def check(case: Case) -> Result:
    """Fail for invented ids and for sentences their passages contradict or do not carry; none needed in bare text."""
    shelf = library()
    given = {c.id: c for c in case.draft.citations}
    wrong: list[Sentence] = []
    invented: list[Sentence] = []
    judged = 0
    for one in case.sentences:
        ids = [_place(i, case) for i in one.citations]
        if not ids:
            continue
        judged += 1
        passages: list[str] = []
        for each in ids:
            passage = given[each].passage if each in given else ""
            title = given[each].title if each in given else ""
            if each in shelf:
                passages.append(shelf.both_languages(each) + ("\n" + passage if passage else ""))
            elif passage:
                passages.append(f"{title}\n{passage}")
            else:
                invented.append(one)
        bare = _plain(one.text)
        told = _HEAD.sub("", bare)
        ours = any(words in house_words() for words in (bare, told))
        if passages and not ours and supports(bare, passages) != "supported":
            wrong.append(one)
    placed = any(c.citations for c in case.draft.claims)
    unknown = [c for c in case.draft.citations if not c.passage and c.id not in shelf]
    if unknown and not invented:  # listed as a source, tied to no sentence, to be opened nowhere
        return result(NAME, "fail", "citation_invented", remedy="hold", at=tuple(wrong))
    loose = _uncited(case) if case.draft.citations and not judged and not placed else []
    wrong += loose
    if invented:
        return result(NAME, "fail", "citation_invented", remedy="strike", at=tuple(dict.fromkeys((*invented, *wrong))))
    if wrong:
        dose = any(q.dim in ("mg", "ml", "unit", "mg/kg") for s in wrong for q in find_quantities(s.text))
        return result(
            NAME, "fail", "citation_wrong", remedy="hold" if dose else "strike", at=tuple(dict.fromkeys(wrong))
        )
    return passed(NAME) if judged or case.draft.citations else result(NAME, "not_applicable")


# A finding is shown under its severity and its medicines: "避免：华法林 + 布洛芬：…".
_HEAD = re.compile(r"^(?:禁用|避免|当心|留意|Do not use|Avoid|Caution|Note)[:：][^:：]{1,120}[:：]\s*")


def _place(mark: str, case: Case) -> str:
    """A footnote number stands for the citation at that place."""
    if mark.isdigit() and 0 < int(mark) <= len(case.draft.citations):
        return case.draft.citations[int(mark) - 1].id
    return mark


def _plain(text: str) -> str:
    return re.sub(r"\s*\[\^?[^\]]{1,120}\]", "", text).strip().removeprefix("- ").strip(" 。.")


def _uncited(case: Case) -> list[Sentence]:
    """Sources given for the whole draft, none for a sentence: only an open contradiction counts."""
    shelf = library()
    passages = [
        shelf.both_languages(c.id) if c.id in shelf else f"{c.title}\n{c.passage}" for c in case.draft.citations
    ]
    return [s for s in case.sentences if supports(_plain(s.text), passages) == "contradicted"]
