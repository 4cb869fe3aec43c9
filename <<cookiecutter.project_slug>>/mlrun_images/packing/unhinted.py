"""Logs what a handler returns to a run without log hints."""

import contextlib
import re
from typing import TYPE_CHECKING, Any

import mlrun
from mlrun.package.context_handler import ContextHandler

from mlrun_images.hints import default_hints
from mlrun_images.packing import containers

if TYPE_CHECKING:
    from mlrun_images.packing.guard import RunGuard


def watch_return(context: mlrun.MLClientCtx, guard: "RunGuard") -> None:
    """
    See the value that the handler returns.

    Without log hints MLRun hands it to no packager: it logs the value's text as the result
    `return`. The run's own context, and no other object of MLRun, is told to ask here first.

    :param context: The context of the run that starts.
    :param guard:   Its guard.
    """
    log_result = context.log_result

    def watched(key: str, value: Any, commit: bool = False) -> None:
        if key != "return" or not _log_return(context, guard, value):
            log_result(key, value, commit)

    context.log_result = watched  # type: ignore[method-assign]


def _log_return(context: mlrun.MLClientCtx, guard: "RunGuard", value: Any) -> bool:
    """
    Log what the handler returned.

    :returns: Whether it was logged here: by the log hints that project.yaml gives the function in
              `params.returns`, or, without any, if there are images in it, which are kept.
    """
    hints = _project_hints(context)
    if not hints and not containers.images_in(value):
        return False
    with contextlib.suppress(AttributeError):
        del context.log_result  # the original again
    outputs = list(value) if type(value) is tuple else [value]
    if not hints:
        guard.fail(
            'the run was given no log hints; possible: returns=["KEY"], or '
            "params.returns in project.yaml"
        )
        keys = [f"return-{number}" for number in range(len(outputs))]
        hints = [mlrun.LogHint(key=key) for key in (keys if len(keys) > 1 else ["return"])]
    handler = ContextHandler()
    with guard.logging_return():
        handler.look_for_context((context,), {})
        handler.log_outputs(outputs=outputs, log_hints=hints)
    return True


def _project_hints(context: mlrun.MLClientCtx) -> list[mlrun.LogHint]:
    function = context.to_dict()["spec"].get("function") or ""
    name = re.split("[:@]", function.rpartition("/")[2])[0]
    return default_hints(context.get_project_object(), name)
