"""Artifacts."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime

from mlrun_images.history import sql
from mlrun_images.history.errors import NotThere
from mlrun_images.history.file import File
from mlrun_images.history.tags import move_tag

ARTIFACTS = """SELECT a.project, a.name, a.uid, a.tree, a.body, t.tag
    FROM artifacts a LEFT JOIN tags t
    ON t.kind = 'artifact' AND t.project = a.project AND t.name = a.name AND t.uid = a.uid"""
# each once, whatever its tags
OUTPUTS = """SELECT a.name, a.tree, NULL AS tag, a.body
    FROM outputs o JOIN artifacts a ON a.id = o.id"""
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

    def read_artifact(
        self,
        project: str,
        name: str,
        tag: str | None = None,
        iter: int | None = None,
        tree: str | None = None,
        uid: str | None = None,
    ) -> dict:
        """
        An artifact's record.

        :param project: The project.
        :param name:    The name in the run DB.
        :param tag:     Its tag.
        :param iter:    Its iteration; 0 also finds a sweep's best.
        :param tree:    Its tree.
        :param uid:     Its hash.

        :raise NotThere: If there is none, or it cannot be read.
        """
        where, values = sql.where(
            ("a.project = ?", project),
            ("a.name = ?", name),
            ("a.uid = ?", uid),
            ("a.tree = ?", tree),
            ("t.tag = ?", tag),
            ("(a.iter = ? OR a.best)", iter if iter == 0 else None),
            ("a.iter = ?", iter or None),
        )
        order = "a.iter = 0 DESC, a.best DESC, t.tag = 'latest' DESC, a.id DESC"
        for row in self.rows(f"{ARTIFACTS} {where} ORDER BY {order} LIMIT 1", values):
            for artifact in self.artifacts_in([row]):
                return artifact
            raise NotThere(f"artifact {name} of run {row['tree']} is damaged")
        raise NotThere(f"artifact {project}/{name} not found")

    def find_artifacts(
        self,
        project: str,
        name: str | None = None,
        tag: str | None = None,
        labels: Iterable[str] = (),
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        iter: int | None = None,
        best: bool | None = None,
        kinds: Iterable[str] | None = None,
        other_kinds: Iterable[str] | None = None,
        tree: str | None = None,
        parent: str | None = None,
        producer: str | None = None,
        limit: int = -1,
        offset: int = 0,
    ) -> list[sqlite3.Row]:
        """
        The rows of the artifacts that fit, oldest first, once for each of their tags.

        :param project:     The project.
        :param name:        The name in the run DB, or ~ and a part of it.
        :param tag:         Their tag.
        :param labels:      Their labels, each as `key` or `key=value`.
        :param since:       When they were updated at the earliest.
        :param until:       When they were updated at the latest.
        :param iter:        Their iteration.
        :param best:        Whether they are of no iteration, or of a sweep's best.
        :param kinds:       Their kind is one of these.
        :param other_kinds: Their kind is none of these.
        :param tree:        Their tree.
        :param parent:      The URI of what they belong to.
        :param producer:    How the URI of their producer begins: `PROJECT/UID`.
        :param limit:       How many at most; -1 for all.
        :param offset:      How many of the first are left out.

        :returns: Rows, as `artifacts_in` takes them.
        """
        where, values = sql.where(
            ("a.project = ?", project),
            sql.named("a.name", name),
            ("t.tag = ?", tag),
            ("a.updated >= ?", sql.utc(since)),
            ("a.updated <= ?", sql.utc(until)),
            ("a.iter = ?", iter),
            ("a.best = ?", best),
            sql.among("a.kind", kinds),
            sql.among("a.kind NOT", other_kinds),
            ("a.tree = ?", tree),
            ("a.parent = ?", parent),
            sql.among("a.id", self._ids_of(project, producer)),
            *sql.has_labels(labels, "a.labels"),
        )
        query = f"{ARTIFACTS} {where} ORDER BY a.id LIMIT ? OFFSET ?"
        return self.rows(query, [*values, limit, offset])

    def artifacts_of(self, project: str, uid: str) -> list[dict]:
        """
        The artifacts of a run and of its iterations, oldest first.

        :param project: The project.
        :param uid:     The run.

        :returns: Their records, each once.
        """
        found, values = sql.begins_with("o.producer", f"{project}/{uid}", end=RUN_END)
        where = f"WHERE o.project = ? AND {found} ORDER BY o.id"
        return list(self.artifacts_in(self.rows(f"{OUTPUTS} {where}", [project, *values])))

    def newest_artifact(self, project: str, key: str) -> dict | None:
        """The artifact that was logged last under a key; None if there is none."""
        where = "WHERE (o.project, o.key) = (?, ?) ORDER BY o.id DESC LIMIT 1"
        for artifact in self.artifacts_in(self.rows(f"{OUTPUTS} {where}", [project, key])):
            return artifact
        return None

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

    def artifacts_of_no_run(self, project: str) -> list[dict]:
        """The artifacts that were logged without a run, or whose run was deleted, oldest first."""
        query = "SELECT DISTINCT producer FROM outputs WHERE project = ?"
        producers = [row["producer"] for row in self.rows(query, [project])]
        query = "SELECT DISTINCT uid FROM runs WHERE project = ?"
        uids = {row["uid"] for row in self.rows(query, [project])}
        found, value = sql.among("o.producer", [one for one in producers if _uid(one) not in uids])
        where = f"WHERE o.project = ? AND {found} ORDER BY o.id"
        return list(self.artifacts_in(self.rows(f"{OUTPUTS} {where}", [project, value])))

    def _ids_of(self, project: str, producer: str | None, end: str = sql.LAST) -> list[str] | None:
        """The rows of the artifacts whose producer's URI begins so; None without a producer."""
        if producer is None:
            return None
        found, values = sql.begins_with("producer", producer, end)
        query = f"SELECT id FROM outputs WHERE project = ? AND {found}"
        return [str(row["id"]) for row in self.rows(query, [project, *values])]

    def artifacts_in(self, rows: Iterable[sqlite3.Row]) -> Iterator[dict]:
        """The records of rows. One that cannot be read is left out."""
        for row in rows:
            if artifact := self.record(row, f"artifact {row['name']!r} of run {row['tree']!r}"):
                artifact["metadata"]["tag"] = row["tag"]
                yield artifact

    def delete_artifacts(
        self,
        project: str,
        name: str | None = None,
        key: str | None = None,
        tag: str | None = None,
        uid: str | None = None,
        tree: str | None = None,
        iter: int | None = None,
        labels: Iterable[str] = (),
        since: datetime | None = None,
        producer: str | None = None,
    ) -> None:
        """
        Delete the records of the artifacts that fit, with their tags; their files stay.

        The filters are those of `find_artifacts`, and besides:

        :param key: The name in the run DB, of which ~ is a part like any other.
        :param uid: Their hash.
        """
        where, values = sql.where(
            ("a.project = ?", project),
            sql.named("a.name", name),
            ("a.name = ?", key),
            ("t.tag = ?", tag),
            ("a.uid = ?", uid),
            ("a.tree = ?", tree),
            ("a.iter = ?", iter),
            ("a.updated >= ?", sql.utc(since)),
            sql.among("a.id", self._ids_of(project, producer, end=RUN_END)),
            *sql.has_labels(labels, "a.labels"),
        )
        with self.transaction() as connection:
            rows = connection.execute(f"{ARTIFACTS} {where}", values).fetchall()
            keys = {(row["project"], row["name"], row["uid"]) for row in rows}
            for table in ("artifacts WHERE", "tags WHERE kind = 'artifact' AND"):
                connection.executemany(
                    f"DELETE FROM {table} (project, name, uid) = (?, ?, ?)", keys
                )


def _uid(producer: str) -> str:
    """The run of a producer: of `PROJECT/UID` or `PROJECT/UID-ITERATION`."""
    return producer.rpartition("/")[2].partition("-")[0]
