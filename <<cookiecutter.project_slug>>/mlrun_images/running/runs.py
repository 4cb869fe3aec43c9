"""
Run a function, a sweep or a workflow to its end, and give what the run DB holds of it.

Nothing here prints: the commands do.
"""

import contextlib
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import mlrun
from mlrun.common.runtimes.constants import RunStates
from mlrun.model import HyperParamOptions
from mlrun.runtimes.utils import RunError

from mlrun_images.errors import Refused
from mlrun_images.running.arguments import load_handler
from mlrun_images.running.parallel import with_context
from mlrun_images.running.records import iteration, summarize
from mlrun_images.text import one_line

MANY = 10**9
MISMATCH = "does not match the amount of provided log hints"


def run_function(
    project: mlrun.projects.MlrunProject,
    name: str,
    params: dict[str, Any],
    inputs: dict[str, str],
    hyperparams: dict[str, list],
    returns: list[str],
    remote: bool = False,
    parallel: bool = False,
) -> list[dict]:
    """
    Run one function, or a sweep of it, to its end.

    :param project:     The project.
    :param name:        The function's name in project.yaml.
    :param params:      Parameters.
    :param inputs:      Inputs: paths (relative to the working folder), URLs or `store://` URIs.
    :param hyperparams: For a sweep: lists of values; every combination is run.
    :param returns:     Log hints.
    :param remote:      Run as a job of the server's cluster instead of here.
    :param parallel:    Run a sweep's iterations at once, on the Dask cluster of `dask_cluster`.

    :returns: The run, and behind it its iterations, as `summarize` gives them. They hold what the run DB holds, also
              when the run failed.
    """
    if not remote:  # MLRun works in the project's folder
        inputs = {key: url if "://" in url else os.path.abspath(url) for key, url in inputs.items()}
    task = _task(params, inputs, hyperparams, returns, parallel)
    uid = task.metadata.uid
    with _warnings_of_mlrun() as warned:
        try:
            if parallel:
                _run_parallel(project, name, task)
            else:
                run = project.run_function(name, base_task=task, local=not remote, watch=False)
            if remote:
                run.logs(watch=True)
                run.wait_for_completion(raise_on_failure=False, show_logs=False)
                warned.append(_log(project, uid))
        except RunError:
            pass  # the run DB says so, and what was kept
        except (KeyboardInterrupt, SystemExit) as error:
            if remote:  # the job goes on
                raise
            _end(project, uid, error)
    runs = [summarize(found, returns) for found in _read(project, uid, bool(hyperparams))]
    if any(MISMATCH in line for line in warned):
        runs[0]["problems"].append(
            f"the handler does not return as many outputs as the {len(returns)} log hint(s): "
            "give one for each"
        )
    return _failed_where_incomplete(project, runs)


def run_workflow(
    project: mlrun.projects.MlrunProject,
    name: str,
    arguments: dict[str, Any],
    remote: bool = False,
) -> tuple[bool, list[dict]]:
    """
    Run a workflow of project.yaml with MLRun's local engine: its steps one after another.

    :param project:   The project.
    :param name:      The workflow's name in project.yaml.
    :param arguments: Arguments of the workflow's function.
    :param remote:    Run the steps as jobs of the server's cluster instead of here.

    :returns: Whether the workflow succeeded, and its runs.

    :raise Refused: If there is no such workflow, or a step cannot be started.
    """
    names = [workflow["name"] for workflow in project.spec.workflows]
    if name not in names:
        has = ", ".join(names) or "none"
        raise Refused(f"no workflow {name!r} in project.yaml, which has: {has}")
    project.notifiers.remove_notification("console")  # what happened is shown at the end
    try:
        status = project.run(
            name, arguments=arguments, engine="local", local=not remote, watch=False
        )
    except (Exception, SystemExit) as error:
        raise Refused(f"the workflow {name} failed: {one_line(error)}") from error
    runs = mlrun.get_run_db().list_runs(
        project=project.name, iter=True, labels=[f"workflow={status.run_id}"]
    )
    if not runs and status.exc:
        raise Refused(f"the workflow {name} failed: {one_line(status.exc)}")
    runs = sorted(runs, key=lambda run: (run["status"]["start_time"], iteration(run)))
    summaries = [summarize(run) for run in runs]
    if status.exc and all(run["state"] == RunStates.completed for run in summaries):
        last = summaries[-1]["name"]
        raise Refused(f"the workflow {name} failed after {last}: {one_line(status.exc)}")
    succeeded = str(status.state).lower() in ("succeeded", "completed")
    return succeeded, _failed_where_incomplete(project, summaries)


