"""What /v1 adds to a call of the model: the openai client against the stub itself and against the face before it.

One run, one stub without latency, a real server process. Between the two lie the agent's loop, its trace on disk, the
guard and HTTP once more. 26 answers of each kind: one key may ask for 60 a minute.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from openai import OpenAI

from benchmarks.compare_agents import stub

ANSWERS, WARM = 24, 2
ASK: Any = [{"role": "user", "content": "Good morning, say five words to me."}]


@contextlib.contextmanager
def face(model_url: str) -> Iterator[str]:
    """A demo server over the stub; gives the address of /v1."""
    command = [sys.executable, "-c", "from kangban.cli.main import main; main()", "serve", "--demo", "--port", "0"]
    told = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and not k.startswith("KANGBAN_")}
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(
            [*command, "--data-dir", folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**told, "KANGBAN_MODEL_URL": model_url, "KANGBAN_MODEL_NAME": "m"},
        )  # fmt: skip
        try:
            assert child.stdout is not None
            for line in child.stdout:
                if line.startswith("ready "):
                    yield f"{line.split()[1]}/v1"
                    return
            raise RuntimeError("the server did not start")
        finally:
            child.terminate()
            child.communicate()


def timed(work: Callable[[], str]) -> list[float]:
    """Milliseconds of each answer after the first ones."""
    spent: list[float] = []
    for number in range(WARM + ANSWERS):
        started = time.perf_counter()
        if "word" not in work():
            raise RuntimeError("no answer")
        if number >= WARM:
            spent.append((time.perf_counter() - started) * 1000)
    return spent


def _answers(base_url: str, model: str) -> tuple[list[float], list[float]]:
    client = OpenAI(base_url=base_url, api_key="demo", max_retries=0)

    def whole() -> str:
        return client.chat.completions.create(model=model, messages=ASK).choices[0].message.content or ""

    def streamed() -> str:
        chunks = client.chat.completions.create(model=model, messages=ASK, stream=True)
        return "".join(one.choices[0].delta.content or "" for one in chunks if one.choices)

    return timed(whole), timed(streamed)


def run() -> dict[str, Any]:
    with stub() as model_url, face(model_url) as base_url:
        told = {"the model itself": _answers(model_url, "m"), "over /v1": _answers(base_url, "kangban")}
    rows: dict[str, Any] = {}
    for number, kind in enumerate(("whole", "streamed")):
        middles = {name: statistics.median(spent[number]) for name, spent in told.items()}
        rows |= {f"{kind} answer, {name}, median": {"value": ms, "unit": "ms"} for name, ms in middles.items()}
        added = middles["over /v1"] - middles["the model itself"]
        rows[f"{kind} answer, what /v1 adds, median"] = {"value": added, "unit": "ms"}
    return rows


if __name__ == "__main__":
    for name, row in run().items():
        print(f"{name:45}{row['value']:8.1f} {row['unit']}")
