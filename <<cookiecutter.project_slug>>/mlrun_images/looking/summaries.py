"""Past runs and their images, found and summarized."""

import itertools
import mimetypes
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from mlrun_images.history.filters import Filters, function_of
from mlrun_images.history.interface import History
from mlrun_images.history.records import summarize, summarize_artifact
from mlrun_images.history.states import COMPLETED


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


def summaries(history: History, runs: Iterable[dict]) -> list[dict]:
    """
    Summarize runs with their artifacts and iterations.

    :param history: The history.
    :param runs:    Runs of it.

    :returns: Runs as `summarize` gives them, each before its iterations, with `function`, and of a
              sweep `sweep` (the values) and `iterations` (how many, by state).
    """
    entries = itertools.chain.from_iterable(history.with_artifacts(runs))
    return [summarize(run, artifacts) | _more(run) for run, artifacts in entries]


def whole_runs(history: History, uids: Iterable[str]) -> list[dict]:
    """
    Get runs with all that is known of them.

    :param history: The history.
    :param uids:    Their uids, or how these begin.

    :returns: Runs as `summaries` gives them, the run itself with its `log`.

    :raise Refused: If there is no such run, or several begin so.
    """
    records = summaries(history, history.find_all(uids))
    return [
        record if record["iteration"] else record | {"log": history.log_of(record["uid"])}
        for record in records
    ]


def _outline(history: History, run: dict) -> dict:
    summary = summarize(run, [], []) | _more(run)
    if set(summary["iterations"]) - {COMPLETED}:
        # its own says how many failed, as the table does, and not why
        errors = [summarize(one, [], [])["error"] for one in history.iterations_of(run)]
        summary["error"] = "; ".join(filter(None, errors)) or summary["error"]
    summary["outputs"] += [{"key": key} for key in run["status"].get("artifact_uris") or {}]
    return summary


def _more(run: dict) -> dict[str, Any]:
    header, *rows = run["status"].get("iterations") or [[]]
    states = Counter(row[header.index("state")] for row in rows if "state" in header)
    sweep = run["spec"].get("hyperparams") or {}
    return {"function": function_of(run), "sweep": sweep, "iterations": dict(states)}
