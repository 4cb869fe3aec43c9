"""The tables, and how those of an earlier version become today's."""

import sqlite3

VERSION = 1  # SQLite's `user_version` of the file; 0 is a new file
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


def check(connection: sqlite3.Connection) -> None:
    """
    Refuse a file that is not ours, before anything in it is changed.

    :raise OSError: If the tables are of a later version, or another program's.
    """
    connection.execute("BEGIN")
    with connection:  # both answers are of one moment
        version = _version(connection)
        is_new = not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    if version > VERSION:
        raise OSError(
            f"it was written by a later version of mlrun_images (tables {version}, this one knows"
            f" {VERSION}): put that version's folder mlrun_images here"
        )
    if version == 0 and not is_new:
        raise OSError(
            "its tables are not those of mlrun_images: move it away to begin a new history"
        )


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables of a new file."""
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # commits, or rolls back
        if _version(connection) == VERSION:
            return  # another process was here first
        for statement in TABLES.split(";"):  # executescript would commit before it begins
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
