"""Answers about artifacts."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from mlrun.artifacts.base import fill_artifact_object_hash
from mlrun.common.schemas import ArtifactCategories
from mlrun.common.schemas.artifact import ArtifactsDeletionStrategies
from mlrun.lists import ArtifactList

from mlrun_images.running.local_run_db.answers import (
    Answers,
    any_tag,
    check_filters,
    days_before_now,
    in_mlruns_errors,
    label_list,
    needs_server,
    one_page,
    project_name,
)


class Artifacts(Answers):
    """Artifacts by project, name and uid, which is a hash of what they are."""

    @in_mlruns_errors
    def store_artifact(self, key, artifact, iter=None, tag="", project="", tree=None):
        project = project_name(project)
        artifact = artifact if isinstance(artifact, dict) else artifact.to_dict()
        metadata, spec = artifact.setdefault("metadata", {}), artifact.setdefault("spec", {})
        if artifact.get("kind") == ArtifactCategories.link:
            name, tree = spec.get("link_key") or key, spec.get("link_tree") or metadata["tree"]
            self.store.mark_best(project, name, tree, spec.get("link_iteration"))
            return artifact
        metadata["key"] = metadata.get("key") or key
        metadata["project"] = metadata.get("project") or project
        uid = fill_artifact_object_hash(artifact, iter, tree)
        now = datetime.now(UTC).isoformat()
        metadata["updated"], metadata["created"] = now, metadata.get("created") or now
        self.store.put_artifact(project, key, uid, iter or 0, tag, artifact)
        return artifact

    @in_mlruns_errors
    def read_artifact(self, key, tag="", iter=None, project="", tree=None, uid=None, format_=None):
        # of a named version, "latest" says nothing: a newer one may have taken the tag
        wanted = tag or "latest"
        if (uid or tree) and wanted == "latest":
            wanted = None
        return self.store.read_artifact(project_name(project), key, wanted, iter, tree, uid)

    def list_artifacts(self, *args, **filters) -> ArtifactList:
        """Artifacts that fit, oldest first: as from a server, once for each of their tags."""
        return ArtifactList(self.store.artifacts_in(self._artifact_rows(*args, **filters)))

    def paginated_list_artifacts(
        self, *args, page=None, page_size=None, page_token=None, **filters
    ) -> tuple[ArtifactList, str | None]:
        """Artifacts page by page."""
        pages = page, page_size, page_token
        rows, token = one_page(self._artifact_rows, "list_artifacts", args, filters, *pages)
        return ArtifactList(self.store.artifacts_in(rows)), token

    @in_mlruns_errors
    def _artifact_rows(
        self, name=None, project="", tag=None, labels=None, since=None, until=None, iter=None,
        limit=-1, offset=0, **filters,
    ) -> list[sqlite3.Row]:  # fmt: skip
        check_filters("list_artifacts", filters)
        kinds, others = _kinds(filters.get("kind"), filters.get("category"))
        return self.store.find_artifacts(
            project_name(project),
            name,
            any_tag(tag),
            label_list(labels),
            since,
            until,
            iter,
            best=filters.get("best_iteration") or None,
            kinds=kinds,
            other_kinds=others,
            tree=filters.get("tree"),
            parent=filters.get("parent"),
            producer=filters.get("producer_uri"),
            limit=limit,
            offset=offset,
        )

    @in_mlruns_errors
    def del_artifact(
        self, key, tag="", project="", tree=None, uid=None,
        deletion_strategy=ArtifactsDeletionStrategies.metadata_only, secrets=None, iter=None,
    ):  # fmt: skip
        """Delete the records of all of the artifact's versions that fit; their files stay."""
        if deletion_strategy != ArtifactsDeletionStrategies.metadata_only:
            raise needs_server(f"deletion_strategy {deletion_strategy}")
        self.store.delete_artifacts(
            project_name(project), key=key, tag=any_tag(tag), uid=uid, tree=tree, iter=iter
        )

    @in_mlruns_errors
    def del_artifacts(self, name=None, project="", tag=None, labels=None, days_ago=0, tree=None):
        """Delete the records of the artifacts that fit; their files stay."""
        self.store.delete_artifacts(
            project_name(project),
            name,
            tag=any_tag(tag),
            tree=tree,
            labels=label_list(labels),
            since=days_before_now(days_ago),
        )


def _kinds(kind: str | None, category: Any) -> tuple[list[str] | None, list[str] | None]:
    """The kinds that artifacts may have, and those that they may not."""
    if not category:
        return None if kind is None else [kind], None
    kinds, others = ArtifactCategories(category).to_kinds_filter()
    return (None, kinds) if others else (kinds, None)
