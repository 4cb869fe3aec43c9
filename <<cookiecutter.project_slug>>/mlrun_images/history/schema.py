"""The tables, and how a file of an earlier version gets them."""

import sqlite3
from collections.abc import Callable

# A record's `body` is MLRun's dictionary as JSON. It is looked up by the other columns.
# Artifacts are looked up in `outputs`, which is small: their records are large.
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

CREATE TABLE functions (
    project TEXT, name TEXT, uid TEXT, kind TEXT, labels TEXT, updated TEXT, body TEXT,
    PRIMARY KEY (project, name, uid));

CREATE TABLE tags (
    kind TEXT, project TEXT, name TEXT, uid TEXT, tag TEXT, tree TEXT, iter INTEGER,
    PRIMARY KEY (kind, project, name, uid, tag)) WITHOUT ROWID;

CREATE INDEX tags_by_tag ON tags (kind, project, name, tag, tree, iter);
"""
# a row of `outputs`; the key is empty where the record is damaged
FOUND_BY = """
SELECT {row}.project, ifnull({row}.producer, ''), {row}.id,
    CASE WHEN json_valid({row}.body) THEN ifnull(json_extract({row}.body, '$.metadata.key'), '')
         ELSE '' END,
    upper(ifnull(json_extract({labels}, '$.format'), '')),
    ifnull(json_extract({labels}, '$.step'), ''),
    CAST(json_extract({labels}, '$.width') AS INTEGER),
    CAST(json_extract({labels}, '$.height') AS INTEGER)"""
LABELS = "CASE WHEN json_valid({row}.labels) THEN {row}.labels ELSE '{{}}' END"
OF_NEW = FOUND_BY.format(row="NEW", labels=LABELS.format(row="NEW"))
OF_ALL = FOUND_BY.format(row="artifacts", labels=LABELS.format(row="artifacts"))
FORGET_OLD = """DELETE FROM outputs
    WHERE (project, producer, id) = (OLD.project, ifnull(OLD.producer, ''), OLD.id)"""
# triggers fill it: so does a process of an earlier version that has the file open
OUTPUTS = f"""
CREATE TABLE outputs (
    project TEXT, producer TEXT, id INTEGER, key TEXT, format TEXT, step TEXT, width INTEGER,
    height INTEGER, PRIMARY KEY (project, producer, id)) WITHOUT ROWID;

CREATE TRIGGER artifact_inserted AFTER INSERT ON artifacts BEGIN
    INSERT INTO outputs {OF_NEW};
END;

CREATE TRIGGER artifact_updated AFTER UPDATE OF body, labels ON artifacts BEGIN
    {FORGET_OLD};
    INSERT INTO outputs {OF_NEW};
END;

CREATE TRIGGER artifact_deleted AFTER DELETE ON artifacts BEGIN
    {FORGET_OLD};
END;

CREATE INDEX runs_by_start ON runs (project, start_time, uid, state) WHERE iter = 0;
"""
FILL_OUTPUTS = f"INSERT INTO outputs {OF_ALL} FROM artifacts WHERE id > ? AND id <= ?"
INDEX_OUTPUTS = """CREATE INDEX outputs_by_key ON outputs (project, key, id);

CREATE INDEX outputs_by_format ON outputs (project, format)"""
BATCH = 10_000  # artifacts that are brought up to date between two calls of `tell`


def check(connection: sqlite3.Connection) -> None:
    """
    Refuse a file that is not ours, before anything in it is changed.

    :param connection: The connection to the file.

    :raise OSError: If the tables are of a later version, or another program's.
    """
    connection.execute("BEGIN")
    with connection:  # one transaction: no other process makes the tables in between
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


def prepare(connection: sqlite3.Connection, tell: Callable[[int, int], None]) -> None:
    """
    Make the tables of a new file, or bring those of an earlier version up to date. It is one
    transaction: nothing has changed if the process is killed meanwhile.

    :param connection: The connection to the file.
    :param tell:       Called now and then with two numbers: the artifacts that are up to date, and
                       all artifacts.
    """
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # commits, or rolls back
        # asked again: another process may have been here first
        for step in STEPS[_version(connection) :]:
            step(connection, tell)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _make_tables(connection: sqlite3.Connection, tell: Callable[[int, int], None]) -> None:
    _execute(connection, TABLES)


def _make_outputs(connection: sqlite3.Connection, tell: Callable[[int, int], None]) -> None:
    """Make the table of what artifacts are found by, in place of an index on their records."""
    connection.execute("DROP INDEX IF EXISTS artifacts_by_producer")
    _execute(connection, OUTPUTS)
    _fill_outputs(connection, tell)
    _execute(connection, INDEX_OUTPUTS)


def _fill_outputs(connection: sqlite3.Connection, tell: Callable[[int, int], None]) -> None:
    last = connection.execute("SELECT ifnull(max(id), 0) FROM artifacts").fetchone()[0]
    for start in range(0, last, BATCH):
        tell(start, last)
        connection.execute(FILL_OUTPUTS, (start, start + BATCH))


def _execute(connection: sqlite3.Connection, statements: str) -> None:
    """Run statements within the transaction; sqlite3's executescript commits it first."""
    for statement in statements.split("\n\n"):
        connection.execute(statement)


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


# from each version to the next; 0 is a new file
STEPS = (_make_tables, _make_outputs)
VERSION = len(STEPS)  # SQLite's `user_version` of the file
