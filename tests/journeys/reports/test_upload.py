"""A report comes in: asked whose it is, kept without metadata, and nothing of it counts before a person says so."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec
import pytest

from kangban.clinical.record import Consent, DocumentReference, Patient
from kangban.journeys import consents
from kangban.journeys.attachments import Upload
from kangban.journeys.family import add_member, export
from kangban.journeys.house import House, as_system, seen_by
from kangban.journeys.reports.belonging import keep_here, move
from kangban.journeys.reports.confirm import LineChange, accept_sure, decide
from kangban.journeys.reports.erase import erase_report
from kangban.journeys.reports.shelf import files_of, get_reading
from kangban.journeys.reports.upload import Kept, PageRead, ReadingDone, read_again, upload
from kangban.journeys.reports.viewing import page_picture, shelf_of
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted, Unavailable
from kangban.record.transfer import import_member
from tests.support.houses import memory_house, person_with_account
from tests.support.papers import BLOOD, KIDNEY, Papers, page, paper


async def home(papers: Papers) -> tuple[House, dict[str, str]]:
    house = msgspec.structs.replace(memory_house(), readers=(papers,))
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    ids = {
        "dad": await add_member(mum, Patient("沈建国", "爸爸", "male", date(1980, 1, 5)), client_id="d", consent=True),
        "gran": await add_member(
            mum, Patient("李秀英", "奶奶", "female", date(1950, 6, 1)), client_id="g", consent=True
        ),
        "bean": await add_member(mum, Patient("豆豆", "儿子", "male", date(2020, 3, 1)), client_id="b", consent=True),
    }
    return mum, ids


async def read(house: House, who: str, content: bytes, name: str = "血常规.pdf") -> ReadingDone:
    events = [event async for event in upload(house, who, Upload(name, content))]
    assert isinstance(events[0], Kept)
    done = events[-1]
    assert isinstance(done, ReadingDone)
    return done


async def everything(house: House) -> list[str]:
    return [e.kind for e in await as_system(house).store.entries("home", include_superseded=True)]


async def test_a_report_of_the_chosen_member_waits_line_by_line_and_nothing_enters():
    papers = Papers()
    mum, ids = await home(papers)
    events = [e async for e in upload(mum, ids["dad"], Upload("a/b/报告.pdf", papers.put(paper())))]
    kept, first, done = events
    assert isinstance(kept, Kept)
    assert kept.name == "报告.pdf"
    assert isinstance(first, PageRead)
    assert [row.name for row in first.documents[0].rows] == [row[0] for row in BLOOD]
    assert isinstance(done, ReadingDone)
    (one,) = done.reports
    assert one.body.whose.verdict == "same"
    assert one.body.status == "preliminary"
    assert [row.analyte for row in one.body.report.rows] == ["wbc", "hemoglobin", "platelets"]
    assert [row.flag for row in one.body.report.rows] == ["normal", "low", "normal"]
    assert "Observation" not in await everything(mum)


async def test_the_same_file_twice_is_kept_and_read_once():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper())
    first = await read(mum, ids["dad"], content)
    before = await everything(mum)
    second = await read(mum, ids["dad"], content, "another name.pdf")
    assert second.already
    assert second.reports[0].version == first.reports[0].version
    assert await everything(mum) == before


async def test_metadata_is_gone_before_anything_is_kept():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper())
    await read(mum, ids["dad"], content + b" GPS 31.2 121.4")
    (file,) = [
        e.body for e in await mum.store.entries("home", ids["dad"], kinds=["DocumentReference"])
    ]  # fmt: skip
    assert isinstance(file, DocumentReference)
    assert await mum.blobs.get(file.sha256) == content
    assert file.read


@pytest.mark.parametrize(
    ("printed", "differs", "fits"),
    [
        ({"name": "王大力"}, ("name",), ()),
        ({"name": "李秀英", "sex": "女", "age": "75岁"}, ("name", "sex", "age"), ("gran",)),
        ({"sex": "女"}, ("sex",), ()),
        ({"age": "71岁"}, ("age",), ()),
        ({"name": "", "sex": "女", "age": "75岁"}, ("sex", "age"), ("gran",)),
    ],
)
async def test_what_differs_is_asked_before_anything_else(printed, differs, fits):
    papers = Papers()
    mum, ids = await home(papers)
    events = [e async for e in upload(mum, ids["dad"], Upload("r.pdf", papers.put(paper(**printed))))]
    shown = [e for e in events if isinstance(e, PageRead)]
    assert all(not e.documents for e in shown), "nothing of what may be somebody else's is shown"
    done = events[-1]
    assert isinstance(done, ReadingDone)
    (one,) = done.reports
    assert (one.body.whose.verdict, one.body.whose.differs) == ("differs", differs)
    assert one.body.whose.matches == tuple(ids[f] for f in fits)
    assert one.body.status == "registered"
    with pytest.raises(InvalidInput) as refused:
        await accept_sure(mum, one.id, version=one.version)
    assert refused.value.key == "report.whose_first"


async def test_kept_all_the_same_the_name_is_remembered():
    papers = Papers()
    mum, ids = await home(papers)
    printed = {"name": "沈一诺", "age": "6岁"}
    (asked,) = (await read(mum, ids["bean"], papers.put(paper(**printed)))).reports
    assert asked.body.whose.differs == ("name",)
    kept = await keep_here(mum, asked.id, version=asked.version)
    assert kept.body.status == "preliminary"
    assert (await keep_here(mum, asked.id, version=asked.version)).version == kept.version
    again = await read(mum, ids["bean"], papers.put(paper(KIDNEY, **printed), label="b"))
    assert again.reports[0].body.whose.verdict == "same"
    elsewhere = await read(mum, ids["dad"], papers.put(paper(KIDNEY, **printed), label="c"))
    assert elsewhere.reports[0].body.whose.matches == (ids["bean"],)


async def test_moved_to_another_member_both_are_run_again_and_nothing_stays_behind():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper(name="李秀英", sex="女", age="75岁"))
    (asked,) = (await read(mum, ids["dad"], content)).reports
    moved = await move(mum, asked.id, ids["gran"])
    assert moved.member_id == ids["gran"]
    assert moved.body.whose.verdict == "same"
    left = await as_system(mum).store.entries("home", ids["dad"], include_superseded=True)
    assert {e.kind for e in left} == {"Patient", "Consent"}
    assert (await page_picture(mum, moved, 1)).number == 1, "the file went along"
    assert (await get_reading(mum, moved.id)).version == moved.version
    with pytest.raises(NotFound):
        await get_reading(mum, asked.id)


async def test_moving_what_was_confirmed_takes_the_facts_out_of_the_wrong_record():
    papers = Papers()
    mum, ids = await home(papers)
    (one,) = (await read(mum, ids["dad"], papers.put(paper(name="", sex="", age="")))).reports
    assert one.body.whose.verdict == "unnamed"
    await accept_sure(mum, one.id, version=one.version)
    assert "Observation" in await everything(mum)
    moved = await move(mum, one.id, ids["gran"])
    assert "Observation" not in await everything(mum)
    assert moved.body.status == "preliminary"
    assert not moved.body.decisions


async def test_two_patients_in_one_file_are_two_reports_and_go_each_their_way():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper(), paper(KIDNEY, name="李秀英", sex="女", age="75岁", number=2))
    one, other = (await read(mum, ids["dad"], content)).reports
    assert (one.body.whose.verdict, other.body.whose.verdict) == ("same", "differs")
    assert one.body.document_id != other.body.document_id
    assert [r.page for r in (row.printed for row in other.body.report.rows)] == [1, 1]
    assert {await mum.blobs.get(f.body.sha256) for f in await files_of(mum, ids["dad"])} == {
        b"%PDF-1.7 a [1]", b"%PDF-1.7 a [2]",
    }  # fmt: skip
    with pytest.raises(NotFound):
        await mum.blobs.get(hashlib.sha256(content).hexdigest())
    moved = await move(mum, other.id, ids["gran"])
    with pytest.raises(NotFound):
        await page_picture(mum, moved, 2)
    assert (await page_picture(mum, moved, 1)).number == 1
    assert [await mum.blobs.get(f.body.sha256) for f in await files_of(mum, ids["dad"])] == [b"%PDF-1.7 a [1]"]
    again = (await read(mum, ids["dad"], content)).reports
    assert one.id in {r.id for r in again}
    await erase_report(mum, next(r.id for r in again if r.id != one.id))
    assert [r.id for r in (await shelf_of(mum, ids["dad"])).reports] == [one.id]


async def test_papers_of_two_people_that_cannot_be_parted_are_kept_only_where_somebody_says_so():
    papers = Papers()
    mum, ids = await home(papers)
    before = await everything(mum)
    for label, second in (("together", 2), ("a", 1)):
        content = papers.put(paper(), paper(KIDNEY, name="李秀英", sex="女", age="75岁", number=second), label=label)
        with pytest.raises(InvalidInput) as refused:
            await read(mum, ids["dad"], content)
        assert refused.value.key == "report.several_people"
        assert await everything(mum) == before
    events = [e async for e in upload(mum, ids["dad"], Upload("r.pdf", content), together=True)]
    done = events[-1]
    assert isinstance(done, ReadingDone)
    assert [r.body.whose.verdict for r in done.reports] == ["same", "differs"]


@pytest.mark.parametrize("pages", [[page([])], [page([]), page([], 2)]])
async def test_a_blank_page_leaves_nothing_behind(pages):
    papers = Papers()
    mum, ids = await home(papers)
    before = await everything(mum)
    with pytest.raises(InvalidInput) as refused:
        await read(mum, ids["dad"], papers.put(*pages))
    assert refused.value.key == "report.nothing_read"
    assert await everything(mum) == before


async def test_a_broken_file_and_one_nobody_reads_leave_nothing_behind():
    papers = Papers()
    mum, ids = await home(papers)
    before = await everything(mum)
    for content in (b"", b"%PDF-1.4 broken", b"\x00\x01\x02nothing", b"OggS sound"):
        with pytest.raises(InvalidInput):
            await read(mum, ids["dad"], content)
    with pytest.raises(Unavailable):
        await read(mum, ids["dad"], b"\x89PNG\r\n\x1a\n picture")
    assert await everything(mum) == before


async def test_broken_off_it_waits_and_is_read_again():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper(), paper(KIDNEY, number=2))
    events = upload(mum, ids["dad"], Upload("r.pdf", content))
    async for event in events:
        if isinstance(event, PageRead):
            break
    await events.aclose()
    assert papers.closed == 1
    (waiting,) = (await shelf_of(mum, ids["dad"])).unread
    done = [e async for e in read_again(mum, ids["dad"], waiting.id)][-1]
    assert isinstance(done, ReadingDone)
    assert len(done.reports[0].body.report.rows) == 5
    assert not (await shelf_of(mum, ids["dad"])).unread


async def test_deleted_means_no_file_no_reading_no_fact_no_conclusion_left():
    papers = Papers()
    mum, ids = await home(papers)
    before = await everything(mum)
    content = papers.put(paper([*BLOOD, *KIDNEY]))
    (one,) = (await read(mum, ids["dad"], content)).reports
    await accept_sure(mum, one.id, version=one.version)
    now = await get_reading(mum, one.id)
    await decide(mum, one.id, [LineChange("row:0", "undo")], version=now.version)
    file = next(e.body for e in await mum.store.entries("home", ids["dad"], kinds=["DocumentReference"]))
    assert isinstance(file, DocumentReference)
    assert await erase_report(mum, one.id) > 5
    assert await everything(mum) == before
    with pytest.raises(NotFound):
        await mum.blobs.get(file.sha256)
    assert (await read(mum, ids["dad"], content)).reports[0].body.status == "preliminary", "and comes back as new"


async def test_the_bytes_stay_while_another_member_keeps_the_same_file():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper(name="", sex="", age=""))
    (one,) = (await read(mum, ids["dad"], content)).reports
    (other,) = (await read(mum, ids["gran"], content)).reports
    await erase_report(mum, one.id)
    assert (await page_picture(mum, other, 1)).number == 1


async def test_an_aide_brings_and_takes_back_their_own_but_erases_nothing_confirmed():
    papers = Papers()
    mum, ids = await home(papers)
    aide_actor = await person_with_account(mum, "aide", "helper")
    word = Consent("share", "acc-aide", granted=True, groups=("measurements",), purposes=("view", "write"))
    await consents.give(mum, ids["gran"], word)
    aide = seen_by(mum, aide_actor)
    with pytest.raises(NotFound):
        await read(aide, ids["dad"], papers.put(paper(), label="x"))
    hers = {"name": "李秀英", "sex": "女", "age": "75岁"}
    (one,) = (await read(aide, ids["gran"], papers.put(paper(**hers)))).reports
    await erase_report(aide, one.id)
    (one,) = (await read(aide, ids["gran"], papers.put(paper(**hers)))).reports
    await accept_sure(aide, one.id, version=one.version)
    with pytest.raises(NotPermitted):
        await erase_report(aide, one.id)
    (brought,) = (await read(mum, ids["gran"], papers.put(paper(KIDNEY, **hers), label="k"))).reports
    with pytest.raises((NotPermitted, NotFound)):
        await accept_sure(aide, brought.id, version=brought.version)


async def test_a_teen_reads_their_own_and_a_parent_does_not_see_it():
    papers = Papers()
    mum, _ = await home(papers)
    teen = await add_member(mum, Patient("沈小禾", "女儿", "female", date(2011, 1, 1)), client_id="t", consent=True)
    hers = seen_by(mum, await person_with_account(mum, "teen", "teen", teen))
    (one,) = (await read(hers, teen, papers.put(paper(name="沈小禾", sex="女", age="15岁")))).reports
    assert (await get_reading(hers, one.id)).id == one.id
    with pytest.raises((NotPermitted, NotFound)):
        await get_reading(mum, one.id)
    await accept_sure(hers, one.id, version=one.version)
    seen = await mum.store.entries("home", teen, kinds=["Observation"])
    assert seen, "what keeps a teen safe is seen; the paper is hers"


async def test_a_report_is_exported_and_brought_back_whole():
    papers = Papers()
    mum, ids = await home(papers)
    (one,) = (await read(mum, ids["dad"], papers.put(paper([*BLOOD, *KIDNEY])))).reports
    await decide(mum, one.id, [LineChange("row:0", "accept", result="<6.2")], version=one.version)
    document = await export(mum, ids["dad"])
    elsewhere = memory_house()
    there = as_system(elsewhere).store
    await import_member(there, "home", document)
    before = await as_system(mum).store.entries("home", ids["dad"], include_superseded=True)
    after = await there.entries("home", ids["dad"], include_superseded=True)
    assert [e.body for e in after] == [e.body for e in before]
    assert await import_member(there, "home", document) == 0


async def test_looking_for_whose_it_is_leaves_no_trace_of_looking_at_others():
    papers = Papers()
    mum, ids = await home(papers)
    await read(mum, ids["gran"], papers.put(paper(name="李秀英", sex="女", age="75岁"), label="g"))
    chain = await mum.audit.chain("home")
    await read(mum, ids["dad"], papers.put(paper(), label="d"))
    seen = [link.event for link in (await mum.audit.chain("home"))[len(chain) :] if link.event.what == "entry.seen"]
    assert not [e for e in seen if e.member_id == ids["gran"] and e.reason == "documents"]
