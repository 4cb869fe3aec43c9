"""The tables, and how those of an earlier version become today's."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mlrun_images.running.local_run_db.paths import with_mark

VERSION = 1  # SQLite's `user_version` of the file: 0 is a new file, or one of the first version
# A record's `body` is MLRun's dictionary as JSON. The other columns are what it is looked up by.
TABLES = """
CREATE TABLE projects (name TEXT PRIMARY KEY, body TEXT);
CREATE TABLE runs (
    project TEXT, uid TEXT, iter INTEGER, name TEXT, state TEXT, labels TEXT,
    start_time TEXT, last_update_time TEXT, end_time TEXT, body TEXT,
    PRIMARY KEY (project, uid, iter));
CREATE INDEX runs_by_time ON runs (project, start_time);
CREATE TABLE running (
    project TEXT, uid TEXT, iter INTEGER, process TEXT, PRIMARY KEY (project, uid, iter));
CREATE TABLE logs (id INTEGER PRIMARY KEY, project TEXT, uid TEXT, body BLOB);
CREATE INDEX logs_by_run ON logs (project, uid);
CREATE TABLE artifacts (
    id INTEGER PRIMARY KEY, project TEXT, name TEXT, uid TEXT, tree TEXT, iter INTEGER,
    best INTEGER, kind TEXT, labels TEXT, updated TEXT, parent TEXT, body TEXT, producer TEXT,
    UNIQUE (project, name, uid));
CREATE INDEX artifacts_by_tree ON artifacts (project, tree, name, iter);
CREATE INDEX artifacts_by_producer ON artifacts (project, producer);
CREATE TABLE functions (
    project TEXT, name TEXT, uid TEXT, kind TEXT, labels TEXT, updated TEXT, body TEXT,
    PRIMARY KEY (project, name, uid));
CREATE TABLE tags (
    kind TEXT, project TEXT, name TEXT, uid TEXT, tag TEXT, tree TEXT, iter INTEGER,
    PRIMARY KEY (kind, project, name, uid, tag)) WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (kind, project, name, tag, tree, iter);
"""
FIRST_TABLES = {
    "projects": "name body",
    "runs": "project uid iter name state labels start_time last_update_time end_time body",
    "logs": "id project uid body",
    "artifacts": "id project name uid tree iter best kind labels updated parent body",
    "functions": "project name uid kind labels updated body",
    "tags": "of project name tag tree iter uid",
}
FIRST_TO_TODAYS = """
DROP INDEX IF EXISTS artifacts_by_tree;
ALTER TABLE artifacts ADD COLUMN producer TEXT;
UPDATE artifacts SET producer = json_extract(body, '$.spec.producer.uri') WHERE json_valid(body);
CREATE INDEX artifacts_by_tree ON artifacts (project, tree, name, iter);
CREATE INDEX artifacts_by_producer ON artifacts (project, producer);
ALTER TABLE tags RENAME TO first_tags;
CREATE TABLE tags (
    kind TEXT, project TEXT, name TEXT, uid TEXT, tag TEXT, tree TEXT, iter INTEGER,
    PRIMARY KEY (kind, project, name, uid, tag)) WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (kind, project, name, tag, tree, iter);
INSERT INTO tags SELECT of, project, name, uid, tag, tree, iter FROM first_tags;
DROP TABLE first_tags;
CREATE TABLE running (
    project TEXT, uid TEXT, iter INTEGER, process TEXT, PRIMARY KEY (project, uid, iter));
INSERT INTO running SELECT project, uid, iter, '' FROM runs WHERE end_time IS NULL;
"""


class LayoutError(OSError):
    """The file's tables are not ours, or of a later version. The message says what to do."""


def check(connection: sqlite3.Connection) -> None:
    """
    Refuse a file that is not ours, before anything in it is changed.

    :raise LayoutError: If the tables are of a later version, or another program's.
    """
    connection.execute("BEGIN")
    with connection:  # both answers are of one moment
        version, tables = _version(connection), _tables(connection)
    if version > VERSION:
        raise LayoutError(
            f"it was written by a later version of mlrun_images (tables {version}, this one knows"
            f" {VERSION}): put that version's folder mlrun_images here"
        )
    if version == 0 and tables not in ({}, FIRST_TABLES):
        raise LayoutError(
            "its tables are not those of mlrun_images: move it away to begin a new history"
        )


def prepare(connection: sqlite3.Connection, folder: str) -> None:
    """
    Make the tables of a new file, and bring those of an earlier version up to date.

    :param connection: The connection to the file.
    :param folder:     The project's folder.
    """
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # commits, or rolls back
        if _version(connection) == VERSION:
            return  # another process was here first
        if _tables(connection):
            _execute(connection, FIRST_TO_TODAYS)
            _make_paths_relative(connection, folder)
        else:
            _execute(connection, TABLES)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _tables(connection: sqlite3.Connection) -> dict[str, str]:
    """Every table's columns, in the form of FIRST_TABLES."""
    columns = connection.execute(
        "SELECT t.name, group_concat(c.name, ' ') FROM sqlite_master t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name"
    )
    return {table: names for table, names in columns}


def _execute(connection: sqlite3.Connection, statements: str) -> None:
    """Run statements within the transaction; sqlite3's executescript commits it first."""
    for statement in statements.split(";"):
        connection.execute(statement)


def _make_paths_relative(connection: sqlite3.Connection, folder: str) -> None:
    """The first version kept absolute paths: of here, or of where the folder lay earlier."""
    folders = [folder, *_former_folders(connection, Path(folder))]
    for table in ("projects", "runs", "artifacts", "functions"):
        for row, body in connection.execute(f"SELECT rowid, body FROM {table}").fetchall():
            text = body
            for former in folders:
                text = with_mark(text, former)
            if text != body:
                connection.execute(f"UPDATE {table} SET body = ? WHERE rowid = ?", (text, row))


def _former_folders(connection: sqlite3.Connection, folder: Path) -> Iterator[str]:
    """
    Where the folder lay when its runs were made.

    A run's output path ends in its uid. Where its end is a folder below the project's folder now,
    what stands before that end is where the project's folder was.
    """
    found = ""
    query = "SELECT json_extract(body, '$.spec.output_path') FROM runs WHERE json_valid(body)"
    for (path,) in connection.execute(query).fetchall():
        if not path or (found and path.startswith(f"{found}/")):
            continue
        parts = Path(path).parts
        for length in range(1, len(parts)):
            if folder.joinpath(*parts[length:]).is_dir():
                found = str(Path(*parts[:length]))
                yield found
                break
