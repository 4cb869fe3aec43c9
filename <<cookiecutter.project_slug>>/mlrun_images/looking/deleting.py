"""Delete runs with their artifacts and files."""

import contextlib
from pathlib import Path

import mlrun

from mlrun_images.access import Access
from mlrun_images.errors import Refused
from mlrun_images.looking.history import Artifacts, iterations_of
from mlrun_images.looking.thumbnail_cache import ThumbnailCache
from mlrun_images.text import one_line


def delete_runs(project: mlrun.projects.MlrunProject, runs: list[dict]) -> list[str]:
    """
    Delete runs with their iterations, artifacts and files.

    :param project: The project.
    :param runs:    Runs as the run DB gives them.

    :returns: A line for each run or file that is left, with the reason.
    """
    access = Access(project)
    artifacts = Artifacts(project, runs)
    lines: list[str] = []
    removed: list[str] = []
    for run in runs:
        uid = run["metadata"]["uid"]
        found = [
            artifact
            for one in (run, *iterations_of(project, run))
            for artifact in artifacts.take(one)
        ]
        try:
            for artifact in found:
                lines += _delete_file(access, artifact, uid, removed)
            # the records last: what is interrupted can be said again
            for artifact in found:
                _delete_record(project, artifact)
            mlrun.get_run_db().del_run(uid, project.name)
        except Exception as error:
            lines.append(f"{uid} is left: {one_line(error)}")
    with ThumbnailCache(Path(project.spec.context, ".mlrun", "thumbnails.db")) as cache:
        cache.forget(removed)
    return lines


def _delete_file(access: Access, artifact: dict, uid: str, removed: list[str]) -> list[str]:
    """Delete an artifact's file. Gives a line if it is left."""
    path = artifact["spec"].get("target_path", "")
    if not path:
        return []
    try:
        location = access.locate_removable(path, uid)
        if isinstance(location, str):
            mlrun.get_dataitem(location).delete()
        else:
            location.unlink(missing_ok=True)
            _remove_empty_folders(location.parent, uid)
        removed.append(str(location))
    except (Refused, OSError, ValueError) as error:
        return [f"{path} is left: {one_line(error)}"]
    return []


def _remove_empty_folders(folder: Path, uid: str) -> None:
    """Remove the folders that held only this run's files, up to the run's own."""
    with contextlib.suppress(OSError):
        while uid in folder.parts:
            folder.rmdir()
            folder = folder.parent


def _delete_record(project: mlrun.projects.MlrunProject, artifact: dict) -> None:
    metadata, spec = artifact["metadata"], artifact["spec"]
    mlrun.get_run_db().del_artifact(
        spec.get("db_key") or metadata["key"],
        project=project.name,
        tree=metadata.get("tree"),
        uid=metadata.get("uid"),
        iter=metadata.get("iter") or None,
    )
