"""Past runs, their images and other outputs: found, and summarized."""

import itertools
import mimetypes
import os
from collections.abc import Iterable, Iterator
from typing import Any

from mlrun_images.errors import Refused
from mlrun_images.history.filters import Filters
from mlrun_images.history.interface import History
from mlrun_images.history.records import (
    COMPLETED,
    artifact_uri,
    iteration,
    summarize,
    summarize_artifact,
)


def is_image(output: dict[str, Any]) -> bool:
    """Whether an output, as `summarize` gives it, is an image."""
    if "value" in output:
        return False
    if output["object_type"].startswith("PIL."):
        return True
    mimetypes.add_type("image/webp", ".webp")  # Python 3.11 does not know it everywhere
    return (mimetypes.guess_type(output["path"])[0] or "").startswith("image/")


def find_runs(history: History, filters: Filters) -> Iterator[dict]:
    """
    Find runs; where something is said of images, those that made such an image.

    :param history: The history.
    :param filters: Which.

    :returns: Runs of the history, newest first.
    """
    found = history.select(filters)
    if not filters.of_images:
        yield from found
        return
    for entries in history.with_artifacts(found):
        outputs = (map(summarize_artifact, artifacts) for _, artifacts in entries)
        images = filter(is_image, itertools.chain.from_iterable(outputs))
        if any(map(filters.takes_image, images)):
            yield entries[0][0]


def find_images(history: History, filters: Filters) -> Iterator[dict[str, Any]]:
    """
    Find images.

    :param history: The history.
    :param filters: Which.

    :returns: Images as `summarize_artifact` gives them, the newest run's first, with their `uri`,
              and of their run `uid`, `iteration`, `run` (its name) and `start`.
    """
    for entries in history.with_artifacts(history.select(filters)):
        for run, artifacts in entries:
            summary = summarize(run, artifacts, [])
            of_run = {name: summary[name] for name in ("uid", "iteration", "start")}
            for output in filter(is_image, summary["outputs"]):
                if filters.takes_image(output):
                    yield output | of_run | {"run": summary["name"]}


def outlines(history: History, runs: Iterable[dict]) -> list[dict]:
    """
    Summarize runs without their artifacts, of which only the keys are known: that costs no call.

    :param history: The history.
    :param runs:    Runs of it.

    :returns: Runs as `summaries` gives them. A sweep is one.
    """
    return [_outline(history, run) for run in runs]


def summaries(history: History, runs: Iterable[dict], whole: bool = False) -> list[dict]:
    """
    Summarize runs with their artifacts and iterations.

    :param history: The history.
    :param runs:    Runs of it.
    :param whole:   Add to each run, but not to its iterations, its `log`.

    :returns: Runs as `summarize` gives them, each before its iterations.
    """
    entries = itertools.chain.from_iterable(history.with_artifacts(runs))
    records = [summarize(run, artifacts) for run, artifacts in entries]
    for record in records:
        if whole and not record["iteration"]:
            record["log"] = history.log_of(record["uid"])
    return records


def _outline(history: History, run: dict) -> dict:
    summary = summarize(run, [], [])
    if set(summary["iterations"]) - {COMPLETED}:
        # its own says how many failed, as the table does, and not why
        errors = [summarize(one, [], [])["error"] for one in history.iterations_of(run)]
        if any(errors):
            summary |= {"error": "", "problems": errors}
    summary["outputs"] += [{"key": key} for key in run["status"].get("artifact_uris") or {}]
    return summary


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
    maker, slash, key = name.rpartition("/")
    if not slash:
        artifact = history.newest_artifact(key) if key else None
        return artifact_uri(artifact) if artifact else ""
    uid, _, number = maker.partition("-")
    run = history.find(uid) if uid.isalnum() else None
    for one in history.entries_of(run) if run else ():
        if str(iteration(one)) == (number or "0"):
            return (one["status"].get("artifact_uris") or {}).get(key, "")
    return ""
