"""
What the commands ask of past runs. It has two ends: `LocalHistory` on the project's own file, and
`ServerHistory` on MLRun's client where an API server is set.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mlrun_images.errors import Refused
from mlrun_images.history.filters import Filters
from mlrun_images.history.records import local_time

if TYPE_CHECKING:
    from mlrun_images.access import Access

PAGE = 100  # runs of one call
SHOWN = 3  # UIDs of those that begin as one was typed
Entry = tuple[dict, list[dict]]  # the record of a run or an iteration, and those of its artifacts


class History(ABC):
    """
    A project's past runs. Records are dictionaries, as MLRun has them.

    :param folder:  The project's folder.
    :param project: The project's name.
    """

    def __init__(self, folder: Path, project: str):
        self.folder = folder
        self.project = project

    @property
    @abstractmethod
    def access(self) -> "Access":
        """What may be read or removed of that which the records name."""

    @abstractmethod
    def runs(self, filters: Filters) -> Iterator[dict]:
        """
        Find runs, page by page, so that the newest of many are there at once.

        :param filters: Which runs. What it says of uids is left to `select`; of images an end uses
                        what it can, to leave out runs without such an image.

        :returns: Runs, newest first. A sweep is one.
        """

    @abstractmethod
    def beginning_with(self, uid: str) -> list[dict]:
        """Find the runs whose uid is this, or begins so: the first few of many."""

    @abstractmethod
    def iterations_of(self, run: dict) -> list[dict]:
        """Get a sweep's iterations in order; none for a single run."""

    @abstractmethod
    def with_artifacts(self, runs: Iterable[dict]) -> Iterator[list[Entry]]:
        """Get for each run its entry, and behind it those of its iterations."""

    @abstractmethod
    def artifacts_of_no_run(self) -> list[dict]:
        """Get the artifacts that were logged without a run, or whose run was deleted."""

    @abstractmethod
    def newest_artifact(self, key: str) -> dict | None:
        """Get the artifact that was logged last under a key."""

    @abstractmethod
    def log_of(self, uid: str) -> str:
        """Get what a run printed."""

    @abstractmethod
    def delete(self, run: dict, artifacts: list[dict]) -> None:
        """
        Delete the records of a run with its iterations, and of these artifacts of theirs.

        :raise Exception: If it is not possible: a run that is running is left.
        """

    @abstractmethod
    def process_of(self, run: dict) -> str:
        """Name the process that a run is in, as `this_process` does; empty if it is not known."""

    @abstractmethod
    def abort(self, run: dict) -> None:
        """Record a run and its iterations as aborted, as far as they go on. A job is ended."""

    def select(self, filters: Filters) -> Iterator[dict]:
        """
        Find runs, also by uid.

        :raise Refused: If there is no run of a given uid.
        """
        if not filters.uids:
            yield from self.runs(filters)
            return
        for run in self.named(filters.uids):
            start = run["status"].get("start_time")
            began = local_time(start) if start else None
            if filters.since and (not began or began < filters.since):
                continue
            if filters.takes_run(run):
                yield run

    def named(self, uids: Iterable[str]) -> list[dict]:
        """
        Find runs by their uids, or by how these begin.

        :returns: Each run once, however often it is named.

        :raise Refused: If there is no such run, or several begin so.
        """
        found = (self._find(uid) for uid in uids)
        return [*{run["metadata"]["uid"]: run for run in found}.values()]

    def _find(self, uid: str) -> dict:
        if not uid:  # every uid begins so: a script's variable was empty
            raise Refused("a UID is empty: see `python main.py runs`")
        found = self.beginning_with(uid)
        if len(found) == 1:
            return found[0]
        if found:
            shown = [run["metadata"]["uid"] for run in found[:SHOWN]]
            more = ["…"] if len(found) > SHOWN else []
            raise Refused(f"{len(found)} runs begin with {uid!r}: {', '.join([*shown, *more])}")
        raise Refused(f"no run {uid!r} in project {self.project}: see `python main.py runs`")
