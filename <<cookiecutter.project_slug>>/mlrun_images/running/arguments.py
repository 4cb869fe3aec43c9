"""What is asked of a run, checked before anything runs: its function, parameters and log hints."""

import inspect
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import mlrun
from mlrun.runtimes.local import load_module
from mlrun.utils import normalize_name

from mlrun_images.errors import Refused
from mlrun_images.log_hints import default_hints, parse_hint
from mlrun_images.running.outputs import check_hints
from mlrun_images.text import one_line


def default_function(project: mlrun.projects.MlrunProject) -> str:
    """The function to run if none is named: the example's, else the first of project.yaml."""
    names = [function["name"] for function in project.spec.functions]
    return "gen-image" if "gen-image" in names else next(iter(names), "gen-image")


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
    _check_function(project, name)
    handler = load_handler(project, name)
    _check_parameters(name, handler, given)
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


def _check_function(project: mlrun.projects.MlrunProject, name: str) -> None:
    names = [function["name"] for function in project.spec.functions]
    if name not in names:
        has = ", ".join(names) or "none"
        raise Refused(f"no function {name!r} in project.yaml, which has: {has}")
    if name != (normal := normalize_name(name)):
        raise Refused(f"MLRun finds no function named {name!r}: name it {normal!r} in project.yaml")


def _check_parameters(name: str, handler: Callable, given: list[str]) -> None:
    parameters = inspect.signature(handler).parameters.values()
    takes_any = any(p.kind == p.VAR_KEYWORD for p in parameters)
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    needed = {p.name: p.default is p.empty for p in named if p.name != "context"}
    if not takes_any and (unknown := sorted(set(given) - set(needed))):
        takes = ", ".join(needed) or "none"
        raise Refused(f"{name} takes no parameter {', '.join(unknown)}; it takes: {takes}")
    if twice := _repeated(given):
        raise Refused(f"{twice[0]} is given twice: once as -p, -i or -x is enough")
    if missing := [p for p, is_needed in needed.items() if is_needed and p not in given]:
        how = "-p NAME=VALUE, or -i NAME=PATH for a file or an artifact"
        raise Refused(f"{name} needs {', '.join(missing)}: {how}")


def _find_hints(
    project: mlrun.projects.MlrunProject, name: str, returns: list[str]
) -> list[mlrun.LogHint]:
    hints = [parse_hint(hint) for hint in returns] or default_hints(project, name)
    if not hints:
        how = f"--returns KEY (or in project.yaml, params.returns.{name})"
        raise Refused(f"say what to log {name}'s output as: {how}")
    return hints


def _repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
