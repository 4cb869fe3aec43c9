"""Artifacts of the local run database."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

from mlrun.artifacts.base import fill_artifact_object_hash
from mlrun.common.schemas import ArtifactCategories
from mlrun.common.schemas.artifact import ArtifactsDeletionStrategies
from mlrun.errors import MLRunNotFoundError
from mlrun.lists import ArtifactList
from mlrun.utils import generate_artifact_uri

from mlrun_images.running.local_run_db import filters as sql
from mlrun_images.running.local_run_db.database import Database
from mlrun_images.running.local_run_db.filters import project_name
from mlrun_images.running.local_run_db.tags import move_tag

ARTIFACTS = """SELECT a.project, a.name, a.uid, a.tree, a.body, t.tag
    FROM artifacts a LEFT JOIN tags t
    ON t.kind = 'artifact' AND t.project = a.project AND t.name = a.name AND t.uid = a.uid"""
STORE = """INSERT INTO artifacts
    (project, name, uid, tree, iter, best, kind, labels, updated, parent, producer, body)
    VALUES (:project, :name, :uid, :tree, :iter, :best, :kind, :labels, :updated, :parent,
            :producer, :body)
    ON CONFLICT (project, name, uid)
    DO UPDATE SET labels = :labels, updated = :updated, body = :body"""


class Artifacts(Database):
    """
    Artifacts by project, name and uid, which is a hash of what they are.

    An artifact's producer is the run, or the iteration, that made it. Its tree is the run that made
    it, in a workflow the workflow.
    """

    def store_artifact(self, key, artifact, iter=None, tag="", project="", tree=None):
        project = project_name(project)
        artifact = artifact if isinstance(artifact, dict) else artifact.to_dict()
        if artifact.get("kind") == ArtifactCategories.link:
            return self._mark_best(key, artifact, project)
        metadata, spec = artifact.setdefault("metadata", {}), artifact.setdefault("spec", {})
        metadata["key"] = metadata.get("key") or key
        metadata["project"] = metadata.get("project") or project
        uid = fill_artifact_object_hash(artifact, iter, tree)
        now = datetime.now(UTC).isoformat()
        metadata["updated"], metadata["created"] = now, metadata.get("created") or now
        row = {
            "project": project,
            "name": key,
            "uid": uid,
            "tree": metadata["tree"] or "",
            "iter": iter or 0,
            "best": not iter,
            "kind": artifact.get("kind") or "artifact",
            "labels": sql.labels_json(metadata),
            "updated": now,
            "parent": spec.get("parent_uri"),
            "producer": (spec.get("producer") or {}).get("uri"),
            "body": self._text(artifact),
        }
        with self._transaction() as connection:
            connection.execute(STORE, row)
            for name in {tag or "latest", "latest"}:
                move_tag(connection, "artifact", project, key, name, uid, row["tree"], row["iter"])
        return artifact

    def _mark_best(self, key, link, project):
        """A sweep's best iteration answers to the artifact's name without an iteration."""
        spec = link.get("spec", {})
        name, tree = spec.get("link_key") or key, spec.get("link_tree") or link["metadata"]["tree"]
        with self._transaction() as connection:
            connection.execute(
                "UPDATE artifacts SET best = (iter = ?) WHERE (project, name, tree) = (?, ?, ?)",
                (spec.get("link_iteration"), project, name, tree),
            )
        return link

    def read_artifact(self, key, tag="", iter=None, project="", tree=None, uid=None, format_=None):
        row = self._artifact_row(key, tag, iter, project_name(project), tree, uid)
        for artifact in self._artifact_records([row]):
            return artifact
        raise MLRunNotFoundError(f"artifact {key} of run {row['tree']} is damaged")

    def _artifact_row(self, key, tag, iter, project, tree, uid) -> sqlite3.Row:
        # of a named version, "latest" says nothing: a newer one may have taken the tag
        if uid or tree:
            wanted = "" if tag == "latest" else tag
        else:
            wanted = tag or "latest"
        where, values = sql.where(
            ("a.project = ?", project),
            ("a.name = ?", key),
            ("a.uid = ?", uid),
            ("a.tree = ?", tree),
            ("t.tag = ?", wanted),
            ("(a.iter = ? OR a.best)", iter if iter == 0 else None),
            ("a.iter = ?", iter or None),
        )
        order = "a.iter = 0 DESC, a.best DESC, t.tag = 'latest' DESC, a.id DESC"
        for row in self._rows(f"{ARTIFACTS} {where} ORDER BY {order} LIMIT 1", values):
            return row
        uri = generate_artifact_uri(project, key, tag, iter, tree, uid)
        raise MLRunNotFoundError(f"artifact {uri} not found")

    def list_artifacts(
        self, name="", project="", tag="", labels=None, since=None, until=None, iter=None, **filters
    ) -> ArtifactList:
        """Artifacts that fit, oldest first: as from a server, once for each of their tags."""
        rows = self._artifact_rows(name, project, tag, labels, since, until, iter, **filters)
        return ArtifactList(self._artifact_records(rows))

    def paginated_list_artifacts(
        self, *args, page=None, page_size=None, page_token=None, **filters
    ) -> tuple[ArtifactList, str | None]:
        """Artifacts page by page."""
        pages = page, page_size, page_token
        rows, token = sql.one_page(self._artifact_rows, "list_artifacts", args, filters, *pages)
        return ArtifactList(self._artifact_records(rows)), token

    def _artifact_rows(
        self, name="", project="", tag="", labels=None, since=None, until=None, iter=None,
        limit=-1, offset=0, **filters,
    ) -> list[sqlite3.Row]:  # fmt: skip
        sql.check_filters("list_artifacts", filters)
        category = filters.get("category")
        kinds, others = (
            ArtifactCategories(category).to_kinds_filter() if category else (None, False)
        )
        where, values = sql.where(
            ("a.project = ?", project_name(project)),
            sql.name_filter("a.name", name),
            ("t.tag = ?", None if tag == "*" else tag),
            ("a.updated >= ?", sql.utc(since)),
            ("a.updated <= ?", sql.utc(until)),
            ("a.iter = ?", iter),
            ("a.best = ?", filters.get("best_iteration") or None),
            sql.among("a.kind NOT" if others else "a.kind", kinds),
            *((f"a.{column} = ?", filters.get(column)) for column in ("kind", "tree", "parent")),
            *sql.begins_with("a.producer", filters.get("producer_uri")),
            *sql.label_filters(labels, "a.labels"),
        )
        query = f"{ARTIFACTS} {where} ORDER BY a.id LIMIT ? OFFSET ?"
        return self._rows(query, [*values, limit, offset])

    def _artifact_records(self, rows: list[sqlite3.Row]) -> Iterator[dict]:
        for row in rows:
            if artifact := self._record(row, f"artifact {row['name']!r} of run {row['tree']!r}"):
                artifact["metadata"]["tag"] = row["tag"]
                yield artifact

    def del_artifact(
        self, key, tag="", project="", tree=None, uid=None,
        deletion_strategy=ArtifactsDeletionStrategies.metadata_only, secrets=None, iter=None,
    ):  # fmt: skip
        """Delete the records of all of the artifact's versions that fit; their files stay."""
        if deletion_strategy != ArtifactsDeletionStrategies.metadata_only:
            raise sql.needs_server(f"deletion_strategy {deletion_strategy}")
        found = ("a.name = ?", key), ("a.uid = ?", uid), ("a.tree = ?", tree), ("a.iter = ?", iter)
        self._delete_artifacts(project, tag, *found)

    def del_artifacts(self, name="", project="", tag="", labels=None, days_ago=0, tree=None):
        """Delete the records of the artifacts that fit; their files stay."""
        since = "a.updated >= ?", sql.days_before_now(days_ago)
        found = sql.name_filter("a.name", name), ("a.tree = ?", tree), since
        self._delete_artifacts(project, tag, *found, *sql.label_filters(labels, "a.labels"))

    def _delete_artifacts(self, project, tag, *found: sql.Condition) -> None:
        tagged = "t.tag = ?", None if tag == "*" else tag
        where, values = sql.where(("a.project = ?", project_name(project)), tagged, *found)
        with self._transaction() as connection:
            rows = connection.execute(f"{ARTIFACTS} {where}", values).fetchall()
            keys = {(row["project"], row["name"], row["uid"]) for row in rows}
            for table in ("artifacts WHERE", "tags WHERE kind = 'artifact' AND"):
                connection.executemany(
                    f"DELETE FROM {table} (project, name, uid) = (?, ?, ?)", keys
                )
