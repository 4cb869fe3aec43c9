"""The runs of a page with their images, collected from the run DB."""

from typing import Any

import mlrun
from mlrun.common.runtimes.constants import RunStates
from mlrun.utils import as_list

from mlrun_images.looking.history import Artifacts, chunks, function_of, iterations_of
from mlrun_images.looking.images import Wanted, is_image
from mlrun_images.looking.terminal import without_listings
from mlrun_images.running.records import local_time, summarize, summarize_artifact

NEWEST = 1000  # images on a page, unless told otherwise; and so many runs
LOGS = 100  # failed runs whose last lines of output are shown
LINES = 10  # of a failed run's output


def collect(
    project: mlrun.projects.MlrunProject, newest: int, wanted: Wanted
) -> tuple[list[dict[str, Any]], bool]:
    """
    Collect the page's runs.

    :param project: The project.
    :param newest:  How many images at most, the newest first.
    :param wanted:  Which images.

    :returns: Runs as `summarize` gives them, newest first, each sweep followed by its iterations;
              with `function`, `date`, `images`, `others` (its other outputs), `sources` (its
              inputs, see `_add_sources`), `left_out` (how many more images a run has) and `log`
              (the last lines of a failed run's output). And whether there are more runs or images
              than these.
    """
    entries: list[dict[str, Any]] = []
    runs_left, left, more = max(newest, NEWEST), newest, False
    for runs in chunks(wanted.runs(project)):
        artifacts = Artifacts(project, runs)
        for run in runs:
            if not left or not runs_left:
                more = True
                break
            found = _with_iterations(project, run, artifacts, wanted)
            if found:
                left -= _cut(found, left)
                runs_left -= 1
                entries += found
        if more:
            break
    if wanted == Wanted() and left and not more:
        entries += _of_no_run(project, entries, left)
    _add_sources(entries, project.context)
    _add_logs(entries, project.name)
    return entries, more or any(entry["left_out"] for entry in entries)


def _with_iterations(
    project: mlrun.projects.MlrunProject, run: dict, artifacts: Artifacts, wanted: Wanted
) -> list[dict[str, Any]]:
    """A run and its iterations; where images are looked for, only if it has such."""
    found = [_entry(one, artifacts, wanted) for one in (run, *iterations_of(project, run))]
    if wanted.all_images():
        return found
    head, *iterations = found
    iterations = [entry for entry in iterations if entry["images"]]
    return [head, *iterations] if head["images"] or iterations else []


def _entry(run: dict, artifacts: Artifacts, wanted: Wanted) -> dict[str, Any]:
    entry = summarize(run, artifacts=artifacts.take(run))
    host = (run["metadata"].get("labels") or {}).get("host", "")
    for output in entry["outputs"]:
        output["host"] = host
    images = filter(is_image, entry["outputs"])
    shown = without_listings(entry["outputs"])
    return entry | {
        "function": function_of(run),
        "date": local_time(entry["start"]) if entry["start"] else None,
        "images": [output for output in images if wanted.takes(output)],
        "others": [output for output in shown if not is_image(output)],
        "left_out": 0,
        "log": "",
    }


def _cut(entries: list[dict[str, Any]], left: int) -> int:
    """Leave so many images in a run and its iterations. Gives how many they have then."""
    count = 0
    for entry in entries:
        cut = max(0, count + len(entry["images"]) - left)
        if cut:
            del entry["images"][-cut:]
        entries[0]["left_out"] += cut
        count += len(entry["images"])
    if entries[0]["left_out"]:  # an iteration whose images are not shown would seem to have none
        entries[1:] = [entry for entry in entries[1:] if entry["images"]]
    return count


def _of_no_run(
    project: mlrun.projects.MlrunProject, entries: list[dict[str, Any]], left: int
) -> list[dict[str, Any]]:
    """Images that were logged without a run, or by one that was deleted."""
    rest = map(summarize_artifact, Artifacts(project).of_others({one["uid"] for one in entries}))
    images = [image | {"host": ""} for image in rest if is_image(image)]
    if not images:
        return []
    empty = {"uid": "", "iteration": 0, "function": "", "state": "", "date": None, "workflow": ""}
    lists: dict[str, Any] = {"parameters": {}, "inputs": {}, "others": [], "problems": []}
    shown = {"images": images[:left], "left_out": max(0, len(images) - left)}
    return [{**empty, **lists, **shown, "name": "Images of no run", "error": "", "log": ""}]


def _add_sources(entries: list[dict[str, Any]], folder: str) -> None:
    """
    Add to each run its `sources`: for each input its name, its URL and the UID of the run on this
    page that made it, or an empty text. The page may be passed on, so a path below the project's
    folder is shown from there.
    """
    makers = {
        name: entry["uid"]
        for entry in entries
        for output in entry.get("outputs", ())
        for name in (output.get("path"), _record_hash(output.get("uri", "")))
        if name
    }
    for entry in entries:
        entry["sources"] = [
            (
                name,
                str(url).removeprefix("file://").removeprefix(f"{folder}/"),
                makers.get(str(url)) or makers.get(_record_hash(str(url)), ""),
            )
            for name, value in entry["inputs"].items()
            for url in as_list(value)
        ]


def _record_hash(uri: str) -> str:
    """The end of a `store://` URI, which names the artifact's record whatever its tag is."""
    return uri.rpartition("^")[2] if "^" in uri else ""


def _add_logs(entries: list[dict[str, Any]], project: str) -> None:
    """Add the last lines of the output of the newest failed runs. A sweep has one log."""
    failed = [one for one in entries if one["state"] == RunStates.error and not one["iteration"]]
    for entry in failed[:LOGS]:
        log = mlrun.get_run_db().get_log(entry["uid"], project)[1].decode(errors="replace")
        entry["log"] = "\n".join(log.splitlines()[-LINES:])
