"""Files into a library: kept, read, known again, cancelled, removed; hostile ones with a clear outcome."""

from __future__ import annotations

import asyncio
import zipfile

import pytest

from kangban.journeys.attachments import Upload
from kangban.journeys.house import seen_by
from kangban.journeys.library.adding import BATCH, Adding, add, cancel, resume
from kangban.journeys.library.searching import search
from kangban.journeys.library.shelves import documents, remove
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted
from tests.journeys.library.books import GRAPH, GUIDE, TRADITION, added, ends, family, zipped
from tests.support.houses import person_with_account

ROWS = Upload(
    "rows.csv", ("ask,answer\n" + "".join(f"第{n}个问题怎么办,第{n}个回答。\n" for n in range(3 * BATCH))).encode()
)


async def test_files_are_kept_read_and_found_with_heading_and_licence():
    house = await family()
    steps = await added(house, GUIDE, GRAPH, said=Adding(licence="CC0"))
    assert ends(steps) == {"guide.md": "ready", "graph.jsonl": "ready"}
    assert [d.kind for d in await documents(house)] == ["graph", "book"]
    hit = (await search(house, "高血压每天吃多少盐"))[0]
    assert (hit.title, hit.heading, hit.licence) == ("guide.md", "家庭手册 › 第二章 高血压 › 饮食", "CC0")
    assert "不超过 5 克" in hit.passage


async def test_an_equal_file_is_there_once_whatever_it_is_called():
    house = await family()
    await added(house, GUIDE)
    steps = await added(house, Upload("copy.md", GUIDE.content), Upload("both.zip", zipped(GUIDE, GRAPH)))
    assert [step.step for step in steps if step.step in ("kept", "known")] == ["known", "known", "kept"]
    assert len(await documents(house)) == 2
    assert len(await search(house, "高血压每天吃多少盐", 50)) == len(
        {h.passage for h in await search(house, "高血压每天吃多少盐", 50)}
    )


async def test_an_equal_passage_of_two_documents_is_shown_once():
    house = await family()
    await added(house, GUIDE, Upload("second.md", GUIDE.content + "\n## 第三章\n另外的话在这里。".encode()))
    hits = [h for h in await search(house, "高血压每天吃多少盐", 10) if "不超过 5 克" in h.passage]
    assert len(hits) == 1


async def test_removing_takes_file_passages_and_index_and_nothing_of_anybody_else():
    house = await family()
    kept = await house.blobs.put(GUIDE.content)  # the same bytes on somebody's record
    await added(house, GUIDE)
    (document,) = await documents(house)
    assert await search(house, "高血压每天吃多少盐")
    await remove(house, document.id)
    assert await search(house, "高血压每天吃多少盐") == []
    assert await documents(house) == []
    with pytest.raises(NotFound):
        await house.blobs.get(document.kept_as)
    assert await house.blobs.get(kept) == GUIDE.content
    with pytest.raises(NotFound):
        await remove(house, document.id)
    await added(house, GUIDE)
    assert await search(house, "高血压每天吃多少盐")


async def test_a_job_broken_off_is_read_on_and_leaves_each_passage_once():
    house = await family()
    job = add(house, [ROWS])
    async for step in job:
        if step.step == "reading" and step.stored == BATCH:
            break
    await job.aclose()
    assert await search(house, "第7个问题怎么办") == []  # nothing half-read is found
    assert ends([step async for step in resume(house)]) == {"rows.csv": "ready"}
    (document,) = await documents(house)
    assert document.stored == 3 * BATCH
    assert len(await house.library.store.passages("home", document.id)) == 3 * BATCH
    assert [step async for step in resume(house)] == []


async def test_cancelling_takes_away_what_was_not_read_and_leaves_what_is_ready():
    house = await family()
    await added(house, GUIDE)
    job = add(house, [ROWS])
    async for step in job:
        if step.stored:
            break
    await job.aclose()
    ids = [d.id for d in await documents(house)]
    assert await cancel(house, ids) == 1
    assert [d.name for d in await documents(house)] == ["guide.md"]
    assert [step async for step in resume(house)] == []


