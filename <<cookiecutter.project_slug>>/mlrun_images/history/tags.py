"""Tags, such as `latest`, of artifacts and functions."""

import sqlite3

from mlrun_images.history.file import put


def move_tag(
    connection: sqlite3.Connection, kind: str, project: str, name: str, tag: str, uid: str,
    tree: str = "", iter: int = 0,
) -> None:  # fmt: skip
    """
    Give a tag to a version, and take it from the others, but not from a sweep's other iterations.

    :param kind: "artifact" or "function".
    :param name: The artifact's or function's name.
    :param tag:  The tag.
    :param uid:  The version.
    :param tree: Of an artifact: the run, or in a workflow the workflow, that made it.
    :param iter: Of an artifact: the number of the iteration that made it; 0 for none.
    """
    key = {"kind": kind, "project": project, "name": name, "tag": tag}
    # three ranges of an index, so that the number of a sweep's iterations does not matter
    for others in ("tree < :tree", "tree > :tree", "tree = :tree AND iter = :iter"):
        connection.execute(
            "DELETE FROM tags WHERE kind = :kind AND project = :project AND name = :name"
            f" AND tag = :tag AND {others}",
            key | {"tree": tree, "iter": iter},
        )
    put(connection, "tags", key | {"tree": tree, "iter": iter, "uid": uid})
