"""The process that reads: killed, stopped, left idle, shared; and what the server pays for it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from kangban.adapters.page_reader import PageReader, ReaderSettings
from kangban.adapters.page_reader.child import Child
from kangban.kernel.errors import InvalidInput
from tests.support import drawn_pages
from tests.support.drawn_pages import encoded, filler, pdf

TEXT = pdf(filler(), filler(), filler())


@pytest.fixture
async def reader():
    one = PageReader(ReaderSettings(page_seconds=120))
    yield one
    await one.close()


async def texts(reader: PageReader, content: bytes, media_type: str = "application/pdf") -> list[str]:
    return [page.text async for page in reader.read(content, media_type)]


async def busy(reader: PageReader) -> None:
    """Until a piece of work is in the process."""
    while reader._workshop._current is None or reader.pid is None:  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_nothing_runs_before_the_first_file(reader) -> None:
    assert reader.can_read("application/pdf")
    assert reader.pid is None
    assert len(await texts(reader, TEXT)) == 3
    assert reader.pid is not None


async def test_killed_in_the_midst_of_a_page_it_starts_again_and_reads_it(reader) -> None:
    work = asyncio.create_task(texts(reader, encoded(drawn_pages.sheet()), "image/png"))
    await busy(reader)
    first = reader.pid
    await asyncio.sleep(0.3)
    os.kill(first, signal.SIGKILL)
    (text,) = await work
    assert "血红蛋白" in text
    assert reader.pid not in (None, first)


async def test_a_page_that_ends_the_child_twice_is_refused_and_others_are_not(reader) -> None:
    work = asyncio.create_task(texts(reader, encoded(drawn_pages.sheet()), "image/png"))
    killed: set[int] = set()
    while not work.done():
        if reader.pid is not None and reader.pid not in killed and reader._workshop._current is not None:
            killed.add(reader.pid)
            os.kill(reader.pid, signal.SIGKILL)
        await asyncio.sleep(0.001)
    with pytest.raises(InvalidInput) as caught:
        await work
    assert caught.value.key == "reader.broken"
    assert len(await texts(reader, TEXT)) == 3


async def test_work_that_takes_too_long_is_ended(monkeypatch) -> None:
    def never(child, ask):
        child.outward.read(1)  # nothing comes before the process is ended
        raise OSError

    reader = PageReader(ReaderSettings(page_seconds=1))
    with monkeypatch.context() as patched:
        patched.setattr(Child, "say", never)
        with pytest.raises(InvalidInput) as caught:
            await texts(reader, TEXT)
    assert caught.value.key == "reader.too_slow"
    await reader.close()


async def test_closing_the_pages_ends_the_work_and_frees_the_child(reader) -> None:
    pages = reader.read(
        encoded(drawn_pages.sheet(), "PDF", save_all=True, append_images=[drawn_pages.sheet()] * 3), "application/pdf"
    )
    assert (await anext(pages)).number == 1
    await busy(reader)
    pid = reader.pid
    await pages.aclose()
    assert len(await texts(reader, TEXT)) == 3
    assert reader.pid != pid
    assert not alive(pid)


async def test_a_cancelled_reader_frees_the_child_for_the_next(reader) -> None:
    work = asyncio.create_task(texts(reader, encoded(drawn_pages.sheet()), "image/png"))
    await busy(reader)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert len(await texts(reader, TEXT)) == 3


async def test_files_take_turns_and_one_that_was_let_go_is_sent_again(reader) -> None:
    files = [pdf(*[filler()] * n) for n in (5, 4, 3, 6, 2)]
    found = await asyncio.gather(*(texts(reader, file) for file in files))
    assert [len(one) for one in found] == [5, 4, 3, 6, 2]
    assert all(text == found[0][0] for one in found for text in one)


async def test_the_first_page_comes_before_the_last_is_read(reader) -> None:
    order: list[str] = []
    ask = reader._workshop.ask

    async def noted(question, content):
        answer = await ask(question, content)
        order.append(f"{question.do} {question.number}")
        return answer

    reader._workshop.ask = noted
    async for page in reader.read(TEXT, "application/pdf"):
        order.append(f"given {page.number}")  # noqa: PERF401
    assert order.index("given 1") < order.index("page 3")


async def test_a_page_of_several_that_fails_is_said_and_the_others_are_read(reader) -> None:
    ask = reader._workshop.ask

    async def failing(question, content):
        if question.do == "page" and question.number == 2:
            raise InvalidInput("too slow", key="reader.too_slow")
        return await ask(question, content)

    reader._workshop.ask = failing
    pages = [page async for page in reader.read(TEXT, "application/pdf")]
    assert ["not_read" in page.doubts for page in pages] == [False, True, False]
    assert [bool(page.words) for page in pages] == [True, False, True]


async def test_left_idle_it_goes_and_comes_back() -> None:
    reader = PageReader(ReaderSettings(idle_seconds=1))
    await texts(reader, TEXT)
    pid = reader.pid
    assert pid is not None
    for _ in range(600):
        if not alive(pid):
            break
        await asyncio.sleep(0.05)
    assert not alive(pid)
    assert reader.pid is None
    assert len(await texts(reader, TEXT)) == 3
    await reader.close()


def test_one_reader_serves_one_loop_after_another() -> None:
    reader = PageReader()
    for _ in range(2):
        assert len(asyncio.run(texts(reader, TEXT))) == 3
    asyncio.run(reader.close())


async def test_it_ends_with_the_program_that_started_it(tmp_path) -> None:
    program = (
        "import asyncio, os, signal, sys\n"
        "from kangban.adapters.page_reader import PageReader\n"
        "async def main():\n"
        "    reader = PageReader()\n"
        "    _ = [page async for page in reader.read(b'words', 'text/plain')]\n"
        "    print(reader.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    run = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=False
    )
    pid = int(run.stdout)
    for _ in range(600):
        if not alive(pid):
            break
        await asyncio.sleep(0.05)
    assert not alive(pid)


async def test_no_key_or_password_goes_to_the_child(reader, monkeypatch) -> None:
    monkeypatch.setenv("KANGBAN_KEY", "secret")
    monkeypatch.setenv("KANGBAN_DATABASE_URL", "secret")
    await texts(reader, b"words", "text/plain")
    if sys.platform == "linux":
        with open(f"/proc/{reader.pid}/environ", "rb") as environ:  # noqa: ASYNC230, PTH123
            assert b"KANGBAN_" not in environ.read()


def test_the_server_loads_nothing_that_reads() -> None:
    program = (
        "import sys\nimport kangban.app\n"
        "kangban.app.page_reader()\n"
        "print(*[name for name in ('cv2', 'rapidocr', 'onnxruntime', 'pypdfium2', 'PIL', 'docx', 'numpy') if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
