"""The process that reads, seen from the server: started with the first file, restarted after a crash, let go when idle.

One thread owns it, so pages of several files take turns; the server's own loop only waits.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import msgspec

from kangban.adapters.page_reader.child import Child, Gone
from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.adapters.page_reader.wire import Answer, Ask, SendAgain
from kangban.kernel.errors import Unavailable

_log = logging.getLogger("kangban.page_reader")


class _Job:
    def __init__(self, ask: Ask, content: bytes) -> None:
        self.ask, self.content = ask, content
        self.dropped = self.late = False


class Workshop:
    """Hands work to the process that reads, one piece at a time."""

    def __init__(self, settings: ReaderSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._owner: ThreadPoolExecutor | None = None
        self._child: Child | None = None
        self._known: set[str] = set()
        self._current: _Job | None = None
        self._used_at = 0.0
        self._rest_timer: threading.Timer | None = None

    @property
    def pid(self) -> int | None:
        """The process that reads, where one is up."""
        child = self._child
        return child.pid if child is not None and child.is_up() else None

    async def ask(self, ask: Ask, content: bytes) -> Answer:
        """Its answer to one question about a file; cancelling ends the work, also in its midst.

        Raises InvalidInput for a file that takes too long or ends the process twice, Unavailable where none can start.
        """
        job = _Job(ask, content)
        future = self._thread().submit(self._work, job)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            self._drop(job)
            raise

    def forget(self, ask: Ask) -> None:
        """Let the process drop a file; nothing happens where it is not up."""
        if self._child is not None:
            self._thread().submit(self._forget, ask)

    async def close(self) -> None:
        """End the process and the work in it; the next question starts another."""
        with self._lock:
            if self._current is not None:
                self._current.dropped = True
            self._kill()
        if self._owner is not None:
            await asyncio.wrap_future(self._owner.submit(self._stop))

    def _thread(self) -> ThreadPoolExecutor:
        if self._owner is None:
            self._owner = ThreadPoolExecutor(1, "page-reader")
        return self._owner

    def _drop(self, job: _Job) -> None:
        with self._lock:
            job.dropped = True
            if self._current is job:
                self._kill()

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def _late(self, job: _Job) -> None:
        with self._lock:
            if self._current is job:
                job.late = True
                self._kill()

    def _ring(self) -> None:
        with suppress(RuntimeError):  # the program is ending, and the process with it
            self._thread().submit(self._rest)

    # From here on everything runs in the one thread that owns the process.

    def _work(self, job: _Job) -> Answer:
        with self._lock:
            self._current = job
        try:
            for _ in range(2):
                try:
                    return self._exchange(job)
                except (Gone, OSError, msgspec.DecodeError):
                    self._stop()
                if job.late:
                    raise refused("too_slow")
            _log.warning("the process that reads ended twice over one page")
            raise refused("broken")
        finally:
            with self._lock:
                self._current = None
            self._rest_later()

    def _exchange(self, job: _Job) -> Answer:
        child = self._started()
        if job.dropped:
            raise Unavailable("nobody waits for this page any more")
        whole = msgspec.structs.replace(job.ask, content=job.content)
        timer = threading.Timer(self._settings.page_seconds, self._late, (job,))
        timer.daemon = True
        timer.start()
        try:
            answer = child.say(job.ask if job.ask.name in self._known else whole)
            if isinstance(answer, SendAgain):
                answer = child.say(whole)
            self._known.add(job.ask.name)
            return answer
        finally:
            timer.cancel()

    def _started(self) -> Child:
        if self._child is not None and self._child.is_up():
            return self._child
        self._stop()
        child = Child()
        with self._lock:
            self._child = child
        return child

    def _stop(self) -> None:
        child, self._known = self._child, set()
        with self._lock:
            self._child = None
        if child is not None:
            child.end()

    def _forget(self, ask: Ask) -> None:
        if ask.name in self._known and self.pid is not None and self._current is None:
            self._known.discard(ask.name)
            with suppress(Gone, OSError, msgspec.DecodeError, Unavailable):
                self._exchange(_Job(ask, b""))
            self._known.discard(ask.name)

    def _rest_later(self) -> None:
        self._used_at = time.monotonic()
        if self._rest_timer is None or not self._rest_timer.is_alive():
            self._arm(self._settings.idle_seconds)

    def _arm(self, seconds: float) -> None:
        self._rest_timer = threading.Timer(seconds, self._ring)
        self._rest_timer.daemon = True
        self._rest_timer.start()

    def _rest(self) -> None:
        left = self._used_at + self._settings.idle_seconds - time.monotonic()
        if left > 0:
            self._arm(left)
        else:
            self._stop()
