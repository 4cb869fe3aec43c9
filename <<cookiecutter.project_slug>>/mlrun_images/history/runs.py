"""The records of runs."""

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from mlrun_images.history import sql
from mlrun_images.history.errors import NotAllowed, NotThere
from mlrun_images.history.file import File, put
from mlrun_images.history.logs import delete_log_in
from mlrun_images.history.records import ABORTED, ENDED, UNDELETABLE, artifact_uri, uid_of
from mlrun_images.processes import LOST, is_gone, this_process


class Runs(File):
    """Runs by project, uid and iteration. A sweep is a run whose iterations share its uid."""

    def put_run(self, project: str, uid: str, iter: int, run: dict) -> None:
        """
        Keep a run's record, in place of an earlier one.

        :param project: The project.
        :param uid:     The run's uid.
        :param iter:    The iteration's number; 0 for a single run, and for a sweep itself.
        :param run:     The record. Unless its state is an end, the run counts as this process's.
        """
        with self.transaction() as connection:
            self._put_run(connection, (project, uid, iter), run)

    def update_run(self, project: str, uid: str, iter: int, updates: dict[str, Any]) -> None:
        """
        Change parts of a run's record.

        :param project: The project.
        :param uid:     The run's uid.
        :param iter:    The iteration's number, or 0.
        :param updates: New values by their paths in the record, such as `status.state`. A dot that
                        is part of a name has a backslash before it.

        :raise NotThere: If there is no such run, or its record is damaged.
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
        # a run that goes on is in the process that wrote its record last
        if ended:
            connection.execute("DELETE FROM running WHERE (project, uid, iter) = (?, ?, ?)", key)
        else:
            put(connection, "running", place | {"process": this_process()})

    def _add_artifacts_of_children(
        self, connection: sqlite3.Connection, status: dict, project: str, uid: str, iter: int
    ) -> None:
        """Add what a forked child of the handler logged: MLRun's context does not hear of that."""
        uris = status.get("artifact_uris") or {}
        producer = f"{project}/{uid}-{iter}" if iter else f"{project}/{uid}"
        where, values = sql.where(
            ("(o.project, o.producer) = (?, ?)", [project, producer]),
            sql.among("a.uid NOT", map(uid_of, uris.values())),
        )
        query = f"SELECT name, body FROM outputs o JOIN artifacts a ON a.id = o.id {where}"
        for row in connection.execute(f"{query} ORDER BY o.id", values).fetchall():
            artifact = self.record(row, f"artifact {row['name']!r} of run {uid!r}")
            if artifact and artifact["metadata"]["key"] not in uris:
                uris[artifact["metadata"]["key"]] = artifact_uri(artifact)
        status["artifact_uris"] = uris

    def abort_lost_runs(self) -> None:
        """Record as aborted the runs whose process is gone: killed, or ended by the handler."""
        if self.is_read_only:
            return
        running = self.rows("SELECT project, uid, iter, process FROM running")
        for project, uid, iter, process in running:
            if not is_gone(process):
                continue
            with self.transaction() as connection:
                lost = (project, uid, iter, process)  # if no other process was quicker
                query = "DELETE FROM running WHERE (project, uid, iter, process) = (?, ?, ?, ?)"
                if connection.execute(query, lost).rowcount:
                    with contextlib.suppress(NotThere):
                        run = self._read_run(connection, project, uid, iter)
                        run.setdefault("status", {}).update(state=ABORTED, status_text=LOST)
                        self._put_run(connection, (project, uid, iter), run)

    def process_of(self, project: str, uid: str) -> str:
        """Name the process that a run or one of its iterations is in; empty if none is known."""
        query = "SELECT process FROM running WHERE (project, uid) = (?, ?) ORDER BY iter LIMIT 1"
        return "".join(row["process"] for row in self.rows(query, (project, uid)))

    def read_run(self, project: str, uid: str, iter: int = 0) -> dict:
        """
        Get a run's record.

        :raise NotThere: If there is no such run, or its record is damaged.
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
        conditions: Iterable[sql.Condition],
        order: str = "start_time DESC, iter",
        limit: int = -1,
        offset: int = 0,
    ) -> list[sqlite3.Row]:
        """
        Find the runs and iterations that meet all conditions. Those whose process is gone are
        recorded as aborted first.

        :param conditions: On the columns of `runs`.
        :param order:      What SQL's ORDER BY takes; by default the newest come first.
        :param limit:      How many rows at most; -1 for all.
        :param offset:     How many rows to skip.

        :returns: Rows, as `runs_in` takes them.
        """
        self.abort_lost_runs()
        where, values = sql.where(*conditions)
        query = f"SELECT uid, iter, start_time, body FROM runs {where} ORDER BY {order}"
        return self.rows(f"{query} LIMIT ? OFFSET ?", [*values, limit, offset])

    def runs_in(self, rows: Iterable[sqlite3.Row]) -> Iterator[dict]:
        """Read the records of rows. One that cannot be read is left out."""
        for row in rows:
            iteration = f", iteration {row['iter']}" if row["iter"] else ""
            if run := self.record(row, f"run {row['uid']!r}{iteration}"):
                yield run

    def delete_run(self, project: str, uid: str, iter: int = 0) -> None:
        """
        Delete a run with its iterations and log.

        :param project: The project.
        :param uid:     The run's uid.
        :param iter:    The iteration whose state says if the run is running.

        :raise NotAllowed: If the run is running or pending.
        """
        with self.transaction() as connection:
            query = "SELECT state FROM runs WHERE (project, uid, iter) = (?, ?, ?)"
            found = connection.execute(query, (project, uid, iter)).fetchone()
            if found and found["state"] in UNDELETABLE:
                raise NotAllowed(cannot_delete(f"run {uid}", found["state"]))
            _delete_runs(connection, [(project, uid)])

    def delete_runs(self, conditions: Iterable[sql.Condition]) -> int:
        """
        Delete the runs that meet all conditions, with their iterations and logs.

        :param conditions: On the columns of `runs`.

        :returns: How many of them were left, since they are running or pending.
        """
        where, values = sql.where(("iter = ?", 0), *conditions)
        with self.transaction() as connection:
            query = f"SELECT project, uid, state FROM runs {where}"
            rows = connection.execute(query, values).fetchall()
            deletable = [row for row in rows if row["state"] not in UNDELETABLE]
            _delete_runs(connection, [(row["project"], row["uid"]) for row in deletable])
        return len(rows) - len(deletable)

    def count_made(self, project: str, uid: str) -> tuple[int, int]:
        """
        Count what a run has made so far.

        :param project: The project.
        :param uid:     The run's uid.

        :returns: How many images, and how many of its iterations have ended.
        """
        producer = f"{project}/{uid}"
        query = """SELECT
            (SELECT count(*) FROM outputs
             WHERE project = ? AND producer >= ? AND producer < ? AND format != ''),
            (SELECT count(*) FROM runs
             WHERE (project, uid) = (?, ?) AND iter > 0 AND end_time IS NOT NULL)"""
        (row,) = self.rows(query, (project, producer, f"{producer}.", project, uid))
        return row[0], row[1]


def _update(record: dict, path: str, value: Any) -> None:
    *parts, last = re.split(r"(?<!\\)\.", path)
    for part in parts:
        record = record.setdefault(part.replace("\\.", "."), {})
    record[last.replace("\\.", ".")] = value


def cannot_delete(what: str, state: str) -> str:
    """
    Say why runs are not deleted, and what to do first.

    :param what:  The runs, in words: `run UID`.
    :param state: Their state.
    """
    return f"cannot delete {what} in state {state}: abort it first"


def _delete_runs(connection: sqlite3.Connection, keys: list[tuple[str, str]]) -> None:
    for table in ("runs", "running"):
        connection.executemany(f"DELETE FROM {table} WHERE (project, uid) = (?, ?)", keys)
    for key in keys:
        delete_log_in(connection, *key)
