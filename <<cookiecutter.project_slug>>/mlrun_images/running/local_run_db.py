"""
The run database of runs that have no MLRun API server: one SQLite file in the project's folder.

Without a server MLRun keeps nothing (`mlrun.db.nopdb.NopDB`): a failed run looks as if it went on for ever, outputs
cannot be read back, and the project's custom packagers are not found. `LocalRunDB` keeps what a server would keep for
local runs, in the same form. `project_setup.py` puts it to use; with a server none of it is active.
"""

import contextlib
import functools
import inspect
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mlrun
from dependency_injector import providers
from mlrun.artifacts.base import fill_artifact_object_hash
from mlrun.common.runtimes.constants import RunStates
from mlrun.common.schemas import ArtifactCategories, DeletionStrategy
from mlrun.common.schemas.artifact import ArtifactsDeletionStrategies
from mlrun.common.schemas.common import LabelsModel
from mlrun.db.factory import RunDBFactory
from mlrun.db.httpdb import HTTPRunDB
from mlrun.db.nopdb import NopDB
from mlrun.lists import ArtifactList, RunList
from mlrun.projects import MlrunProject
from mlrun.utils import (
    as_list,
    dict_to_json,
    fill_function_hash,
    generate_artifact_uri,
    normalize_name,
    update_in,
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS projects (name TEXT PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS runs (
    project TEXT, uid TEXT, iter INTEGER, name TEXT, state TEXT, labels TEXT,
    start_time TEXT, last_update_time TEXT, end_time TEXT, body TEXT, PRIMARY KEY (project, uid, iter));
CREATE INDEX IF NOT EXISTS runs_by_time ON runs (project, start_time);
CREATE TABLE IF NOT EXISTS logs (id INTEGER PRIMARY KEY, project TEXT, uid TEXT, body BLOB);
CREATE INDEX IF NOT EXISTS logs_by_run ON logs (project, uid);
CREATE TABLE IF NOT EXISTS artifacts (
    id INTEGER PRIMARY KEY, project TEXT, name TEXT, uid TEXT, tree TEXT, iter INTEGER, best INTEGER, kind TEXT,
    labels TEXT, updated TEXT, parent TEXT, body TEXT, UNIQUE (project, name, uid));
CREATE INDEX IF NOT EXISTS artifacts_by_tree ON artifacts (project, tree, name);
CREATE TABLE IF NOT EXISTS functions (
    project TEXT, name TEXT, uid TEXT, kind TEXT, labels TEXT, updated TEXT, body TEXT,
    PRIMARY KEY (project, name, uid));
CREATE TABLE IF NOT EXISTS tags (
    of TEXT, project TEXT, name TEXT, tag TEXT, tree TEXT, iter INTEGER, uid TEXT,
    PRIMARY KEY (of, project, name, tag, iter));
CREATE INDEX IF NOT EXISTS tags_by_uid ON tags (uid);
"""
ARTIFACTS = """SELECT a.body, t.tag FROM artifacts a LEFT JOIN tags t
    ON t.of = 'artifact' AND t.project = a.project AND t.name = a.name AND t.uid = a.uid"""
FUNCTIONS = """SELECT f.body, t.tag FROM functions f LEFT JOIN tags t
    ON t.of = 'function' AND t.project = f.project AND t.name = f.name AND t.uid = f.uid"""
TIMES = ("start_time", "last_update_time", "end_time")


def activate(path: str | Path) -> None:
    """
    Make this process keep its runs in a SQLite file. Calling it again is harmless.

    This stays an MLRun without a server: `dbpath` is "./", as MLRun itself sets it then, and the class behind it is
    replaced in MLRun's dependency container. A `dbpath` of our own like "sqlite:///..." would spare the muted warning
    below, but MLRun hands `dbpath` to child processes (`MLRUN_DBPATH`), where `import mlrun` fails on such a URL.

    :param path: The file; it is made, with its folder, when it is first needed.
    """
    # set here so that MLRun does not also put it into the environment, where children would warn about it
    mlrun.mlconf.dbpath = mlrun.mlconf.dbpath or "./"
    provider = RunDBFactory()._rundb_container.nop
    provider.reset_override()
    provider.override(providers.Object(_database(str(Path(path).absolute()))))
    logger = mlrun.utils.logger
    level = logger.level
    logger.set_logger_level("ERROR")  # connecting warns that there is no server
    try:
        mlrun.get_run_db(force_reconnect=True)
    finally:
        logger.set_logger_level(level)


@functools.cache
def _database(path: str) -> "LocalRunDB":
    return LocalRunDB(path)


class LocalRunDB(NopDB):
    """
    MLRun's run database interface on a SQLite file.

    Threads share one connection; a forked or another process opens its own. Each call is one transaction, and SQLite's
    write-ahead log lets processes read and write at once and survives a killed one. What is not written here either
    does not matter to a local run or says that it needs a server (see the end of this file).

    :param path: The file.
    """

    __getattribute__ = object.__getattribute__  # NopDB's own warns at every call

    def __init__(self, path: str):
        super().__init__(path)
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()
        os.register_at_fork(after_in_child=self._after_fork)

    def __reduce__(self):
        return _database, (self.path,)

    def _after_fork(self):
        # closing the parent's connection here would break the parent's locks: it is only put aside
        self._parents_connection = self._connection
        self._connection, self._lock = None, threading.RLock()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection = self._connection or self._open()
                yield self._connection
            except mlrun.errors.MLRunBaseError:
                raise  # such as "not found", which are OSErrors too
            except (sqlite3.Error, OSError) as error:
                raise mlrun.errors.MLRunRuntimeError(
                    f"cannot use the run database {self.path}: {error}"
                ) from error

    def _open(self) -> sqlite3.Connection:
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self.path, timeout=60, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(SCHEMA)
        return connection

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or rolls back
                yield connection

    def _read(self, query: str, values: Iterable = ()) -> list[sqlite3.Row]:
        with self._connected() as connection:
            return connection.execute(query, tuple(values)).fetchall()

    def connect(self, secrets=None):
        return self

    # Projects

    def store_project(self, name, project):
        project = project if isinstance(project, dict) else project.to_dict()
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO projects VALUES (?, ?)", (name, dict_to_json(project))
            )
        return MlrunProject.from_dict(project)

    def create_project(self, project):
        project = project if isinstance(project, dict) else project.to_dict()
        name = project["metadata"]["name"]
        if self.get_project(name):
            raise mlrun.errors.MLRunConflictError(f"project {name} already exists")
        return self.store_project(name, project)

    def get_project(self, name):
        """The project with its custom packagers; None if unknown, as MLRun's local runs expect."""
        rows = self._read("SELECT body FROM projects WHERE name = ?", [name])
        return MlrunProject.from_dict(json.loads(rows[0]["body"])) if rows else None

    def list_projects(self, owner=None, format_="name_only", labels=None, state=None):
        rows = self._read("SELECT name, body FROM projects ORDER BY name")
        if format_ == "name_only":
            return [row["name"] for row in rows]
        return [MlrunProject.from_dict(json.loads(row["body"])) for row in rows]

    def delete_project(self, name, deletion_strategy="restrict"):
        with self._transaction() as connection:
            used = connection.execute(
                "SELECT 1 FROM runs WHERE project = ?1 UNION SELECT 1 FROM artifacts WHERE project = ?1",
                [name],
            ).fetchone()
            if used and DeletionStrategy(deletion_strategy).is_restricted():
                raise mlrun.errors.MLRunPreconditionFailedError(
                    f"project {name} is in use: delete with 'cascade'"
                )
            for table in ("runs", "logs", "artifacts", "functions", "tags"):
                connection.execute(f"DELETE FROM {table} WHERE project = ?", [name])
            connection.execute("DELETE FROM projects WHERE name = ?", [name])

    # Runs

    def store_run(self, struct, uid, project="", iter=0):
        with self._transaction() as connection:
            self._put_run(connection, struct, uid, _project(project), iter)

    def update_run(self, updates, uid, project="", iter=0):
        with self._transaction() as connection:
            key = (_project(project), uid, iter or 0)
            row = connection.execute(
                "SELECT body FROM runs WHERE (project, uid, iter) = (?, ?, ?)", key
            ).fetchone()
            if not row:
                raise mlrun.errors.MLRunNotFoundError(
                    f"run {uid} of project {_project(project)} not found"
                )
            struct = json.loads(row["body"])
            for path, value in updates.items():
                update_in(struct, path, value)
            self._put_run(connection, struct, uid, _project(project), iter)

    @staticmethod
    def _put_run(connection, struct, uid, project, iter):
        metadata, status = struct.get("metadata", {}), struct.setdefault("status", {})
        now = datetime.now(UTC).isoformat()
        start, updated = (
            _utc(status.get("start_time")) or now,
            _utc(status.get("last_update")) or now,
        )
        ended = updated if status.get("state") in RunStates.terminal_states() else None
        columns = (
            project,
            uid,
            iter or 0,
            metadata.get("name"),
            status.get("state"),
            _labels_json(metadata),
        )
        connection.execute(
            "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*columns, start, updated, ended, dict_to_json(struct)),
        )

    def read_run(self, uid, project="", iter=0, format_=None):
        key = (_project(project), uid, iter or 0)
        rows = self._read("SELECT body FROM runs WHERE (project, uid, iter) = (?, ?, ?)", key)
        if not rows:
            raise mlrun.errors.MLRunNotFoundError(
                f"run {uid} of project {_project(project)} not found"
            )
        return json.loads(rows[0]["body"])

    def list_runs(
        self,
        name=None,
        uid=None,
        project=None,
        labels=None,
        states=None,
        sort=True,
        iter=False,
        **filters,
    ) -> RunList:
        """All runs that fit, newest first. Unlike a server's, without a filter this does not leave out older runs."""
        _check_filters("list_runs", filters)
        where, values = _where(
            ("project = ?", None if project == "*" else _project(project)),
            _name_filter("name", name),
            _among("uid", uid),
            _among("state", states),
            ("iter = ?", None if iter else 0),
            *((f"{time} >= ?", _utc(filters.get(f"{time}_from"))) for time in TIMES),
            *((f"{time} <= ?", _utc(filters.get(f"{time}_to"))) for time in TIMES),
            *_label_filters(labels),
        )
        order = "ORDER BY start_time DESC, iter" if sort else ""
        return RunList(
            json.loads(row["body"])
            for row in self._read(f"SELECT body FROM runs {where} {order}", values)
        )

    def del_run(self, uid, project="", iter=0):
        with self._transaction() as connection:
            for table in ("runs", "logs"):  # all iterations, as a server does
                connection.execute(
                    f"DELETE FROM {table} WHERE (project, uid) = (?, ?)", (_project(project), uid)
                )

    def del_runs(self, name="", project="", labels=None, state=None, days_ago=0):
        where, values = _where(
            ("project = ?", _project(project)),
            _name_filter("name", name),
            ("state = ?", state and str(state)),
            (
                "start_time >= ?",
                _utc(datetime.now(UTC) - timedelta(days=int(days_ago))) if days_ago else None,
            ),
            *_label_filters(labels),
        )
        with self._transaction() as connection:
            found = f"SELECT project, uid FROM runs {where}"
            for table in ("logs", "runs"):
                connection.execute(f"DELETE FROM {table} WHERE (project, uid) IN ({found})", values)

    def abort_run(self, uid, project="", iter=0, timeout=45, status_text=""):
        """Mark a run as aborted, for example one whose process was killed. It does not end the process."""
        if (
            self.read_run(uid, project, iter).get("status", {}).get("state")
            not in RunStates.terminal_states()
        ):
            self.update_run(
                {"status.state": RunStates.aborted, "status.status_text": status_text},
                uid,
                project,
                iter,
            )

    def store_log(self, uid, project="", body=None, append=False):
        body = body.encode() if isinstance(body, str) else body or b""
        with self._transaction() as connection:
            if not append:
                connection.execute(
                    "DELETE FROM logs WHERE (project, uid) = (?, ?)", (_project(project), uid)
                )
            connection.execute(
                "INSERT INTO logs VALUES (NULL, ?, ?, ?)", (_project(project), uid, body)
            )

    def get_log(self, uid, project="", offset=0, size=None, attempt=None):
        """The run's state, and its log as bytes from the offset on."""
        rows = self._read(
            "SELECT body FROM logs WHERE (project, uid) = (?, ?) ORDER BY id",
            (_project(project), uid),
        )
        log = b"".join(row["body"] for row in rows)[offset:]
        state = self.read_run(uid, project).get("status", {}).get("state", "unknown")
        return state, log[:size] if size and size > 0 else log

    def watch_log(self, uid, project="", watch=True, offset=0, attempt=None):
        """Print the log, with watch until the run ends. Returns the run's state and the log's end."""
        while True:
            state, log = self.get_log(uid, project, offset)
            print(log.decode(errors="replace"), end="")
            offset += len(log)
            if not watch or state in RunStates.terminal_states():
                return state, offset
            time.sleep(1)

    # Artifacts. One belongs to the run (in a workflow: to the workflow) that made it, which MLRun calls its tree.

    def store_artifact(self, key, artifact, iter=None, tag="", project="", tree=None):
        project = _project(project)
        artifact = artifact if isinstance(artifact, dict) else artifact.to_dict()
        if artifact.get("kind") == ArtifactCategories.link:
            return self._mark_best(key, artifact, project)
        metadata = artifact.setdefault("metadata", {})
        metadata["key"], metadata["project"] = (
            metadata.get("key") or key,
            metadata.get("project") or project,
        )
        uid = fill_artifact_object_hash(artifact, iter, tree)
        now = datetime.now(UTC).isoformat()
        metadata["updated"], metadata["created"] = now, metadata.get("created") or now
        row = (
            project,
            key,
            uid,
            metadata["tree"] or "",
            iter or 0,
            not iter,
            artifact.get("kind") or "artifact",
        )
        parent = artifact.get("spec", {}).get("parent_uri")
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO artifacts VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (project, name, uid) DO UPDATE SET"
                " labels = excluded.labels, updated = excluded.updated, body = excluded.body",
                (*row, _labels_json(metadata), now, parent, dict_to_json(artifact)),
            )
            for name in {tag or "latest", "latest"}:
                self._put_tag(
                    connection,
                    "artifact",
                    project,
                    key,
                    name,
                    metadata["tree"] or "",
                    iter or 0,
                    uid,
                )
        return artifact

    def _mark_best(self, key, link, project):
        """A sweep's best iteration answers to the artifact's name without an iteration."""
        spec = link.get("spec", {})
        tree, best = (
            spec.get("link_tree") or link["metadata"].get("tree"),
            spec.get("link_iteration"),
        )
        with self._transaction() as connection:
            connection.execute(
                "UPDATE artifacts SET best = (iter = ?) WHERE (project, name, tree) = (?, ?, ?)",
                (best, project, spec.get("link_key") or key, tree),
            )
        return link

    def read_artifact(self, key, tag="", iter=None, project="", tree=None, uid=None, format_=None):
        project = _project(project)
        # of a named version, "latest" says nothing: a newer one may have taken the tag
        wanted = (
            "latest"
            if not tag and not (uid or tree)
            else None
            if tag == "latest" and (uid or tree)
            else tag
        )
        where, values = _where(
            ("a.project = ?", project),
            ("a.name = ?", key),
            ("a.uid = ?", uid),
            ("a.tree = ?", tree),
            ("t.tag = ?", wanted),
            ("(a.iter = ? OR a.best)", iter if iter == 0 else None),
            ("a.iter = ?", iter or None),
        )
        order = "a.iter = 0 DESC, a.best DESC, t.tag = 'latest' DESC, a.id DESC"
        if rows := self._read(f"{ARTIFACTS} {where} ORDER BY {order} LIMIT 1", values):
            return _tagged(rows[0])
        uri = generate_artifact_uri(project, key, tag, iter, tree, uid)
        raise mlrun.errors.MLRunNotFoundError(f"artifact {uri} not found")

    def list_artifacts(
        self, name="", project="", tag="", labels=None, since=None, until=None, iter=None, **filters
    ) -> ArtifactList:
        """Artifacts that fit, oldest first: as from a server, once for each of their tags."""
        _check_filters("list_artifacts", filters)
        category = filters.get("category")
        kinds, others = (
            ArtifactCategories(category).to_kinds_filter() if category else (None, False)
        )
        where, values = _where(
            ("a.project = ?", _project(project)),
            _name_filter("a.name", name),
            ("t.tag = ?", None if tag == "*" else tag),
            ("a.updated >= ?", _utc(since)),
            ("a.updated <= ?", _utc(until)),
            ("a.iter = ?", iter),
            ("a.best = ?", filters.get("best_iteration") or None),
            _among("a.kind NOT" if others else "a.kind", kinds),
            *((f"a.{column} = ?", filters.get(column)) for column in ("kind", "tree", "parent")),
            *_label_filters(labels, "a.labels"),
        )
        found = map(_tagged, self._read(f"{ARTIFACTS} {where} ORDER BY a.id", values))
        producer = filters.get("producer_uri")
        return ArtifactList(
            one
            for one in found
            if not producer or (one["spec"].get("producer") or {}).get("uri") == producer
        )

    def del_artifact(
        self,
        key,
        tag="",
        project="",
        tree=None,
        uid=None,
        deletion_strategy=ArtifactsDeletionStrategies.metadata_only,
        secrets=None,
        iter=None,
    ):
        """Delete the artifact's record; its file stays."""
        if deletion_strategy != ArtifactsDeletionStrategies.metadata_only:
            raise _needs_server(f"deletion_strategy {deletion_strategy}")
        metadata = self.read_artifact(key, tag, iter, project, tree, uid)["metadata"]
        self._delete_artifacts([(_project(project), key, metadata["uid"])])

    def del_artifacts(self, name="", project="", tag="", labels=None, days_ago=0, tree=None):
        since = datetime.now(UTC) - timedelta(days=int(days_ago)) if days_ago else None
        found = self.list_artifacts(name, project, tag, labels, since, tree=tree)
        self._delete_artifacts(
            [(_project(project), _db_key(one), one["metadata"]["uid"]) for one in found]
        )

    def _delete_artifacts(self, keys):
        with self._transaction() as connection:
            connection.executemany(
                "DELETE FROM artifacts WHERE (project, name, uid) = (?, ?, ?)", keys
            )
            connection.executemany("DELETE FROM tags WHERE (project, name, uid) = (?, ?, ?)", keys)

    @staticmethod
    def _put_tag(connection, of, project, name, tag, tree, iter, uid):
        """Move a tag here. The iterations of one sweep carry it together."""
        key = (of, project, name, tag)
        connection.execute(
            "DELETE FROM tags WHERE (of, project, name, tag) = (?, ?, ?, ?) AND tree != ?",
            (*key, tree),
        )
        connection.execute(
            "INSERT OR REPLACE INTO tags VALUES (?, ?, ?, ?, ?, ?, ?)", (*key, tree, iter, uid)
        )

    def tag_artifacts(self, artifacts, project, tag_name, replace=False):
        if replace:
            raise _needs_server("replace")
        with self._transaction() as connection:
            for one in self._resolve_artifacts_to_tag_objects(artifacts).identifiers:
                version = (one.producer_id or "", one.iter or 0, one.uid)
                self._put_tag(
                    connection, "artifact", _project(project), one.key, tag_name, *version
                )

    def list_artifact_tags(self, project=None, category=None):
        query = "SELECT DISTINCT tag FROM tags WHERE of = 'artifact' AND project = ? ORDER BY tag"
        return [row["tag"] for row in self._read(query, [_project(project)])]

    # Functions, each version under the hash of its content

    def store_function(self, function, name, project="", tag="", versioned=False):
        function = function if isinstance(function, dict) else function.to_dict()
        name, project = normalize_name(name), _project(project)
        metadata = function.setdefault("metadata", {})
        tag = tag or metadata.get("tag") or "latest"
        hash_key = fill_function_hash(function, tag)
        uid = hash_key if versioned else f"unversioned-{tag}"
        metadata["updated"], metadata["tag"] = datetime.now(UTC).isoformat(), ""
        row = (
            project,
            name,
            uid,
            function.get("kind"),
            _labels_json(metadata),
            metadata["updated"],
        )
        with self._transaction() as connection:
            values = (*row, dict_to_json(function))
            connection.execute(
                "INSERT OR REPLACE INTO functions VALUES (?, ?, ?, ?, ?, ?, ?)", values
            )
            self._put_tag(connection, "function", project, name, tag, "", 0, uid)
        return hash_key

    def get_function(self, name, project="", tag="", hash_key=""):
        where, values = _where(
            ("f.project = ?", _project(project)),
            ("f.name = ?", normalize_name(name)),
            ("f.uid = ?", hash_key or None),
            ("t.tag = ?", tag or (None if hash_key else "latest")),
        )
        if rows := self._read(f"{FUNCTIONS} {where} LIMIT 1", values):
            return _tagged(rows[0])
        raise mlrun.errors.MLRunNotFoundError(f"function {_project(project)}/{name} not found")

    def list_functions(self, name=None, project=None, tag=None, kind=None, labels=None, **filters):
        _check_filters("list_functions", filters)
        where, values = _where(
            ("f.project = ?", _project(project)),
            _name_filter("f.name", name),
            ("t.tag = ?", None if tag == "*" else tag),
            ("f.kind = ?", kind),
            ("f.updated >= ?", _utc(filters.get("since"))),
            ("f.updated <= ?", _utc(filters.get("until"))),
            *_label_filters(labels, "f.labels"),
        )
        return [
            _tagged(row)
            for row in self._read(f"{FUNCTIONS} {where} ORDER BY f.name, f.updated", values)
        ]

    def delete_function(self, name, project=""):
        with self._transaction() as connection:
            key = (_project(project), normalize_name(name))
            connection.execute("DELETE FROM functions WHERE (project, name) = (?, ?)", key)
            connection.execute(
                "DELETE FROM tags WHERE of = 'function' AND (project, name) = (?, ?)", key
            )


def _needs_server(name: str) -> Exception:
    return mlrun.errors.MLRunBadRequestError(f"{name} needs an MLRun API server: set MLRUN_DBPATH")


def _check_filters(method: str, filters: dict) -> None:
    if unknown := filters.keys() - inspect.signature(getattr(HTTPRunDB, method)).parameters.keys():
        raise TypeError(f"{method}() got an unexpected keyword argument {min(unknown)!r}")
    if filters.get("partition_by"):
        raise _needs_server("partition_by")


def _refuse(name: str) -> Callable:
    def method(self, *args, **kwargs):
        raise _needs_server(name)

    return method


# What a local run calls on its way, and what has nothing to do without a server, keeps doing nothing. The rest would
# silently lose something.
HARMLESS = {
    "push_pipeline_notifications",
    "push_run_notifications",
    "set_run_retrying_status",
    "list_runtime_resources",
    "delete_runtime_resources",
}
for _name, _ in inspect.getmembers(NopDB, inspect.isfunction) + inspect.getmembers(
    HTTPRunDB, inspect.isfunction
):
    if not _name.startswith("_") and _name not in HARMLESS and _name not in vars(LocalRunDB):
        setattr(LocalRunDB, _name, _refuse(_name))


def _project(name: str | None) -> str:
    return name or mlrun.mlconf.active_project


def _utc(time: datetime | str | None) -> str | None:
    """A time as text that sorts; one without a zone is local time."""
    time = datetime.fromisoformat(time) if isinstance(time, str) and time else time
    return time.astimezone(UTC).isoformat() if time else None


def _where(*conditions: tuple[str, Any]) -> tuple[str, list]:
    """SQL of the conditions whose value is there."""
    used = [(condition, value) for condition, value in conditions if value not in (None, "")]
    return "WHERE " + " AND ".join(condition for condition, _ in used), [value for _, value in used]


def _among(column: str, values: Iterable | None) -> tuple[str, str | None]:
    listed = json.dumps([str(value) for value in as_list(values)]) if values else None
    return f"{column} IN (SELECT value FROM json_each(?))", listed


def _name_filter(column: str, name: str | None) -> tuple[str, str | None]:
    """A name, or with ~ in front a part of one in any case, as MLRun has it."""
    if name and name.startswith("~"):
        return f"instr(lower({column}), ?)", name[1:].lower()
    return f"{column} = ?", name


def _label_filters(labels, column: str = "labels") -> list[tuple[str, str]]:
    """Labels as `key`, `key=value`, a list or a dictionary of them."""
    one = "key || '=' || value = ?", "key = ?"
    return [
        (f"EXISTS (SELECT 1 FROM json_each({column}) WHERE {one['=' not in label]})", label)
        for label in LabelsModel(labels=labels).labels
    ]


def _labels_json(metadata: dict) -> str:
    return json.dumps({key: str(value) for key, value in (metadata.get("labels") or {}).items()})


def _db_key(artifact: dict) -> str:
    return artifact["spec"].get("db_key") or artifact["metadata"]["key"]


def _tagged(row: sqlite3.Row) -> dict:
    found = json.loads(row["body"])
    found["metadata"]["tag"] = row["tag"] or ""
    return found
