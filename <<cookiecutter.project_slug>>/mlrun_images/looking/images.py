"""Images of past runs: which are looked for, and what is known of each."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import mlrun

from mlrun_images.looking.history import Artifacts, chunks, find_named, find_runs, iterations_of
from mlrun_images.packing.formats import format_called
from mlrun_images.running.records import local_time, summarize

mimetypes.add_type("image/webp", ".webp")  # Python 3.11 does not know it everywhere


@dataclass
class Wanted:
    """
    Which images are looked for. What is empty or 0 matters not.

    :param key:        Their key; for `mask` also `mask_0`, `mask_1` and so on.
    :param format:     Their format by Pillow's name or an extension, in any case: JPEG, jpg.
    :param min_width:  Their least width in pixels.
    :param min_height: Their least height in pixels.
    :param since:      When their run started at the earliest.
    :param uids:       Their runs, by uid or how that begins.
    """

    key: str = ""
    format: str = ""
    min_width: int = 0
    min_height: int = 0
    since: datetime | None = None
    uids: tuple[str, ...] = field(default_factory=tuple)

    def all_images(self) -> bool:
        """Whether no image is left out of a run that is shown."""
        return not (self.key or self.format or self.min_width or self.min_height)

    def takes(self, image: dict[str, Any]) -> bool:
        """Whether an image, as `summarize_artifact` gives it, is looked for."""
        labels = image["labels"]
        stem, _, number = image["key"].rpartition("_")
        return (
            self.key in ("", image["key"], stem if number.isdecimal() else image["key"])
            and format_called(self.format) in ("", labels.get("format", "").upper())
            and _number(labels.get("width")) >= self.min_width
            and _number(labels.get("height")) >= self.min_height
        )

    def runs(self, project: mlrun.projects.MlrunProject) -> Iterator[dict]:
        """
        Get the runs in which they are, newest first.

        :raise Refused: If there is no run of a given uid.
        """
        if not self.uids:
            yield from find_runs(project, since=self.since)
        for run in find_named(project, self.uids):
            start = run["status"].get("start_time")
            if not self.since or (start and local_time(start) >= self.since):
                yield run


def _number(label: str | None) -> int:
    return int(label) if label and label.isdecimal() else 0


def is_image(output: dict[str, Any]) -> bool:
    """Whether an output, as `summarize` gives it, is an image."""
    if "value" in output:
        return False
    guess = mimetypes.guess_type(output["path"])[0] or ""
    return output["object_type"].startswith("PIL.") or guess.startswith("image/")


def find_images(project: mlrun.projects.MlrunProject, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """
    Find images.

    :param project: The project.
    :param wanted:  Which.

    :returns: Images as `summarize_artifact` gives them, the newest run's first, with their `uri`,
              and of their run `uid`, `iteration`, `run` (its name) and `start`.
    """
    for runs in chunks(wanted.runs(project)):
        artifacts = Artifacts(project, runs)
        for run in runs:
            for one in (run, *iterations_of(project, run)):
                summary = summarize(one, [], artifacts.take(one))
                of_run = {name: summary[name] for name in ("uid", "iteration", "start")}
                for output in filter(is_image, summary["outputs"]):
                    if wanted.takes(output):
                        yield output | of_run | {"run": summary["name"]}
