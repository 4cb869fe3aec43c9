"""
The process that keeps what runs say: it shows it where it was to go, and puts it into the store.

It is a process of its own, so that whatever ends the run, what it said is kept.
`running/recording.py` starts it, tells it what to do in lines of JSON through a socket, and hands
over the ends of pipes and terminals to read.
"""

import contextlib
import functools
import json
import os
import selectors
import socket
import sys
import time
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # it is started as a file, without MLRun
    sys.path.insert(0, str(Path(__file__).parents[2]))

from mlrun_images.history.sign import Sign  # noqa: E402
from mlrun_images.history.store import Store  # noqa: E402

EVERY = 0.3  # seconds between two times at which a run's words are put into the store
AT_ONCE = 2**20  # bytes


class Run:
    """A run that says something."""

    def __init__(self) -> None:
        self.log: list[Any] = []  # where that is kept, as `Log` has it; empty for nowhere
        self.began = time.monotonic()
        self.streams: set[Stream] = set()
        self.marks = 0  # so many streams have yet to come to their mark
        self.then: dict[str, Any] = {}  # what is to be done there
        self.ended = False
        self._said = bytearray()
        self._last = b"\n"
        self._due = 0.0

    def add(self, said: bytes) -> None:
        """Keep it, now or soon."""
        if not self._said:
            self._due = time.monotonic() + EVERY
        self._said += said
        self._last = said[-1:]
        if len(self._said) >= AT_ONCE:
            self.put()

    def note(self, text: str) -> None:
        """Keep a text that is shown nowhere, on lines of its own."""
        if text:
            self.add((b"\n" if self._last != b"\n" else b"") + text.encode())
            self.put()

    def put(self, due: float = float("inf")) -> None:
        """Put into the store what was said, if that is due by a time."""
        if self._said and self._due <= due:
            with contextlib.suppress(OSError):  # a store that cannot be written: it was shown
                if self.log:
                    path, folder, project, uid, iteration, _ = self.log
                    _store(path, folder).put_log(project, uid, bytes(self._said), True, iteration)
            self._said.clear()


class Stream:
    """
    A pipe or a terminal into which a run writes.

    :param run:   The run.
    :param file:  The end to read from.
    :param shown: Where to show it; None where it is shown already.
    :param mark:  The run writes it where the recorder is to do something.
    """

    def __init__(self, run: Run, file: int, shown: int | None, mark: bytes):
        self.run = run
        self.file = file
        self._shown = shown
        self._is_on_terminal = shown is not None and os.isatty(shown)
        self._mark = mark
        self._held = b""  # what may be the beginning of the mark
        self._last = b"\n"  # what was shown last

    def read(self, sign: Sign | None) -> bool:
        """Read what is there, and show it in place of the sign of life. False at the end."""
        try:
            found = os.read(self.file, AT_ONCE)
        except OSError:  # of a terminal that nobody has open
            found = b""
        said, mark, after = (self._held + found).partition(self._mark)
        said, self._held = (said + after, b"") if mark or not found else self._without_mark(said)
        if said:
            self.run.add(said)
            if sign and self._is_on_terminal:
                sign.erase()
                sign.printed(said)
            self._show(said)
        if mark:
            self.run.marks -= 1
        return bool(found)

    def _without_mark(self, said: bytes) -> tuple[bytes, bytes]:
        place = said.find(self._mark[:1], -len(self._mark))
        return (said, b"") if place < 0 else (said[:place], said[place:])

    def end_line(self) -> None:
        """Let what others print begin a line."""
        if self._last != b"\n":
            self._show(b"\n")

    def _show(self, said: bytes) -> None:
        self._last = said[-1:]
        while said and self._shown is not None:
            try:
                said = said[os.write(self._shown, said) :]
            except OSError:  # its reader has gone
                os.close(self._shown)
                self._shown = None

    def close(self) -> None:
        """Close both ends."""
        self.run.streams.discard(self)
        for file in (self.file, self._shown):
            if file is not None:
                os.close(file)


class Recorder:
    """
    What the process does.

    :param control: Through it comes what is to be done.
    """

    def __init__(self, control: socket.socket):
        self._control = control
        self._lines = b""
        self._files: list[int] = []
        self._runs: dict[int, Run] = {}
        self._sign: Sign | None = None
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def work(self) -> None:
        """Do it until the process of the runs has ended, and all that has its output open."""
        while self._selector.get_map():
            for key, _ in self._selector.select(EVERY):
                if key.data is None:
                    self._listen()
                elif not key.data.read(self._sign):
                    self._close(key.data)
            self._go_on()
        for run in self._runs.values():
            run.put()

    def _go_on(self) -> None:
        """Do what is due."""
        for number, run in list(self._runs.items()):
            run.put(time.monotonic())
            if run.then and (run.marks <= 0 or not run.streams):
                self._do(run)
            if run.ended and not run.streams:
                run.put()
                del self._runs[number]
        if self._sign:
            going_on = [run for run in self._runs.values() if run.log and not run.ended]
            run = going_on[-1] if going_on else Run()
            with contextlib.suppress(OSError):  # a store that cannot be read
                self._sign.draw(_store(*run.log[:2]) if run.log else None, run.log, run.began)

    def _listen(self) -> None:
        try:
            found, files, *_ = socket.recv_fds(self._control, 2**16, 4)
        except OSError:
            found, files = b"", []
        self._files += files
        if not found:
            self._selector.unregister(self._control)
        *lines, self._lines = (self._lines + found).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, told: dict[str, Any]) -> None:
        if "sign" in told:
            self._show_sign(told)
            return
        run = self._runs.setdefault(told["run"], Run())
        if "marks" in told:
            run.then = told
            run.marks += told["marks"]
        elif "log" in told:
            run.log = told["log"]
        else:
            file, shown = self._files.pop(0), self._files.pop(0) if told["shown"] else None
            stream = Stream(run, file, shown, told["mark"].encode())
            run.streams.add(stream)
            self._selector.register(file, selectors.EVENT_READ, stream)

    def _show_sign(self, told: dict[str, Any]) -> None:
        if self._sign:
            self._sign.close()
        self._sign = Sign(self._files.pop(0), **told["sign"]) if told["sign"] else None
        self._answer()

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            self._control.send(b".")

    def _do(self, run: Run) -> None:
        """Do what was to be done after all that the run had said until then."""
        told, run.then = run.then, {}
        run.put()
        run.log = told.get("log", run.log)
        run.note(told.get("note", ""))
        run.ended = "end" in told
        for stream in run.streams if run.ended else ():
            stream.end_line()
        self._answer()

    def _close(self, stream: Stream) -> None:
        self._selector.unregister(stream.file)
        stream.close()


_store = functools.cache(Store)


def record(control: socket.socket) -> None:
    """
    Be the recorder.

    :param control: Through it comes what is to be done.
    """
    os.chdir("/")
    Recorder(control).work()


if __name__ == "__main__":
    record(socket.socket(fileno=int(sys.argv[1])))
