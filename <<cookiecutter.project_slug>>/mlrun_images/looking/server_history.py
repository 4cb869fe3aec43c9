"""Past runs on an MLRun API server, read in few calls."""

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import mlrun
from mlrun.datastore.store_resources import parse_store_uri
from mlrun.utils import parse_artifact_uri

from mlrun_images.access import Access
from mlrun_images.history.filters import Filters
from mlrun_images.history.interface import PAGE, Entry, History
from mlrun_images.history.records import (
    ENDED,
    FAILED,
    by_producer,
    iteration,
    local_time,
    producer_of,
)
from mlrun_images.processes import PROCESS

MARGIN = timedelta(hours=1)  # by which a server's clock may differ from that of the machine


class ServerHistory(History):
    """
    Past runs on the server.

    :param project: The project, as it was loaded.
    """

    def __init__(self, project: mlrun.projects.MlrunProject):
        super().__init__(Path(project.spec.context), project.name)
        self._loaded = project
        self._client = mlrun.get_run_db()

    @cached_property
    def access(self) -> Access:
        return Access.of_project(self._loaded)

    def runs(self, filters: Filters) -> Iterator[dict]:
        # a server shows only the newest run of each name in the last week unless a time is given
        asked: dict[str, Any] = {"start_time_from": filters.since or datetime.fromtimestamp(0, UTC)}
        if filters.until:
            asked["start_time_to"] = filters.until
        if filters.failed:
            asked["states"] = list(FAILED)
        token = None
        seen: set[str] = set()  # a run that starts meanwhile moves the others to the next page
        while True:
            place = {"page_token": token} if token else {"page": 1, "page_size": PAGE}
            runs, token = self._client.paginated_list_runs(project=self.project, **asked, **place)
            for run in runs:
                if run["metadata"]["uid"] not in seen:
                    seen.add(run["metadata"]["uid"])
                    yield run
            if not token:
                return

    def beginning_with(self, uid: str) -> list[dict]:
        errors = mlrun.errors.MLRunNotFoundError, mlrun.errors.MLRunBadRequestError
        with contextlib.suppress(*errors):
            if len(uid) >= 32:
                return [self._client.read_run(uid, self.project)]
        return [run for run in self.runs(Filters()) if run["metadata"]["uid"].startswith(uid)]

    def iterations_of(self, run: dict) -> list[dict]:
        uid = run["metadata"]["uid"]
        found = self._client.list_runs(uid=uid, project=self.project, iter=True)
        return sorted(filter(iteration, found), key=iteration)

    def with_artifacts(self, runs: Iterable[dict]) -> Iterator[list[Entry]]:
        rest = iter(runs)
        while chunk := list(itertools.islice(rest, PAGE)):
            artifacts = self._artifacts(**_span(chunk))
            for run in chunk:
                yield [(one, self._artifacts_of(one, artifacts)) for one in self.entries_of(run)]

    def _artifacts(self, **filters: Any) -> dict[str, dict[str, dict]]:
        return by_producer(self._loaded.list_artifacts(tag="*", **filters))  # once for each tag

    def _artifacts_of(self, run: dict, artifacts: dict[str, dict[str, dict]]) -> list[dict]:
        found = artifacts.get(producer_of(run), {})
        uris = run["status"].get("artifact_uris") or {}
        if not uris.keys() <= found.keys():
            # deleted since; or a clock was set meanwhile, and the artifact is of another time
            tree = parse_artifact_uri(parse_store_uri(min(uris.values()))[1])[4]
            found = self._artifacts(tree=tree).get(producer_of(run), {})
        return [*found.values()]

    def artifacts_of_no_run(self) -> list[dict]:
        uids = {run["metadata"]["uid"] for run in self.runs(Filters())}
        return [
            artifact
            for producer, found in self._artifacts().items()
            if producer.partition("-")[0] not in uids
            for artifact in found.values()
        ]

    def newest_artifact(self, key: str) -> dict | None:
        # the run DB's own name of an artifact has the run's name in it
        artifacts = self._loaded.list_artifacts(name=f"~{key}", tag="*")
        found = [artifact for artifact in artifacts if artifact["metadata"]["key"] == key]
        return max(found, key=lambda one: str(one["metadata"].get("updated")), default=None)

    def log_of(self, uid: str) -> str:
        log = b""
        while part := self._client.get_log(uid, self.project, offset=len(log))[1]:  # 1 MB of it
            log += part
        return log.decode(errors="replace")

    def delete(self, run: dict, artifacts: list[dict]) -> None:
        for artifact in artifacts:
            metadata, spec = artifact["metadata"], artifact["spec"]
            self._client.del_artifact(
                spec.get("db_key") or metadata["key"],
                project=self.project,
                tree=metadata.get("tree"),
                uid=metadata.get("uid"),
                iter=metadata.get("iter") or None,
            )
        self._client.del_run(run["metadata"]["uid"], self.project)

    def process_of(self, run: dict) -> str:
        return (run["metadata"].get("annotations") or {}).get(PROCESS) or ""

    def update(self, run: dict, updates: dict[str, Any]) -> None:
        self._client.update_run(updates, run["metadata"]["uid"], self.project, iteration(run))

    def abort(self, run: dict) -> None:
        kind = (run["metadata"].get("labels") or {}).get("kind")
        if mlrun.runtimes.RuntimeKinds.is_local_runtime(kind):
            super().abort(run)
        else:
            self._client.abort_run(run["metadata"]["uid"], self.project)


def _span(runs: list[dict]) -> dict[str, datetime]:
    """Between which times the artifacts of these runs were logged, as far as it is known."""
    starts = [run["status"].get("start_time") for run in runs]
    ends = [run["status"].get("last_update") for run in runs]
    span = {}
    if starts and all(starts):
        span["since"] = min(map(local_time, starts)) - MARGIN
    if ends and all(ends) and all(run["status"].get("state") in ENDED for run in runs):
        span["until"] = max(map(local_time, ends)) + MARGIN
    return span
