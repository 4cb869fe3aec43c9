"""Runs, and their logs."""

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mlrun_images.history import sql
from mlrun_images.history.errors import NotAllowed, NotThere
from mlrun_images.history.file import File, put
from mlrun_images.history.states import ABORTED, ENDED, UNDELETABLE
from mlrun_images.history.uris import artifact_uri, uid_of
from mlrun_images.processes import LOST, is_gone, this_process

TIMES = ("start_time", "last_update_time", "end_time")
Span = tuple[datetime | str | None, datetime | str | None]


class Runs(File):
    """Runs by project, uid and iteration. A sweep is a run whose iterations share its uid."""

    def put_run(self, project: str, uid: str, iter: int, run: dict) -> None:
        """Keep a run's record, in place of an earlier one. It runs in this process."""
        with self.transaction() as connection:
            self._put_run(connection, (project, uid, iter), run)

    def update_run(self, project: str, uid: str, iter: int, updates: dict[str, Any]) -> None:
        """
        Change parts of a run's record.

        :param updates: Values by where they go, as `status.state`; a backslash before a dot makes
                        it part of a name.

        :raise NotThere: If there is no such run.
        """
        with self.transaction() as connection:
            run = self._read_run(connection, project, uid, iter)
            for path, value in updates.items():
                _update(run, path, value)
            self._put_run(connection, (project, uid, iter), run)

    def _put_run(
        self, connection: sqlite3.Connection, key: tuple[str, str, int], run: dict
    ) -> None:
        metadata, status = run.get("metadata", {}), run.setdefault("status", {})
        ended = status.get("state") in ENDED
        if ended:
            self._add_artifacts_of_children(connection, status, *key)
        now = datetime.now(UTC).isoformat()
        updated = sql.utc(status.get("last_update")) or now
        place = dict(zip(("project", "uid", "iter"), key, strict=True))
        row = place | {
            "name": metadata.get("name"),
            "state": status.get("state"),
            "labels": sql.labels_json(metadata),
            "start_time": sql.utc(status.get("start_time")) or now,
            "last_update_time": updated,
            "end_time": updated if ended else None,
            "body": self.text(run),
        }
        put(connection, "runs", row)
        # which process a run is in, as long as it runs: the last one that wrote its record
        if ended:
            connection.execute("DELETE FROM running WHERE (project, uid, iter) = (?, ?, ?)", key)
        else:
            put(connection, "running", place | {"process": this_process()})

    def _add_artifacts_of_children(
        self, connection: sqlite3.Connection, status: dict, project: str, uid: str, iter: int
    ) -> None:
        """MLRun's context does not hear of artifacts that a forked child of the handler logged."""
        uris = status.get("artifact_uris") or {}
        known = {uid_of(uri) for uri in uris.values()}
        producer = f"{project}/{uid}-{iter}" if iter else f"{project}/{uid}"
        query = """SELECT a.id, a.uid FROM outputs o JOIN artifacts a ON a.id = o.id
            WHERE (o.project, o.producer) = (?, ?) ORDER BY o.id"""
        for found in connection.execute(query, (project, producer)).fetchall():
            if found["uid"] in known:
                continue
            query = "SELECT name, body FROM artifacts WHERE id = ?"
            row = connection.execute(query, [found["id"]]).fetchone()
            artifact = self.record(row, f"artifact {row['name']!r} of run {uid!r}")
            if artifact and artifact["metadata"]["key"] not in uris:
                uris[artifact["metadata"]["key"]] = artifact_uri(artifact)
        status["artifact_uris"] = uris

    def abort_lost_runs(self) -> None:
        """Record as aborted what ran in a process that is gone: killed, or ended by its handler."""
        if self.is_read_only:
            return
        running = self.rows("SELECT project, uid, iter, process FROM running")
        for project, uid, iter, process in running:
            if not is_gone(process):
                continue
            with self.transaction() as connection:
                lost = (project, uid, iter, process)  # unless another process was quicker
                query = "DELETE FROM running WHERE (project, uid, iter, process) = (?, ?, ?, ?)"
                if connection.execute(query, lost).rowcount:
                    with contextlib.suppress(NotThere):
                        run = self._read_run(connection, project, uid, iter)
                        run.setdefault("status", {}).update(state=ABORTED, status_text=LOST)
                        self._put_run(connection, (project, uid, iter), run)

    def read_run(self, project: str, uid: str, iter: int = 0) -> dict:
        """
        A run's record.

        :raise NotThere: If there is no such run.
        """
        self.abort_lost_runs()
        with self.connected() as connection:
            return self._read_run(connection, project, uid, iter)

    def _read_run(self, connection: sqlite3.Connection, project: str, uid: str, iter: int) -> dict:
        query = "SELECT body FROM runs WHERE (project, uid, iter) = (?, ?, ?)"
        for row in connection.execute(query, (project, uid, iter)).fetchall():
            if run := self.record(row, f"run {uid!r}"):
                return run
            raise NotThere(f"run {uid} of project {project} is damaged")
        raise NotThere(f"run {uid} of project {project} not found")

    def find_runs(
        self,
        project: str | None = None,
        name: str | None = None,
        uids: Iterable[str] | None = None,
        states: Iterable[str] | None = None,
        labels: Iterable[str] = (),
        times: Mapping[str, Span] | None = None,
        iterations: bool = False,
        sort: bool = True,
        limit: int = -1,
        offset: int = 0,
    ) -> list[sqlite3.Row]:
        """
        The rows of the runs that fit, newest first.

        :param project:    The project; None for all.
        :param name:       The name, or ~ and a part of it.
        :param uids:       Their uids.
        :param states:     Their states.
        :param labels:     Their labels, each as `key` or `key=value`.
        :param times:      By a name of TIMES from when to when that is.
        :param iterations: Also the iterations of sweeps.
        :param sort:       The newest first; else in any order.
        :param limit:      How many at most; -1 for all.
        :param offset:     How many of the first are left out.

        :returns: Rows, as `runs_in` takes them.
        """
        self.abort_lost_runs()
        where, values = sql.where(
            ("project = ?", project),
            sql.named("name", name),
            sql.among("uid", uids),
            sql.among("state", states),
            ("iter >= ?" if iterations else "iter = ?", 0),
            *((f"{time} >= ?", sql.utc(span[0])) for time, span in (times or {}).items()),
            *((f"{time} <= ?", sql.utc(span[1])) for time, span in (times or {}).items()),
            *sql.has_labels(labels),
        )
        # with the +, SQLite looks runs up by their uids instead of reading all in order of time
        order = f"ORDER BY {'+' if uids else ''}start_time DESC, iter" if sort else ""
        query = f"SELECT uid, iter, body FROM runs {where} {order} LIMIT ? OFFSET ?"
        return self.rows(query, [*values, limit, offset])

    def newest_runs(
        self,
        project: str,
        conditions: Iterable[sql.Condition] = (),
        limit: int = -1,
        after: sqlite3.Row | None = None,
    ) -> list[sqlite3.Row]:
        """
        The rows of one page of a project's runs, newest first, without iterations.

        :param project:    The project.
        :param conditions: Which runs.
        :param limit:      How many at most; -1 for all.
        :param after:      The last row of the page before.

        :returns: Rows, as `runs_in` takes them.
        """
        if not after:
            self.abort_lost_runs()
        where, values = sql.where(
            ("project = ? AND iter = 0", project),  # a partial index needs the very number
            ("(start_time, uid) < (?, ?)", [after["start_time"], after["uid"]] if after else None),
            *conditions,
        )
        order = "ORDER BY start_time DESC, uid DESC LIMIT ?"
        query = f"SELECT uid, iter, start_time, body FROM runs {where} {order}"
        return self.rows(query, [*values, limit])

    def runs_beginning_with(self, project: str, uid: str) -> list[sqlite3.Row]:
        """The rows of the runs whose uid begins so, newest first, without iterations."""
        self.abort_lost_runs()
        where, values = sql.where(
            ("project = ?", project), sql.begins_with("uid", uid), ("iter = ?", 0)
        )
        # with the +, SQLite looks runs up by their uids instead of reading all in order of time
        query = f"SELECT uid, iter, body FROM runs {where} ORDER BY +start_time DESC"
        return self.rows(query, values)

    def uids(self, project: str, beginning: str, limit: int) -> list[str]:
        """The uids of the newest runs whose uid begins so."""
        where, values = sql.where(
            ("project = ? AND iter = 0", project),
            sql.begins_with("uid", beginning) if beginning else ("", None),
        )
        order = f"ORDER BY {'+' if beginning else ''}start_time DESC LIMIT ?"
        rows = self.rows(f"SELECT uid FROM runs {where} {order}", [*values, limit])
        return [row["uid"] for row in rows]

    def iterations_of(self, project: str, uid: str) -> Iterator[dict]:
        """The records of a sweep's iterations, in order."""
        query = "SELECT uid, iter, body FROM runs WHERE (project, uid) = (?, ?) AND iter > 0"
        yield from self.runs_in(self.rows(f"{query} ORDER BY iter", [project, uid]))

    def runs_in(self, rows: Iterable[sqlite3.Row]) -> Iterator[dict]:
        """The records of rows. One that cannot be read is left out."""
        for row in rows:
            iteration = f", iteration {row['iter']}" if row["iter"] else ""
            if run := self.record(row, f"run {row['uid']!r}{iteration}"):
                yield run

    def delete_run(self, project: str, uid: str, iter: int = 0) -> None:
        """
        Delete a run with its iterations and log.

        :raise NotAllowed: If it is running.
        """
        with self.transaction() as connection:
            query = "SELECT state FROM runs WHERE (project, uid, iter) = (?, ?, ?)"
            found = connection.execute(query, (project, uid, iter)).fetchone()
            if found and found["state"] in UNDELETABLE:
                raise NotAllowed(_cannot_delete(f"run {uid}", found["state"]))
            _delete_runs(connection, [(project, uid)])

    def delete_runs(
        self,
        project: str,
        name: str | None = None,
        labels: Iterable[str] = (),
        state: str | None = None,
        since: datetime | None = None,
    ) -> int:
        """
        Delete the runs that fit, with iterations and logs, except those that are running.

        :returns: How many are running.

        :raise NotAllowed: If the state is one of running runs.
        """
        if state in UNDELETABLE:
            raise NotAllowed(_cannot_delete("runs", state or ""))
        where, values = sql.where(
            ("project = ?", project),
            ("iter = ?", 0),
            sql.named("name", name),
            ("state = ?", state),
            ("start_time >= ?", sql.utc(since)),
            *sql.has_labels(labels),
        )
        with self.transaction() as connection:
            query = f"SELECT project, uid, state FROM runs {where}"
            rows = connection.execute(query, values).fetchall()
            deletable = [row for row in rows if row["state"] not in UNDELETABLE]
            _delete_runs(connection, [(row["project"], row["uid"]) for row in deletable])
        return len(rows) - len(deletable)

    def put_log(self, project: str, uid: str, body: bytes, append: bool = False) -> None:
        """Keep a run's log, or with `append` more of it."""
        with self.transaction() as connection:
            if not append:
                connection.execute("DELETE FROM logs WHERE (project, uid) = (?, ?)", (project, uid))
            connection.execute(
                "INSERT INTO logs (project, uid, body) VALUES (?, ?, ?)", (project, uid, body)
            )

    def read_log(self, project: str, uid: str) -> bytes:
        """A run's log; empty where there is none."""
        query = "SELECT body FROM logs WHERE (project, uid) = (?, ?) ORDER BY id"
        return b"".join(row["body"] for row in self.rows(query, (project, uid)))


def _update(record: dict, path: str, value: Any) -> None:
    *parts, last = re.split(r"(?<!\\)\.", path)
    for part in parts:
        record = record.setdefault(part.replace("\\.", "."), {})
    record[last.replace("\\.", ".")] = value


def _cannot_delete(what: str, state: str) -> str:
    return f"cannot delete {what} in state {state}: abort it first"


def _delete_runs(connection: sqlite3.Connection, keys: list[tuple[str, str]]) -> None:
    for table in ("runs", "logs", "running"):
        connection.executemany(f"DELETE FROM {table} WHERE (project, uid) = (?, ?)", keys)
