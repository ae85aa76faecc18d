"""A whole chat turn with the offline brain: message kept, red flags, tools, guard, one commit. On SQLite, on disk."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from kangban.app import close_house, open_house
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.settings import Settings

QUESTIONS = (
    ("nainai", "奶奶在吃华法林，感冒发烧，家里有布洛芬和感冒灵，能吃吗？"),
    ("doudou", "豆豆发烧38.5，能吃美林吗"),
    ("xiaoyu", "孕22周，头疼能吃什么药"),
    ("baba", "空腹血糖 8.6 高吗"),
    ("baba", "爸爸能喝酒吗"),
    ("yeye", "爷爷胸口闷，出冷汗"),
    ("mama", "胃疼，能吃布洛芬吗"),
    ("zhiyuan", "你好"),
    ("mama", "我的档案里有什么"),
    ("zhiyuan", "高血压怎么预防"),
)
ROUNDS = 12


async def _turns() -> list[float]:
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        house = await open_house(Settings(data_dir=Path(folder), demo=True))
        for number in range(ROUNDS):
            for member, text in QUESTIONS:
                started = time.perf_counter()
                async for _ in chat_turn(house, Question(member, text, f"{number}-{text}", f"c{number}")):
                    pass
                spent.append((time.perf_counter() - started) * 1000)
        await close_house(house)
    return spent[len(QUESTIONS) :]  # the first round warms up


def run() -> dict[str, Any]:
    spent = sorted(asyncio.run(_turns()))
    return {
        "chat turn, offline brain, median": {"value": spent[len(spent) // 2], "unit": "ms"},
        "chat turn, offline brain, p95": {"value": spent[int(len(spent) * 0.95)], "unit": "ms", "limit": 120},
    }
