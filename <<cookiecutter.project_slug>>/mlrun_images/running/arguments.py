"""Checks of a run's function, parameters and log hints, once its handler is loaded."""

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlrun
from mlrun.runtimes.local import load_module

from mlrun_images.asked import check_function, check_parameters
from mlrun_images.errors import Refused
from mlrun_images.log_hints import default_hints, parse_hint
from mlrun_images.packing.parameters import EMPTY, convert, hint_of, read
from mlrun_images.running.outputs import check_hints
from mlrun_images.signature import of_function
from mlrun_images.text import one_line


def check_arguments(
    project: mlrun.projects.MlrunProject,
    name: str,
    handler: Callable,
    given: list[str],
    returns: list[str],
) -> list[mlrun.LogHint]:
    """
    Refuse parameters and log hints that MLRun would silently ignore, or fail on at the end.

    :param project: The project.
    :param name:    The function's name in project.yaml.
    :param handler: Its handler.
    :param given:   Names of the parameters and inputs given.
    :param returns: Log hints; empty for those that project.yaml gives the function.

    :returns: The log hints to use.

    :raise Refused: With one line that says what is allowed.
    """
    check_parameters(name, of_function(handler), given)
    hints = [parse_hint(hint) for hint in returns] or default_hints(project, name)
    check_hints(project, f"{name}-{handler.__name__}", hints, handler)
    return hints


def read_parameters(
    handler: Callable, params: dict[str, str], sweep: dict[str, list]
) -> tuple[dict[str, Any], dict[str, list]]:
    """
    Read parameters by the handler's type hints.

    :param handler: The handler.
    :param params:  Parameters by name, as they were typed.
    :param sweep:   The values that a sweep goes through, by parameter.

    :returns: Both, with values as the run's record holds them.

    :raise Refused: If a value does not fit, with one line that says what is allowed.
    """
    signature = inspect.signature(handler).parameters
    hints = {name: hint_of(parameter, handler) for name, parameter in signature.items()}
    return (
        {name: read(name, text, hints.get(name, EMPTY)) for name, text in params.items()},
        {
            name: [read(name, one, hints.get(name, EMPTY)) for one in values]
            for name, values in sweep.items()
        },
    )


def read_workflow_arguments(
    project: mlrun.projects.MlrunProject, name: str, arguments: dict[str, str]
) -> dict[str, Any]:
    """
    Read arguments of a workflow by its function's type hints.

    :param project:   The project.
    :param name:      The workflow's name in project.yaml.
    :param arguments: Arguments by name, as they were typed.

    :returns: The arguments, of the types that the function wants.

    :raise Refused: If a value does not fit, or the function cannot be imported, with one line.
    """
    hints: dict[str, Any] = {}
    for entry in project.spec.workflows if arguments else ():
        if entry["name"] == name and entry.get("path"):
            path, handler = str(Path(project.context) / entry["path"]), entry.get("handler")
            try:
                with _kept_modules(Path(path).stem):
                    pipeline = load_module(path, handler or "pipeline", mlrun.MLClientCtx())
            except Exception as error:
                raise Refused(f"cannot load the workflow {name}: {one_line(error)}") from error
            signature = inspect.signature(pipeline).parameters
            hints = {key: hint_of(parameter, pipeline) for key, parameter in signature.items()}
    given = {key: read(key, text, hints.get(key, EMPTY)) for key, text in arguments.items()}
    return {key: convert(key, value, hints.get(key, EMPTY)) for key, value in given.items()}


def load_handler(project: mlrun.projects.MlrunProject, name: str) -> Callable:
    """
    Load a function's handler, as MLRun does for a local run.

    :param project: The project.
    :param name:    The function's name in project.yaml.

    :returns: The handler.

    :raise Refused: If there is no such function, it has no handler, or its module cannot be
                    imported.
    """
    check_function([function["name"] for function in project.spec.functions], name)
    try:
        function = project.get_function(name)
        handler = function.spec.default_handler
        # without with_repo MLRun keeps the code in the function, which has no command then
        file = function.spec.command or function.spec.build.origin_filename or ""
        if not handler:
            raise ValueError("it has no handler in project.yaml")
        # without a file the handler names its module: `models.draw.draw`
        path = str(Path(project.context) / file) if file else ""
        with _kept_modules(Path(path).stem):
            return load_module(path, handler, mlrun.MLClientCtx())
    except Exception as error:
        reason = f"{type(error).__name__}: {one_line(error)}"
        if "unknown tag" in reason:  # MLRun's reader of docstrings, `mlrun/runtimes/funcdoc.py`
            reason += "; possible in a docstring: :param x:, :type x:, :returns: and :rtype:"
        raise Refused(f"cannot load the function {name}: {reason}") from error


@contextlib.contextmanager
def _kept_modules(name: str) -> Iterator[None]:
    """
    Take a module out of `sys.modules` once it is loaded. While it is loaded dataclasses look it up
    there. Afterwards its functions must be sent to Dask workers whole, not by the module's name.
    """
    before = sys.modules.get(name)
    try:
        yield
    finally:
        sys.modules.pop(name, None)
        if before:
            sys.modules[name] = before
