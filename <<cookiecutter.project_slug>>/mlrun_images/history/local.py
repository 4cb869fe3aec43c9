"""Past runs of a project without a server, from its own file."""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlrun_images.history import sql
from mlrun_images.history.artifacts import RUN_END, made_by, made_by_no_run, newest_of
from mlrun_images.history.filters import Filters, run_conditions
from mlrun_images.history.interface import PAGE, Entry, History
from mlrun_images.history.records import by_producer, iteration, producer_of
from mlrun_images.history.store import PLACE, Store

if TYPE_CHECKING:
    from mlrun_images.access import Access

NEWEST = "start_time DESC, uid DESC"


class LocalHistory(History):
    """
    Past runs in the file `.mlrun/runs.db` of the project's folder.

    :param folder:        The project's folder.
    :param project:       The project's name.
    :param artifact_path: The artifact path of project.yaml; empty where it has none.
    """

    def __init__(self, folder: Path, project: str, artifact_path: str = ""):
        super().__init__(folder, project)
        self.store = Store(folder / PLACE, folder)
        self._artifact_path = artifact_path

    @cached_property
    def access(self) -> "Access":
        from mlrun_images.access import Access

        path = self._artifact_path or "artifacts"
        path = path if "://" in path else str(self.folder / path)
        return Access(self.folder, self.project, [path], is_local=True)

    def runs(self, filters: Filters) -> Iterator[dict]:
        # iter = 0 is written out: only so SQLite takes the index `runs_by_start`
        which = [("project = ? AND iter = 0", self.project), *run_conditions(filters)]
        page, after = PAGE, None
        while page == PAGE:
            behind = ("(start_time, uid) < (?, ?)", after)
            rows = self.store.find_runs([*which, behind], NEWEST, PAGE)
            yield from self.store.runs_in(rows)
            page, after = len(rows), [rows[-1]["start_time"], rows[-1]["uid"]] if rows else None

    def beginning_with(self, uid: str) -> list[dict]:
        return list(self.store.runs_in(self._beginning_with(uid)))

    def uids(self, beginning: str, limit: int) -> list[str]:
        """Get the uids of the newest runs whose uid begins with a text."""
        return [row["uid"] for row in self._beginning_with(beginning, limit)]

    def _beginning_with(self, uid: str, limit: int = -1) -> list[sqlite3.Row]:
        of_project = "project = ? AND iter = 0", self.project
        begins = "uid >= ? AND uid < ?", [uid, uid + sql.LAST] if uid else None
        # with the +, SQLite looks runs up by their uids instead of reading all in order of time
        return self.store.find_runs([of_project, begins], f"{'+' if uid else ''}{NEWEST}", limit)

    def iterations_of(self, run: dict) -> list[dict]:
        key = [self.project, run["metadata"]["uid"]]
        rows = self.store.find_runs([("(project, uid) = (?, ?) AND iter > 0", key)], "iter")
        return list(self.store.runs_in(rows))

    def with_artifacts(self, runs: Iterable[dict]) -> Iterator[list[Entry]]:
        for run in runs:
            found = by_producer(self._artifacts(self._made_by(run["metadata"]["uid"])))
            yield [(one, [*found[producer_of(one)].values()]) for one in self.entries_of(run)]

    def _made_by(self, uid: str) -> sql.Condition:
        return made_by(self.project, f"{self.project}/{uid}", RUN_END)

    def _artifacts(self, condition: sql.Condition) -> list[dict]:
        """Find artifacts, each once, whatever its tags."""
        rows = {row["id"]: row for row in self.store.find_artifacts([condition])}
        return list(self.store.artifacts_in(rows.values()))

    def artifacts_of_no_run(self) -> list[dict]:
        return self._artifacts(made_by_no_run(self.project))

    def newest_artifact(self, key: str) -> dict | None:
        return next(iter(self._artifacts(newest_of(self.project, key))), None)

    def log_of(self, uid: str) -> str:
        log = self.store.read_log(self.project, uid)
        return log.decode(errors="replace")

    def delete(self, run: dict, artifacts: list[dict]) -> None:
        uid = run["metadata"]["uid"]
        self.store.delete_run(self.project, uid)
        self.store.delete_artifacts([self._made_by(uid)])

    def process_of(self, run: dict) -> str:
        return self.store.process_of(self.project, run["metadata"]["uid"])

    def update(self, run: dict, updates: dict[str, Any]) -> None:
        self.store.update_run(self.project, run["metadata"]["uid"], iteration(run), updates)
