"""What handlers raise, and where: MLRun records the message alone."""

import contextlib
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import mlrun
from mlrun.runtimes.utils import RunError

from mlrun_images.running.own_run import add_to_log
from mlrun_images.text import one_line


class Raised(logging.Handler):
    """
    Exceptions of the handlers that run meanwhile, which MLRun logs while it handles them.

    :param folder:    The project's folder, in which the user's own lines are.
    :param is_keeper: Whether it notes those of every thread, and keeps their tracebacks in the logs
                      of their runs, where MLRun's log, which has them, is off. Else it notes those
                      of this thread.
    """

    def __init__(self, folder: str, is_keeper: bool):
        super().__init__(logging.ERROR)
        self._folder = Path(folder).resolve()
        self._is_keeper = is_keeper
        self._thread = threading.get_ident()
        self._described: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Note the exception that is being handled, if one is."""
        if not self._is_keeper and record.thread != self._thread:
            return
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, RunError):  # that is MLRun's own
            message = one_line(mlrun.errors.err_to_str(error))
            self._described.setdefault(message, _describe(error, self._folder))
            writers = [one for one in _logger().handlers if not isinstance(one, Raised)]
            if self._is_keeper and all(one.level > logging.ERROR for one in writers):
                add_to_log(_traceback(error, self._folder))

    def describe(self, message: str) -> str:
        """
        Get what is known of an exception.

        :param message: Its message, as MLRun records it.

        :returns: For example `KeyError: 'threshold_map' (leaves.py:34, in segment)`; the message
                  where the handler did not raise it.
        """
        return self._described.get(message) or message


def _describe(error: BaseException, folder: Path) -> str:
    text = f"{type(error).__name__}: {one_line(str(error))}".removesuffix(": ")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if path := _own_file(frame.filename, folder):
            return f"{text} ({path}:{frame.lineno}, in {frame.name})"
    return ""  # it was not the handler


def _traceback(error: BaseException, folder: Path) -> str:
    """The traceback from the user's own first line on; empty where it was not the handler."""
    place = error.__traceback__
    while place and not _own_file(place.tb_frame.f_code.co_filename, folder):
        place = place.tb_next
    text = "".join(traceback.format_exception(type(error), error, place)) if place else ""
    return text.encode(errors="backslashreplace").decode()  # MLRun writes its log as UTF-8


def _own_file(name: str, folder: Path) -> Path | None:
    """The path below the project's folder of a file of the user's own; None of another."""
    with contextlib.suppress(ValueError):
        path = Path(name).resolve().relative_to(folder)
        if path.parts[0] != "mlrun_images" and "site-packages" not in path.parts:
            return path
    return None


def _logger() -> logging.Logger:
    return logging.getLogger("mlrun")


@contextlib.contextmanager
def noted_exceptions(
    project: mlrun.projects.MlrunProject, is_keeper: bool = False
) -> Iterator[Raised]:
    """Note what handlers raise within a `with` block; a keeper keeps tracebacks too."""
    raised, logger = Raised(project.spec.context, is_keeper), _logger()
    logger.addHandler(raised)
    try:
        yield raised
    finally:
        logger.removeHandler(raised)
