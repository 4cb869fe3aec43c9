"""Past runs of a project that has no server: what its own file keeps."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlrun_images.history.filters import Filters
from mlrun_images.history.interface import PAGE, Entry, History
from mlrun_images.history.selecting import run_conditions
from mlrun_images.history.states import BY_HAND, ENDED
from mlrun_images.history.store import Store

if TYPE_CHECKING:
    from mlrun_images.access import Access


class LocalHistory(History):
    """
    Past runs in the project's file.

    :param folder:        The project's folder.
    :param project:       The project's name.
    :param artifact_path: Where project.yaml says that artifacts go; empty by default.
    """

    def __init__(self, folder: Path, project: str, artifact_path: str = ""):
        super().__init__(folder, project)
        self.store = Store(folder / ".mlrun" / "runs.db", folder)
        self._artifact_path = artifact_path

    @cached_property
    def access(self) -> "Access":
        from mlrun_images.access import Access

        path = self._artifact_path or "artifacts"
        path = path if "://" in path else str(self.folder / path)
        return Access(self.folder, self.project, [path], own=True)

    def runs(self, filters: Filters) -> Iterator[dict]:
        conditions = run_conditions(filters)
        page, last = PAGE, None
        while page == PAGE:
            rows = self.store.newest_runs(self.project, conditions, PAGE, last)
            for run in self.store.runs_in(rows):
                if filters.takes_run(run):
                    yield run
            page, last = len(rows), rows[-1] if rows else None

    def beginning_with(self, uid: str) -> list[dict]:
        return list(self.store.runs_in(self.store.runs_beginning_with(self.project, uid)))

    def iterations_of(self, run: dict) -> list[dict]:
        if not run["spec"].get("hyperparams"):
            return []
        return list(self.store.iterations_of(self.project, run["metadata"]["uid"]))

    def with_artifacts(self, runs: Iterable[dict]) -> Iterator[list[Entry]]:
        for run in runs:
            uid = run["metadata"]["uid"]
            # the last of those that were logged under one key
            found: dict[str, dict[str, dict]] = defaultdict(dict)
            for artifact in self.store.artifacts_of(self.project, uid):
                producer = artifact["spec"]["producer"]["uri"]
                found[producer.rpartition("/")[2]][artifact["metadata"]["key"]] = artifact
            yield [(one, [*found[_producer(one)].values()]) for one in self._with_iterations(run)]

    def _with_iterations(self, run: dict) -> list[dict]:
        return [run, *self.iterations_of(run)]

    def artifacts_of_no_run(self) -> list[dict]:
        return self.store.artifacts_of_no_run(self.project)

    def newest_artifact(self, key: str) -> dict | None:
        return self.store.newest_artifact(self.project, key)

    def log_of(self, uid: str) -> str:
        log = self.store.read_log(self.project, uid)
        return log.decode(errors="replace")

    def delete(self, run: dict, artifacts: list[dict]) -> None:
        uid = run["metadata"]["uid"]
        self.store.delete_run(self.project, uid)
        self.store.delete_artifacts(self.project, producer=f"{self.project}/{uid}")

    def abort(self, run: dict) -> None:
        for one in self._with_iterations(run):
            if one["status"].get("state") not in ENDED:
                metadata = one["metadata"]
                place = self.project, metadata["uid"], metadata.get("iteration") or 0
                self.store.update_run(*place, BY_HAND)


def _producer(run: dict) -> str:
    """What the artifacts of a run, or of an iteration, name as their producer."""
    metadata = run["metadata"]
    number = metadata.get("iteration")
    return f"{metadata['uid']}-{number}" if number else metadata["uid"]
