"""Images of past runs."""

import itertools
import mimetypes
from collections.abc import Iterator
from typing import Any

from mlrun_images.history.filters import Filters
from mlrun_images.history.interface import History
from mlrun_images.history.records import summarize, summarize_artifact


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
