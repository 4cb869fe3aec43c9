"""
What MLRun keeps once for the process, kept for each run: its context, its log, its working folder.

MLRun's local runs expect to be alone in their process. The context that a handler asks for, and to
which its outputs are logged, is that of the run that started last; standard output and the working
folder are the process's. So runs in threads would log to each other's context.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from io import StringIO
from typing import Any

import mlrun

from mlrun_images import mlrun_internals
from mlrun_images.errors import Refused


class OwnRun:
    """
    A run that is under way in a thread.

    :param outer: The run whose handler started it, if one did.
    """

    def __init__(self, outer: "OwnRun | None"):
        self.outer = outer
        self.depth: int = outer.depth + 1 if outer else 0  # so many runs wait for it
        self.context: mlrun.MLClientCtx | None = None


_own_run: ContextVar[OwnRun | None] = ContextVar("_own_run", default=None)
_running: list[OwnRun] = []
_lock = threading.Lock()
_callers_folder = ""


@contextlib.contextmanager
def own_run(folder: str) -> Iterator[None]:
    """
    Make what is in the `with` block a run, which works in a folder.

    :param folder: The folder; empty for the one that the process works in.

    :raise Refused: If runs of other threads work in another folder: it is the process's.
    """
    run = OwnRun(_own_run.get())
    before = _enter_folder(run, os.path.realpath(folder or "."))
    token = _own_run.set(run)
    try:
        yield
    finally:
        _own_run.reset(token)
        _leave_folder(run, before)


def _enter_folder(run: OwnRun, folder: str) -> str:
    global _callers_folder
    with _lock:
        before = os.getcwd()
        if len(_running) > run.depth and folder != before:
            raise Refused(
                f"the run works in {folder}, while runs in other threads work in {before}, and a "
                "process has one working folder: run it after them, or in a process of its own"
            )
        if not _running:
            _callers_folder = before
        os.chdir(folder)
        _running.append(run)
    return before


def _leave_folder(run: OwnRun, before: str) -> None:
    with _lock:
        _running.remove(run)
        if len(_running) == run.depth:
            os.chdir(before if run.depth else _callers_folder)


class ContextStore:
    """
    Where MLRun puts the context of a run, and gets it from: each run has one of its own.

    A thread that the handler starts has that of the run, as long as there is only one.
    """

    def __init__(self) -> None:
        self._alone: ContextVar[mlrun.MLClientCtx | None] = ContextVar("_alone", default=None)

    def set(self, context: mlrun.MLClientCtx | None) -> None:
        """Note the context of the run of this thread."""
        run = _own_run.get()
        if run:
            run.context = context
        else:
            self._alone.set(context)  # of a Dask worker, or of no run

    def get(self) -> mlrun.MLClientCtx | None:
        """
        Get the context of the run of this thread.

        :raise RuntimeError: In a thread of nobody knows which run.
        """
        run = _own_run.get()
        if run:
            return run.context
        waiting = [run.outer for run in _running]
        contexts = [run.context for run in _running if run not in waiting]
        if len(contexts) > 1 and not self._alone.get():
            raise RuntimeError(
                f"{len(contexts)} runs are under way in this process, and a thread that a handler "
                "starts does not know its own: give it the handler's `context`"
            )
        return self._alone.get() or next(iter(contexts), None)


class OwnLog:
    """
    Standard output while runs are under way: what a run's thread prints goes to that run's log too.
    """

    def __init__(self) -> None:
        self._terminal: Any = sys.stdout
        self._logs: list[StringIO] = []
        self._own: ContextVar[tuple[StringIO, ...]] = ContextVar("_own", default=())

    @contextlib.contextmanager
    def redirect(self, log: StringIO) -> Iterator[None]:
        """
        Put into a log what this thread prints within the `with` block.

        :param log: The run's log.
        """
        with _lock:
            if not self._logs:
                self._terminal, sys.stdout = sys.stdout, self
            self._logs.append(log)
        token = self._own.set((*self._own.get(), log))
        try:
            yield
        finally:
            self._own.reset(token)
            with _lock:
                self._logs.remove(log)
                if not self._logs and sys.stdout is self:
                    sys.stdout = self._terminal

    def add(self, text: str) -> None:
        """Put a text into the log of this thread's run, and show it nowhere."""
        for log in self._own.get()[-1:]:
            log.write(text)

    def forget_others(self) -> None:
        """Of a process that was forked: only this thread is in it."""
        self._logs = list(self._own.get())

    def write(self, text: str) -> int:
        """Write to the logs of this thread's run, and to what was standard output before."""
        logs = list(self._logs)
        for log in self._own.get() or (logs if len(logs) == 1 else ()):
            log.write(text)
        return self._terminal.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._terminal, name)


_contexts, _log = ContextStore(), OwnLog()


def keep_runs_apart() -> None:
    """Give each run of this process its context and log. Calling it again is harmless."""
    mlrun_internals.use_context_store(_contexts)
    mlrun_internals.use_log(_log)


def add_to_log(text: str) -> None:
    """Put a text into the log of the run of this thread, if there is one."""
    _log.add(text)


def _forget_others() -> None:
    """The threads of other runs are not in a process that is forked, nor do they unlock there."""
    global _lock
    _lock = threading.Lock()
    run, own = _own_run.get(), []
    while run:
        own.append(run)
        run = run.outer
    _running[:] = own
    _log.forget_others()


os.register_at_fork(after_in_child=_forget_others)
