"""MLRun's log: silenced for the command, and heard for what handlers raise."""

import contextlib
import inspect
import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path

import mlrun
from mlrun.runtimes.utils import RunError

from mlrun_images.errors import one_line
from mlrun_images.mlrun_internals import LOGGER
from mlrun_images.running import own_run

MACHINERY = re.compile(r"mlrun(_images)?(\.|$)")


def _handlers_own(record: logging.LogRecord) -> bool:
    """Check if it is not MLRun that says it: both use one logger, `context.logger`."""
    frame = inspect.currentframe()
    while frame and frame.f_globals["__name__"] in (__name__, "logging", LOGGER):
        frame = frame.f_back
    return not frame or not frame.f_globals["__name__"].startswith("mlrun.")


def silence(verbose: bool = False) -> None:
    """
    Silence MLRun, but not the handlers.

    :param verbose: Let MLRun's log be seen all the same, on stderr.
    """
    if not verbose:
        warnings.filterwarnings("ignore", module=MACHINERY.pattern)
    for handler in logging.getLogger("mlrun").handlers:
        (handler.removeFilter if verbose else handler.addFilter)(_handlers_own)
        # a test runner's handlers have streams of theirs
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)


def is_silent() -> bool:
    """Whether MLRun is silenced."""
    return any(_handlers_own in one.filters for one in logging.getLogger("mlrun").handlers)


class Raised(logging.Handler):
    """
    Exceptions of the handler that runs in this thread, which MLRun logs while it handles them.

    Where MLRun, whose log has their tracebacks, is silenced, they are put into the run's log.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._folder = Path(own_run.project_folder).resolve()  # the user's own lines are in it
        self._thread = threading.get_ident()
        self._described: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Note the exception that is being handled, if one is."""
        error = sys.exc_info()[1]
        if record.thread == self._thread and error and not isinstance(error, RunError):
            message = one_line(mlrun.errors.err_to_str(error))
            self._described.setdefault(message, _describe(error, self._folder))
            if is_silent():
                own_run.add_to_log(_traceback(error))

    def describe(self, message: str) -> str:
        """
        Get what is known of an exception.

        :param message: Its message, as MLRun records it.

        :returns: For example `KeyError: 'threshold_map' (leaves.py:34, in segment)`; the message
                  where the handler did not raise it.
        """
        return self._described.get(one_line(message)) or message


def _describe(error: BaseException, folder: Path) -> str:
    text = f"{type(error).__name__}: {one_line(str(error))}".removesuffix(": ")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if path := _own_file(frame.filename, folder):
            return f"{text} ({path}:{frame.lineno}, in {frame.name})"
    return ""  # it was not the handler


def _traceback(error: BaseException) -> str:
    """The traceback from the first frame that is not MLRun's or ours; empty if none is."""
    place = error.__traceback__
    while place and MACHINERY.match(place.tb_frame.f_globals.get("__name__", "")):
        place = place.tb_next
    return "".join(traceback.format_exception(type(error), error, place)) if place else ""


def _own_file(name: str, folder: Path) -> Path | None:
    """The path below the project's folder of a file of the user's own; None of another."""
    with contextlib.suppress(ValueError):
        path = Path(name).resolve().relative_to(folder)
        if path.parts[0] != "mlrun_images" and "site-packages" not in path.parts:
            return path
    return None


@contextlib.contextmanager
def noted_exceptions() -> Iterator[Raised]:
    """Note what the handler of this thread raises within a `with` block."""
    raised, logger = Raised(), logging.getLogger("mlrun")
    logger.addHandler(raised)
    try:
        yield raised
    finally:
        logger.removeHandler(raised)
