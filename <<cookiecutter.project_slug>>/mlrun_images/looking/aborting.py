"""End runs that nothing else ends: their process is gone, and was elsewhere."""

from mlrun_images.errors import Refused
from mlrun_images.history.interface import History
from mlrun_images.history.states import ENDED
from mlrun_images.processes import pid_here
from mlrun_images.text import one_line


def abort_runs(history: History, runs: list[dict]) -> tuple[int, list[str]]:
    """
    Record runs as aborted.

    :param history: The history.
    :param runs:    Runs of it.

    :returns: How many were aborted, and a line for each that was not, with the reason.
    """
    aborted, lines = 0, []
    for run in runs:
        uid, state = run["metadata"]["uid"], run["status"].get("state")
        try:
            if state in ENDED:
                raise Refused(f"it has ended already ({state})")
            if pid := pid_here(history.process_of(run)):
                raise Refused(f"process {pid} of this machine runs it: end that process")
            history.abort(run)
            aborted += 1
        except Exception as error:
            lines.append(f"{uid} is left: {one_line(error)}")
    return aborted, lines
