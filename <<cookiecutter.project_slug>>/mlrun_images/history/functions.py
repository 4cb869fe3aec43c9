"""The records of functions."""

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
