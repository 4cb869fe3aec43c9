"""Open the SQLite file to write or, where that is not possible, to read what is there."""

import contextlib
import errno
import fcntl
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from mlrun_images.history import schema
from mlrun_images.history.errors import Unusable

TIMEOUT = 60  # seconds to wait for other processes
INTERVAL = 2  # seconds between two lines of progress
# what a file system answers that has no locks
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def open_to_write(path: Path) -> sqlite3.Connection:
    """
    Open the file, which is made if it is not there. Its tables are brought up to date.

    :param path: The file's absolute path.

    :raise Unusable: If its file system has no locks: SQLite would wait for one for a minute.
    :raise OSError: If the tables are of a later version, or another program's.
    :raise sqlite3.Error: If SQLite cannot open or write the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _check_locks(path.parent)
    connection = _connect(path.as_uri())
    schema.check(connection)
    _use_log(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    # 16 MiB of log: fewer waits for the disk while a run logs thousands of artifacts
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    schema.prepare(connection, _Progress())
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """
    Open a file that cannot be written, or in whose folder SQLite cannot put its log.

    :param path: The file's absolute path.

    :raise OSError: If the tables are not of this version: it would have to be brought up to date.
    :raise sqlite3.Error: If SQLite cannot open the file.
    """
    with contextlib.suppress(sqlite3.OperationalError):
        return _opened_to_read(f"{path.as_uri()}?mode=ro")
    return _opened_to_read(f"{path.as_uri()}?mode=ro&immutable=1")  # without a log


def _opened_to_read(uri: str) -> sqlite3.Connection:
    connection = _connect(uri)
    try:
        schema.check(connection)
        if connection.execute("PRAGMA user_version").fetchone()[0] != schema.VERSION:
            raise OSError(
                "an earlier version of mlrun_images wrote it, and it cannot be brought up to date, "
                "since it cannot be written"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, timeout=TIMEOUT, isolation_level=None, check_same_thread=False, uri=True
    )
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda text: text.decode(errors="replace")
    return connection


def _check_locks(folder: Path) -> None:
    # not SQLite's file: whoever closes a file gives up all locks of the process on it
    with tempfile.TemporaryFile(dir=folder) as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in NO_LOCKS:
                raise Unusable(
                    f"the file system of {folder} has no locks ({error.strerror}), which the run "
                    "database needs: put the project on another, or mount it with locks"
                ) from error


def _use_log(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. SQLite's own wait for other processes does not count here."""
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if time.monotonic() > end or "locked" not in str(error):
                raise
            time.sleep(0.01)


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
