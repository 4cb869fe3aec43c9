"""Functions of the local run database, each version under the hash of its content."""

from datetime import UTC, datetime

from mlrun.errors import MLRunNotFoundError
from mlrun.utils import fill_function_hash, normalize_name

from mlrun_images.running.local_run_db import filters as sql
from mlrun_images.running.local_run_db.database import Database, put
from mlrun_images.running.local_run_db.filters import project_name
from mlrun_images.running.local_run_db.tags import move_tag

FUNCTIONS = """SELECT f.name, f.body, t.tag FROM functions f LEFT JOIN tags t
    ON t.kind = 'function' AND t.project = f.project AND t.name = f.name AND t.uid = f.uid"""


class Functions(Database):
    """Functions by project, name and version."""

    def store_function(self, function, name, project="", tag="", versioned=False):
        function = function if isinstance(function, dict) else function.to_dict()
        name, project = normalize_name(name), project_name(project)
        metadata = function.setdefault("metadata", {})
        tag = tag or metadata.get("tag") or "latest"
        hash_key = fill_function_hash(function, tag)
        metadata["updated"], metadata["tag"] = datetime.now(UTC).isoformat(), ""
        row = {
            "project": project,
            "name": name,
            "uid": hash_key if versioned else f"unversioned-{tag}",
            "kind": function.get("kind"),
            "labels": sql.labels_json(metadata),
            "updated": metadata["updated"],
            "body": self._text(function),
        }
        with self._transaction() as connection:
            put(connection, "functions", row)
            move_tag(connection, "function", project, name, tag, row["uid"])
        return hash_key

    def get_function(self, name, project="", tag="", hash_key=""):
        project, name = project_name(project), normalize_name(name)
        where, values = sql.where(
            ("f.project = ?", project),
            ("f.name = ?", name),
            ("f.uid = ?", hash_key or None),
            ("t.tag = ?", tag or (None if hash_key else "latest")),
        )
        for function in self._functions(f"{where} LIMIT 1", values):
            return function
        raise MLRunNotFoundError(f"function {project}/{name} not found")

    def list_functions(self, name=None, project=None, tag=None, kind=None, labels=None, **filters):
        sql.check_filters("list_functions", filters)
        where, values = sql.where(
            ("f.project = ?", project_name(project)),
            sql.name_filter("f.name", name),
            ("t.tag = ?", None if tag == "*" else tag),
            ("f.kind = ?", kind),
            ("f.updated >= ?", sql.utc(filters.get("since"))),
            ("f.updated <= ?", sql.utc(filters.get("until"))),
            *sql.label_filters(labels, "f.labels"),
        )
        return list(self._functions(f"{where} ORDER BY f.name, f.updated", values))

    def _functions(self, where: str, values: list):
        for row in self._rows(f"{FUNCTIONS} {where}", values):
            if function := self._record(row, f"function {row['name']!r}"):
                function["metadata"]["tag"] = row["tag"] or ""
                yield function
