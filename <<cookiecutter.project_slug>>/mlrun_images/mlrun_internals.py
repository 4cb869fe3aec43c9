"""
What this project uses of MLRun that MLRun does not document: all of it is here.

MLRun 1.11 and 1.12 have it. Of a version that lacks something, `MLRunChanged` says so in one line:
when a project is loaded, or else in the run, which fails.
"""

import contextlib
import importlib
import inspect
import itertools
import operator
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import mlrun
from dependency_injector import providers

LOGGER = "mlrun.utils.logger"  # the module by which MLRun and `context.logger` log
# module:name of what is replaced, overridden or called; besides it, what the functions below use
NAMES = (
    "mlrun.runtimes.utils:global_context.get",
    "mlrun.runtimes.utils:global_context.set",
    f"{LOGGER}:Logger",
    "mlrun.runtimes.local:redirect_stdout",
    "mlrun.runtimes.local:_DupStdout.write",
    "mlrun.launcher.local:ClientLocalLauncher._execute",
    "mlrun.launcher.base:BaseLauncher._enrich_run",
    "mlrun.launcher.base:BaseLauncher._wrap_run_result",
    "mlrun.launcher.factory:LauncherContainer.client_local_launcher",
    "mlrun.launcher.factory:LauncherContainer.client_remote_launcher",
    "mlrun.db.factory:RunDBContainer.nop",
    "mlrun.datastore:store_manager._db",
    "mlrun.projects:pipeline_context.workflow_id",
    "mlrun.runtimes.local:load_module",
    "mlrun.runtimes.local:exec_from_params",
    "mlrun.runtimes.local:HandlerRuntime._get_dask_client",
    "mlrun.runtimes.local:HandlerRuntime._parallel_run_many",
    "mlrun.runtimes.local:HandlerRuntime._update_run_state",
)


class MLRunChanged(RuntimeError):
    """MLRun lacks something that is used here: this version of it was not tested."""

    def __init__(self, name: str):
        super().__init__(
            f"MLRun {mlrun.__version__} has no {name}, on which mlrun_images relies: install a "
            "version of MLRun that mlrun_images/versions.py lists, or a newer mlrun_images"
        )


def check() -> None:
    """
    Check that MLRun has all that is used of it.

    :raise MLRunChanged: If it lacks something.
    """
    for name in NAMES:
        module, _, path = name.partition(":")
        try:
            operator.attrgetter(path)(importlib.import_module(module))
        except (ImportError, AttributeError):
            raise MLRunChanged(name.replace(":", ".")) from None


def _part(holder: Any, name: str) -> Any:
    if not hasattr(holder, name):
        raise MLRunChanged(f"{type(holder).__name__}.{name}")
    return getattr(holder, name)


# What a process has once


def use_context_store(store: Any) -> None:
    """
    Make MLRun put the contexts of runs into a store, and get them from it.

    :param store: It has MLRun's methods `get()` and `set(context)`.
    """
    from mlrun.runtimes.utils import global_context

    vars(global_context).update(get=store.get, set=store.set)


def use_output(begin: Callable[[], object]) -> None:
    """
    Let a handler print to standard output itself, where MLRun would collect what it prints.

    :param begin: Called before a handler, or an iteration of it, is.
    """

    def redirect(stream: Any) -> contextlib.AbstractContextManager[None]:
        _part(stream, "buf")
        stream.write = lambda text: sys.stdout.write(text)  # MLRun's logger writes to it
        begin()
        return contextlib.nullcontext()

    mlrun.runtimes.local.redirect_stdout = redirect  # type: ignore[assignment]


def use_launchers(local: Callable[..., Any], remote: Callable[..., Any]) -> None:
    """
    Make MLRun start runs by launchers of our own, as its server does.

    :param local:  Makes the launcher of a run of this process.
    :param remote: Makes the launcher of a job.
    """
    from mlrun.launcher.factory import LauncherFactory

    container = _part(LauncherFactory(), "_launcher_container")
    container.client_local_launcher.override(providers.Factory(local))
    container.client_remote_launcher.override(providers.Factory(remote))


def use_run_db(database: Any) -> None:
    """
    Make MLRun use a run database where there is no server, as its server replaces its own.

    :param database: It has the methods of `mlrun/db/base.py`; None for that of the server that is
                     set.
    """
    from mlrun.db.factory import RunDBFactory

    if database is not None:
        _part(RunDBFactory(), "_rundb_container").nop.override(providers.Object(database))
    # MLRun's data stores keep the first database of the process, and ask it for store:// inputs
    mlrun.datastore.store_manager._db = database


# What MLRun knows of a run


@dataclass(frozen=True)
class StartingRun:
    """
    A run whose handler is about to be called.

    :param context:   The run's context.
    :param handler:   The function that is about to be called.
    :param log_hints: The log hints of the run, empty without `returns`: MLRun's own list.
    :param types:     The type hints of the handler's arguments, by name: MLRun's own dictionary.
    :param arguments: The handler's arguments by name: the dictionary that it is called with. Inputs
                      are data items still.
    """

    context: mlrun.MLClientCtx
    handler: Callable
    log_hints: list
    types: dict[str, Any]
    arguments: dict[str, Any]


