"""Questions with answers: medical dialogues, cMedQA, instruction sets of traditional medicine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from kangban.retrieval.library.chunking import MOST, Piece, cut
from kangban.retrieval.library.sources.texts import LONGEST_FIELD, Row, csv_rows, plain

# Names columns go by in the sets people have; the first that is there counts.
_QUESTION = ("ask", "question", "questions", "query", "instruction", "prompt", "q", "问题", "问")
_ANSWER = ("answer", "answers", "response", "output", "completion", "a", "答案", "回答", "答")
_MORE = ("input", "context")  # what an instruction is about, where it stands apart
_TITLE = ("title", "标题")
_PART = ("department", "cure_department", "category", "科室", "related_diseases", "label")
_LONGEST_HEADING = 80


def is_dialogue(row: Mapping[str, Any]) -> bool:
    """Whether a row holds a question and its answer."""
    return bool(_field(row, _QUESTION) and _field(row, _ANSWER))


def dialogue_pieces(rows: Iterable[Row]) -> Iterator[Piece]:
    """One passage a row, question and answer in it; a long answer goes on under the same heading."""
    for row in rows:
        question, answer = _field(row, _QUESTION), _field(row, _ANSWER)
        if not (question and answer):
            continue
        more = _field(row, _MORE)
        question = f"{question} {more}" if more and more not in question else question
        title = _field(row, _TITLE) or question
        part = _field(row, _PART)
        heading = title[:_LONGEST_HEADING] if not part else f"{part} › {title[:_LONGEST_HEADING]}"
        whole = f"问：{question}\n答：{answer}"
        if len(whole) <= 2 * MOST:
            yield Piece(whole, heading)
        else:
            yield Piece(f"问：{question[:MOST]}", heading)
            yield from cut(f"答：{answer[:LONGEST_FIELD]}", heading)


def joined(questions: str, answers: str) -> Iterator[Row]:
    """Rows of cMedQA's two tables put together: question_id, content beside ans_id, question_id, content."""
    asked = {plain(r.get("question_id", "")): plain(r.get("content", "")) for r in csv_rows(questions) or ()}
    for row in csv_rows(answers) or ():
        question = asked.get(plain(row.get("question_id", "")), "")
        if question:
            yield {"question": question, "answer": row.get("content", "")}


def is_half(row: Mapping[str, Any]) -> str:
    """Which of cMedQA's two tables a row is of: "answers", "questions", or "" for neither."""
    if not {"question_id", "content"} <= row.keys():
        return ""
    return "answers" if row.keys() & {"ans_id", "answer_id"} else "questions"


def _field(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = row.get(name)
        while isinstance(value, list) and cast("list[Any]", value):  # some sets nest each text in lists
            value = cast("list[Any]", value)[0]
        if text := plain(value):
            return text
    return ""
