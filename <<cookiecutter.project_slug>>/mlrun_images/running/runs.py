"""
Run a function, a sweep or a workflow to its end, and give what the run DB holds of it.

Nothing here prints: the commands do.
"""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import mlrun
from mlrun.common.runtimes.constants import RunStates
from mlrun.model import HyperParamOptions
from mlrun.projects import pipeline_context
from mlrun.runtimes.utils import RunError

from mlrun_images.checks import check_named
from mlrun_images.errors import Refused, one_line
from mlrun_images.history.records import iteration, summarize
from mlrun_images.log_hints import default_hints
from mlrun_images.processes import PROCESS, this_process
from mlrun_images.running.arguments import check_hints, load_handler
from mlrun_images.running.endings import end_runs, runs_of_workflow, watched_steps
from mlrun_images.running.parallel import ParallelSweep, with_types
from mlrun_images.running.remote import follow, missing_files
from mlrun_images.server import has_server

UNLIMITED = 10**9  # iterations


def run_function(
    project: mlrun.projects.MlrunProject,
    name: str,
    params: dict[str, Any],
    inputs: dict[str, str | list[str]],
    hyperparams: dict[str, list],
    returns: list[mlrun.LogHint],
    remote: bool = False,
    parallel: bool = False,
) -> list[dict]:
    """
    Run one function, or a sweep of it, to its end.

    :param project:     The project.
    :param name:        The function's name in project.yaml.
    :param params:      Parameters.
    :param inputs:      Inputs, as `find_inputs` gives them.
    :param hyperparams: For a sweep: lists of values; every combination is run.
    :param returns:     Log hints.
    :param remote:      Run as a job of the server's cluster instead of here.
    :param parallel:    Run a sweep's iterations at once, on the Dask cluster of `dask_cluster`.

    :returns: The run, and behind it its iterations, as `summarize` gives them. They hold what the
              run DB holds, also when the run failed.
    """
    task = mlrun.new_task()
    uid = task.metadata.uid = uuid.uuid4().hex
    task.spec.parameters, task.spec.inputs, task.spec.returns = params, inputs, returns
    if hyperparams:
        task.spec.hyperparams = hyperparams
        task.spec.hyper_param_options = HyperParamOptions(
            strategy="grid",
            max_errors=UNLIMITED,  # an iteration that fails does not end the others
            parallel_runs=UNLIMITED if parallel else None,
        )
    if has_server() and not remote:
        task.metadata.annotations = {PROCESS: this_process()}
    try:
        _start(project, name, task, remote, parallel)
    except RunError:
        pass  # the run DB says so, and what was kept
    except BaseException as error:
        if remote:  # the job goes on
            raise
        end_runs(project, error, uid=uid)
        if isinstance(error, Exception) or not _read(project, uid):
            raise
    return [_recorded(project, run, returns, remote) for run in _read(project, uid)]


def _start(
    project: mlrun.projects.MlrunProject, name: str, task: Any, remote: bool, parallel: bool
) -> None:
    if remote:
        follow(project.run_function(name, base_task=task, local=False, watch=False))
    elif parallel:
        _run_parallel(project, name, task)
    else:
        project.run_function(name, base_task=task, local=True)


def run_workflow(
    project: mlrun.projects.MlrunProject,
    name: str,
    arguments: dict[str, Any],
    remote: bool = False,
    ended: Callable[[dict], None] = lambda summary: None,
) -> tuple[bool, list[dict]]:
    """
    Run a workflow of project.yaml with MLRun's local engine: its steps one after another.

    :param project:   The project.
    :param name:      The workflow's name in project.yaml.
    :param arguments: Arguments of the workflow's function.
    :param remote:    Run the steps as jobs of the server's cluster instead of here.
    :param ended:     Called with each step's summary as it ends, in another thread.

    :returns: Whether the workflow succeeded, and its runs, as `summarize` gives them.

    :raise Refused: If there is no such workflow, or a step cannot be started.
    """
    check_named("workflow", [workflow["name"] for workflow in project.spec.workflows], name)
    for function in project.spec.functions:
        # of those that steps without log hints take
        check_hints(project, name, default_hints(project, function["name"]))
    project.notifiers.remove_notification("console")  # the caller shows what happened

    def tell(run: dict) -> None:
        ended(_recorded(project, run))

    problem: BaseException | None
    with watched_steps(project, tell) as tell_ended:
        try:
            status = project.run(
                name, arguments=arguments, engine="local", local=not remote, watch=False
            )
            workflow_id, problem = status.run_id, status.exc
            succeeded = str(status.state).lower() in ("succeeded", "completed")
        except BaseException as error:
            workflow_id, problem = pipeline_context.workflow_id, error
            succeeded = False
            if workflow_id and not remote:
                end_runs(project, error, labels=[f"workflow={workflow_id}"])
        runs = runs_of_workflow(project, workflow_id) if workflow_id else []
        tell_ended(runs)
    summaries = [_recorded(project, run) for run in runs]
    if problem and all(run["state"] == RunStates.completed for run in summaries):
        after = f" after {summaries[-1]['name']}" if summaries else ""
        raise Refused(f"the workflow {name} failed{after}: {one_line(problem)}") from problem
    return succeeded, summaries


def _run_parallel(project: mlrun.projects.MlrunProject, name: str, task: mlrun.RunTemplate) -> None:
    handler = load_handler(project, name)
    function = ParallelSweep(mlrun.model.BaseMetadata(name, project=project.name))
    task.spec.function = function.uri  # MLRun notes it of a stored function only
    function.run(
        task,
        with_types(handler),
        f"{name}-{handler.__name__}",
        local=False,  # this very function, not one that MLRun makes of it
        output_path=project.artifact_path,
    )


def _read(project: mlrun.projects.MlrunProject, uid: str) -> list[dict]:
    """The run, and behind it its iterations; nothing if it did not even start."""
    found = mlrun.get_run_db().list_runs(uid=uid, project=project.name, iter=True)
    return sorted(found, key=iteration)


def _artifacts_of(run: dict) -> Iterator[dict]:
    for uri in (run["status"].get("artifact_uris") or {}).values():
        with contextlib.suppress(mlrun.errors.MLRunNotFoundError):  # deleted since
            yield mlrun.datastore.get_store_resource(uri).to_dict()


def _recorded(
    project: mlrun.projects.MlrunProject,
    run: dict,
    returns: list[mlrun.LogHint] | None = None,
    remote: bool = False,
) -> dict:
    """Summarize a run. Tell the run DB as well what MLRun does not: what was not made."""
    summary = summarize(run, _artifacts_of(run), returns)
    if remote:
        summary["problems"] += missing_files(project, summary["outputs"])
    if summary["state"] == RunStates.completed and summary["problems"]:
        error = "; ".join(summary["problems"])
        summary |= {"state": RunStates.error, "error": error, "problems": []}
        updates, uid = {"status.state": RunStates.error, "status.error": error}, summary["uid"]
        with contextlib.suppress(Exception):  # it is said here in any case
            mlrun.get_run_db().update_run(updates, uid, project.name, summary["iteration"])
    return summary
