"""The records of artifacts."""

import sqlite3
from collections.abc import Iterable, Iterator

from mlrun_images.hints import stem_of
from mlrun_images.history import sql
from mlrun_images.history.file import File, move_tag

ARTIFACTS = """SELECT a.id, a.project, a.name, a.uid, a.tree, a.body, t.tag
    FROM artifacts a LEFT JOIN tags t
    ON t.kind = 'artifact' AND t.project = a.project AND t.name = a.name AND t.uid = a.uid"""
LISTED = 100  # keys or formats, at most
# ends a range of producers' URIs: a run, and its iterations, whose "-NUMBER" sorts before it
RUN_END = "."
STORE = """INSERT INTO artifacts
    (project, name, uid, tree, iter, best, kind, labels, updated, parent, producer, body)
    VALUES (:project, :name, :uid, :tree, :iter, :best, :kind, :labels, :updated, :parent,
            :producer, :body)
    ON CONFLICT (project, name, uid)
    DO UPDATE SET labels = :labels, updated = :updated, body = :body"""


class Artifacts(File):
    """
    Artifacts by project, name and uid. The uid is MLRun's hash of the artifact.

    The producer of an artifact is the run or the iteration that logged it. Its tree is the run, or
    in a workflow the workflow.
    """

    def put_artifact(
        self, project: str, name: str, uid: str, iter: int, tag: str, artifact: dict
    ) -> None:
        """
        Keep an artifact under its tag and `latest`, which earlier ones of its name lose.

        :param project:  The project.
        :param name:     The name in the run DB (`db_key`): the run's name and the key.
        :param uid:      The hash.
        :param iter:     The number of the iteration that logged it; 0 for none.
        :param tag:      Its tag; empty for `latest` alone.
        :param artifact: The record.
        """
        metadata, spec = artifact["metadata"], artifact["spec"]
        row = {
            "project": project,
            "name": name,
            "uid": uid,
            "tree": metadata["tree"] or "",
            "iter": iter,
            "best": not iter,
            "kind": artifact.get("kind") or "artifact",
            "labels": sql.labels_json(metadata),
            "updated": metadata["updated"],
            "parent": spec.get("parent_uri"),
            "producer": (spec.get("producer") or {}).get("uri"),
            "body": self.text(artifact),
        }
        with self.transaction() as connection:
            connection.execute(STORE, row)
            for each in {tag or "latest", "latest"}:
                move_tag(connection, "artifact", project, name, each, uid, row["tree"], iter)

    def mark_best(self, project: str, name: str, tree: str, iter: int) -> None:
        """
        Let an artifact's name without an iteration mean that of a sweep's best iteration.

        :param project: The project.
        :param name:    The artifact's name in the run DB.
        :param tree:    The sweep.
        :param iter:    The number of its best iteration.
        """
        with self.transaction() as connection:
            connection.execute(
                "UPDATE artifacts SET best = (iter = ?) WHERE (project, name, tree) = (?, ?, ?)",
                (iter, project, name, tree),
            )

    def find_artifacts(
        self,
        conditions: Iterable[sql.Condition],
        order: str = "a.id",
        limit: int = -1,
        offset: int = 0,
    ) -> list[sqlite3.Row]:
        """
        Find the artifacts that meet all conditions.

        :param conditions: On the columns of `artifacts` (as `a`) and `tags` (as `t`).
        :param order:      What SQL's ORDER BY takes; by default the oldest come first.
        :param limit:      How many rows at most; -1 for all.
        :param offset:     How many rows to skip.

        :returns: Rows, as `artifacts_in` takes them: one for each tag of an artifact.
        """
        where, values = sql.where(*conditions)
        query = f"{ARTIFACTS} {where} ORDER BY {order} LIMIT ? OFFSET ?"
        return self.rows(query, [*values, limit, offset])

    def keys(self, project: str, beginning: str = "") -> list[str]:
        """
        List the first 100 keys of a project's artifacts, in order.

        :param project:   The project.
        :param beginning: How the keys begin; empty for all.

        :returns: The keys, with `mask` once for `mask_0`, `mask_1` and so on.
        """
        return self._distinct(project, "key", beginning)

    def formats(self, project: str) -> list[str]:
        """List the formats of a project's images, in order."""
        return self._distinct(project, "format", "")

    def _distinct(self, project: str, column: str, beginning: str) -> list[str]:
        """Look up each value once in an index, however many artifacts have it."""
        query = f"""SELECT {column} FROM outputs WHERE project = ? AND {column} >= ?
            AND {column} < ? ORDER BY {column} LIMIT 1"""
        found: dict[str, None] = {}
        start, end = beginning or "!", beginning + sql.LAST
        while len(found) < LISTED and (rows := self.rows(query, [project, start, end])):
            stem = stem_of(rows[0][0])
            found[stem] = None
            # ":" sorts behind the digits
            start = f"{stem}\0" if stem == rows[0][0] else f"{stem}_:"
        return list(found)

    def artifacts_in(self, rows: Iterable[sqlite3.Row]) -> Iterator[dict]:
        """Read the records of rows. One that cannot be read is left out."""
        for row in rows:
            if artifact := self.record(row, f"artifact {row['name']!r} of run {row['tree']!r}"):
                artifact["metadata"]["tag"] = row["tag"]
                yield artifact

    def delete_artifacts(self, conditions: Iterable[sql.Condition]) -> None:
        """
        Delete the records of the artifacts that meet all conditions. Their files stay.

        :param conditions: On the columns of `artifacts` (as `a`) and `tags` (as `t`).
        """
        where, values = sql.where(*conditions)
        with self.transaction() as connection:
            rows = connection.execute(f"{ARTIFACTS} {where}", values).fetchall()
            keys = {(row["project"], row["name"], row["uid"]) for row in rows}
            for table in ("artifacts WHERE", "tags WHERE kind = 'artifact' AND"):
                connection.executemany(
                    f"DELETE FROM {table} (project, name, uid) = (?, ?, ?)", keys
                )


def made_by(project: str, producer: str, end: str = sql.LAST) -> sql.Condition:
    """
    Get the condition that an artifact's producer begins with a text.

    :param project:  The project.
    :param producer: The text: `PROJECT/UID`, or `PROJECT/UID-ITERATION`.
    :param end:      What may follow sorts before this. RUN_END lets only an iteration's number
                     follow a UID.
    """
    query = "SELECT id FROM outputs WHERE project = ? AND producer >= ? AND producer < ?"
    return f"a.id IN ({query})", [project, producer, producer + end]


def made_by_no_run(project: str) -> sql.Condition:
    """Get the condition that an artifact was logged without a run, or its run was deleted."""
    name = "substr(o.producer, length(o.project) + 2)"  # UID or UID-ITERATION
    uid = f"substr({name}, 1, instr({name} || '-', '-') - 1)"
    run = f"SELECT 1 FROM runs WHERE runs.project = o.project AND runs.uid = {uid}"
    query = f"SELECT id FROM outputs o WHERE o.project = ? AND NOT EXISTS ({run})"
    return f"a.id IN ({query})", project


def newest_of(project: str, key: str) -> sql.Condition:
    """Get the condition that an artifact is the last one logged under a key."""
    query = "SELECT max(id) FROM outputs WHERE (project, key) = (?, ?)"
    return f"a.id = ({query})", [project, key]
