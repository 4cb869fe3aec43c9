"""What is done for a run before its handler is called."""

import inspect
import os
import typing
from typing import Any

import mlrun
from mlrun.package.utils import ArtifactType

from mlrun_images.checks import check_known
from mlrun_images.log_hints import UNHINTED, default_hints, function_name
from mlrun_images.mlrun_internals import StartingRun
from mlrun_images.packing.inputs import is_collection_hint, is_image_hint, resolve
from mlrun_images.packing.parameters import convert, hint_of
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.processes import PROCESS, this_process
from mlrun_images.project_file import of_function
from mlrun_images.server import has_server

NO_HINTS = (
    'the run was given no log hints; possible: returns=["KEY"], or params.returns in project.yaml'
)


def set_own_place(context: mlrun.MLClientCtx) -> None:
    """
    Give the run's files a folder of their own, whatever artifact path it was given: MLRun writes
    over the files of the run before.

    :param context: The context of the run that starts.

    :raise ImageRefused: If MLRun would write elsewhere than it says.
    """
    path = context.artifact_path
    if not path:
        return
    if "#" in path or "?" in path:
        raise ImageRefused(f"MLRun cannot use an artifact path with # or ? in it: {path!r}")
    if "://" not in path:
        path = os.path.abspath(path)  # from the folder of the run, which is not its reader's
    context.artifact_path = own_place(path, context.uid.removesuffix(f"-{context.iteration}"))


def own_place(path: str, uid: str) -> str:
    """Get the folder of a run, or of a sweep, below an artifact path; empty without one."""
    return path if not path or uid in path else f"{path.rstrip('/')}/{uid}"


def note_process(context: mlrun.MLClientCtx) -> None:
    """
    Tell a server which process a run of this machine is in, so that its end is seen if that is
    killed.
    """
    kind = context.labels.get("kind")  # a job's pod is the cluster's to watch
    if not has_server() or not mlrun.runtimes.RuntimeKinds.is_local_runtime(kind):
        return
    if context.annotations.get(PROCESS) != this_process():
        context.set_annotation(PROCESS, this_process())
        context.commit()


def check_parameters(run: StartingRun) -> None:
    """
    Refuse a parameter or an input that the handler does not take, which MLRun leaves out in
    silence; make the others what the handler's type hints say.

    :param run: The run. Its arguments are changed.

    :raise Refused: With one line that says what is allowed.
    """
    parameters = inspect.signature(run.handler).parameters
    inputs = [name.partition(":")[0].strip() for name in run.context.inputs]  # `name : type`
    if "context" not in parameters:  # by which the handler may read any of them
        given = [*run.context.parameters, *inputs]
        name = getattr(run.handler, "__name__", "the handler")
        ours = [one for one in given if not one.startswith("_")]
        check_known(f"{name} takes no parameter", of_function(run.handler), ours)
    for name in run.arguments.keys() & parameters.keys() - {"context", *inputs}:
        hint = hint_of(parameters[name], run.handler)
        run.arguments[name] = convert(name, run.arguments[name], hint)


def has_hints(run: StartingRun) -> bool:
    """
    Find out whether a run was given log hints.

    :raise ImageRefused: If MLRun was not told of the log hints of project.yaml, or would log the
                         outputs twice.
    """
    given = list(filter(None, run.log_hints))
    decorated, hinted = _is_decorated(run.handler), given != [UNHINTED]
    if given and hinted and decorated:
        raise ImageRefused(
            "the handler has MLRun's decorator `mlrun.handler`, which logs what it returns, and "
            "the run was given log hints: remove the decorator, which MLRun applies by itself"
        )
    context = run.context
    if not given and default_hints(context.get_project_object(), function_name(context)):
        raise ImageRefused(NO_HINTS)  # submitted by another program than this project's
    return (hinted and bool(given)) or decorated


def read_annotation(run: StartingRun) -> None:
    """
    Let the log hints of a run say what its handler's annotation says of the images it returns.

    A plain log hint of a list or dictionary of images takes it apart, as an asterisk does. Without
    log hints the function's name is the key, of a tuple's images with their numbers behind.

    :param run: The run. MLRun's list of its log hints is changed.
    """
    wanted = resolve(inspect.signature(run.handler).return_annotation, run.handler)
    if _is_decorated(run.handler) or not is_image_hint(wanted):
        return
    hints, parts = list(run.log_hints), _parts_of(wanted)
    if hints == [UNHINTED]:
        name = function_name(run.context)
        keys = [name] if len(parts) == 1 else [f"{name}_{n}" for n in range(len(parts))]
        hints = [mlrun.LogHint(key=key) for key in keys]
    elif len(parts) != len(hints):
        return
    for hint, part in zip(hints, parts, strict=True):
        if hint and hint.artifact_type != ArtifactType.OBJECT and is_image_hint(part):
            hint.itemized = hint.itemized or is_collection_hint(part)
    run.log_hints[:] = hints


def _parts_of(annotation: Any) -> list[Any]:
    """Get the annotations of what MLRun takes for a handler's outputs: it takes a tuple apart."""
    parts = typing.get_args(annotation)
    fixed = typing.get_origin(annotation) is tuple and Ellipsis not in parts
    return list(parts) if fixed else [annotation]


def _is_decorated(handler: Any) -> bool:
    """Check if a handler, or what it wraps, is decorated by `mlrun.handler`."""
    while handler:
        if getattr(handler, "__globals__", {}).get("__name__") == mlrun.package.__name__:
            return True
        handler = getattr(handler, "__wrapped__", None)
    return False
