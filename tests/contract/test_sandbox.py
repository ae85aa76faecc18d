"""The interpreter: what cells give back, what stops them, and that the house goes on meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kangban.adapters.sandbox import child as child_room
from kangban.adapters.sandbox.interpreter import JailedInterpreter, SandboxSettings
from kangban.kernel.errors import Conflict, InvalidInput, Unavailable
from kangban.ports.sandbox import CellLimits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the interpreter is off where there is no Linux kernel")
SHORT = CellLimits(seconds=3, memory_mb=256)
REAL = "import json\nsys = json.codecs.sys\nos = sys.modules['os']\n"


@pytest.fixture
async def jail() -> AsyncIterator[JailedInterpreter]:
    interpreter = JailedInterpreter(SandboxSettings(at_once=4, notebooks_each=2, notebooks=3))
    yield interpreter
    await interpreter.close()


def children() -> set[int]:
    """Processes below this one, by number."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found, waiting = set[int](), {os.getpid()}
    while waiting:
        waiting = {pid for pid, parent in parents.items() if parent in waiting} - found
        found |= waiting
    return found


async def test_it_is_on_with_seccomp_and_one_more_wall(jail: JailedInterpreter) -> None:
    state = await jail.state()
    assert state.on, state.reason
    assert "seccomp" in state.walls
    assert {"namespaces", "landlock"} & set(state.walls)


@pytest.mark.parametrize(
    ("code", "result", "stdout"),
    [
        ("1 + 1", "2", ""),
        ("print('µmol/L 10⁹')\nx = [1]\nx", "[1]", "µmol/L 10⁹\n"),
        ("import statistics as s\ns.mean([1, 2, 3])", "2", ""),
        ("import datetime\ndatetime.datetime.strptime('2026-01-02', '%Y-%m-%d').day", "2", ""),
        ("import numpy as np\nfloat(np.linalg.det(np.eye(3) * 2).round(6))", "8.0", ""),
        ("from decimal import Decimal\nDecimal('0.1') + Decimal('0.2')", "Decimal('0.3')", ""),
        ("def f(n):\n    return 1 if n < 2 else n * f(n - 1)\nf(5)", "120", ""),
        ("None", "", ""),
        ("", "", ""),
    ],
)
async def test_cells_give_back(jail: JailedInterpreter, code: str, result: str, stdout: str) -> None:
    ran = await jail.run(code)
    assert (ran.error, ran.stopped, ran.result, ran.stdout) == ("", "", result, stdout)


async def test_an_error_shows_the_cells_own_lines_and_no_path_of_ours(jail: JailedInterpreter) -> None:
    ran = await jail.run("import json\ndef f():\n    json.loads('x')\nf()")
    assert 'File "<cell 1>", line 3, in f' in ran.error
    assert "JSONDecodeError" in ran.error
    assert "site-packages" not in ran.error
    assert "kangban" not in ran.error
    assert "SyntaxError" in (await jail.run("1 +")).error


async def test_figures_come_back_as_pictures_with_chinese_letters(jail: JailedInterpreter) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 100], [1, 2])\nplt.title('血压 −5')\nplt.xscale('log')\nplt.show()"
    ran = await jail.run(code, CellLimits(seconds=60))
    assert (ran.error, ran.stopped) == ("", "")
    assert [figure.media_type for figure in ran.figures] == ["image/png"]
    assert "missing" not in ran.stdout


async def test_most_figures_and_texts_are_held(jail: JailedInterpreter) -> None:
    many = "import matplotlib.pyplot as plt\nfor n in range(9):\n    plt.figure()"
    assert len((await jail.run(many, CellLimits(seconds=60))).figures) == 4
    ran = await jail.run("print('x' * 10**6)\n'y' * 10**6", CellLimits(output_chars=1000))
    assert ran.cut
    assert (len(ran.stdout), len(ran.result)) == (1000, 1000)


