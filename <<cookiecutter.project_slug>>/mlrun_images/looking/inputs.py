"""A run's inputs: files, URLs, and the outputs of earlier runs."""

import os

from mlrun_images.errors import Refused
from mlrun_images.history.interface import History
from mlrun_images.history.records import artifact_uri, iteration


def find_inputs(
    history: History,
    inputs: dict[str, list[str]],
    remote: bool = False,
) -> dict[str, str | list[str]]:
    """
    Find the files and artifacts that inputs name. A file wins over an output of the same name.

    :param history: The project's past runs.
    :param inputs:  Inputs by name, each a list of: a path from the working folder, a URL or
                    `store://` URI, `UID/KEY` or `UID-ITERATION/KEY` for an output of a run (the
                    first letters of its uid are enough), `KEY` for the newest output of that key.
    :param remote:  Whether the run is a job. It does not see this machine's files: a path is one in
                    its pod.

    :returns: The same with absolute paths and `store://` URIs; a list of one is that one.

    :raise Refused: If there is no such file or output, or several runs have such a uid.
    """

    def find(name: str, value: str) -> str:
        if "://" in value:
            return value
        path = os.path.expanduser(value)  # behind NAME= not every shell does
        if not remote and os.path.exists(path):  # MLRun works in the project's folder
            return os.path.abspath(path)
        if uri := _output_uri(history, value):
            return uri
        if remote:
            return value  # a path within the pod
        raise Refused(
            f"{name}: there is no file {value!r} here, and no output of that name; possible: "
            "a path, a URL, KEY, or UID/KEY"
        )

    found = {name: [find(name, one) for one in values] for name, values in inputs.items()}
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _output_uri(history: History, name: str) -> str:
    """Get the `store://` URI of the artifact that `UID/KEY` or `KEY` names; empty if none."""
    uid, slash, key = name.rpartition("/")
    if slash:
        run = _find_run(history, uid)
        return ((run or {}).get("status", {}).get("artifact_uris") or {}).get(key, "")
    artifact = history.newest_artifact(key) if key else None
    return artifact_uri(artifact) if artifact else ""


def _find_run(history: History, uid: str) -> dict | None:
    uid, _, number = uid.partition("-")
    run = history.find(uid) if uid.isalnum() else None
    entries = history.entries_of(run) if run else []
    return next((one for one in entries if str(iteration(one)) == (number or "0")), None)
