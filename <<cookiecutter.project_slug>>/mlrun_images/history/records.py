"""
Runs and artifacts summarized for a person.

A run that completed may lack an output all the same: it was made without the project's packager, or
its file was removed since. `problems` finds such outputs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mlrun_images.errors import one_line
from mlrun_images.hints import UNHINTED, Hint

# the states of a run, as MLRun names them (`mlrun.common.runtimes.constants.RunStates`)
COMPLETED, ERROR, ABORTED = "completed", "error", "aborted"
ENDED = (COMPLETED, ERROR, ABORTED, "skipped")
FAILED = (ERROR, ABORTED)
UNDELETABLE = ("running", "pending")  # MLRun deletes no run in such a state
# what `update_run` takes to record that a person aborted a run
ABORTED_BY_HAND = {"status.state": ABORTED, "status.status_text": "aborted by hand"}
WITHOUT_MESSAGE = {  # what MLRun says of a run that says nothing itself
    ERROR: "Unknown error",
    "pendingRetry": "Unknown error",
    ABORTED: "Run was aborted",
    "aborting": "Run was aborted",
}
# how `store://` URIs of some kinds begin
PREFIXES = {"model": "models", "dataset": "datasets", "llm-prompt": "llm-prompts"}


def summarize(run: dict, artifacts: Iterable[dict], returns: Sequence[Hint] | None = None) -> dict:
    """
    Say what a person wants to know of a run, ready for JSON.

    :param run:       A run as the run DB gives it.
    :param artifacts: Its artifacts as the run DB gives them.
    :param returns:   The log hints that the run was given. None takes the keys in its record, which
                      says no more of its log hints.

    :returns: uid, iteration, name, function, state, error, parameters, sweep (of a sweep the lists
              of values), iterations (how many of them, by state), inputs (path or URI by name),
              workflow (its id, or an empty text), start, seconds (None if not known), outputs and
              problems (lines, as `problems` gives them). An output is a dictionary: key, type
              "result" and value of a result; of an artifact what `summarize_artifact` gives, and
              uri, the `store://` URI by which other runs take it as input.
    """
    status, metadata, spec = run["status"], run["metadata"], run["spec"]
    results = (status.get("results") or {}).items()
    outputs = [{"key": key, "type": "result", "value": value} for key, value in results]
    found = map(summarize_artifact, artifacts)
    uris = status.get("artifact_uris") or {}
    outputs += [output | {"uri": uris.get(output["key"], "")} for output in found]
    if returns is None:
        returns = [Hint(key) for key in spec.get("outputs") or [] if key != UNHINTED.key]
    start = status.get("start_time")
    return {
        "uid": metadata["uid"],
        "iteration": iteration(run),
        "name": metadata["name"],
        "function": function_of(run),
        "state": status.get("state"),
        "error": _error(status),
        "parameters": spec.get("parameters") or {},
        "sweep": spec.get("hyperparams") or {},
        "iterations": _states(status),
        "inputs": spec.get("inputs") or {},
        "workflow": (metadata.get("labels") or {}).get("workflow", ""),
        "start": str(start or ""),
        "seconds": _seconds(start, status.get("last_update")),
        "outputs": outputs,
        "problems": problems(run, outputs, returns),
    }


def summarize_artifact(artifact: dict) -> dict:
    """
    Say what a person wants to know of an artifact, ready for JSON.

    :param artifact: An artifact as the run DB gives it.

    :returns: key, type (the artifact type it was packed as, else MLRun's kind), path, size (bytes,
              or None), updated, labels (of an image: width, height, mode, format, …), object_type
              (the packed object's class), changes (lines: what was changed in the image) and
              caption (what else its description says).
    """
    spec, metadata = artifact["spec"], artifact["metadata"]
    notes = spec.get("unpackaging_instructions") or {}
    changes = _changes(notes.get("instructions"))
    description = metadata.get("description") or ""
    return {
        "key": metadata["key"],
        "type": notes.get("artifact_type") or artifact.get("kind") or "artifact",
        "path": spec.get("target_path", ""),
        "size": spec.get("size"),
        "updated": str(metadata.get("updated") or ""),
        "labels": metadata.get("labels") or {},
        "object_type": notes.get("object_type", ""),
        "changes": changes,
        "caption": description.removesuffix("; ".join(changes)).removesuffix("; "),
    }


def _changes(instructions: dict | None) -> list[str]:
    changes = (instructions or {}).get("changes") or []
    return changes.split("; ") if isinstance(changes, str) else list(changes)


def artifact_uri(artifact: dict) -> str:
    """
    Name an artifact as MLRun's `Artifact.uri` does.

    :param artifact: The artifact's record.

    :returns: `store://artifacts/PROJECT/KEY#ITERATION:TAG@TREE^UID`.
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


def problems(run: dict, outputs: list[dict], hints: Sequence[Hint]) -> list[str]:
    """
    Compare what a run was asked for with what it holds.

    :param run:     A run as the run DB gives it.
    :param outputs: Its outputs, as `summarize` gives them.
    :param hints:   The log hints that it was given.

    :returns: One line for each output that is missing, or is a pickled image. Empty for a run that
              did not complete, and for a sweep, whose iterations hold its outputs.
    """
    if run["status"].get("state") != COMPLETED:
        return []  # its own error says more
    if run["spec"].get("hyperparams") and not iteration(run):
        return []  # a sweep's outputs are its iterations'
    found = {output["key"]: output for output in outputs}
    lines = (_problem(run, hint, found.get(hint.key)) for hint in hints)
    return [line for line in lines if line]


def _problem(run: dict, hint: Hint, output: dict | None) -> str:
    """Say what is wrong with the output of a log hint; empty if nothing is."""
    if output is None:
        return f"{hint.key}: asked for, but the run has no such output"
    if "value" in output:
        return ""
    pickled = output["type"] == "object" != hint.artifact_type
    if pickled and output["object_type"].startswith("PIL."):
        return f"{hint.key}: the image was pickled: project.yaml must list PILImagePackager"
    path = output["path"]
    kind = (run["metadata"].get("labels") or {}).get("kind")
    was_here = kind in ("", "local", "handler")
    if was_here and "://" not in path and not Path(path).is_file():
        return f"{hint.key}: its file is not there: {path}"
    return ""


def function_of(run: dict) -> str:
    """Get the name that a run's function has in project.yaml; empty if the run has none."""
    name = (run["spec"].get("function") or "").rpartition("/")[2]
    return name.partition("@")[0].partition(":")[0]


def iteration(run: dict) -> int:
    """Get an iteration's number in its sweep; 0 for the sweep itself, and for a single run."""
    return run["metadata"].get("iteration") or 0


def by_producer(artifacts: Iterable[dict]) -> dict[str, dict[str, dict]]:
    """
    Group artifacts by the run or iteration that logged them, and by key.

    :param artifacts: Artifacts as the run DB gives them.

    :returns: For each `producer_of` the artifacts by key: of several of one key, the last.
    """
    found: dict[str, dict[str, dict]] = defaultdict(dict)
    for artifact in artifacts:
        # "project/uid" or "project/uid-iteration": the tree does not tell a workflow's runs apart
        producer = (artifact["spec"].get("producer") or {}).get("uri") or ""
        found[producer.rpartition("/")[2]][artifact["metadata"]["key"]] = artifact
    return found


def producer_of(run: dict) -> str:
    """Name a run or an iteration as its artifacts do: `UID` or `UID-ITERATION`."""
    number = iteration(run)
    return f"{run['metadata']['uid']}-{number}" if number else run["metadata"]["uid"]


def local_time(value: str | datetime) -> datetime:
    """Convert a time of the run DB (UTC unless it says otherwise) to this machine's time zone."""
    value = datetime.fromisoformat(str(value))
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone()


def _seconds(start: str | datetime | None, end: str | datetime | None) -> float | None:
    if not start or not end:
        return None
    seconds = (local_time(end) - local_time(start)).total_seconds()
    return seconds if seconds >= 0 else None  # else the clock was put back


def _states(status: dict) -> dict[str, int]:
    """Count a sweep's iterations by state: MLRun lists them in a table."""
    header, *rows = status.get("iterations") or [[]]
    return dict(Counter(row[header.index("state")] for row in rows if "state" in header))


def _error(status: dict) -> str:
    """Get what MLRun's `RunObject.error` says, on one line; empty if the run did not fail."""
    if status.get("state") not in WITHOUT_MESSAGE:
        return ""
    said = (status.get(name) for name in ("error", "status_text", "reason"))
    return one_line(next(filter(None, said), WITHOUT_MESSAGE[status["state"]]))
