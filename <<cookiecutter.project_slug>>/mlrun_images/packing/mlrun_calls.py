"""
What MLRun knows of a run while it makes the packagers, and when it has logged the outputs.

MLRun makes the packagers anew for each run, before it calls the handler, and tells them neither the
run nor the handler. It holds them in its own functions' variables (`mlrun/package/__init__.py` and
`context_handler.py`, the same in 1.11 and 1.12), where they are found here. Two of these are
dictionaries that `reading.read_inputs` changes: the arguments that the handler is called with, and
their type hints. If another version of MLRun names them otherwise, nothing is found, and what
depends on it is not checked.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import mlrun


@dataclass(frozen=True)
class StartingRun:
    """
    A run whose handler is about to be called.

    :param context:   The run's context.
    :param handler:   The function that is about to be called.
    :param log_hints: The log hints of the run; empty without `returns`.
    :param types:     The type hints of the handler's arguments, by name: MLRun's own dictionary.
    :param arguments: The handler's arguments by name: the dictionary that it is called with. Inputs
                      are data items still.
    """

    context: mlrun.MLClientCtx
    handler: Callable
    log_hints: list = field(default_factory=list)
    types: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)


def starting_run() -> StartingRun | None:
    """Get the run for which MLRun is making the packagers right now, or None."""
    variables = _variables_of("mlrun.package", "wrapper")
    context = running_context()
    if context is None or "func" not in variables:
        return None
    types = variables.get("inputs")
    return StartingRun(
        context,
        variables["func"],
        list(variables.get("outputs") or []),
        types if isinstance(types, dict) else {},
        variables.get("kwargs") or {},
    )


def running_context() -> mlrun.MLClientCtx | None:
    """
    Get the context of the run whose handler is called, or whose outputs are logged, right now.
    """
    handler = _variables_of("mlrun.package", "wrapper").get("cxt_handler")
    return handler.context if handler else None


def logged_outputs() -> tuple[list, list] | None:
    """Get the outputs that MLRun has just logged, with their log hints, or None."""
    variables = _variables_of("mlrun.package.context_handler", "log_outputs")
    if "outputs" not in variables or "log_hints" not in variables:
        return None
    return list(variables["outputs"]), list(variables["log_hints"])


def _variables_of(module: str, function: str) -> dict[str, Any]:
    """Get the variables of the innermost call of a function that has not returned yet."""
    frame: FrameType | None = inspect.currentframe()
    while frame:
        if frame.f_code.co_name == function and frame.f_globals.get("__name__") == module:
            return frame.f_locals
        frame = frame.f_back
    return {}
