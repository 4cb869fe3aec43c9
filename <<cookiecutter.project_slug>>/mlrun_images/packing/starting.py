"""What is done for a run before its handler is called."""

import contextlib
import inspect
import os
from pathlib import Path

import mlrun

from mlrun_images.packing import mlrun_calls
from mlrun_images.packing.errors import ImageRefused
from mlrun_images.processes import PROCESS, this_process
from mlrun_images.server import has_server


def drop_record_file(context: mlrun.MLClientCtx) -> None:
    """
    Spare the run the temporary file to which MLRun writes its record.

    MLRun 1.11 and 1.12 read the file back as YAML at every `log_artifact`: 57 ms for each of 1,000
    images. Nobody reads the file of a handler's run, and it stays in the temporary folder.
    """
    path = getattr(context, "_tmpfile", None)
    if path:
        context._tmpfile = None
        with contextlib.suppress(OSError):
            Path(path).unlink()


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
    uid = context.uid.removesuffix(f"-{context.iteration}")  # that of the sweep
    context.artifact_path = path if uid in path else f"{path.rstrip('/')}/{uid}"


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


def check_parameters(run: mlrun_calls.StartingRun) -> None:
    """
    Refuse a parameter or an input that the handler does not take: MLRun leaves it out in silence.
    """
    parameters = inspect.signature(run.handler).parameters
    if "context" in parameters or any(p.kind == p.VAR_KEYWORD for p in parameters.values()):
        return  # the handler may read any of them
    inputs = [name.partition(":")[0].strip() for name in run.context.inputs]  # `name : type`
    given = [*run.context.parameters, *inputs]
    unknown = sorted(name for name in given if name not in parameters and not name.startswith("_"))
    if unknown:
        takes = ", ".join(parameters) or "none"
        name = getattr(run.handler, "__name__", "the handler")
        raise ImageRefused(f"{name} takes no parameter {', '.join(unknown)}; it takes: {takes}")
