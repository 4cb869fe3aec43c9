"""
What runs say: kept with the run as it comes, whatever prints it, and shown as ever.

The process that has a run for itself gives it the two files that all output goes to: the output of
processes that the handler starts is kept too. Of runs at once each has what its own thread prints.
What is written goes to the recorder (`history/recorder.py`), which shows it and keeps it.
"""

import contextlib
import fcntl
import io
import itertools
import os
import secrets
import sys
import termios
import threading
import time
import tty
from typing import Any, NamedTuple, TextIO

from mlrun_images.running.recorder_client import Recorder

FILES = (1, 2)  # standard output and error
TICK = 0.02  # seconds
MANY = 2**12  # bytes printed in a tick, from which on lines are written together
TICKS = 50  # for which they are
BLOCK = 2**16  # bytes that are written at once
PIPE = 2**20  # bytes that a pipe holds

_numbers = itertools.count()


class Log(NamedTuple):
    """
    Where it is kept what a run says.

    :param path:      The store's file.
    :param folder:    The project's folder.
    :param project:   The project's name.
    :param uid:       The run's.
    :param iteration: Its number in a sweep, or 0.
    :param name:      The run's name.
    """

    path: str
    folder: str
    project: str
    uid: str
    iteration: int
    name: str


class Recording:
    """
    What one run says.

    :param recorder: Keeps it.
    :param log:      Where; None for nowhere, so that it is only shown.
    """

    def __init__(self, recorder: Recorder, log: Log | None):
        self._recorder = recorder
        self._number = next(_numbers)  # no id: the recorder may still know one that has ended
        self._log = log
        self._streams: list[tuple[int, bytes]] = []  # where it is written, and the recorder's mark
        self._taken: list[tuple[int, int]] = []  # files of the process, and what they were
        self._printed: _Printed | None = None
        self._before: tuple[Any, Any] | None = None  # Python's streams before the run
        self._pipe: io.BufferedWriter | None = None
        recorder.tell([], run=self._number, log=log or [])

    def take(self) -> None:
        """Take the process's output: a terminal stays one, a pipe a pipe."""
        self._before = sys.stdout, sys.stderr
        _flush()
        groups: dict[Any, list[int]] = {}  # those that are one keep the order of what is printed
        for file in FILES:
            with contextlib.suppress(OSError):  # closed
                status = os.fstat(file)
                groups.setdefault((status.st_dev, status.st_ino), []).append(file)
        for files in groups.values():
            before = os.dup(files[0])
            read, write = _terminal_as(before) if os.isatty(before) else _pipe()
            self._taken += [(file, os.dup(file)) for file in files]
            self._listen(read, write, before)
            for file in files:
                os.dup2(write, file)
        if is_of_process(sys.stdout) and not sys.stdout.line_buffering:
            self._printed = _Printed(sys.stdout)

    def give_back(self) -> None:
        """Give the process its output back: other runs are under way too."""
        _flush()
        if self._printed:
            self._printed.give_back()
            self._printed = None
        for file, before in self._taken:
            os.dup2(before, file)
            os.close(before)
        self._taken.clear()

    def route(self) -> None:
        """Keep what is said by `say`."""
        read, write = _pipe()
        self._listen(read, write, None)
        self._pipe = os.fdopen(os.dup(write), "wb")

    @property
    def is_routed(self) -> bool:
        """Whether it keeps what is said by `say`."""
        return self._pipe is not None

    def _listen(self, read: int, write: int, shown: int | None) -> None:
        mark = "\x1d" + secrets.token_hex(8)
        files = [read] if shown is None else [read, shown]
        self._recorder.tell(files, run=self._number, mark=mark, shown=shown is not None)
        for file in files:
            os.close(file)
        self._streams.append((write, mark.encode()))

    def say(self, text: str) -> None:
        """Keep what was printed, and is shown otherwise."""
        if self._pipe:
            self._pipe.write(text.encode(errors="backslashreplace"))
            self._pipe.flush()

    def note(self, text: str) -> None:
        """Keep a text that is shown nowhere."""
        self._wait(note=text.encode(errors="backslashreplace").decode())

    def begin_iteration(self, number: int) -> None:
        """Keep what follows as an iteration's."""
        if self._log and self._log.iteration != number:
            self._log = self._log._replace(iteration=number)
            self._wait(log=self._log)

    def end(self) -> None:
        """Wait until all is shown and kept. Streams that the handler put in place go with it."""
        self.give_back()
        if self._before and not self.is_routed:
            sys.stdout, sys.stderr = self._before
        self._wait(end=True)
        for file, _ in self._streams:
            os.close(file)
        if self._pipe:
            self._pipe.close()

    def _wait(self, **message: Any) -> None:
        _flush()
        self._recorder.wait(
            self._write_marks, run=self._number, marks=len(self._streams), **message
        )

    def _write_marks(self) -> None:
        for file, mark in self._streams:
            os.write(file, mark)


