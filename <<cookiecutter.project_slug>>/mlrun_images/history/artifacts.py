"""Artifacts."""

import sqlite3
from collections.abc import Iterable, Iterator

from mlrun_images.history import sql
from mlrun_images.history.file import File
from mlrun_images.history.tags import move_tag

ARTIFACTS = """SELECT a.id, a.project, a.name, a.uid, a.tree, a.body, t.tag
    FROM artifacts a LEFT JOIN tags t
    ON t.kind = 'artifact' AND t.project = a.project AND t.name = a.name AND t.uid = a.uid"""
MANY = 100  # values that are told apart
RUN_END = "."  # sorts behind the "-" before an iteration's number, which ends a producer's URI
STORE = """INSERT INTO artifacts
    (project, name, uid, tree, iter, best, kind, labels, updated, parent, producer, body)
    VALUES (:project, :name, :uid, :tree, :iter, :best, :kind, :labels, :updated, :parent,
            :producer, :body)
    ON CONFLICT (project, name, uid)
    DO UPDATE SET labels = :labels, updated = :updated, body = :body"""


class Artifacts(File):
    """
    Artifacts by project, name and uid, which is a hash of what they are.

    An artifact's producer is the run, or the iteration, that made it. Its tree is the run that made
    it, in a workflow the workflow.
    """

    def put_artifact(
        self, project: str, name: str, uid: str, iter: int, tag: str, artifact: dict
    ) -> None:
        """
        Keep an artifact. It takes its tag, and `latest`, from others of its name.

        :param project:  The project.
        :param name:     The name in the run DB, in which the run's name is.
        :param uid:      The hash.
        :param iter:     The iteration that made it; 0 for none.
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
        """A sweep's best iteration answers to the artifact's name without an iteration."""
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
        Find artifacts, once for each of their tags.

        :param conditions: Which, by the columns of `artifacts` (as `a`) and `tags` (as `t`).
        :param order:      In which order; the oldest first by default.
        :param limit:      How many at most; -1 for all.
        :param offset:     How many of the first are left out.

        :returns: Rows, as `artifacts_in` takes them.
        """
        where, values = sql.where(*conditions)
        query = f"{ARTIFACTS} {where} ORDER BY {order} LIMIT ? OFFSET ?"
        return self.rows(query, [*values, limit, offset])

    def producers(self, project: str) -> list[str]:
        """What made a project's artifacts: `PROJECT/UID`, or `PROJECT/UID-ITERATION`."""
        query = "SELECT DISTINCT producer FROM outputs WHERE project = ?"
        return [row["producer"] for row in self.rows(query, [project])]

    def keys(self, project: str, beginning: str = "") -> list[str]:
        """
        The keys of a project's artifacts that begin so, in order, each `mask_0`, `mask_1` and so on
        as `mask`.
        """
        return self._distinct(project, "key", beginning)

    def formats(self, project: str) -> list[str]:
        """The formats of a project's images, in order."""
        return self._distinct(project, "format", "")

    def _distinct(self, project: str, column: str, beginning: str) -> list[str]:
        """A look for each value in an index, however many artifacts have it."""
        query = f"""SELECT {column} FROM outputs WHERE project = ? AND {column} >= ?
            AND {column} < ? ORDER BY {column} LIMIT 1"""
        found: dict[str, None] = {}
        start, end = beginning or "!", beginning + sql.LAST
        while len(found) < MANY and (rows := self.rows(query, [project, start, end])):
            stem, _, number = rows[0][0].rpartition("_")
            is_numbered = bool(stem) and number.isdecimal()
            found[stem if is_numbered else rows[0][0]] = None
            # behind the digits comes ":"
            start = f"{stem}_:" if is_numbered else f"{rows[0][0]}\0"
        return list(found)

    def artifacts_in(self, rows: Iterable[sqlite3.Row]) -> Iterator[dict]:
        """The records of rows. One that cannot be read is left out."""
        for row in rows:
            if artifact := self.record(row, f"artifact {row['name']!r} of run {row['tree']!r}"):
                artifact["metadata"]["tag"] = row["tag"]
                yield artifact

    def delete_artifacts(self, conditions: Iterable[sql.Condition]) -> None:
        """
        Delete the records of artifacts, with their tags; their files stay.

        :param conditions: Which, by the columns of `artifacts` (as `a`) and `tags` (as `t`).
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
    The condition that artifacts were made by a run, or by what begins so.

    :param producer: `PROJECT/UID`, or `PROJECT/UID-ITERATION`.
    :param end:      What sorts behind all that may follow: RUN_END for iterations alone.
    """
    query = "SELECT id FROM outputs WHERE project = ? AND producer >= ? AND producer < ?"
    return f"a.id IN ({query})", [project, producer, producer + end]


def made_by_one_of(project: str, producers: Iterable[str]) -> sql.Condition:
    """The condition that artifacts were made by one of these, as `producers` gives them."""
    among, value = sql.among("producer", producers)
    query = f"SELECT id FROM outputs WHERE project = ? AND {among}"
    return f"a.id IN ({query})", [project, value]


def newest_of(project: str, key: str) -> sql.Condition:
    """The condition that an artifact was logged last under its key."""
    query = "SELECT max(id) FROM outputs WHERE (project, key) = (?, ?)"
    return f"a.id = ({query})", [project, key]