@pytest.mark.parametrize(
    ("code", "stopped"),
    [
        ("while True: pass", "time"),
        ("try:\n    while True: pass\nexcept BaseException:\n    while True: pass", "time"),
        ("import time\ntime.sleep(60)", "time"),
        ("x = 'a' * 10**10", "memory"),
        ("x = []\nwhile True: x.append(bytearray(2 * 10**7))", "memory"),
        ("while True: print('x' * 1000)", "time"),
        (f"{REAL}os.abort()", "crashed"),
        (f"{REAL}os._exit(0)", "crashed"),
        (f"{REAL}os.write(1, b'\\xff' * 64)", "output"),
        (f"{REAL}os.write(1, b'\\x00\\x00\\x00\\x02{{}}')", "crashed"),
        (f"{REAL}\nwhile True: os.write(1, b'\\x00\\x00\\x00\\x01x')", "crashed"),
        ("10**10**8", "time"),
    ],
)
async def test_what_runs_away_is_stopped_and_gone(jail: JailedInterpreter, code: str, stopped: str) -> None:
    before = children()
    ran = await jail.run(code, SHORT)
    assert ran.stopped == stopped, ran
    assert children() <= before


async def test_a_fork_and_a_memory_bomb_leave_a_running_server_answering(jail: JailedInterpreter) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"alive\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    fork = f"{REAL}while True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    memory = "x = []\nwhile True:\n    x.append(bytearray(10**7))"
    threads = f"{REAL}t = sys.modules['_thread']\nwhile True:\n    try:\n        t.start_new_thread(print, ())\n    except RuntimeError:\n        pass"
    before = children()
    bombs = [asyncio.create_task(jail.run(code, SHORT)) for code in (fork, memory, threads)]
    answers = 0
    while not all(bomb.done() for bomb in bombs):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        assert await asyncio.wait_for(reader.readline(), 10) == b"alive\n"
        writer.close()
        answers += 1
        await asyncio.sleep(0.1)
    ends = [bomb.result().stopped for bomb in bombs]
    # Threads meet whichever bound comes first: their stacks the one of memory, their number the one of time.
    assert ends[:2] == ["time", "memory"]
    assert ends[2] in ("time", "memory")
    assert answers > 5
    assert children() <= before
    server.close()


async def test_cancelling_kills_the_whole_tree(jail: JailedInterpreter) -> None:
    before = children()
    running = asyncio.create_task(jail.run("while True: pass", CellLimits(seconds=60)))
    while len(children() - before) < 2:  # noqa: ASYNC110 - another program's doing, no event tells of it
        await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert children() <= before


async def test_a_notebook_keeps_names_and_only_its_owner_has_it(jail: JailedInterpreter) -> None:
    assert (await jail.run_cell("a", "n", "x = 41")).error == ""
    assert (await jail.run_cell("a", "n", "x + 1")).result == "42"
    assert (await jail.run_cell("a", "n", "_")).result == "42"
    assert "NameError" in (await jail.run_cell("b", "n", "x")).error
    assert (jail.notebooks("a"), jail.notebooks("b")) == (("n",), ("n",))
    await jail.end("a", "n")
    await jail.end("a", "n")
    assert jail.notebooks("a") == ()
    assert "NameError" in (await jail.run_cell("a", "n", "x")).error


async def test_an_interrupt_that_meets_the_asking_loses_no_cell(jail: JailedInterpreter) -> None:
    """One that came while the child read the cell swallowed it; no later interrupt was heard."""
    await jail.run_cell("a", "n", "x = 1")
    for _ in range(25):
        running = asyncio.create_task(jail.run_cell("a", "n", "while True: pass", CellLimits(seconds=60)))
        while not running.done():
            await jail.interrupt("a", "n")
            await asyncio.sleep(0.001)
        assert running.result().stopped == "interrupted"
    assert (await jail.run_cell("a", "n", "x")).result == "1"


