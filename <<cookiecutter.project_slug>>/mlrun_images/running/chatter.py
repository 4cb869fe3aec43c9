"""What MLRun itself says, told apart from what a handler says by MLRun's logger and warnings."""

import inspect
import logging
import sys
import warnings

from mlrun_images.mlrun_internals import LOGGER


class _HandlersOwn(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Check if it is not MLRun that says it: both use one logger, `context.logger`."""
        frame = inspect.currentframe()
        while frame and frame.f_globals["__name__"] in (__name__, "logging", LOGGER):
            frame = frame.f_back
        return not frame or not frame.f_globals["__name__"].startswith("mlrun.")


_handlers_own = _HandlersOwn()


def silence(verbose: bool = False) -> None:
    """
    Silence MLRun, but not the handlers.

    :param verbose: Let MLRun's log be seen all the same, on stderr.
    """
    if not verbose:
        warnings.filterwarnings("ignore", module=r"mlrun(_images)?(\.|$)")
    for handler in logging.getLogger("mlrun").handlers:
        (handler.removeFilter if verbose else handler.addFilter)(_handlers_own)
        # a test runner's handlers have streams of theirs
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)


def is_silent() -> bool:
    """Whether MLRun is silenced."""
    return any(_handlers_own in one.filters for one in logging.getLogger("mlrun").handlers)
