"""What is asked of a run, checked before anything runs: its function, parameters and log hints."""

from collections.abc import Callable
from pathlib import Path

import mlrun
from mlrun.runtimes.local import load_module

from mlrun_images.asked import check_function, check_parameters
from mlrun_images.errors import Refused
from mlrun_images.log_hints import default_hints, parse_hint
from mlrun_images.running.outputs import check_hints
from mlrun_images.signature import of_function
from mlrun_images.text import one_line


def check_arguments(
    project: mlrun.projects.MlrunProject, name: str, given: list[str], returns: list[str]
) -> list[mlrun.LogHint]:
    """
    Refuse what MLRun would silently ignore: an unknown function or parameter, a repeated key.

    :param project: The project.
    :param name:    The function's name in project.yaml.
    :param given:   Names of the parameters and inputs given.
    :param returns: Log hints; empty for those that project.yaml gives the function.

    :returns: The log hints to use.

    :raise Refused: With one line that says what is allowed.
    """
    check_function([function["name"] for function in project.spec.functions], name)
    handler = load_handler(project, name)
    check_parameters(name, of_function(handler), given)
    hints = _find_hints(project, name, returns)
    check_hints(project, f"{name}-{handler.__name__}", hints, handler)
    return hints


def load_handler(project: mlrun.projects.MlrunProject, name: str) -> Callable:
    """
    Load a function's handler, as MLRun does for a local run.

    :param project: The project.
    :param name:    The function's name in project.yaml.

    :returns: The handler.

    :raise Refused: If it has none, or its module cannot be imported.
    """
    try:
        function = project.get_function(name)
        handler = function.spec.default_handler
        # without with_repo MLRun keeps the code in the function, and no command
        file = function.spec.command or function.spec.build.origin_filename or ""
        if not handler:
            raise ValueError("it has no handler in project.yaml")
        path = str(Path(project.context) / file)
        return load_module(path, handler, mlrun.MLClientCtx(), embed_in_sys=False)
    except Exception as error:
        reason = f"{type(error).__name__}: {one_line(error)}"
        raise Refused(f"cannot load the function {name}: {reason}") from error


def _find_hints(
    project: mlrun.projects.MlrunProject, name: str, returns: list[str]
) -> list[mlrun.LogHint]:
    hints = [parse_hint(hint) for hint in returns] or default_hints(project, name)
    if not hints:
        how = f"--returns KEY (or in project.yaml, params.returns.{name})"
        raise Refused(f"say what to log {name}'s output as: {how}")
    return hints
