"""The recorder's process (`history/recorder.py`): how it is started, told and waited for."""

import contextlib
import functools
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mlrun_images.history.recorder import record
from mlrun_images.running import supervisor

PROGRAM = Path(__file__).parents[1] / "history" / "recorder.py"
PATIENCE = 60  # seconds for the recorder to come after what was said


class Recorder:
    """
    The recorder's process, which ends with this one.

    It is no child of this process: a handler may wait for its children, or kill them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(PATIENCE)
        is_small = supervisor.until_closed and "mlrun" not in sys.modules
        (_fork if is_small else _spawn)(theirs)
        theirs.close()

    def tell(self, files: Sequence[int], **message: Any) -> None:
        """Tell it something, and hand files over."""
        with contextlib.suppress(OSError):
            socket.send_fds(self._socket, [json.dumps(message).encode() + b"\n"], files)

    def wait(
        self, write_marks: Callable[[], None], files: Sequence[int] = (), **message: Any
    ) -> None:
        """Tell it something, and wait until it has come so far."""
        with self._lock, contextlib.suppress(OSError):
            self.tell(files, **message)
            write_marks()
            self._socket.recv(1)


own_recorder = functools.cache(Recorder)  # this process's


def _spawn(control: socket.socket) -> None:
    """Start the recorder as a new Python."""
    subprocess.run(
        ["sh", "-c", '"$@" &', "sh", sys.executable, "-I", "-S", str(PROGRAM)]
        + [str(control.fileno())],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        pass_fds=[control.fileno(), *supervisor.until_closed], start_new_session=True,
    )  # fmt: skip


def _fork(control: socket.socket) -> None:
    """Start it as a copy of this process: most of what it imports is there."""
    until_closed = [os.dup(file) for file in supervisor.until_closed]  # which a fork closes
    if child := os.fork():
        os.waitpid(child, 0)
        for file in until_closed:
            os.close(file)
        return
    try:
        os.setsid()
        if not os.fork():
            _close_all_but({control.fileno(), *until_closed})
            record(control)
    finally:
        os._exit(0)


def _close_all_but(kept: set[int]) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for file in {int(name) for name in os.listdir("/dev/fd")} - kept - {null}:
        with contextlib.suppress(OSError):  # the one that listed them
            os.close(file)
    for file in range(3):
        os.dup2(null, file)
