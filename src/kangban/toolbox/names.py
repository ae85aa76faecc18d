"""What people call the things on the record."""

from __future__ import annotations

from kangban.clinical.urgency import Lang
from kangban.kernel.texts import has_text, t
from kangban.reasoning.labs.judge import labs


def observation_name(code: str, lang: Lang) -> str:
    """What people call an observation: the analyte's name, a translated state, else the code."""
    analyte = labs().by_id.get(code)
    if analyte is not None:
        return analyte.name if lang == "zh" else analyte.name_en
    return t(f"observation.{code}", lang) if has_text(f"observation.{code}", lang) else code.removeprefix("printed:")
