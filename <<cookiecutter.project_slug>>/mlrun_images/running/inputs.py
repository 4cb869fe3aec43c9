"""A run's inputs: files, URLs, and the outputs of earlier runs."""

import os
from collections.abc import Iterable

import mlrun
from mlrun.artifacts import dict_to_artifact

from mlrun_images.errors import Refused
from mlrun_images.history.records import iteration, local_time
from mlrun_images.running.endings import list_runs


def group_inputs(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """
    Put inputs in a dictionary.

    :param pairs: Names and values as they were typed; a name that comes again makes a list.

    :returns: The value or values by name.
    """
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in grouped.items()}


def find_inputs(
    project: mlrun.projects.MlrunProject,
    inputs: dict[str, str | list[str]],
    remote: bool = False,
) -> dict[str, str | list[str]]:
    """
    Find what inputs name. What is there as a file wins over an output of that name.

    :param project: The project.
    :param inputs:  By name one or several of: a path from the working folder, a URL or `store://`
                    URI, `UID/KEY` or `UID-ITERATION/KEY` for an output of a run (the first letters
                    of its uid are enough), `KEY` for the newest output of that key.
    :param remote:  The run is a job, whose files are not this machine's.

    :returns: The same with absolute paths and `store://` URIs.

    :raise Refused: If there is nothing of that name.
    """

    def find(name: str, value: str) -> str:
        if "://" in value:
            return value
        path = os.path.expanduser(value)  # not every shell does so behind NAME=
        if not remote and os.path.exists(path):  # MLRun works in the project's folder
            return os.path.abspath(path)
        if uri := _output_uri(project, value):
            return uri
        if remote:
            return value  # a path within the pod
        raise Refused(f"{name}: there is no file {value!r} here, and no output of that name")

    return {
        name: [find(name, one) for one in value] if isinstance(value, list) else find(name, value)
        for name, value in inputs.items()
    }


def _output_uri(project: mlrun.projects.MlrunProject, name: str) -> str:
    """The `store://` URI of the artifact that `UID/KEY` or `KEY` names; empty if there is none."""
    uid, slash, key = name.rpartition("/")
    if slash:
        run = _find_run(project, uid)
        return ((run or {}).get("status", {}).get("artifact_uris") or {}).get(key, "")
    # the run DB's own name of an artifact has the run's name in it
    artifacts = project.list_artifacts(name=f"~{key}", tag="*") if key else []
    found = [artifact for artifact in artifacts if artifact["metadata"]["key"] == key]
    newest = max(found, key=_updated, default=None)
    return dict_to_artifact(newest).uri if newest else ""


def _find_run(project: mlrun.projects.MlrunProject, uid: str) -> dict | None:
    uid, _, number = uid.partition("-")
    if not uid.isalnum():
        return None
    try:
        return mlrun.get_run_db().read_run(uid, project.name, iter=int(number or 0))
    except (mlrun.errors.MLRunNotFoundError, ValueError):
        pass
    runs = [run for run in list_runs(project) if run["metadata"]["uid"].startswith(uid)]
    uids = sorted({run["metadata"]["uid"] for run in runs})
    if len(uids) > 1:
        raise Refused(f"{len(uids)} runs have a uid that begins with {uid}: type more of it")
    return next((run for run in runs if str(iteration(run)) == (number or "0")), None)


def _updated(artifact: dict) -> float:
    updated = artifact["metadata"].get("updated")
    return local_time(updated).timestamp() if updated else 0.0
