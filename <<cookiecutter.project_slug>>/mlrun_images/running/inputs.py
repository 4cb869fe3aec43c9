"""A run's inputs: files, URLs, and the outputs of earlier runs."""

import os
from collections.abc import Iterable

from mlrun_images.errors import Refused
from mlrun_images.history.interface import History
from mlrun_images.history.records import iteration
from mlrun_images.history.uris import artifact_uri


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
    history: History,
    inputs: dict[str, str | list[str]],
    remote: bool = False,
) -> dict[str, str | list[str]]:
    """
    Find what inputs name. What is there as a file wins over an output of that name.

    :param history: The project's past runs.
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
        if uri := _output_uri(history, value):
            return uri
        if remote:
            return value  # a path within the pod
        raise Refused(f"{name}: there is no file {value!r} here, and no output of that name")

    return {
        name: [find(name, one) for one in value] if isinstance(value, list) else find(name, value)
        for name, value in inputs.items()
    }


def _output_uri(history: History, name: str) -> str:
    """The `store://` URI of the artifact that `UID/KEY` or `KEY` names; empty if there is none."""
    uid, slash, key = name.rpartition("/")
    if slash:
        run = _find_run(history, uid)
        return ((run or {}).get("status", {}).get("artifact_uris") or {}).get(key, "")
    artifact = history.newest_artifact(key) if key else None
    return artifact_uri(artifact) if artifact else ""


def _find_run(history: History, uid: str) -> dict | None:
    uid, _, number = uid.partition("-")
    found = history.beginning_with(uid) if uid.isalnum() else []
    if len(found) > 1:
        raise Refused(f"{len(found)} runs have a uid that begins with {uid}: type more of it")
    entries = [*found, *(one for run in found for one in history.iterations_of(run))]
    return next((run for run in entries if str(iteration(run)) == (number or "0")), None)
