"""The file: its connection and transactions, and what becomes of a record that cannot be read."""

import contextlib
import json
import logging
import os
import sqlite3
import sys
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mlrun_images.history import schema
from mlrun_images.history.errors import Unusable
from mlrun_images.history.paths import with_folder, with_mark

TIMEOUT = 60  # seconds to wait for other processes
INTERVAL = 2  # seconds between two lines of progress

logger = logging.getLogger(__name__)


class File:
    """
    A SQLite file that threads and processes use at once.

    Threads share one connection; a forked or another process opens its own. Each call is one
    transaction. SQLite's write-ahead log lets processes read and write at once, and survives a
    killed one. When a process ends, the log's content is put into the file, which is whole without
    the log from then on.

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
        The connection, which no other thread uses meanwhile.

        :raise Unusable: If SQLite cannot use the file.
        """
        if self._process.id != os.getpid():
            # closing the parent's connection here would break the parent's locks: it is put aside
            _parents.append(self._process)
            self._process = _Process()
        process = self._process
        with process.lock:
            try:
                process.connection = process.connection or self._open()
                yield process.connection
            except Unusable:
                raise
            except (sqlite3.Error, OSError) as error:
                raise Unusable(f"cannot use the run database {self.path}: {error}") from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, in a transaction that is committed, or rolled back by an error."""
        with self.connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    def rows(self, query: str, values: Iterable = ()) -> list[sqlite3.Row]:
        """The rows that a query gives."""
        with self.connected() as connection:
            return connection.execute(query, tuple(values)).fetchall()

    def _open(self) -> sqlite3.Connection:
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self.path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.text_factory = lambda text: text.decode(errors="replace")
        schema.check(connection)
        _use_log(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        # 16 MiB of log: fewer waits for the disk while a run logs thousands of artifacts
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        schema.prepare(connection, _Progress())
        weakref.finalize(self, _close, connection, os.getpid())  # at the latest when Python ends
        return connection

    # Records: MLRun's dictionaries

    def text(self, record: dict) -> str:
        """A record as it is kept: JSON."""
        return with_mark(json.dumps(record, default=_plain), self.folder)

    def record(self, row: sqlite3.Row, name: str) -> dict | None:
        """
        The record of a row.

        :param row:  A row with the column `body`.
        :param name: What to call the record where it cannot be read.

        :returns: The record; None, after a warning that names it, if it cannot be read.
        """
        try:
            record = json.loads(with_folder(row["body"], self.folder))
            parts = [record.get(part) or {} for part in ("metadata", "spec", "status")]
            if not all(isinstance(part, dict) for part in parts):
                raise ValueError("a part of it is no dictionary")
            return record
        except (ValueError, TypeError, AttributeError):
            self._warn(f"the record of {name} in {self.path} is damaged: it is left out")
            return None

    def _warn(self, message: str) -> None:
        """Through Python's logging, which prints it to stderr where nothing else is set up."""
        if message not in self._named:
            self._named.add(message)
            logger.warning(message)


_parents: list["_Process"] = []


class _Process:
    """The connection of one process, and the lock by which its threads take turns."""

    def __init__(self) -> None:
        self.id = os.getpid()
        self.lock = threading.RLock()
        self.connection: sqlite3.Connection | None = None


class _Progress:
    """Shows on standard error how far a file is brought up to date, where that takes a while."""

    def __init__(self) -> None:
        self._shown = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._shown < INTERVAL:
            return
        self._shown = time.monotonic()
        share = f"{done:,} of {total:,} artifacts"
        print(f"Bringing the history up to date, once: {share}", file=sys.stderr, flush=True)


def _plain(value: Any) -> Any:
    """What JSON does not have: numbers and arrays of NumPy as Python's, all else as text."""
    return value.tolist() if type(value).__module__ == "numpy" else str(value)


def _use_log(connection: sqlite3.Connection) -> None:
    """Use the write-ahead log. SQLite does not wait here for processes that do so as well."""
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def _close(connection: sqlite3.Connection, process: int) -> None:
    """Put the log's content into the file, also while other processes use it, and close it."""
    if process == os.getpid():
        with contextlib.suppress(sqlite3.Error):
            connection.execute("PRAGMA wal_checkpoint")
            connection.close()


def put(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    """Insert a row, or replace the one with the same primary key."""
    columns, marks = ", ".join(row), ", ".join(f":{column}" for column in row)
    connection.execute(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", row)
