"""Functions, each version under the hash of its content."""

from collections.abc import Iterable, Iterator

from mlrun_images.history import sql
from mlrun_images.history.file import File, put
from mlrun_images.history.tags import move_tag

FUNCTIONS = """SELECT f.name, f.body, t.tag FROM functions f LEFT JOIN tags t
    ON t.kind = 'function' AND t.project = f.project AND t.name = f.name AND t.uid = f.uid"""


class Functions(File):
    """Functions by project, name and version."""

    def put_function(self, project: str, name: str, uid: str, tag: str, function: dict) -> None:
        """
        Keep a function.

        :param project:  The project.
        :param name:     The function's name.
        :param uid:      The version.
        :param tag:      What tells this version from the others of the name.
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
        Find functions, by name, once for each of their tags.

        :param conditions: Which, by the columns of `functions` (as `f`) and `tags` (as `t`).

        :returns: Their records. One that cannot be read is left out.
        """
        where, values = sql.where(*conditions)
        for row in self.rows(f"{FUNCTIONS} {where} ORDER BY f.name, f.updated", values):
            if function := self.record(row, f"function {row['name']!r}"):
                function["metadata"]["tag"] = row["tag"] or ""
                yield function
