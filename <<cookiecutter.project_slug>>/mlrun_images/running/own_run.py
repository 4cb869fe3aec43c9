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
from typing import Any

import mlrun

from mlrun_images import mlrun_internals
from mlrun_images.errors import Refused
from mlrun_images.history.store import PLACE, Store
from mlrun_images.running.recorder_client import own_recorder
from mlrun_images.running.recording import Log, Recording, is_of_process
from mlrun_images.running.routes import Routes
from mlrun_images.server import has_server


class OwnRun:
    """
    A run that is under way in a thread.

    :param outer: The run whose handler started it, if one did.
    :param uid:   Its uid.
    """

    def __init__(self, outer: "OwnRun | None", uid: str):
        self.outer = outer
        self.uid = uid
        self.depth: int = outer.depth + 1 if outer else 0  # so many runs wait for it
        self.context: mlrun.MLClientCtx | None = None
        self.recording: Recording | None = None


_own_run: ContextVar[OwnRun | None] = ContextVar("_own_run", default=None)
_running: list[OwnRun] = []
_lock = threading.Lock()
_callers_folder = ""


@contextlib.contextmanager
def own_run(
    folder: str, metadata: Any, is_recorded: bool = True, is_heard: bool = True
) -> Iterator[None]:
    """
    Make what is in the `with` block a run, which works in a folder.

    :param folder:      The folder; empty for the one that the process works in.
    :param metadata:    The run's, as MLRun has it.
    :param is_recorded: Whether what it says is kept here: others keep what a job's pod says.
    :param is_heard:    Whether it is this process that says it, not Dask's workers.

    :raise Refused: If runs of other threads work in another folder: it is the process's.
    """
    run = OwnRun(_own_run.get(), metadata.uid)
    before = _enter_folder(run, os.path.realpath(folder or "."))
    token = _own_run.set(run)
    try:
        if is_recorded:
            place = metadata.project, run.uid, metadata.iteration or 0, metadata.name
            _begin_recording(run, Log(_store_path(), project_folder, *place), is_heard)
        yield
    finally:
        _end_recording(run)
        if is_recorded and has_server():
            hand_over(metadata.project, run.uid, metadata.iteration or 0)
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


def _begin_recording(run: OwnRun, log: Log, is_heard: bool) -> None:
    """Give the run the process's output, if it is alone; if not, each what its thread prints."""
    with _lock:
        run.recording = Recording(own_recorder(), log)
        if not is_heard:
            return
        if len(_running) == run.depth + 1:
            run.recording.take()
            if is_of_process(sys.stdout) and is_of_process(sys.stderr):
                return
            _route(run.recording)
            return
        for one in [found.recording for found in _running if found.recording]:
            one.give_back()
            _route(one)


def _route(recording: Recording) -> None:
    if not recording.is_routed:
        recording.route()
        _routes.begin()


def _end_recording(run: OwnRun) -> None:
    with _lock:
        recording, run.recording = run.recording, None
    if recording:
        recording.end()
        with _lock:
            if recording.is_routed:
                _routes.end()


def _innermost() -> list[OwnRun]:
    """The runs that wait for no other."""
    waiting = [run.outer for run in _running]
    return [run for run in _running if run not in waiting]


def _recordings() -> list[Recording]:
    """
    Get the recordings of what this thread prints: of its run, and of the runs whose handlers wait
    for that. A thread that a handler starts has those of the run, as long as there is only one.
    """
    innermost, found = _innermost(), []
    run = _own_run.get() or (innermost[0] if len(innermost) == 1 else None)
    while run:
        found += [run.recording] if run.recording else []
        run = run.outer
    return found


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
            self._alone.set(context)  # of no run

    def get(self) -> mlrun.MLClientCtx | None:
        """
        Get the context of the run of this thread.

        :raise RuntimeError: In a thread that a handler started, while several runs go on.
        """
        run = _own_run.get()
        if run:
            return run.context
        innermost = _innermost()
        if len(innermost) > 1 and not self._alone.get():
            raise RuntimeError(
                f"{len(innermost)} runs are under way in this process, and a thread that a handler "
                "starts does not know its own: give it the handler's `context`"
            )
        return self._alone.get() or next((run.context for run in innermost), None)


_contexts = ContextStore()
_routes = Routes(_recordings)
project_folder = ""


def keep_runs_apart(folder: str) -> None:
    """
    Give each run of this process its context and log. Calling it again is harmless.

    :param folder: The project's folder.
    """
    global project_folder
    project_folder = folder
    mlrun_internals.use_context_store(_contexts)
    mlrun_internals.use_output(_begin_iteration)


def _begin_iteration() -> None:
    run, context = _own_run.get(), _contexts.get()
    if run and run.recording and context:
        run.recording.begin_iteration(context.iteration)


def _store_path() -> str:
    return f"{project_folder}/{PLACE}"


def hand_over(project: str, uid: str, iteration: int = 0) -> None:
    """Give the server what was kept here of a run's log."""
    store = Store(_store_path(), project_folder)
    with contextlib.suppress(mlrun.errors.MLRunBaseError, OSError):  # then it stays here
        if body := store.read_log(project, uid, iteration):
            mlrun.get_run_db().store_log(uid, project, body, append=True)
            store.delete_log(project, uid, iteration)


@contextlib.contextmanager
def sign_of_life(name: str, total: int = 0, is_elsewhere: bool = False) -> Iterator[None]:
    """
    Show on the terminal of standard error that something goes on, while nothing else is printed.

    :param name:         What goes on, until a run begins, whose name is shown.
    :param total:        How many iterations a sweep has; 0 for no sweep.
    :param is_elsewhere: Whether it is a job's run, so that this process prints for itself.
    """
    recorder = own_recorder()
    sign = {"name": name, "process": os.getpid(), "total": total}
    recorder.wait(lambda: None, [2], sign=sign)
    recording = Recording(recorder, None) if is_elsewhere else None
    if recording:
        recording.take()
    try:
        yield
    finally:
        if recording:
            recording.end()
        recorder.wait(lambda: None, sign=None)


def is_under_way(uid: str) -> bool:
    """Whether a run goes on in this process: all that it says is not kept yet."""
    return any(run.uid == uid for run in _running)


def add_to_log(text: str) -> None:
    """Put a text into the log of the run of this thread, if there is one."""
    run = _own_run.get()
    if run and run.recording:
        run.recording.note(text)


def _forget_others() -> None:
    """The threads of other runs are not in a process that is forked, nor do they unlock there."""
    global _lock
    _lock = threading.Lock()
    run, own = _own_run.get(), []
    while run:
        own.append(run)
        run = run.outer
    _running[:] = own
    own_recorder.cache_clear()


os.register_at_fork(after_in_child=_forget_others)
