"""The ends of runs and of steps: recorded where MLRun leaves them running, and told at once."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import mlrun
from mlrun.common.runtimes.constants import RunStates
from mlrun.projects import pipeline_context

from mlrun_images.errors import represent
from mlrun_images.history.records import iteration
from mlrun_images.processes import LOST, PROCESS, is_gone
from mlrun_images.running.own_run import hand_over, is_under_way
from mlrun_images.running.supervisor import Stopped


def end_runs(project: mlrun.projects.MlrunProject, error: BaseException, **filters: Any) -> None:
    """
    Record as ended the runs that an error ended without MLRun's noting it.

    :param project: The project.
    :param error:   What ended them. An interruption aborts them; any other makes them fail.
    :param filters: Which runs, by the filters of MLRun's `list_runs`: `uid`, `labels`.
    """
    if isinstance(error, KeyboardInterrupt):
        reason = f"ended by {error}" if isinstance(error, Stopped) else "interrupted"
        updates = {"status.state": RunStates.aborted, "status.status_text": reason}
    else:
        reason = f"the handler ended with {represent(error)}"
        updates = {"status.state": RunStates.error, "status.error": reason}
    for run in _going_on(project, **filters):
        _end(project, run, updates)


def abort_lost_runs(project: mlrun.projects.MlrunProject) -> None:
    """
    Record on a server as aborted the runs whose process was on this machine, and is gone.

    The local run DB does this by itself.

    :param project: The project.
    """
    updates = {"status.state": RunStates.aborted, "status.status_text": LOST}
    for run in _going_on(project):
        process = (run["metadata"].get("annotations") or {}).get(PROCESS)
        if process and is_gone(process) and _end(project, run, updates):
            hand_over(project.name, run["metadata"]["uid"])


def _going_on(project: mlrun.projects.MlrunProject, **filters: Any) -> list[dict]:
    """The runs and iterations that have not ended, of those that MLRun's filters find."""
    # without a time a server gives only the newest run of each name in the last week
    filters["start_time_from"] = datetime.fromtimestamp(0, UTC)
    filters |= {"project": project.name, "iter": True, "states": RunStates.non_terminal_states()}
    return mlrun.get_run_db().list_runs(**filters)


def _end(project: mlrun.projects.MlrunProject, run: dict, updates: dict[str, Any]) -> bool:
    """Record a run's end, unless it has ended since the runs were listed."""
    database, place = mlrun.get_run_db(), (run["metadata"]["uid"], project.name, iteration(run))
    if database.read_run(*place)["status"].get("state") in RunStates.terminal_states():
        return False
    database.update_run(updates, *place)
    return True


def runs_of_workflow(project: mlrun.projects.MlrunProject, workflow_id: str) -> list[dict]:
    """
    Get a workflow's runs and their iterations.

    :param project:     The project.
    :param workflow_id: The id that MLRun gave the workflow when it started.

    :returns: The runs as the run DB gives them, in the order in which they started.
    """
    label = f"workflow={workflow_id}"
    runs = mlrun.get_run_db().list_runs(project=project.name, iter=True, labels=[label])
    return sorted(runs, key=lambda run: (run["status"].get("start_time") or "", iteration(run)))


@contextlib.contextmanager
def watched_steps(
    project: mlrun.projects.MlrunProject, ended: Callable[[dict], None]
) -> Iterator[Callable[[list[dict]], None]]:
    """
    Tell of each step of this process's workflow when the step ends, within a `with` block.

    :param project: The project.
    :param ended:   Called once for each step, with its run as the run DB gives it. Called in a
                    thread. An iteration is no step.

    :returns: A function that tells at once of the steps that have ended, of the workflow's runs as
              `runs_of_workflow` gives them.
    """
    told: set[str] = set()
    stop = threading.Event()

    def tell(runs: list[dict]) -> None:
        for run in runs:
            uid, state = run["metadata"]["uid"], run["status"].get("state")
            if state in RunStates.terminal_states() and not iteration(run):
                if uid not in told and not is_under_way(uid):
                    told.add(uid)
                    ended(run)

    def watch() -> None:
        while not stop.wait(0.5):
            if workflow_id := pipeline_context.workflow_id:
                tell(runs_of_workflow(project, workflow_id))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield tell
    finally:
        stop.set()
        thread.join()
