"""Where nobody could review it, a hold becomes a refusal that names the next step in the real world."""

from __future__ import annotations

from pathlib import Path

import pytest

from kangban.clinical.record import AnswerGiven
from kangban.clinical.urgency import URGENCIES, Lang, Urgency
from kangban.journeys.reviewing.words import next_step
from kangban.review.topics import TOPICS
from tests.support.reviews import PLANTED, practice


@pytest.mark.parametrize(("lang", "piece"), [("zh", "药师"), ("en", "pharmacist")])
async def test_without_a_reviewer_it_is_a_refusal_with_a_next_step(tmp_path: Path, lang: str, piece: str) -> None:
    async with practice("memory", tmp_path, people=("ma", "ba", "old", "ph")) as family:
        answer, _ = await family.ask(lang=lang)
        assert (answer.verdict, answer.review) == ("refuse", "nobody")
        assert piece in answer.text
        assert ("医生" if lang == "zh" else "doctor") in answer.text
        assert PLANTED not in answer.text
        assert not await family.system.store.entries("home", kinds=["ReviewItem"])
        events = [link.event for link in await family.doors.audit.chain("home")]
        assert "nobody" in {e.reason for e in events if e.what == "answer.refused"}
        stored = [e.body for e in await family.system.store.entries("home", kinds=["AnswerGiven"])]
        assert all(isinstance(b, AnswerGiven) and b.draft is None for b in stored)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("urgency", URGENCIES)
def test_every_next_step_is_a_place_to_go(urgency: Urgency, lang: Lang) -> None:
    places = {
        "zh": ("120", "急诊", "医院", "医生", "药师", "药店"),
        "en": ("120", "clinic", "doctor", "pharmac", "hospital"),
    }
    for topic in TOPICS:
        step = next_step(urgency, (topic,), lang)
        assert any(place in step for place in places[lang]), (topic, step)
    if urgency == "emergency":
        assert "120" in next_step(urgency, TOPICS, lang)
