"""The child: load what a cell may import, put up the walls, knock on them, then answer cells until the pipe ends.

Frames are a length of four bytes and JSON, in on descriptor 0 and out on 1. What arrives on our side is data only.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import shutil
import signal
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from kangban.adapters.sandbox import cells, walls
from kangban.ports.sandbox import LISTED

# Loaded late by the modules of the list; after the walls nothing can be loaded any more.
_LATE = ("_strptime", "encodings.ascii", "encodings.latin_1", "encodings.gbk", "encodings.idna", "unicodedata")
_LATE_NUMPY = (
    "numpy.fft",
    "numpy.linalg",
    "numpy.ma",
    "numpy.polynomial",
    "numpy.random",
    "numpy.strings",
    "numpy.char",
)
_LATE_FIGURES = (
    "matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.dates", "matplotlib.tri",
    "mpl_toolkits.mplot3d",
    "matplotlib.patches", "matplotlib.animation", "matplotlib.gridspec", "matplotlib.colors", "matplotlib.mathtext",
    "matplotlib.sankey", "PIL.PngImagePlugin",
)  # fmt: skip
_NOT_ISOLATED = 78  # EX_CONFIG


def main() -> None:
    """Become the launcher, and in its fork the jailed interpreter. The order is one JSON argument."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    walls.die_with_parent()
    with contextlib.suppress(OSError):
        os.nice(10)
    own_space = walls.enter_namespaces()
    child = os.fork()
    if child:
        _wait_for(child)
    walls.die_with_parent()
    try:
        _jail(order, own_space)
    except (walls.NoWalls, OSError) as error:
        os.write(2, f"{error}".encode()[:500])
        os._exit(_NOT_ISOLATED)
    except EOFError:
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - out of memory beyond a cell, or an interrupt between two
        with contextlib.suppress(BaseException):  # behind the walls there is no descriptor 2
            os.write(2, f"{type(error).__name__}: {error}".encode()[:500])
        os._exit(70)


def _wait_for(child: int) -> None:
    def pass_on(_signal: int, _frame: object) -> None:
        os.kill(child, signal.SIGINT)

    signal.signal(signal.SIGINT, pass_on)
    os.close(0)
    os.close(1)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _jail(order: dict[str, Any], own_space: bool) -> None:
    _load(order["libraries"], order["font"])
    sys.path.clear()
    sys.argv.clear()
    os.environ.clear()
    gc.collect()
    walls.bound(walls.own_memory() + order["memory_mb"] * 1024 * 1024, order["cpu_seconds"])
    if own_space:
        walls.empty_root()
    locked = walls.landlock()
    if not own_space and not locked:
        raise walls.NoWalls("the kernel gives neither user namespaces nor Landlock")
    os.closerange(3, 256)
    signal.signal(signal.SIGINT, cells.on_interrupt)
    walls.seccomp()
    walls.knock()
    os.close(2)
    standing = ["seccomp", *(["namespaces"] if own_space else []), *(["landlock"] if locked else [])]
    _answer({"walls": standing})
    names, number = cells.fresh_names(), 0
    while True:
        ask = json.loads(_read(struct.unpack(">I", _read(4))[0]))
        number += 1
        _answer(cells.run_cell(ask["code"], names, number, ask["output_chars"], ask["figures"]))


def _read(length: int) -> bytes:
    held = b""
    while len(held) < length:
        more = os.read(0, length - len(held))
        if not more:
            raise EOFError
        held += more
    return held


def _answer(body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    view = memoryview(struct.pack(">I", len(content)) + content)
    while view:
        view = view[os.write(1, view) :]


def _load(libraries: list[str], font: str) -> None:
    for name in LISTED:
        if name not in ("numpy", "matplotlib"):
            importlib.import_module(name)
    late = [*_LATE, *(_LATE_NUMPY if libraries else ())]
    for name in late:
        importlib.import_module(name)
    if "matplotlib" in libraries:
        _load_figures(font)


def _load_figures(font: str) -> None:
    """Matplotlib with every font in memory, because no file can be opened later."""
    kept = tempfile.mkdtemp()  # where it would keep a list of fonts
    os.environ["MPLCONFIGDIR"] = kept
    try:
        for name in _LATE_FIGURES:
            importlib.import_module(name)
        _fonts_in_memory(font)
        pyplot = sys.modules["matplotlib.pyplot"]
        figure, axes = pyplot.subplots()
        axes.plot([1, 2], [1, 2], label="中")
        axes.legend(title="$\\alpha^2$")
        figure.savefig(io.BytesIO(), format="png")
        pyplot.close("all")
    finally:
        shutil.rmtree(kept, ignore_errors=True)


def _fonts_in_memory(font: str) -> None:
    manager: Any = importlib.import_module("matplotlib.font_manager")
    matplotlib: Any = importlib.import_module("matplotlib")
    settings: dict[str, Any] = matplotlib.rcParams
    del os.environ["MPL_IGNORE_SYSTEM_FONTS"]  # it kept the list short; from here it would hide the font we add
    if font:
        manager.fontManager.addfont(font)
        names = [entry.name for entry in manager.fontManager.ttflist if entry.fname == font]
        settings["font.family"] = ["sans-serif", next((n for n in names if n.endswith("SC")), names[0])]
        settings["axes.unicode_minus"] = False
    files = {entry.fname for entry in manager.fontManager.ttflist} | {
        str(path) for path in Path(matplotlib.get_data_path(), "fonts", "ttf").glob("*.ttf")
    }
    held = {name: Path(file).read_bytes() for file in files for name in (file, os.path.realpath(file))}
    real = manager.ft2font.FT2Font

    def is_held(path: object) -> bool:
        return str(path) in held

    def from_memory(path: Any, *arguments: Any, **options: Any) -> Any:
        content = held.get(os.fspath(path)) if isinstance(path, str | os.PathLike) else None
        return real(path if content is None else io.BytesIO(content), *arguments, **options)

    manager.ft2font.FT2Font = from_memory
    # It looks whether a font is still there before it takes it.
    os.path.isfile = os.path.exists = is_held


if __name__ == "__main__":
    main()