def count_iterations(
    project: mlrun.projects.MlrunProject,
    since: datetime,
    seen: Callable[[int], None],
    stop: threading.Event,
) -> None:
    """
    Until told to stop, report how many iterations started since a time have ended.

    :param project: The project.
    :param since:   The time.
    :param seen:    Called with the number, twice a second.
    :param stop:    Set by the caller to end this.
    """
    while not stop.wait(0.5):
        runs = mlrun.get_run_db().list_runs(project=project.name, iter=True, start_time_from=since)
        states = [run["status"]["state"] for run in runs if iteration(run)]
        seen(sum(state in RunStates.terminal_states() for state in states))


def _task(
    params: dict[str, Any],
    inputs: dict[str, str],
    hyperparams: dict[str, list],
    returns: list[str],
    parallel: bool,
) -> mlrun.RunTemplate:
    task = mlrun.new_task()
    task.metadata.uid = uuid.uuid4().hex
    task.spec.parameters, task.spec.inputs, task.spec.returns = params, inputs, returns
    if hyperparams:
        task.spec.hyperparams = hyperparams
        task.spec.hyper_param_options = HyperParamOptions(
            strategy="grid",
            max_errors=MANY,  # an iteration that fails does not end the others
            parallel_runs=MANY if parallel else None,
        )
    return task


def _run_parallel(project: mlrun.projects.MlrunProject, name: str, task: mlrun.RunTemplate) -> None:
    handler = load_handler(project, name)
    mlrun.new_function(name, project=project.name).run(
        task,
        with_context(handler),
        f"{name}-{handler.__name__}",
        local=True,
        output_path=project.artifact_path,
    )


def _read(project: mlrun.projects.MlrunProject, uid: str, iterations: bool) -> list[dict]:
    database = mlrun.get_run_db()
    runs = [database.read_run(uid, project.name)]
    if iterations:
        children = database.list_runs(uid=uid, project=project.name, iter=True)
        runs += sorted(filter(iteration, children), key=iteration)
    return runs


def _failed_where_incomplete(project: mlrun.projects.MlrunProject, runs: list[dict]) -> list[dict]:
    """Tell the run DB as well that a run did not make what it was asked for."""
    for run in runs:
        if run["state"] == RunStates.completed and run["problems"]:
            run |= {"state": RunStates.error, "error": "; ".join(run["problems"]), "problems": []}
            updates = {"status.state": run["state"], "status.error": run["error"]}
            with contextlib.suppress(Exception):  # it is said here in any case
                mlrun.get_run_db().update_run(updates, run["uid"], project.name, run["iteration"])
    return runs


def _end(project: mlrun.projects.MlrunProject, uid: str, error: BaseException) -> None:
    """End what MLRun would leave as running: Ctrl-C, or a handler that calls `sys.exit`."""
    if isinstance(error, KeyboardInterrupt):
        updates = {"status.state": RunStates.aborted}
    else:
        reason = f"the handler ended with {error!r}"
        updates = {"status.state": RunStates.error, "status.error": reason}
    database = mlrun.get_run_db()
    for run in database.list_runs(uid=uid, project=project.name, iter=True):
        if run["status"].get("state") not in RunStates.terminal_states():
            database.update_run(updates, uid, project.name, iteration(run))


@contextlib.contextmanager
def _warnings_of_mlrun() -> Iterator[list[str]]:
    """Collect what MLRun warns of: the only trace of outputs for which there was no log hint."""
    warned: list[str] = []

    class Listener(logging.Handler):
        def emit(self, log_record):
            warned.append(log_record.getMessage())

    listener = Listener(logging.WARNING)
    logger = logging.getLogger("mlrun")
    logger.addHandler(listener)
    try:
        yield warned
    finally:
        logger.removeHandler(listener)


def _log(project: mlrun.projects.MlrunProject, uid: str) -> str:
    return mlrun.get_run_db().get_log(uid, project.name)[1].decode(errors="replace")
