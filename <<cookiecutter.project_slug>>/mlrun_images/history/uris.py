"""`store://` URIs of artifacts: `store://artifacts/PROJECT/KEY#ITERATION:TAG@TREE^UID`."""

PREFIXES = {"model": "models", "dataset": "datasets", "llm-prompt": "llm-prompts"}


def artifact_uri(artifact: dict) -> str:
    """
    Name an artifact as MLRun's `Artifact.uri` does.

    :param artifact: The artifact's record.
    """
    metadata, spec = artifact["metadata"], artifact["spec"]
    parts = (
        ("#", metadata.get("iter")),
        (":", metadata.get("tag")),
        ("@", metadata.get("tree")),
        ("^", metadata.get("uid")),
    )
    end = "".join(f"{mark}{value}" for mark, value in parts if value is not None)
    prefix = PREFIXES.get(artifact.get("kind") or "", "artifacts")
    return f"store://{prefix}/{metadata.get('project')}/{spec.get('db_key')}{end}"


def uid_of(uri: str) -> str:
    """Get the artifact's uid, with which a URI ends; empty if it has none."""
    return uri.rpartition("^")[2] if "^" in uri else ""