async def test_a_document_removed_while_it_is_read_stays_removed():
    house = await family()
    last = ""
    async for step in add(house, [ROWS]):
        last = step.step
        if step.step == "reading" and step.stored == BATCH:
            await remove(house, step.document_id)
    assert last == "removed"
    assert await documents(house) == []


async def test_two_jobs_at_once_over_the_same_files_end_as_one():
    house = await family()
    await asyncio.gather(added(house, ROWS, GUIDE), added(house, GUIDE, ROWS))
    assert len(await documents(house)) == 2
    rows = next(d for d in await documents(house) if d.name == "rows.csv")
    assert len(await house.library.store.passages("home", rows.id)) == 3 * BATCH


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "error.bad_file"),
        (zipped(Upload("inner.zip", zipped(GUIDE))), "library.zip_nested"),
        (zipped(Upload("bomb.txt", b"0" * 80_000_000)), "library.zip_endless"),
        (zipped(GUIDE)[:-30], "library.zip_broken"),
        (zipped(*[Upload(f"{n}.txt", b"x") for n in range(2001)], method=zipfile.ZIP_STORED), "library.zip_endless"),
    ],
)
async def test_hostile_archives_are_refused_whole(content, key):
    house = await family()
    with pytest.raises(InvalidInput) as refused:
        await added(house, GUIDE, Upload("x.zip", content))
    assert refused.value.key == key
    assert await documents(house) == []


async def test_what_cannot_be_read_is_said_and_the_others_are_read():
    house = await family()
    steps = await added(
        house, Upload("a.bin", b"\x00\x01\x02" * 50), GUIDE, Upload("blank.txt", b" \n "), Upload("p.pdf", b"%PDF-1.4")
    )
    assert ends(steps) == {"a.bin": "unreadable", "guide.md": "ready", "blank.txt": "unreadable", "p.pdf": "unreadable"}
    reasons = {s.name: s.reason for s in steps if s.step == "unreadable"}
    assert reasons == {"a.bin": "library.no_reader", "blank.txt": "library.no_words", "p.pdf": "library.no_reader"}


async def test_who_may_do_what_with_which_library():
    house = await family()
    await added(house, GUIDE)
    await added(house, GRAPH, said=Adding("professional"))
    (guide,) = [d for d in await documents(house) if d.shelf == "family"]
    expected = {
        "teen": {"family"}, "helper": {"family"}, "adult": {"family"}, "nurse": {"family", "professional"},
        "doctor": {"family", "professional"}, "reviewer": {"professional"},
    }  # fmt: skip
    for role, shelves in expected.items():
        seen = seen_by(house, await person_with_account(house, role, role))
        assert {d.shelf for d in await documents(seen)} == shelves, role
        found = {h.title for h in await search(seen, "流感有什么症状，高血压吃多少盐", 20)}
        assert ("graph.jsonl" in found) == ("professional" in shelves), role
        with pytest.raises((NotPermitted, NotFound)):
            await remove(seen, guide.id)  # somebody else's
    for role in ("child", "operator"):
        closed = seen_by(house, await person_with_account(house, role, role))
        with pytest.raises(NotPermitted):
            await documents(closed)
        with pytest.raises(NotPermitted):
            await search(closed, "流感")
    for role, said in (
        ("helper", Adding()),
        ("nurse", Adding("professional")),
        ("adult", Adding("professional")),
        ("doctor", Adding()),
    ):
        other = seen_by(house, await person_with_account(house, f"{role}2", role))
        with pytest.raises(NotPermitted):
            await added(other, TRADITION, said=said)
    mine = seen_by(house, await person_with_account(house, "dad", "adult"))
    steps = await added(mine, TRADITION)
    assert (await remove(mine, steps[-1].document_id)).tradition


async def test_adding_and_removing_stand_in_the_audit():
    house = await family()
    steps = await added(house, GUIDE)
    await remove(house, steps[-1].document_id)
    assert [e.event.what for e in await house.audit.chain("home") if e.event.what.startswith("library.")] == [
        "library.added",
        "library.removed",
    ]