class _Printed(io.FileIO):
    """
    Standard output that is no terminal.

    Each line is written as it is printed, so that a run that is killed has said it. Once there is
    much, the next second is printed into another stream, which is written every 20 ms.
    """

    def __init__(self, before: TextIO):
        super().__init__(1, "w", closefd=False)
        self._before = before
        self._lines = self._stream_to(self)
        # `print` is faster where the file is a FileIO, and not of a class derived from it
        self._blocks = self._stream_to(io.FileIO(1, "w", closefd=False))
        self._began, self._written, self._in_blocks = 0.0, 0, False
        sys.stdout = self._lines

    def _stream_to(self, file: io.FileIO) -> io.TextIOWrapper:
        buffer = io.BufferedWriter(file, BLOCK)
        encoding, errors = self._before.encoding, self._before.errors
        return io.TextIOWrapper(buffer, encoding, errors, line_buffering=True)

    def write(self, data: Any) -> int:
        self._blocks.flush()
        self._written += len(data)
        if self._written > MANY and not self._in_blocks:
            if time.monotonic() - self._began < TICK:
                self._in_blocks = True
                threading.Thread(target=self._write_in_blocks, daemon=True).start()
            self._began, self._written = time.monotonic(), 0
        return super().write(data)

    def _write_in_blocks(self) -> None:
        self._blocks.reconfigure(line_buffering=False)
        self._exchange(self._lines, self._blocks)
        for _ in range(TICKS):
            time.sleep(TICK)
            self._blocks.flush()
        self._exchange(self._blocks, self._lines)
        self._blocks.reconfigure(line_buffering=True)
        self._in_blocks = False

    @staticmethod
    def _exchange(old: TextIO, new: TextIO) -> None:
        if sys.stdout is old:
            sys.stdout = new

    def give_back(self) -> None:
        """Let it be as it was."""
        self._blocks.flush()
        self._exchange(self._lines, self._before)
        self._exchange(self._blocks, self._before)


def is_of_process(stream: Any) -> bool:
    """Whether a stream writes to the process's own output."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        return stream.fileno() in FILES
    return False


def apart(stream: TextIO) -> TextIO:
    """A stream to where this one writes now, also while a run has the process's output."""
    if not is_of_process(stream):
        return stream
    file = os.dup(stream.fileno())
    return open(file, "w", 1, encoding=stream.encoding, errors=stream.errors)


def _flush() -> None:
    streams: tuple[Any, ...] = sys.stdout, sys.stderr, sys.__stdout__
    for stream in streams:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()


def _pipe() -> tuple[int, int]:
    read, write = os.pipe()
    with contextlib.suppress(AttributeError, OSError):  # of Linux
        fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE)
    return read, write


def _terminal_as(file: int) -> tuple[int, int]:
    """A terminal of the same size, which does to nothing what the other one will do."""
    read, write = os.openpty()
    tty.setraw(write)
    with contextlib.suppress(OSError):
        termios.tcsetwinsize(write, termios.tcgetwinsize(file))
    return read, write
