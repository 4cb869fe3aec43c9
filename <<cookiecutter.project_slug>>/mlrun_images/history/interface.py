"""
What the commands ask of past runs. Two classes answer: `LocalHistory` from the project's own file,
and `ServerHistory` by MLRun's client where an API server is set.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlrun_images.errors import Refused
from mlrun_images.history.filters import Filters
from mlrun_images.history.records import ABORTED_BY_HAND, ENDED

if TYPE_CHECKING:
    from mlrun_images.access import Access

PAGE = 100  # runs that are read at once
SHOWN = 3  # UIDs that a message lists
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
        """Which of the files that the records name may be read or removed."""

    @abstractmethod
    def runs(self, filters: Filters) -> Iterator[dict]:
        """
        Find runs, page by page, so that the first of many are there at once.

        :param filters: Which runs. `select` has the last word on it: this may leave some through.

        :returns: Runs, newest first. A sweep is one run.
        """

    @abstractmethod
    def beginning_with(self, uid: str) -> list[dict]:
        """Find the runs whose uid is this, or begins with this."""

    @abstractmethod
    def iterations_of(self, run: dict) -> list[dict]:
        """Get a sweep's iterations, in the order of their numbers."""

    def entries_of(self, run: dict) -> list[dict]:
        """Get a run, and behind it its iterations."""
        return [run, *(self.iterations_of(run) if run["spec"].get("hyperparams") else ())]

    @abstractmethod
    def with_artifacts(self, runs: Iterable[dict]) -> Iterator[list[Entry]]:
        """Get for each run a list: its own entry, then those of its iterations."""

    @abstractmethod
    def artifacts_of_no_run(self) -> list[dict]:
        """Get the artifacts that were logged without a run, or whose run was deleted."""

    @abstractmethod
    def newest_artifact(self, key: str) -> dict | None:
        """Get the artifact that was logged last under a key; None if there is none."""

    @abstractmethod
    def log_of(self, uid: str) -> str:
        """Get what a run printed; empty if it printed nothing."""

    @abstractmethod
    def delete(self, run: dict, artifacts: list[dict]) -> None:
        """
        Delete the records of a run and its iterations, and those of their artifacts.

        :param run:       The run.
        :param artifacts: All artifacts of the run and its iterations. Their files stay.

        :raise Exception: If the run is running, or MLRun or SQLite does not delete it.
        """

    @abstractmethod
    def process_of(self, run: dict) -> str:
        """Name the process that a run is in, as `this_process` does; empty if it is not known."""

    @abstractmethod
    def update(self, run: dict, updates: dict[str, Any]) -> None:
        """Change parts of a run's or an iteration's record, as MLRun's `update_run` does."""

    def abort(self, run: dict) -> None:
        """Record as aborted what has not ended of a run and its iterations. A job is stopped."""
        for one in self.entries_of(run):
            if one["status"].get("state") not in ENDED:
                self.update(one, ABORTED_BY_HAND)

    def select(self, filters: Filters) -> Iterator[dict]:
        """
        Find runs by all that the filters say of runs, uids included.

        :returns: Runs; without uids the newest first.

        :raise Refused: If no run has a given uid, or several begin with it.
        """
        found = self.find_all(filters.uids) if filters.uids else self.runs(filters)
        return filter(filters.takes_run, found)

    def find_all(self, uids: Iterable[str]) -> list[dict]:
        """
        Find runs by their uids, or by the beginnings of these.

        :returns: Each run once, however often it is named.

        :raise Refused: If no run has a uid that begins with one of them, or several have.
        """
        found = {}
        for uid in uids:
            run = self.find(uid)
            if not run:
                where = f"in project {self.project}: `python main.py runs` lists those there are"
                raise Refused(f"no run {uid!r} {where}")
            found[run["metadata"]["uid"]] = run
        return [*found.values()]

    def find(self, uid: str) -> dict | None:
        """
        Find the run whose uid is this, or begins with this; None if there is none.

        :raise Refused: If several have such a uid, as all have an empty one.
        """
        if not uid:  # as of a script's empty variable
            raise Refused("a UID is empty: `python main.py runs` lists those there are")
        found = self.beginning_with(uid)
        if len(found) > 1:
            shown = [run["metadata"]["uid"] for run in found[:SHOWN]]
            has = ", ".join([*shown, *["…"] * (len(found) > SHOWN)])
            raise Refused(f"{len(found)} runs begin with {uid!r}: {has}; type more of its UID")
        return found[0] if found else None