def starting_run() -> StartingRun | None:
    """
    Get the run for which MLRun is making the packagers right now; None outside of a run, and where
    a handler makes one by itself.

    MLRun makes the packagers anew for each run, before it calls the handler, and tells them neither
    the run nor the handler: it has them in variables of `wrapper` in `mlrun/package/__init__.py`.

    :raise MLRunChanged: In a run of which MLRun has other variables.
    """
    context, variables = running_context(), _variables_of()
    if context is None or not variables.called.startswith("mlrun.package."):
        return None
    types, hints = variables["inputs"], variables["outputs"]
    return StartingRun(
        context,
        variables["func"],
        hints if isinstance(hints, list) else list(hints or []),
        types if isinstance(types, dict) else {},
        variables["kwargs"],
    )


def running_context() -> mlrun.MLClientCtx | None:
    """
    Get the context of the run whose handler is called, or whose outputs are logged, right now.

    :returns: The context; None outside of a run.

    :raise MLRunChanged: In a run of which MLRun has other variables.
    """
    variables = _variables_of()
    return _part(variables["cxt_handler"], "context") if variables else None


def context_of_thread() -> mlrun.MLClientCtx | None:
    """
    Get the context of the run of this thread, also of one that a handler started.

    :returns: The context; None outside of a run.

    :raise RuntimeError: In a thread that some handler started, while several runs are under way.
    """
    from mlrun.runtimes.utils import global_context

    return running_context() or global_context.get()


def logged_outputs() -> tuple[list, list[mlrun.LogHint | None]] | None:
    """
    Get the outputs that MLRun logs right now, with their log hints, or None outside of a run.

    They are arguments of `log_outputs` in `mlrun/package/context_handler.py`.

    :raise MLRunChanged: In a run of which MLRun has other variables.
    """
    variables = _variables_of("mlrun.package.context_handler", "log_outputs")
    if not variables:
        return None
    hints = [mlrun.LogHint.parse_obj(one) if one else None for one in variables["log_hints"]]
    return list(variables["outputs"]), hints


class _Variables(dict[str, Any]):
    """
    The variables of a call of a function of MLRun that has not returned yet.

    :param call:      Its name.
    :param variables: They.
    :param called:    The module of what it calls.
    """

    def __init__(self, call: str, variables: dict[str, Any], called: str = ""):
        super().__init__(variables)
        self._call = call
        self.called = called

    def __missing__(self, name: str) -> Any:
        raise MLRunChanged(f"variable {name} in {self._call}")


def _variables_of(module: str = "mlrun.package", function: str = "wrapper") -> _Variables:
    """
    Get the variables of the innermost call on this thread's stack; none outside of a run.

    By default that is the call of a handler.

    :raise MLRunChanged: If MLRun's packagers are at work in a run, but this call is not there.
    """
    call = f"{module}.{function}"
    frame: FrameType | None = inspect.currentframe()
    modules, where = set(), ""
    while frame:
        called, where = where, str(frame.f_globals.get("__name__"))
        if where == module and frame.f_code.co_name == function:
            return _Variables(call, frame.f_locals, called)
        modules.add(".".join(where.split(".")[:2]))
        frame = frame.f_back
    if modules >= {"mlrun.package", "mlrun.runtimes"}:
        raise MLRunChanged(call)
    return _Variables(call, {})


def has_logged(context: mlrun.MLClientCtx, key: str) -> bool:
    """Check if a run has logged an artifact of a key, without a copy of all (`artifact_uris`)."""
    return key in _part(_part(context, "_artifacts_manager"), "artifact_uris")


def drop_record_file(context: mlrun.MLClientCtx) -> None:
    """
    Spare the run the temporary file to which MLRun writes its record.

    MLRun 1.11 and 1.12 read it back as YAML at every `log_artifact`: 57 ms for each of 1,000
    images. Nobody reads the file of a handler's run, and MLRun leaves it in the temporary folder.
    """
    if path := _part(context, "_tmpfile"):
        context._tmpfile = None
        with contextlib.suppress(OSError):
            Path(path).unlink()


def watch_return(context: mlrun.MLClientCtx, note: Callable[[Any], bool]) -> None:
    """
    See what the handler returns to the run for which MLRun is making the packagers right now.

    Without log hints MLRun hands it to no packager, but logs its text as the result `return`, if it
    is true. Before, and after the handler's call, MLRun asks whether the run has a context.

    :param context: The run's context.
    :param note:    Gets the value; MLRun logs no such result if this says that it did.

    :raise MLRunChanged: In a run of which MLRun has other variables.
    """
    handler = _variables_of()["cxt_handler"]
    is_available, log_result = _part(handler, "is_context_available"), _part(context, "log_result")
    asked, is_logged = itertools.count(), False

    def watched() -> bool:
        nonlocal is_logged
        if next(asked) == 1:
            is_logged = note(_variables_of()["func_outputs"])
        return is_available()

    def log(key: str, value: Any, commit: bool = False) -> None:
        if key != "return" or not is_logged:
            log_result(key, value, commit)

    handler.is_context_available = watched
    context.log_result = log  # type: ignore[method-assign]
