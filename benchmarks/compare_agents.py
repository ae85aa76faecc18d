"""Runs benchmarks/agents/* against one stub server, each in its own environment, and gives milliseconds.

`python -m benchmarks.compare_agents [FRAMEWORK …]`. Environments are made with uv on first use, from
benchmarks/environments/*.txt, in .bench-venvs (not committed). What cannot be installed is skipped and says why.
lagent "streams" only after the whole answer has arrived, and without its agent; its number is not like the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENVS = ROOT / ".bench-venvs"
OURS = "kangban_agent"
FRAMEWORKS = ("openai_raw", "lagent_agent", "langgraph_agent", "openai_agents_agent", "pydantic_ai_agent")
INSTALL_S = 300
RUN_S = 240

Times = dict[str, dict[str, float]]  # job → {"cpu", "wall"} in ms


class Skipped(Exception):
    """A framework cannot be measured here; the message says why."""


def python_of(framework: str, folder: Path = HERE / "environments", prefix: str = "", *, bytecode: bool = True) -> Path:
    """The interpreter of the framework's environment, made with the first use; raises Skipped.

    `folder` has FRAMEWORK.txt and, for packages to leave out, FRAMEWORK.without.txt; `prefix` keeps folders apart.
    """
    wanted, without = folder / f"{framework}.txt", folder / f"{framework}.without.txt"
    place = VENVS / f"{prefix}{framework}"
    python, mark = place / "bin" / "python", place / ".made-of"
    lean = ["--overrides", str(without)] if without.exists() else []
    told = wanted.read_bytes() + (without.read_bytes() if lean else b"")
    print_of = hashlib.sha256(told + sys.version.encode()).hexdigest()
    if python.exists() and mark.exists() and mark.read_text() == print_of:
        return python
    uv = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".tools" / "bin"))
    if uv is None:
        raise Skipped("uv is not here to make its environment")
    VENVS.mkdir(exist_ok=True)
    # Made beside its place and moved in whole: two runs at once do not meet in half of one.
    with tempfile.TemporaryDirectory(dir=VENVS) as beside:
        fresh = Path(beside) / "env"
        _fill(uv, fresh, ["-r", str(wanted), *lean, *(["--compile-bytecode"] if bytecode else [])])
        (fresh / ".made-of").write_text(print_of)
        if place.exists():
            shutil.rmtree(place, ignore_errors=True)
        try:
            fresh.rename(place)
        except OSError:
            if not (mark.exists() and mark.read_text() == print_of):
                raise
    return python


def _fill(uv: str, fresh: Path, packages: list[str]) -> None:
    base = getattr(sys, "_base_executable", sys.executable)  # the same interpreter for all, without our packages
    for command in (
        [uv, "venv", "--quiet", "--relocatable", "--python", base, str(fresh)],
        [uv, "pip", "install", "--quiet", "--python", str(fresh / "bin" / "python"), *packages],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, cwd=HERE, check=False)
        except subprocess.TimeoutExpired:
            raise Skipped(f"installing took longer than {INSTALL_S} s") from None
        if done.returncode:
            # uv's words may name a registry or a path of this machine: keep to the fact.
            raise Skipped("its packages cannot be installed here (no network, or no fitting version)")


@contextlib.contextmanager
def stub() -> Iterator[str]:
    """Start the stub server; gives its base address."""
    child = subprocess.Popen([sys.executable, str(HERE / "stub_model.py")], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{int(child.stdout.readline())}/v1"
    finally:
        child.kill()
        child.communicate()


def measured(framework: str, base_url: str) -> Times:
    """Milliseconds of each job; raises Skipped."""
    python = Path(sys.executable) if framework == OURS else python_of(framework)
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    if framework == OURS:
        environment["PYTHONPATH"] = str(ROOT / "src")
    command = [str(python), str(HERE / "agents" / "measure.py"), framework, base_url]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise Skipped(f"took longer than {RUN_S} s") from None
    if done.returncode:
        raise Skipped(
            f"failed: {done.stderr.strip().splitlines()[-1][:200] if done.stderr.strip() else done.returncode}"
        )
    return json.loads(done.stdout.strip().splitlines()[-1])


def compare(frameworks: tuple[str, ...] = FRAMEWORKS) -> tuple[Times, dict[str, Times], dict[str, str]]:
    """(ours, others, why others were skipped). Ours is measured before and after, and the slower counts."""
    others: dict[str, Times] = {}
    skipped: dict[str, str] = {}
    with stub() as base_url:
        first = measured(OURS, base_url)
        for framework in frameworks:
            try:
                others[framework] = measured(framework, base_url)
            except Skipped as why:
                skipped[framework] = str(why)
        again = measured(OURS, base_url)
    ours = {job: {kind: max(first[job][kind], again[job][kind]) for kind in first[job]} for job in first}
    return ours, others, skipped


if __name__ == "__main__":
    ours, others, skipped = compare(tuple(sys.argv[1:]) or FRAMEWORKS)
    for name, times in {OURS: ours, **others}.items():
        print(f"{name:20}" + "  ".join(f"{job} {t['cpu']:.2f}/{t['wall']:.2f} ms" for job, t in times.items()))
    for name, why in skipped.items():
        print(f"{name:20}skipped: {why}")
