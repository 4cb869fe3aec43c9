"""A sign of life on a terminal: what runs, how long, and what it has made so far."""

import contextlib
import os
import time
from pathlib import Path
from typing import Any

from mlrun_images.history.store import Store
from mlrun_images.text import printable

QUIET = 1  # seconds without output after which it is drawn, and between two times
NAME = 60  # characters
WIDTH = 80  # of a terminal that tells none
ERASE = "\r\x1b[K"


class Sign:
    """
    The line, which is there only while nothing else is printed.

    It is drawn where a line begins: prompts and others' bars of progress stay as they are.

    :param terminal: The terminal.
    :param name:     What runs, as long as no run is known.
    :param process:  The number of the process whose life it shows.
    :param total:    How many iterations a sweep has; 0 for no sweep.
    """

    def __init__(self, terminal: int, name: str, process: int, total: int):
        self._terminal = terminal
        self._process = process
        self._name = name
        self._total = total
        self._began = time.monotonic()
        self._due = self._began + QUIET
        self._is_drawn = False
        self._at_beginning = True

    def draw(self, store: Store | None, log: list[Any], began: float) -> None:
        """
        Draw it, if that is due.

        :param store: Where runs are kept; None if no run is known.
        :param log:   What `Log` has of the run.
        :param began: When the run began, on the monotonic clock.
        """
        if time.monotonic() < self._due or not self._at_beginning or not self._is_in_front():
            return
        self._due = time.monotonic() + QUIET
        name, seconds, made = self._name, time.monotonic() - self._began, ""
        if store:
            *_, project, uid, _, name = log
            seconds = time.monotonic() - began
            made = self._made(store, project, uid, seconds)
        words = [printable(name, NAME), f"{int(seconds) // 60}:{int(seconds) % 60:02}", made]
        with contextlib.suppress(OSError):
            width = os.get_terminal_size(self._terminal).columns or WIDTH
            line = "  ".join(filter(None, words))[: width - 1]
            os.write(self._terminal, (ERASE + line).encode())
            self._is_drawn = True

    def _is_in_front(self) -> bool:
        """Whether the process is neither stopped nor in a shell's background, as Linux tells."""
        try:
            status = Path(f"/proc/{self._process}/stat").read_text(errors="replace")
        except OSError:
            return True
        state, _, group, _, _, front = status.rpartition(")")[2].split()[:6]
        return state != "T" and front in (group, "-1")  # without a terminal of its own: -1

    def _made(self, store: Store, project: str, uid: str, seconds: float) -> str:
        images, ended = store.count_made(project, uid)
        of_total = f"{ended:,} of {self._total:,} iterations" if self._total else ""
        plural = "" if images == 1 else "s"
        rate = f"{images:,} image{plural}, {images / seconds:.1f}/s" if images else ""
        return "  ".join(filter(None, (of_total, rate)))

    def erase(self) -> None:
        """Make room for what is about to be printed."""
        if self._is_drawn:
            self._is_drawn = False
            with contextlib.suppress(OSError):
                os.write(self._terminal, ERASE.encode())

    def printed(self, end: bytes) -> None:
        """Note what was printed last."""
        self._at_beginning = end.endswith(b"\n")
        self._due = time.monotonic() + QUIET

    def close(self) -> None:
        """Erase it for good."""
        self.erase()
        os.close(self._terminal)
