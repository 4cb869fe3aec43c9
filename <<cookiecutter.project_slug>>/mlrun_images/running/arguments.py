"""Checks of a run before it starts, once its handler is loaded: its parameters and log hints."""

import contextlib
import importlib
import inspect
import sys
import traceback
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import mlrun
from mlrun.package import DefaultPackager
from mlrun.runtimes.local import load_module

from mlrun_images.access import Access
from mlrun_images.checks import check_function, check_keys, check_parameters
from mlrun_images.errors import Refused, one_line
from mlrun_images.hints import listed
from mlrun_images.log_hints import default_hints, parse_hint
from mlrun_images.packing.inputs import is_image_hint, resolve
from mlrun_images.packing.parameters import EMPTY, convert, hint_of, read
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.project_file import of_function

MLRUNS_PACKAGERS = (
    "default_packager",
    "numpy_packagers",
    "pandas_packagers",
    "python_standard_library_packagers",
)


def check_run(
    project: mlrun.projects.MlrunProject,
    name: str,
    params: dict[str, str],
    inputs: dict[str, str | list[str]],
    sweep: dict[str, list],
    returns: Sequence[str],
) -> tuple[dict[str, Any], dict[str, list], list[mlrun.LogHint]]:
    """
    Refuse parameters and log hints that MLRun would silently ignore, or fail on at the end.

    :param project: The project.
    :param name:    The function's name in project.yaml.
    :param params:  Parameters by name, as they were typed.
    :param inputs:  Inputs by name.
    :param sweep:   The values that a sweep goes through, by parameter.
    :param returns: Log hints; empty for those that project.yaml gives the function.

    :returns: The parameters and the sweep's values, as the handler's type hints say and the run's
              record holds them, and the log hints to use.

    :raise Refused: With one line that says what is allowed.
    """
    handler = load_handler(project, name)
    check_parameters(name, of_function(handler), [*params, *inputs, *sweep])
    hints = [parse_hint(hint) for hint in returns] or default_hints(project, name)
    check_hints(project, f"{name}-{handler.__name__}", hints, handler)
    types = _types_of(handler)
    swept = {
        key: [read(key, one, types.get(key, EMPTY)) for one in values]
        for key, values in sweep.items()
    }
    return _read(params, types), swept, hints


def check_inputs(
    project: mlrun.projects.MlrunProject, inputs: Mapping[str, str | list[str]]
) -> None:
    """
    Refuse `store://` inputs whose record names a file that is no artifact of the project. Paths and
    URLs are not checked: a person typed them.

    :param project: The project.
    :param inputs:  Inputs by name: paths, URLs or `store://` URIs, or lists of them.

    :raise Refused: With one line that names the input.
    """
    access = Access.of_project(project)
    for name, uri in ((name, uri) for name, value in inputs.items() for uri in listed(value)):
        if not uri.startswith("store://"):
            continue
        try:
            artifact = mlrun.datastore.get_store_resource(uri, project=project.name)
            access.check(artifact.to_dict())
        except Exception as error:
            raise Refused(f"the input {name} cannot be read: {one_line(error)}") from None


def _types_of(function: Callable) -> dict[str, Any]:
    signature = inspect.signature(function).parameters
    return {name: hint_of(parameter, function) for name, parameter in signature.items()}


def _read(texts: dict[str, str], types: dict[str, Any]) -> dict[str, Any]:
    return {name: read(name, text, types.get(name, EMPTY)) for name, text in texts.items()}


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
    types: dict[str, Any] = {}
    for entry in project.spec.workflows if arguments else ():
        if entry["name"] == name and entry.get("path"):
            path, handler = str(Path(project.context) / entry["path"]), entry.get("handler")
            try:
                types = _types_of(_load(path, handler or "pipeline"))
            except Exception as error:
                raise Refused(f"cannot load the workflow {name}: {one_line(error)}") from error
    given = _read(arguments, types)
    return {key: convert(key, value, types.get(key, EMPTY)) for key, value in given.items()}


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
        return _load(path, handler)
    except Exception as error:
        reason = f"{type(error).__name__}: {one_line(error)}"
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        if frame.f_globals["__name__"] == "mlrun.runtimes.funcdoc":
            reason = f"MLRun cannot read the functions of its file ({reason})"
            reason += "; possible: `with_repo: true` beside its handler, and MLRun does not read it"
        raise Refused(f"cannot load the function {name}: {reason}") from error


def _load(path: str, handler: str) -> Callable:
    """
    Load a function as MLRun does, and take its module out of `sys.modules`. While it is loaded
    dataclasses look it up there. Afterwards its functions must be sent to Dask workers whole, not
    by the module's name.
    """
    name = Path(path).stem
    before = sys.modules.get(name)
    try:
        return load_module(path, handler, mlrun.MLClientCtx())
    finally:
        sys.modules.pop(name, None)
        if before:
            sys.modules[name] = before


def check_hints(
    project: mlrun.projects.MlrunProject,
    run_name: str,
    hints: list[mlrun.LogHint],
    handler: Callable | None = None,
) -> None:
    """
    Refuse log hints that would make the run fail at its end.

    The project's image packager checks each hint of an output that is an image by the handler's
    annotation. Where the annotation does not say, it checks the hints that no other packager takes.

    :param project:  The project.
    :param run_name: The run's name, which is part of the artifacts' file names.
    :param hints:    The log hints.
    :param handler:  The handler; None if it is not known.

    :raise Refused: With one line that says what is possible.
    """
    check_keys(run_name, [hint.key for hint in hints])
    ours: list[Any] = []
    others = list(_mlruns_packagers())
    for packager in _custom_packagers(project):
        (ours if hasattr(packager, "check_hint") else others).append(packager)
    images = _are_images(handler, len(hints))
    for hint, is_image in zip(hints, images, strict=True):
        if ours and (is_image or not any(_takes(packager, hint) for packager in others)):
            try:
                ours[0]().check_hint(hint.artifact_type, hint.packing_kwargs or {})
            except ImageRefused as error:
                raise Refused(f"the output {hint.key!r}: {one_line(str(error))}") from error


def _custom_packagers(project: mlrun.projects.MlrunProject) -> list[type]:
    """Import the project's packagers. MLRun itself tells of one that cannot be imported."""
    classes = []
    for path, *_ in project.spec.custom_packagers or []:
        module, _, name = path.rpartition(".")
        with contextlib.suppress(Exception):
            classes.append(getattr(importlib.import_module(module), name))
    return classes


def _are_images(handler: Callable | None, count: int) -> list[bool]:
    """Tell of each output whether the handler's annotation says that it is an image."""
    returned = resolve(inspect.signature(handler).return_annotation, handler) if handler else None
    kinds = typing.get_args(returned) if typing.get_origin(returned) is tuple else [returned]
    return [is_image_hint(kind) for kind in kinds] if len(kinds) == count else [False] * count


def _takes(packager: type, hint: mlrun.LogHint) -> bool:
    """Check if a packager has the hint's artifact type, and takes its packing kwargs."""
    if hint.artifact_type is None:
        return True
    method = getattr(packager, f"pack_{hint.artifact_type}", None)
    names = set(inspect.signature(method).parameters) if method else set()
    return {"obj", "key"} <= names and set(hint.packing_kwargs or {}) <= names - {"obj", "key"}


def _mlruns_packagers() -> Iterator[type]:
    for name in MLRUNS_PACKAGERS:
        for value in vars(importlib.import_module(f"mlrun.package.packagers.{name}")).values():
            if isinstance(value, type) and issubclass(value, DefaultPackager):
                yield value
