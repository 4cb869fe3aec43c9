"""Following the steps of a workflow while it runs."""

import threading
from collections.abc import Callable

import mlrun
from mlrun.common.runtimes.constants import RunStates
from mlrun.projects import pipeline_context

from mlrun_images.history.records import iteration
from mlrun_images.running.own_run import is_under_way


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


class Watch:
    """
    Tells of each step of this process's workflow when the step ends, within a `with` block.

    :param project: The project.
    :param ended:   Called once for each step, with its run as the run DB gives it. Called in a
                    thread. An iteration is no step.
    """

    def __init__(self, project: mlrun.projects.MlrunProject, ended: Callable[[dict], None]):
        self._project = project
        self._ended = ended
        self._told: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def tell(self, runs: list[dict]) -> None:
        """
        Tell of the steps that have ended, each once.

        :param runs: The workflow's runs, as `runs_of_workflow` gives them.
        """
        for run in runs:
            uid, ended = run["metadata"]["uid"], run["status"].get("state")
            if ended in RunStates.terminal_states() and not iteration(run):
                if uid not in self._told and not is_under_way(uid):
                    self._told.add(uid)
                    self._ended(run)

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            if workflow_id := pipeline_context.workflow_id:
                self.tell(runs_of_workflow(self._project, workflow_id))
