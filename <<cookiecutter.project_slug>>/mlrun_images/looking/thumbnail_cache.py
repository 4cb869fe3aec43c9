"""Thumbnails kept from one gallery to the next."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

KEPT = 20_000  # thumbnails, about 100 MB


class ThumbnailCache:
    """
    Thumbnails by name in a SQLite file, within a `with` block. Where the file cannot be used, it is empty.

    :param path: The file, beside the run DB; None for none.
    """

    def __init__(self, path: Path | None):
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> "ThumbnailCache":
        if self._path:
            with contextlib.suppress(sqlite3.Error, OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = sqlite3.connect(self._path, timeout=10)
                self._connection.execute(
                    "CREATE TABLE IF NOT EXISTS thumbnails (name TEXT PRIMARY KEY, body TEXT)"
                )
        return self

    def __exit__(self, *exception: object) -> None:
        if self._connection:
            self._connection.close()

    def read(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Get the thumbnails of these names that are kept."""
        found: dict[str, dict[str, Any]] = {}
        if not self._connection:
            return found
        query = "SELECT body FROM thumbnails WHERE name = ?"
        with contextlib.suppress(sqlite3.Error, ValueError):
            for name in names:
                if row := self._connection.execute(query, [name]).fetchone():
                    found[name] = json.loads(row[0])
        return found

    def write(self, thumbnails: dict[str, dict[str, Any]]) -> None:
        """Keep these thumbnails, and of all the newest."""
        if not self._connection or not thumbnails:
            return
        rows = [(name, json.dumps(body)) for name, body in thumbnails.items()]
        with contextlib.suppress(sqlite3.Error), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", rows)
            self._connection.execute(
                "DELETE FROM thumbnails WHERE rowid <= (SELECT max(rowid) FROM thumbnails) - ?",
                [KEPT],
            )
