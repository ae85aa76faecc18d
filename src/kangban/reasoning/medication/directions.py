"""How often, where it is written into the dose: "1g 一天6次", "10 mg qd", "一次半片，每8小时一次"."""

from __future__ import annotations

import re
from functools import lru_cache

from kangban.kernel.frequency import frequencies

_BETWEEN = " ,，;；、:：×x*"
_BEFORE = re.compile(r"^(?:口服|po|p\.o\.?|吃|服用?|每次|一次|1次|单次|take)\s*[:：]?\s*", re.IGNORECASE)
_HOW = r"[\s,，;；、()（）]*(?:口服|饭[前后]|餐[前后]|随餐|po|p\.o\.?|睡前|吃|服用?)*[\s,，;；、。.()（）]*$"
_AFTER = re.compile(_HOW, re.IGNORECASE)


@lru_cache(maxsize=4096)
def without_frequency(dose: str) -> tuple[str, float | None]:
    """One dose as it is written, and doses in 24 hours; (the text as it came, None) where none can be told apart.

    The most frequent end of a range counts. A frequency must end the text, or begin it (早晚各一片); anything else is asked.
    """
    for often in frequencies(dose):
        if not _AFTER.match(dose[often.end :]):
            one = _AFTER.sub("", dose[often.end :], count=1) if often.start == 0 else ""
        else:
            one = dose[: often.start]
        one = _BEFORE.sub("", _BEFORE.sub("", one.strip(_BETWEEN))).strip()
        if one:
            return one, often.high
    return dose, None
