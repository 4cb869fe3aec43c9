"""The run DB's methods for artifacts."""

import sqlite3
from datetime import UTC, datetime

from mlrun.artifacts.base import fill_artifact_object_hash
from mlrun.common.schemas import ArtifactCategories
from mlrun.common.schemas.artifact import ArtifactsDeletionStrategies
from mlrun.lists import ArtifactList
from mlrun.utils import generate_artifact_uri

from mlrun_images.history import sql
from mlrun_images.history.artifacts import made_by
from mlrun_images.history.errors import NotThere
from mlrun_images.running.local_run_db import answers


@answers.in_mlruns_errors
class Artifacts(answers.Answers):
    """Artifacts by project, name and uid, which is MLRun's hash of them."""

    def store_artifact(self, key, artifact, iter=None, tag="", project="", tree=None):
        project = answers.project_name(project)
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

    def read_artifact(self, key, tag="", iter=None, project="", tree=None, uid=None, format_=None):
        # with a uid or tree "latest" does not count: a newer version may have taken the tag
        project, wanted = answers.project_name(project), tag or "latest"
        tagged = None if (uid or tree) and wanted == "latest" else wanted
        conditions = [
            *answers.which("a", project, key, tagged, uid=uid, tree=tree, iter=iter or None),
            ("(a.iter = ? OR a.best)", iter if iter == 0 else None),
        ]
        order = "a.iter = 0 DESC, a.best DESC, t.tag = 'latest' DESC, a.id DESC"
        for row in self.store.find_artifacts(conditions, order, limit=1):
            for artifact in self.store.artifacts_in([row]):
                return artifact
            raise NotThere(f"artifact {key} of run {row['tree']} is damaged")
        uri = generate_artifact_uri(project, key, tag or None, iter, tree, uid)
        raise NotThere(f"artifact {uri} not found")

    def list_artifacts(self, *args, **filters) -> ArtifactList:
        """List the artifacts that fit, oldest first; once for each tag, as a server does."""
        return ArtifactList(self.store.artifacts_in(self._artifact_rows(*args, **filters)))

    def paginated_list_artifacts(self, *args, **filters) -> tuple[ArtifactList, str | None]:
        """Get a page of the artifacts that fit, and the token of the next page."""
        rows, token = answers.one_page(self._artifact_rows, "list_artifacts", args, filters)
        return ArtifactList(self.store.artifacts_in(rows)), token

    def _artifact_rows(
        self, name=None, project="", tag=None, labels=None, since=None, until=None, iter=None,
        limit=-1, offset=0, **filters,
    ) -> list[sqlite3.Row]:  # fmt: skip
        answers.check_filters("list_artifacts", filters)
        project, producer = answers.project_name(project), filters.get("producer_uri")
        columns = {column: filters.get(column) for column in ("kind", "tree", "parent")}
        columns |= {"iter": iter, "best": filters.get("best_iteration") or None}
        category, kinds, others = filters.get("category"), None, False
        if category:
            kinds, others = ArtifactCategories(category).to_kinds_filter()
        # a producer's artifacts are looked up, and are of its project
        of_project = project if producer is None else None
        conditions = [
            *answers.which("a", of_project, name, tag, labels, since, until, **columns),
            sql.among("a.kind NOT" if others else "a.kind", kinds),
            *([] if producer is None else [made_by(project, producer)]),
        ]
        return self.store.find_artifacts(conditions, limit=limit, offset=offset)

    def del_artifact(
        self, key, tag="", project="", tree=None, uid=None,
        deletion_strategy=ArtifactsDeletionStrategies.metadata_only, secrets=None, iter=None,
    ):  # fmt: skip
        """Delete the records of all of the artifact's versions that fit; their files stay."""
        if deletion_strategy != ArtifactsDeletionStrategies.metadata_only:
            raise answers.needs_server(f"deletion_strategy {deletion_strategy}")
        project = answers.project_name(project)
        conditions = answers.which("a", project, key, tag, uid=uid, tree=tree, iter=iter)
        self.store.delete_artifacts(conditions)

    def del_artifacts(self, name=None, project="", tag=None, labels=None, days_ago=0, tree=None):
        """Delete the records of the artifacts that fit; their files stay."""
        project, since = answers.project_name(project), answers.days_before_now(days_ago)
        conditions = answers.which("a", project, name, tag, labels, since, tree=tree)
        self.store.delete_artifacts(conditions)
