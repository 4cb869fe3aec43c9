"""
Running a command in a child process, so that its end is seen whatever ends it.

A handler may end its process (`os._exit`, a crash in C code), or the process may be killed when
memory runs out. Nothing in it can say so then. The parent does, and its exit code is 0 only if the
command came to its end.
"""

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

from mlrun_images.surroundings import read_as_utf8

STOPPING = (signal.SIGTERM, signal.SIGHUP)  # SIGINT is a KeyboardInterrupt already
FORWARDED = (signal.SIGINT, *STOPPING)
PATIENCE = 5  # seconds to wait until what a killed command said is kept
AT_ONCE = 0.5  # seconds in which two SIGINT are one Ctrl-C: the terminal's and the parent's

until_closed: list[int] = []  # files: as long as one is open, a killed command is waited for


class Stopped(KeyboardInterrupt):
    """A signal other than Ctrl-C's asked the process to end; the message is the signal's name."""


def supervise(command: Callable[[], object]) -> None:
    """
    Run a command in a child process, and end as it does.

    Signals that ask the parent to end are passed on. If the parent is killed, the child ends as by
    SIGTERM. If other code runs this program (`%run`, `runpy`, a debugger, a profiler), the command
    runs in that code's process.

    The exit code is the command's. If its process ended first, a line says so, and the exit code is
    the process's: 1 in place of 0, and for a signal 128 plus its number.

    :param command: What to run. It may end with an exit code (`sys.exit`); else that is 0.
    """
    if not _is_program():
        command()
        return
    read_as_utf8()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the caller closed it: `>&-`
            setattr(sys, name, open(os.devnull, "w"))
    read_end, write_end = os.pipe()  # the child writes into it when the command has ended
    parent_read_end, parent_write_end = os.pipe()  # it closes when the parent ends
    child = os.fork()
    if not child:
        os.close(parent_write_end)
        _run(command, write_end, parent_read_end)
    with _forwarded(child):
        _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    exit_code = 128 - code if code < 0 else code  # as a shell gives it
    os.close(write_end)
    # what was said last is being kept; the handler's own children may still have the other end
    if select.select([read_end], [], [], PATIENCE)[0] and os.read(read_end, 1):
        os._exit(exit_code)  # nothing is left to do here: taking Python down would take 10 ms
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    print(f"Error: the command did not finish: its process ended {how}", file=sys.stderr)
    sys.exit(exit_code or 1)


def _is_program() -> bool:
    """Check if Python was started for this program, and not for another one that runs it."""
    arguments = iter(sys.orig_argv[1:])
    for argument in arguments:
        if argument in ("-X", "-W"):
            next(arguments)
        elif not argument.startswith("-"):
            return argument == sys.argv[0]
    return False


def _run(command: Callable[[], object], write_end: int, parent_read_end: int) -> NoReturn:
    until_closed.append(write_end)
    os.register_at_fork(
        after_in_child=lambda: os.close(until_closed.pop()) if until_closed else None
    )
    threading.Thread(target=_end_with_parent, args=(parent_read_end,), daemon=True).start()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _Interrupt())
    _stop_by_signals()
    try:
        command()
        sys.exit(0)
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        os.write(write_end, b".")


def _stop_by_signals() -> None:
    """
    Let SIGTERM and SIGHUP (a closed terminal) end the command as Ctrl-C does: once, so that a run's
    end can be recorded, and nothing that it has started is left.
    """
    # what is ignored stays ignored: nohup asks for that
    numbers = [one for one in STOPPING if signal.getsignal(one) != signal.SIG_IGN]

    def stop(number: int, frame: object) -> None:
        for one in numbers:
            signal.signal(one, _pass_over)  # SIG_IGN would be inherited by new processes
        raise Stopped(signal.Signals(number).name)

    def leave_to_python() -> None:
        for one in numbers:
            signal.signal(one, signal.SIG_DFL)
        if signal.getsignal(signal.SIGINT) not in (signal.SIG_IGN, signal.SIG_DFL):
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)

    for one in numbers:
        signal.signal(one, stop)
    # a process that the handler forks ends by SIGTERM like any other: a pool ends its workers so.
    # The signals wait until the child is ready for them: right after the fork one would be lost
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, numbers),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers),
        after_in_child=leave_to_python,
    )


def _pass_over(number: int, frame: object) -> None:
    """Do nothing about a signal."""


def _end_with_parent(parent_read_end: int) -> None:
    os.read(parent_read_end, 1)
    os.kill(os.getpid(), signal.SIGTERM)


class _Interrupt:
    """Makes Ctrl-C a KeyboardInterrupt, and two at once a single one."""

    def __init__(self) -> None:
        self._last = -AT_ONCE

    def __call__(self, number: int, frame: object) -> None:
        last, self._last = self._last, time.monotonic()
        if self._last - last >= AT_ONCE:
            raise KeyboardInterrupt


@contextlib.contextmanager
def _forwarded(child: int) -> Iterator[None]:
    """Pass signals on to the child, which ignores those that it inherited as ignored (nohup)."""

    def forward(number: int, frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    for number in FORWARDED:
        signal.signal(number, forward)
    yield
