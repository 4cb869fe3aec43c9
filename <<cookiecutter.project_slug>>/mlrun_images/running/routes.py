"""Standard output and error while several runs print in one process."""

import logging
import sys
from collections.abc import Callable
from typing import Any

from mlrun_images.running.recording import Recording


class Routes:
    """
    Standard output and error while several runs print, or where they are a notebook's: what a run's
    thread prints is that run's.

    :param recordings: Finds those of the thread's run.
    """

    def __init__(self, recordings: Callable[[], list[Recording]]):
        self._recordings = recordings
        self._users = 0
        self._before: dict[str, Any] = {}

    def begin(self) -> None:
        """Use them for one run more."""
        self._users += 1
        for name in ("stdout", "stderr") if self._users == 1 else ():
            self._before[name] = getattr(sys, name)
            self._change(name, self._before[name], _Routed(self._before[name], self._recordings))

    def end(self) -> None:
        """Use them for one run less."""
        self._users -= 1
        for name, before in self._before.items() if not self._users else ():
            if isinstance(routed := getattr(sys, name), _Routed):
                self._change(name, routed, before)

    @staticmethod
    def _change(name: str, old: Any, new: Any) -> None:
        setattr(sys, name, new)
        for handler in logging.root.handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is old:
                handler.setStream(new)


class _Routed:
    def __init__(self, stream: Any, recordings: Callable[[], list[Recording]]):
        self._stream = stream
        self._recordings = recordings

    def write(self, text: str) -> int:
        for recording in self._recordings():
            recording.say(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
