"""Running one cell inside the child: listed imports, bounded texts, figures, a traceback without our paths."""

from __future__ import annotations

import ast
import base64
import builtins
import contextlib
import io
import linecache
import sys
import traceback
from collections.abc import Generator, Mapping, Sequence
from types import ModuleType
from typing import Any

from kangban.ports.sandbox import LISTED

_TAKEN_AWAY = ("open", "input", "breakpoint", "exit", "quit", "help", "license", "copyright", "credits")
_BEHIND = ("_strptime", "copyreg", "unicodedata", "warnings")  # C code of listed modules asks for these in our name
_FIGURE_BYTES = 3 * 1024 * 1024


class _Held(io.TextIOBase):
    """Takes so many characters and drops the rest."""

    def __init__(self, most: int) -> None:
        self.parts: list[str] = []
        self.room = most
        self.cut = False

    def write(self, text: str, /) -> int:
        taken = text[: self.room]
        self.cut = self.cut or len(taken) < len(text)
        if taken:
            self.parts.append(taken)
            self.room -= len(taken)
        return len(text)


def _only_listed(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    if level or name.partition(".")[0] not in (*LISTED, *_BEHIND):
        raise ImportError(f"{name} is not on the list of modules: {', '.join(LISTED)}")
    return __import__(name, globals, locals, fromlist, level)


def fresh_names() -> dict[str, Any]:
    """The names a notebook starts with."""
    allowed = {name: value for name, value in vars(builtins).items() if name not in _TAKEN_AWAY}
    return {"__name__": "__main__", "__builtins__": {**allowed, "__import__": _only_listed}}


def run_cell(code: str, names: dict[str, Any], number: int, most_chars: int, most_figures: int) -> dict[str, Any]:
    """Run a cell in `names`: {"stdout", "result", "error", "figures" (base64 PNG), "cut", "stopped"}."""
    out = _Held(most_chars)
    file = f"<cell {number}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    result, error, stopped, figures = "", "", "", list[str]()
    before = (sys.stdout, sys.stderr)
    sys.stdout = sys.stderr = out
    try:
        with _interruptible():
            result = _value(code, file, names)
            figures = _figures(most_figures)
    except MemoryError:
        error, stopped = "MemoryError", "memory"
    except KeyboardInterrupt:
        error, stopped = "KeyboardInterrupt", "interrupted"
    except BaseException as raised:  # noqa: BLE001 - the cell's error is the outcome, whatever it is
        error = _own_lines(raised)
    finally:
        sys.stdout, sys.stderr = before
    _close_figures()
    cut = out.cut or max(len(result), len(error)) > most_chars
    return {
        "stdout": "".join(out.parts),
        "result": result[:most_chars],
        "error": error[-most_chars:],
        "figures": figures,
        "cut": cut,
        "stopped": stopped,
    }


_listening = [False]


def on_interrupt(_signal: int, _frame: object) -> None:
    """Ends the running cell. Between two there is nothing to end: one that met the reading took the bytes with it."""
    if _listening[0]:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _interruptible() -> Generator[None]:
    """An interrupt ends what runs in here, and nothing before or after it."""
    _listening[0] = True
    try:
        yield
    finally:
        _listening[0] = False


def _value(code: str, file: str, names: dict[str, Any]) -> str:
    tree = ast.parse(code, file)
    last = tree.body[-1] if tree.body else None
    last = last if isinstance(last, ast.Expr) else None
    if last is not None:
        tree.body.pop()
    exec(compile(tree, file, "exec", dont_inherit=True), names)  # noqa: S102 - behind the walls, for this very purpose
    if last is None:
        return ""
    value = eval(compile(ast.Expression(last.value), file, "eval", dont_inherit=True), names)  # noqa: S307 - as above
    names["_"] = value
    return "" if value is None else repr(value)


def _own_lines(raised: BaseException) -> str:
    with contextlib.suppress(BaseException):
        told = traceback.TracebackException.from_exception(raised, limit=-40, max_group_depth=3)
        seen: set[int] = set()
        chain: list[traceback.TracebackException] = [told]
        while chain:
            one = chain.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            one.stack[:] = [frame for frame in one.stack if frame.filename.startswith("<cell ")]
            chain += [other for other in (one.__cause__, one.__context__) if other is not None]
        return "".join(told.format())
    return type(raised).__name__


def _figures(most: int) -> list[str]:
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    drawn: list[str] = []
    for number in pyplot.get_fignums()[:most]:
        page = io.BytesIO()
        pyplot.figure(number).savefig(page, format="png")
        if len(page.getvalue()) <= _FIGURE_BYTES:
            drawn.append(base64.b64encode(page.getvalue()).decode())
    return drawn


def _close_figures() -> None:
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        with contextlib.suppress(BaseException):
            pyplot.close("all")
