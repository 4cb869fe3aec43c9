"""What runs said."""

import itertools
import sqlite3

from mlrun_images.history import sql
from mlrun_images.history.file import File

LOG = 10_000_000  # bytes of a run's log
PART = 2**16  # bytes of a row of it
LEFT_OUT = b"\n... left out here: of a long log its first and last 5 MB are kept ...\n"
HEADING = b"> --------------- Iteration: (%d) ---------------\n"


class Logs(File):
    """Logs by project, uid and iteration, in parts that are rows."""

    def put_log(
        self, project: str, uid: str, body: bytes, append: bool = False, iter: int = 0
    ) -> None:
        """
        Keep what a run said. Of very much its beginning and its end are kept, `LOG` bytes in all.

        :param project: The project.
        :param uid:     The run's uid.
        :param body:    The log, or a part of it.
        :param append:  Whether to put it behind what is there, and not in its place.
        :param iter:    The number of a sweep's iteration whose log it is; 0 for the run's own.
        """
        with self.transaction() as connection:
            if not append:
                delete_log_in(connection, project, uid, iter)
            key = (project, f"{uid}#{iter}" if iter else uid)
            query = "SELECT max(id) id, body FROM logs WHERE (project, uid) = (?, ?)"
            for row in connection.execute(query, key).fetchall():
                if row["id"] and len(row["body"]) < PART:
                    body = row["body"] + body
                    connection.execute("DELETE FROM logs WHERE id = ?", [row["id"]])
            query = "INSERT INTO logs (project, uid, body) VALUES (?, ?, ?)"
            parts = (body[start : start + PART] for start in range(0, len(body), PART))
            connection.executemany(query, ((*key, part) for part in parts))
            _shorten_log(connection, project, uid)

    def read_log(self, project: str, uid: str, iter: int = 0) -> bytes:
        """
        Get a run's log, with those of its iterations in order; empty if there is none.

        :param project: The project.
        :param uid:     The run's uid.
        :param iter:    The number of an iteration whose log alone is wanted; 0 for all.
        """
        where, values = sql.where(_logs_of(project, uid, iter))
        logs: dict[int, list[bytes]] = {}
        for row in self.rows(f"SELECT uid, body FROM logs {where} ORDER BY id", values):
            logs.setdefault(int(row["uid"].partition("#")[2] or 0), []).append(row["body"])
        headed = ([HEADING % number] * bool(number) + logs[number] for number in sorted(logs))
        return b"".join(itertools.chain.from_iterable(headed))

    def delete_log(self, project: str, uid: str, iter: int = 0) -> None:
        """Delete what `read_log` gives."""
        with self.transaction() as connection:
            delete_log_in(connection, project, uid, iter)


def delete_log_in(connection: sqlite3.Connection, project: str, uid: str, iter: int = 0) -> None:
    """Delete what `read_log` gives, within a transaction."""
    where, values = sql.where(_logs_of(project, uid, iter))
    connection.execute(f"DELETE FROM logs {where}", values)


def _logs_of(project: str, uid: str, iter: int = 0) -> sql.Condition:
    """Those of a run and of its iterations; or of one of them."""
    if iter:
        return "(project, uid) = (?, ?)", [project, f"{uid}#{iter}"]
    return "project = ? AND (uid = ? OR uid > ? AND uid < ?)", [project, uid, f"{uid}#", f"{uid}$"]


def _shorten_log(connection: sqlite3.Connection, project: str, uid: str) -> None:
    where, values = sql.where(_logs_of(project, uid))
    # SQLite gives the length of a body without reading it
    is_gap = "CASE WHEN length(body) = ? THEN body = ? ELSE 0 END is_gap"
    query = f"SELECT id, length(body) size, {is_gap} FROM logs {where} ORDER BY id"
    rows = connection.execute(query, [len(LEFT_OUT), LEFT_OUT, *values]).fetchall()
    size, read = sum(row["size"] for row in rows), 0
    left_out = []
    for row in rows:
        read += row["size"]
        if size > LOG and (row["is_gap"] or read > LOG / 2):
            left_out.append([row["id"]])
            size -= row["size"]
    if left_out:
        connection.execute("UPDATE logs SET body = ? WHERE id = ?", [LEFT_OUT, *left_out[0]])
        connection.executemany("DELETE FROM logs WHERE id = ?", left_out[1:])
