"""Delete past runs with their artifacts and files; record as aborted those that nothing ends."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from mlrun_images.errors import Refused, one_line
from mlrun_images.history.interface import Entry, History
from mlrun_images.history.records import ENDED, UNDELETABLE
from mlrun_images.looking.thumbnail_cache import PLACE, ThumbnailCache
from mlrun_images.processes import pid_here


def delete_runs(history: History, runs: Iterable[dict]) -> tuple[int, list[str]]:
    """
    Delete runs with their iterations, artifacts and files.

    :param history: The history.
    :param runs:    Runs of it.

    :returns: How many runs were deleted, and a line for each run or file that is left, with the
              reason.
    """
    lines: list[str] = []
    removed: list[str] = []
    deleted = 0
    for entries in history.with_artifacts(runs):
        uid = entries[0][0]["metadata"]["uid"]
        try:
            lines += _delete(history, entries, removed)
            deleted += 1
        except Exception as error:
            lines.append(f"{uid} is left: {one_line(error)}")
    with ThumbnailCache(history.folder / PLACE) as cache:
        cache.forget(removed)
    return deleted, lines


def _delete(history: History, entries: list[Entry], removed: list[str]) -> list[str]:
    """Delete a run. Gives a line for each file that is left."""
    run = entries[0][0]
    uid = run["metadata"]["uid"]
    if run["status"].get("state") in UNDELETABLE:
        raise Refused(f"it is running; if not, then: python main.py abort {uid[:8]}")
    artifacts = [artifact for _, found in entries for artifact in found]
    lines = [line for one in artifacts for line in _delete_file(history, one, run, removed)]
    history.delete(run, artifacts)  # the last: what is interrupted can be said again
    return lines


def _delete_file(history: History, artifact: dict, run: dict, removed: list[str]) -> list[str]:
    """Delete an artifact's file. Gives a line if it is left."""
    path = artifact["spec"].get("target_path", "")
    if not path:
        return []
    try:
        location = history.access.locate_removable(path, run["metadata"]["uid"])
        history.access.remove(location)
        if isinstance(location, Path):
            _remove_empty_folders(location.parent, run["metadata"])
        removed.append(str(location))
    except (Refused, OSError, ValueError) as error:
        return [f"{path} is left: {one_line(error)}"]
    return []


def _remove_empty_folders(folder: Path, metadata: dict) -> None:
    """Remove the folders that held only this run's files, up to its own or its workflow's."""
    own = {metadata["uid"], (metadata.get("labels") or {}).get("workflow")}
    with contextlib.suppress(OSError):
        while not own.isdisjoint(folder.parts):
            folder.rmdir()
            folder = folder.parent


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