async def test_an_overlong_or_interrupted_cell_leaves_the_names(jail: JailedInterpreter) -> None:
    await jail.run_cell("a", "n", "x = 1")
    assert (await jail.run_cell("a", "n", "while True: pass", CellLimits(seconds=1))).stopped == "time"
    running = asyncio.create_task(jail.run_cell("a", "n", "while True: pass", CellLimits(seconds=60)))
    await asyncio.sleep(0.5)
    with pytest.raises(Conflict):
        await jail.run_cell("a", "n", "x")
    assert await jail.interrupt("a", "n")
    while not (await asyncio.wait({running}, timeout=2))[0]:
        # On a busy machine the cell had not begun: the signal met nobody.
        await jail.interrupt("a", "n")
    assert running.result().stopped == "interrupted"
    assert (await jail.run_cell("a", "n", "x")).result == "1"
    assert not await jail.interrupt("a", "n")


async def test_a_notebook_that_will_not_stop_is_killed_and_starts_anew(jail: JailedInterpreter) -> None:
    await jail.run_cell("a", "n", "x = 1")
    stubborn = "while True:\n    try:\n        while True: sum(range(9))\n    except BaseException: pass"
    assert (await jail.run_cell("a", "n", stubborn, CellLimits(seconds=1))).stopped == "time"
    assert jail.notebooks("a") == ()
    assert "NameError" in (await jail.run_cell("a", "n", "x")).error


async def test_notebooks_are_counted_and_idle_ones_end() -> None:
    jail = JailedInterpreter(SandboxSettings(notebooks_each=1, notebooks=2))
    await jail.run_cell("a", "1", "1")
    with pytest.raises(Unavailable):
        await jail.run_cell("a", "2", "1")
    await jail.run_cell("b", "1", "1")
    with pytest.raises(Unavailable):
        await jail.run_cell("c", "1", "1")
    jail._settings = SandboxSettings(notebooks_each=1, notebooks=2, idle_s=0)
    assert (await jail.run_cell("c", "1", "1")).result == "1"
    assert jail.notebooks("a") == jail.notebooks("b") == ()
    await jail.close()


async def test_where_there_is_no_isolation_it_is_off(monkeypatch: pytest.MonkeyPatch, jail: JailedInterpreter) -> None:
    start = child_room._START.removesuffix("; main()")
    for broken, why in {
        "walls.seccomp = lambda: None": "could be seen",
        "walls.enter_namespaces = lambda: False; walls.landlock = lambda: False": "neither user namespaces nor Landlock",
        "walls._MACHINES = {}": "no list of system calls",
    }.items():
        code = f"{start}; from kangban.adapters.sandbox import walls; {broken}; main()"
        monkeypatch.setattr(child_room, "_START", code)
        fresh: Any = JailedInterpreter()
        state = await fresh.state()
        assert not state.on, broken
        assert why in state.reason
        with pytest.raises(Unavailable):
            await fresh.run("1")
        with pytest.raises(Unavailable):
            await fresh.run_cell("a", "n", "1")


async def test_with_landlock_alone_the_walls_stand(monkeypatch: pytest.MonkeyPatch, jail: JailedInterpreter) -> None:
    start = child_room._START.removesuffix("; main()")
    code = f"{start}; from kangban.adapters.sandbox import walls; walls.enter_namespaces = lambda: False; main()"
    monkeypatch.setattr(child_room, "_START", code)
    state = await jail.state()
    assert state.walls == ("seccomp", "landlock") or not state.on
    if state.on:
        assert (await jail.run("1 + 1")).result == "2"
        assert "root:" not in (await jail.run(f"{REAL}json.codecs.open('/etc/passwd').read()")).result


async def test_too_much_code_is_refused(jail: JailedInterpreter) -> None:
    with pytest.raises(InvalidInput):
        await jail.run("#" * 100_001)
