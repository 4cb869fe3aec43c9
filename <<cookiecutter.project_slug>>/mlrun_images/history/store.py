"""The store: all that is kept of projects and their runs."""

from collections.abc import Iterable, Iterator

from mlrun_images.history import sql
from mlrun_images.history.artifacts import Artifacts
from mlrun_images.history.file import move_tag, put
from mlrun_images.history.logs import Logs
from mlrun_images.history.runs import Runs

PLACE = ".mlrun/runs.db"  # the file, from the project's folder
FUNCTIONS = """SELECT f.name, f.body, t.tag FROM functions f LEFT JOIN tags t
    ON t.kind = 'function' AND t.project = f.project AND t.name = f.name AND t.uid = f.uid"""


class Store(Runs, Logs, Artifacts):
    """Runs, logs, artifacts, projects and functions, in a SQLite file as `File` has it."""

    def put_project(self, name: str, project: dict) -> None:
        """Keep a project's record, in place of an earlier one."""
        with self.transaction() as connection:
            put(connection, "projects", {"name": name, "body": self.text(project)})

    def find_project(self, name: str) -> dict | None:
        """Get a project's record; None if there is none, or it cannot be read."""
        for row in self.rows("SELECT body FROM projects WHERE name = ?", [name]):
            return self.record(row, f"project {name!r}")
        return None

    def put_function(self, project: str, name: str, uid: str, tag: str, function: dict) -> None:
        """
        Keep a function under a tag, which other versions of it lose.

        :param project:  The project.
        :param name:     The function's name.
        :param uid:      The version: MLRun's hash of the function, or `unversioned-TAG`.
        :param tag:      The tag.
        :param function: The record.
        """
        metadata = function["metadata"]
        row = {
            "project": project,
            "name": name,
            "uid": uid,
            "kind": function.get("kind"),
            "labels": sql.labels_json(metadata),
            "updated": metadata["updated"],
            "body": self.text(function),
        }
        with self.transaction() as connection:
            put(connection, "functions", row)
            move_tag(connection, "function", project, name, tag, uid)

    def find_functions(self, conditions: Iterable[sql.Condition]) -> Iterator[dict]:
        """
        Find the functions that meet all conditions, in the order of their names.

        :param conditions: On the columns of `functions` (as `f`) and `tags` (as `t`).

        :returns: Their records, one for each tag. One that cannot be read is left out.
        """
        where, values = sql.where(*conditions)
        for row in self.rows(f"{FUNCTIONS} {where} ORDER BY f.name, f.updated", values):
            if function := self.record(row, f"function {row['name']!r}"):
                function["metadata"]["tag"] = row["tag"] or ""
                yield function
