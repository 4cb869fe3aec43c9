"""Thumbnails kept from one gallery to the next."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PLACE = ".mlrun/thumbnails.db"  # the file, from the project's folder
KEPT = 20_000  # thumbnails, about 100 MB
SCHEMA = "CREATE TABLE IF NOT EXISTS pictures (path TEXT PRIMARY KEY, version TEXT, body TEXT)"


class ThumbnailCache:
    """
    Thumbnails in a SQLite file, within a `with` block. Where the file cannot be used, it is empty.

    :param file: The file, beside the run DB; None for none.
    """

    def __init__(self, file: Path | None):
        self._file = file
        self._connection = sqlite3.connect(":memory:")

    def __enter__(self) -> "ThumbnailCache":
        if self._file:
            with contextlib.suppress(sqlite3.Error, OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._connection = sqlite3.connect(self._file, timeout=10)
                self._connection.execute(SCHEMA)
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()

    def read(self, versions: dict[str, str]) -> dict[str, dict[str, Any]]:
        """
        Get the thumbnails that are kept.

        :param versions: For each image's path or URL what changes with the image, such as its size
                         and time.

        :returns: The thumbnails by path, of those images that have not changed since.
        """
        found: dict[str, dict[str, Any]] = {}
        query = "SELECT body FROM pictures WHERE (path, version) = (?, ?)"
        with contextlib.suppress(sqlite3.Error, ValueError):
            for key in versions.items():
                if row := self._connection.execute(query, key).fetchone():
                    found[key[0]] = json.loads(row[0])
        return found

    def write(self, versions: dict[str, str], thumbnails: dict[str, dict[str, Any]]) -> None:
        """Keep these thumbnails, by path, and of all the newest."""
        rows = [(path, versions[path], json.dumps(body)) for path, body in thumbnails.items()]
        newest = "SELECT max(rowid) FROM pictures"
        with contextlib.suppress(sqlite3.Error), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?)", rows)
            self._connection.execute(f"DELETE FROM pictures WHERE rowid <= ({newest}) - {KEPT}")

    def forget(self, paths: Iterable[str]) -> None:
        """Remove the thumbnails of these images."""
        with contextlib.suppress(sqlite3.Error), self._connection:
            keys = ((path,) for path in paths)
            self._connection.executemany("DELETE FROM pictures WHERE path = ?", keys)
