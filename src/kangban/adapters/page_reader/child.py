"""The process that reads, as its parent holds it: two pipes and a way to end it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import BinaryIO, cast

from kangban.adapters.page_reader.wire import Answer, Ask, answer_decoder, receive, send
from kangban.kernel.errors import Unavailable

_COMMAND = [sys.executable, "-P", "-m", "kangban.adapters.page_reader.bench"]


class Gone(Exception):
    """The process ended before it answered."""


class Child:
    """A process that has just been started; raises Unavailable where none can be."""

    def __init__(self) -> None:
        # The process meets hostile files: keys, passwords and the database's address do not go with it.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("KANGBAN_")}
        try:
            self._process = subprocess.Popen[bytes](
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environ,
                start_new_session=os.name != "nt",  # Ctrl-C at the terminal is for the server, which then ends this
            )
        except OSError as error:
            raise Unavailable(f"the process that reads pages does not start: {type(error).__name__}") from error
        self.inward, self.outward = cast("BinaryIO", self._process.stdin), cast("BinaryIO", self._process.stdout)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def is_up(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def say(self, ask: Ask) -> Answer:
        """One question and its answer; raises Gone or OSError where the process ends before."""
        send(self.inward, ask)
        frame = receive(self.outward)
        if frame is None:
            raise Gone
        return answer_decoder.decode(frame)

    def kill(self) -> None:
        """End it now, from any thread."""
        with suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """End it and let go of everything."""
        self.kill()
        self._process.wait()
        for pipe in (self.inward, self.outward):
            with suppress(OSError):
                pipe.close()
