"""What the offline brain says where a paradigm asks for more than an answer: plans by rule, and no critique."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from kangban.agent.offline.plan import Plan
from kangban.clinical.urgency import Lang

_DONE: dict[Lang, str] = {"zh": "完成", "en": "DONE"}
ANSWERING = frozenset({"", "solve", "answer", "limit"})


def say_for_role(role: str, plan: Plan, offered: Collection[str], question: str, lang: Lang) -> str:
    """A plan in the paradigm's own format, the whole task as its one step, or that nothing is to be mended."""
    if role == "plan":
        calls = [call for call in plan.calls if call.name in offered]
        return "\n".join(
            f"#E{n} = {call.name}[{msgspec.json.encode(call.arguments).decode()}]" for n, call in enumerate(calls, 1)
        )
    if role in ("steps", "goals"):
        return " ".join(question.split())
    if role == "summary":
        return question[:400]
    return _DONE[lang]
