"""The sentences our own tools said in a turn: pack texts word for word, which a brain may repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from kangban.agent.draft import MARK, sentences
from kangban.clinical.draft import ToolTrace
from kangban.clinical.finding import TriageOutcome
from kangban.kernel.texts import LANGUAGES, area_texts

# Tools whose texts are pack data. What stands on the record is somebody's words, not ours.
SPEAKING = frozenset(
    {
        "check_medication", "advise_from_box", "triage", "judge_lab_value", "check_food", "calculate",
        "search_knowledge",
    }
)  # fmt: skip
# Fields that repeat names as a model or the record wrote them, and what stands in somebody's own library.
_REPEATING = frozenset(
    {"library", "not_in_catalogue", "medicines", "name", "herbs_unchecked", "suggestions", "complaints", "not_with"}
)

# Fixed sentences of the offline brain; those with places to fill are judged like anybody's.
_HOUSE_SENTENCES = tuple(
    one
    for lang in LANGUAGES
    for text in area_texts("offline", lang).values()
    for one in (text, *sentences(text))
    if "{" not in one
)


def own_words(traces: Sequence[ToolTrace], outcome: TriageOutcome) -> tuple[str, ...]:
    """Every sentence of the tools' results and of the triage of the question."""
    ours = [trace for trace in traces if trace.name in SPEAKING and trace.ok]
    written = tuple(text for trace in ours for text in _texts(trace.arguments, all_keys=True))
    texts = [text for trace in ours for text in _texts(trace.result)]
    # A tool that repeats what it was asked has not said it.
    texts = [text for text in texts if not any(text in one or (len(one) > 3 and one in text) for one in written)]
    texts += [outcome.advice, outcome.advice_en, *outcome.return_if, *outcome.return_if_en]
    texts += [x for rule in outcome.rules for x in (rule.why, rule.why_en)]
    texts += _HOUSE_SENTENCES
    plain = [MARK.sub("", line.strip().lstrip("-*• ").strip()) for text in texts for line in text.splitlines()]
    return tuple(dict.fromkeys(one for line in plain for one in (line, *sentences(line)) if one))


def _texts(value: Any, *, all_keys: bool = False) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in cast("dict[str, Any]", value).items():
            if all_keys or key not in _REPEATING:
                yield from _texts(one, all_keys=all_keys)
    elif isinstance(value, (list, tuple)):
        for one in cast("list[Any]", value):
            yield from _texts(one, all_keys=all_keys)
