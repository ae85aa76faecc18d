"""A child that imports once and forks: each fork does one piece of work in its own directory and dies at its step."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from kangban.adapters.vault.archive import Passphrase
from kangban.adapters.vault.backup import back_up
from kangban.adapters.vault.instruments import Instruments
from kangban.adapters.vault.rebuild import encrypt
from kangban.adapters.vault.restore import restore
from kangban.adapters.vault.rotate import rotate
from kangban.kernel.errors import KangbanError
from tests.support.vaults import settings_in, tools_of

SECRET = Passphrase("correct horse battery")


def do(work: str, folder: Path, tools: Instruments) -> None:
    """One piece of work on `folder/place`."""
    house = settings_in(folder).house_dir
    jobs: dict[str, Callable[[], object]] = {
        "encrypt": lambda: encrypt(house, tools),
        "rotate": lambda: rotate(house, tools),
        "renew": lambda: rotate(house, tools, all_anew=True),
        "backup": lambda: back_up(house, folder / "out.kb", SECRET, tools),
        "restore": lambda: restore(folder / "in.kb", folder / "place", "home", SECRET, tools),
    }
    jobs[work]()


def steps_of(work: str, folder: Path) -> list[str]:
    """Every step of the work, each name once a time it was passed: "copied#0", "sealed-a-file#3"."""
    names: list[str] = []
    do(work, folder, tools_of(settings_in(folder), passed=names.append))
    return [f"{name}#{names[:number].count(name)}" for number, name in enumerate(names)]


def die_at(wanted: str) -> Callable[[str], None]:
    """kill -9 oneself at a step."""
    names: list[str] = []

    def passed(step: str) -> None:
        names.append(step)
        if f"{step}#{names.count(step) - 1}" == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return passed


def forked(body: Callable[[], None]) -> int:
    """Run in a fork; returns how it ended."""
    child = os.fork()
    if child == 0:
        try:
            body()
            os._exit(0)
        except KangbanError as error:
            sys.stderr.write(f"{error.code} {error.message}\n")
            os._exit(100 + error.exit_code)
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_everywhere(work: str, template: Path, into: Path) -> None:
    """One directory for every step, in which the work was killed at that step; prints how each ended."""
    shutil.copytree(template, into / "whole")
    answer: dict[str, int] = {}
    for number, step in enumerate(steps_of(work, into / "whole")):
        folder = into / str(number)
        shutil.copytree(template, folder)
        answer[step] = forked(lambda f=folder, s=step: do(work, f, tools_of(settings_in(f), passed=die_at(s))))
    print(json.dumps(answer))


def with_small_files(work: str, template: Path, into: Path, sizes: list[int]) -> None:
    """The work on a disk where no file grows beyond a size: a full disk, at another moment each time."""
    answer: dict[int, int] = {}
    for number, size in enumerate(sizes):
        folder = into / str(number)
        shutil.copytree(template, folder)

        def body(f: Path = folder, s: int = size) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (s, s))
            do(work, f, tools_of(settings_in(f)))

        answer[number] = forked(body)
    print(json.dumps(answer))


if __name__ == "__main__":
    how, work, template, into, *sizes = sys.argv[1:]
    if how == "kill":
        killed_everywhere(work, Path(template), Path(into))
    else:
        with_small_files(work, Path(template), Path(into), [int(size) for size in sizes])
