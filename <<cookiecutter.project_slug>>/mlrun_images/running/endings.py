"""Recording the end of runs that MLRun would leave as running."""

from datetime import UTC, datetime
from typing import Any

import mlrun
from mlrun.common.runtimes.constants import RunStates

from mlrun_images.history.records import iteration
from mlrun_images.processes import LOST, PROCESS, is_gone
from mlrun_images.running.own_run import hand_over
from mlrun_images.running.supervisor import Stopped
from mlrun_images.text import represent


def list_runs(project: mlrun.projects.MlrunProject, **filters: Any) -> list[dict]:
    """
    List all runs and iterations of a project as the run DB gives them, newest first.

    :param project: The project.
    :param filters: Which ones, by the filters of MLRun's `list_runs`.
    """
    # without a time a server gives only the newest run of each name in the last week
    start = datetime.fromtimestamp(0, UTC)
    return list(project.list_runs(iter=True, start_time_from=start, **filters))


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
    database = mlrun.get_run_db()
    for run in database.list_runs(project=project.name, iter=True, **filters):
        if run["status"].get("state") not in RunStates.terminal_states():
            uid = run["metadata"]["uid"]
            database.update_run(updates, uid, project.name, iteration(run))


def abort_lost_runs(project: mlrun.projects.MlrunProject) -> None:
    """
    Record on a server as aborted the runs whose process was on this machine, and is gone.

    The local run DB does this by itself.

    :param project: The project.
    """
    database = mlrun.get_run_db()
    updates = {"status.state": RunStates.aborted, "status.status_text": LOST}
    for run in list_runs(project, states=RunStates.non_terminal_states()):
        process = (run["metadata"].get("annotations") or {}).get(PROCESS)
        if process and is_gone(process):
            place = run["metadata"]["uid"], project.name, iteration(run)
            # the run may have ended, and then its process, since the runs were listed
            state = database.read_run(*place)["status"].get("state")
            if state not in RunStates.terminal_states():
                database.update_run(updates, *place)
                hand_over(project.name, run["metadata"]["uid"])
