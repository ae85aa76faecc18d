"""Whether an explanation keeps its promises to a reader. Run by tests over many, and by whoever edits the pack."""

from __future__ import annotations

from collections.abc import Iterator

from kangban.clinical.report_explanation import Explanation
from kangban.kernel.texts import t
from kangban.reasoning.labs.glosses import glossary
from kangban.rules.plain import unplain


def unreadable(told: Explanation) -> Iterator[str]:
    """What is wrong with the text, in English; nothing for one that may be shown.

    The first sentence says how soon to act; no sentence is too long, states a disease or promises; every word of the
    glossary is explained right behind the sentence that has it first.
    """
    said = [s for section in told.sections for s in section.sentences]
    if not told.sections or told.sections[0].key != "first" or said[0] != told.first:
        yield "does not begin with what to do"
    for level in ("emergency", "same_day", "this_week"):
        if told.first == t(f"explain.first.{level}", told.lang) and told.urgency != level:
            yield f"begins with {level} and is {told.urgency}"
    for sentence in said:
        yield from unplain(sentence, told.lang)
    yield from _unexplained(said, told)


def _unexplained(said: list[str], told: Explanation) -> Iterator[str]:
    glosses = {entry.gloss for entry in told.glossary}
    known: set[str] = set()
    for place, sentence in enumerate(said):
        for word, term in glossary().find(sentence, told.lang):
            if term.id in known:
                continue
            known.add(term.id)
            gloss = term.gloss if told.lang == "zh" else term.gloss_en
            behind = said[: place + 1 + len(glossary().find(sentence, told.lang))]
            if gloss not in glosses or not any(gloss in one for one in behind):
                yield f"does not explain {word} where it stands first: {sentence}"
