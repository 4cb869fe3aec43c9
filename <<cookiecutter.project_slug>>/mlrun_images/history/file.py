"""The SQLite file: its connection, its transactions, and the records in it."""

import contextlib
import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mlrun_images.history.errors import Unusable
from mlrun_images.history.opening import open_to_read, open_to_write

# what SQLite says of a file that may be read all the same
NOT_WRITABLE = (
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
)


class File:
    """
    A SQLite file that threads and processes use at once.

    Threads share one connection; a forked or another process opens its own. Each call is one
    transaction. SQLite's write-ahead log lets processes read and write at once, and survives a
    killed one. A process that ends moves the log's content into the file, so that the file alone
    can be copied.

    :param path:   The file; it is made, with its folder, when it is first needed.
    :param folder: The folder that may be renamed, copied or mailed together with the file: paths
                   below it are kept relative to it. The file's own folder by default.
    """

    def __init__(self, path: str | Path, folder: str | Path | None = None):
        self.path = str(path)
        self.folder = str(folder or Path(path).absolute().parent)
        self._process = _Process()
        self._named: set[str] = set()

    @contextlib.contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """
        Hold the connection, for which other threads wait meanwhile.

        :raise Unusable: If SQLite cannot use the file.
        """
        if self._process.id != os.getpid():
            # a forked child: it keeps its parent's connection, unused, since closing it would
            # release the locks of the parent
            _parents.append(self._process)
            self._process = _Process()
        process = self._process
        with process.lock:
            try:
                if process.connection and self._is_replaced(process):
                    process.connection.close()
                    process.connection = None
                process.connection = process.connection or self._open(process)
                yield process.connection
            except Unusable:
                raise
            except (sqlite3.Error, OSError) as error:
                reason = str(error)
                if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
                    reason += ": move it away to begin a new history"
                raise Unusable(f"cannot use the run database {self.path}: {reason}") from error

    @property
    def is_read_only(self) -> bool:
        """Whether the file is there, and cannot be written."""
        with self.connected():
            return bool(self._process.no_writing)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """
        Hold the connection in a transaction. It is committed, or rolled back by an error.

        :raise Unusable: If SQLite cannot use the file, or cannot write it.
        """
        with self.connected() as connection:
            if self._process.no_writing:
                raise OSError(self._process.no_writing)
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    def rows(self, query: str, values: Iterable = ()) -> list[sqlite3.Row]:
        """Get the rows of a query."""
        with self.connected() as connection:
            return connection.execute(query, tuple(values)).fetchall()

    def _open(self, process: "_Process") -> sqlite3.Connection:
        path = Path(self.path)
        process.no_writing = ""
        try:
            connection = open_to_write(path)
        except (sqlite3.OperationalError, OSError) as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_PERM) & 0xFF
            if code not in NOT_WRITABLE or not path.is_file():
                raise
            connection = open_to_read(path)
            process.no_writing = str(error)
        process.file = _identity(self.path)
        weakref.finalize(self, _close, connection, os.getpid())  # at the latest when Python ends
        return connection

    def _is_replaced(self, process: "_Process") -> bool:
        """Check if the file was deleted, moved or restored since it was opened."""
        assert process.connection
        return not process.connection.in_transaction and _identity(self.path) != process.file

    # Records: MLRun's dictionaries

    def text(self, record: dict) -> str:
        """Turn a record into the JSON that is kept, in which the folder is a mark."""
        try:
            text = json.dumps(record, default=_plain)
        except TypeError:  # a dictionary has keys that JSON has not, such as tuples
            text = json.dumps(_with_text_keys(record), default=_plain)
        return _replace(text, json.dumps(self.folder)[1:-1], MARK)

    def record(self, row: sqlite3.Row, name: str) -> dict | None:
        """
        Read the record of a row.

        :param row:  A row with the column `body`.
        :param name: What the warning calls the record if it is damaged.

        :returns: The record; None, after a warning, if it is damaged.
        """
        try:
            record = json.loads(_replace(row["body"], MARK, json.dumps(self.folder)[1:-1]))
            parts = [record.get(part) or {} for part in ("metadata", "spec", "status")]
            if not all(isinstance(part, dict) for part in parts):
                raise ValueError("a part of it is no dictionary")
            return record
        except (ValueError, TypeError, AttributeError):
            self._warn(f"the record of {name} in {self.path} is damaged: it is left out")
            return None

    def _warn(self, message: str) -> None:
        """Warn once, by Python's logging: on stderr, unless the program has set it up otherwise."""
        if message not in self._named:
            import logging  # which takes the recorder longer than SQLite

            self._named.add(message)
            logging.getLogger(__name__).warning(message)


_parents: list["_Process"] = []


class _Process:
    """The connection of one process, and the lock by which its threads take turns."""

    def __init__(self) -> None:
        self.id = os.getpid()
        self.lock = threading.RLock()
        self.connection: sqlite3.Connection | None = None
        self.file: tuple[int, int] | None = None  # device and inode that it is open on
        self.no_writing = ""  # why the file cannot be written; empty if it can


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    """Turn what JSON does not have into Python's numbers and lists (of NumPy's), else into text."""
    return value.tolist() if type(value).__module__ == "numpy" else str(value)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _close(connection: sqlite3.Connection, process: int) -> None:
    """Move the log's content into the file, also while other processes use it, and close it."""
    if process == os.getpid():
        with contextlib.suppress(sqlite3.Error):
            connection.execute("PRAGMA wal_checkpoint")
            connection.close()


def put(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    """Insert a row, or replace the one with the same primary key."""
    columns, marks = ", ".join(row), ", ".join(f":{column}" for column in row)
    connection.execute(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", row)


def move_tag(
    connection: sqlite3.Connection, kind: str, project: str, name: str, tag: str, uid: str,
    tree: str = "", iter: int = 0,
) -> None:  # fmt: skip
    """
    Give a tag to a version, and take it from the others, but not from a sweep's other iterations.

    :param kind: "artifact" or "function".
    :param name: The artifact's or function's name.
    :param tag:  The tag.
    :param uid:  The version.
    :param tree: Of an artifact: the run, or in a workflow the workflow, that made it.
    :param iter: Of an artifact: the number of the iteration that made it; 0 for none.
    """
    key = {"kind": kind, "project": project, "name": name, "tag": tag}
    # three ranges of an index, so that the number of a sweep's iterations does not matter
    for others in ("tree < :tree", "tree > :tree", "tree = :tree AND iter = :iter"):
        connection.execute(
            "DELETE FROM tags WHERE kind = :kind AND project = :project AND name = :name"
            f" AND tag = :tag AND {others}",
            key | {"tree": tree, "iter": iter},
        )
    put(connection, "tags", key | {"tree": tree, "iter": iter, "uid": uid})


# MLRun writes absolute paths into its records: where an artifact's file is, where a run's outputs
# go, what its inputs were, a function's working folder. In the file, a path below the project's
# folder begins with a mark instead. So the folder may be renamed, copied or mailed.
MARK = "{{project folder}}"


def _replace(text: str, old: str, new: str) -> str:
    """Replace a path where a string of the JSON is this path, or lies below it."""
    for scheme in ("", "file://"):
        for end in ("/", '"'):
            text = text.replace(f'"{scheme}{old}{end}', f'"{scheme}{new}{end}')
    return text
