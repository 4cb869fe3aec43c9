"""Runs of the local run database, and their logs."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from mlrun.artifacts import dict_to_artifact
from mlrun.common.runtimes.constants import RunStates
from mlrun.errors import MLRunBadRequestError, MLRunInvalidArgumentError, MLRunNotFoundError
from mlrun.lists import RunList
from mlrun.utils import update_in

from mlrun_images.processes import LOST, is_gone, this_process
from mlrun_images.running.local_run_db import filters as sql
from mlrun_images.running.local_run_db.database import Database, put
from mlrun_images.running.local_run_db.filters import project_name, utc

TIMES = ("start_time", "last_update_time", "end_time")


class Runs(Database):
    """Runs by project, uid and iteration. A sweep is a run whose iterations share its uid."""

    def store_run(self, struct, uid, project="", iter=0):
        with self._transaction() as connection:
            self._put_run(connection, struct, uid, project_name(project), iter or 0)

    def update_run(self, updates, uid, project="", iter=0):
        project = project_name(project)
        with self._transaction() as connection:
            struct = self._read_run(connection, uid, project, iter or 0)
            for path, value in updates.items():
                update_in(struct, path, value)
            self._put_run(connection, struct, uid, project, iter or 0)

    def _put_run(self, connection, struct, uid, project, iter):
        metadata, status = struct.get("metadata", {}), struct.setdefault("status", {})
        ended = status.get("state") in RunStates.terminal_states()
        if ended:
            self._add_artifacts_of_children(connection, status, project, uid, iter)
        now = datetime.now(UTC).isoformat()
        updated = utc(status.get("last_update")) or now
        row = {
            "project": project,
            "uid": uid,
            "iter": iter,
            "name": metadata.get("name"),
            "state": status.get("state"),
            "labels": sql.labels_json(metadata),
            "start_time": utc(status.get("start_time")) or now,
            "last_update_time": updated,
            "end_time": updated if ended else None,
            "body": self._text(struct),
        }
        put(connection, "runs", row)
        self._note_process(connection, (project, uid, iter), ended)

    @staticmethod
    def _note_process(connection, key: tuple[str, str, int], ended: bool) -> None:
        """
        Keep which process a run is in, as long as it runs: the last one that wrote its record.
        """
        if ended:
            connection.execute("DELETE FROM running WHERE (project, uid, iter) = (?, ?, ?)", key)
        else:
            row = dict(zip(("project", "uid", "iter"), key, strict=True))
            put(connection, "running", row | {"process": this_process()})

    def _abort_lost_runs(self) -> None:
        """Record as aborted what ran in a process that is gone: killed, or ended by its handler."""
        running = self._rows("SELECT project, uid, iter, process FROM running")
        for project, uid, iter, process in running:
            if not is_gone(process):
                continue
            with self._transaction() as connection:
                lost = (project, uid, iter, process)  # unless another process was quicker
                query = "DELETE FROM running WHERE (project, uid, iter, process) = (?, ?, ?, ?)"
                if connection.execute(query, lost).rowcount:
                    with contextlib.suppress(MLRunNotFoundError):
                        struct = self._read_run(connection, uid, project, iter)
                        status = struct.setdefault("status", {})
                        status |= {"state": RunStates.aborted, "status_text": LOST}
                        self._put_run(connection, struct, uid, project, iter)

    def _add_artifacts_of_children(self, connection, status, project, uid, iter):
        """MLRun's context does not hear of artifacts that a forked child of the handler logged."""
        uris = status.get("artifact_uris") or {}
        known = {uri.rpartition("^")[2] for uri in uris.values()}  # an artifact's uid ends its URI
        producer = f"{project}/{uid}-{iter}" if iter else f"{project}/{uid}"
        query = "SELECT id, uid FROM artifacts WHERE (project, producer) = (?, ?) ORDER BY id"
        for found in connection.execute(query, (project, producer)).fetchall():
            if found["uid"] in known:
                continue
            query = "SELECT name, body FROM artifacts WHERE id = ?"
            row = connection.execute(query, [found["id"]]).fetchone()
            artifact = self._record(row, f"artifact {row['name']!r} of run {uid!r}")
            if artifact and artifact["metadata"]["key"] not in uris:
                uris[artifact["metadata"]["key"]] = dict_to_artifact(artifact).uri
        status["artifact_uris"] = uris

    def read_run(self, uid, project="", iter=0, format_=None):
        self._abort_lost_runs()
        with self._connected() as connection:
            return self._read_run(connection, uid, project_name(project), iter or 0)

    def _read_run(self, connection: sqlite3.Connection, uid, project, iter) -> dict:
        query = "SELECT body FROM runs WHERE (project, uid, iter) = (?, ?, ?)"
        for row in connection.execute(query, (project, uid, iter)).fetchall():
            if run := self._record(row, f"run {uid!r}"):
                return run
            raise MLRunNotFoundError(f"run {uid} of project {project} is damaged")
        raise MLRunNotFoundError(f"run {uid} of project {project} not found")

    def list_runs(
        self, name=None, uid=None, project=None, labels=None, states=None, sort=True, iter=False,
        **filters,
    ) -> RunList:  # fmt: skip
        """All runs that fit, newest first. Without a filter a server leaves out older runs."""
        rows = self._run_rows(name, uid, project, labels, states, sort, iter, **filters)
        return RunList(self._run_records(rows))

    def paginated_list_runs(
        self, *args, page=None, page_size=None, page_token=None, **filters
    ) -> tuple[RunList, str | None]:
        """Runs page by page: the way to the newest few of many."""
        pages = page, page_size, page_token
        rows, token = sql.one_page(self._run_rows, "list_runs", args, filters, *pages)
        return RunList(self._run_records(rows)), token

    def _run_rows(
        self, name=None, uid=None, project=None, labels=None, states=None, sort=True, iter=False,
        limit=-1, offset=0, **filters,
    ) -> list[sqlite3.Row]:  # fmt: skip
        sql.check_filters("list_runs", filters)
        self._abort_lost_runs()
        where, values = sql.where(
            ("project = ?", None if project == "*" else project_name(project)),
            sql.name_filter("name", name),
            sql.among("uid", uid),
            sql.among("state", states),
            ("iter = ?", None if iter else 0),
            *((f"{time} >= ?", utc(filters.get(f"{time}_from"))) for time in TIMES),
            *((f"{time} <= ?", utc(filters.get(f"{time}_to"))) for time in TIMES),
            *sql.label_filters(labels),
        )
        # with the +, SQLite looks runs up by their uids instead of reading all in order of time
        order = f"ORDER BY {'+' if uid else ''}start_time DESC, iter" if sort else ""
        query = f"SELECT uid, iter, body FROM runs {where} {order} LIMIT ? OFFSET ?"
        return self._rows(query, [*values, limit, offset])

    def _run_records(self, rows: list[sqlite3.Row]) -> Iterator[dict]:
        for row in rows:
            iteration = f", iteration {row['iter']}" if row["iter"] else ""
            if run := self._record(row, f"run {row['uid']!r}{iteration}"):
                yield run

    def del_run(self, uid, project="", iter=0):
        """Delete a run with its iterations and log, unless it is running."""
        project = project_name(project)
        with self._transaction() as connection:
            query = "SELECT state FROM runs WHERE (project, uid, iter) = (?, ?, ?)"
            found = connection.execute(query, (project, uid, iter or 0)).fetchone()
            if found and found["state"] in RunStates.not_allowed_for_deletion_states():
                raise MLRunInvalidArgumentError(_cannot_delete(f"run {uid}", found["state"]))
            _delete_runs(connection, [(project, uid)])

    def del_runs(self, name="", project="", labels=None, state=None, days_ago=0):
        """Delete the runs that fit, with iterations and logs, except those that are running."""
        unfit = RunStates.not_allowed_for_deletion_states()
        if state in unfit:
            raise MLRunInvalidArgumentError(_cannot_delete("runs", state))
        where, values = sql.where(
            ("project = ?", project_name(project)),
            ("iter = ?", 0),
            sql.name_filter("name", name),
            ("state = ?", state and str(state)),
            ("start_time >= ?", sql.days_before_now(days_ago)),
            *sql.label_filters(labels),
        )
        with self._transaction() as connection:
            query = f"SELECT project, uid, state FROM runs {where}"
            rows = connection.execute(query, values).fetchall()
            ended = [(row["project"], row["uid"]) for row in rows if row["state"] not in unfit]
            _delete_runs(connection, ended)
        if running := len(rows) - len(ended):
            raise MLRunBadRequestError(f"{running} run(s) are running and were not deleted")

    def abort_run(self, uid, project="", iter=0, timeout=45, status_text=""):
        """Mark a run as aborted, for example one whose process was killed. It ends no process."""
        state = self.read_run(uid, project, iter).get("status", {}).get("state")
        if state not in RunStates.terminal_states():
            updates = {"status.state": RunStates.aborted, "status.status_text": status_text}
            self.update_run(updates, uid, project, iter)

    # Logs

    def store_log(self, uid, project="", body=None, append=False):
        body = body.encode() if isinstance(body, str) else body or b""
        key = (project_name(project), uid)
        with self._transaction() as connection:
            if not append:
                connection.execute("DELETE FROM logs WHERE (project, uid) = (?, ?)", key)
            connection.execute(
                "INSERT INTO logs (project, uid, body) VALUES (?, ?, ?)", (*key, body)
            )

    def get_log(self, uid, project="", offset=0, size=None, attempt=None):
        """The run's state, and its log as bytes from the offset on."""
        query = "SELECT body FROM logs WHERE (project, uid) = (?, ?) ORDER BY id"
        rows = self._rows(query, (project_name(project), uid))
        log = b"".join(row["body"] for row in rows)[offset:]
        state = self.read_run(uid, project).get("status", {}).get("state", "unknown")
        return state, log[:size] if size and size > 0 else log

    def watch_log(self, uid, project="", watch=True, offset=0, attempt=None):
        """
        Print the log, with `watch` until the run ends.

        :returns: The run's state, and the offset of the log's end in bytes.
        """
        while True:
            state, log = self.get_log(uid, project, offset)
            print(log.decode(errors="replace"), end="")
            offset += len(log)
            if not watch or state in RunStates.terminal_states():
                return state, offset
            time.sleep(1)


def _cannot_delete(what: str, state: str) -> str:
    return f"cannot delete {what} in state {state}: abort it first"


def _delete_runs(connection: sqlite3.Connection, keys: list[tuple[str, str]]) -> None:
    for table in ("runs", "logs", "running"):
        connection.executemany(f"DELETE FROM {table} WHERE (project, uid) = (?, ?)", keys)
