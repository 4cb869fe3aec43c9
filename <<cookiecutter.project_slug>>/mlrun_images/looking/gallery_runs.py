"""The runs of a page with their images, collected from the history."""

from typing import Any

from mlrun_images.hints import listed
from mlrun_images.history.filters import Filters, function_of
from mlrun_images.history.interface import Entry, History
from mlrun_images.history.records import local_time, summarize, summarize_artifact, uid_of
from mlrun_images.history.states import ERROR
from mlrun_images.looking.summaries import is_image
from mlrun_images.looking.terminal import log_lines, without_listings

NEWEST = 1000  # images on a page, unless told otherwise; and runs at least
LOGS = 100  # failed runs whose last lines of output are shown
LINES = 20  # of a failed run's output


def collect(history: History, newest: int, wanted: Filters) -> tuple[list[dict[str, Any]], bool]:
    """
    Collect the page's runs.

    :param history: The project's past runs.
    :param newest:  How many images at most, the newest first.
    :param wanted:  Which images.

    :returns: Runs as `summarize` gives them, newest first, each sweep followed by its iterations;
              with `function`, `date`, `images`, `others` (its other outputs), `sources` (its
              inputs, see `_add_sources`), `left_out` (how many more images a run has), `swept`
              (whether iterations follow) and `log` (the last lines of a failed run's output). And
              whether there are more runs or images than these.
    """
    entries: list[dict[str, Any]] = []
    runs_left, left, more = max(newest, NEWEST), newest, False
    for run in history.with_artifacts(history.select(wanted)):
        if not left or not runs_left:
            more = True
            break
        if found := _entries(run, wanted):
            left -= _cut(found, left)
            runs_left -= 1
            entries += found
    if wanted == Filters() and left and not more:
        entries += _of_no_run(history, left)
    _add_sources(entries, str(history.folder))
    _add_logs(entries, history)
    return entries, more or any(entry["left_out"] for entry in entries)


def _entries(run: list[Entry], wanted: Filters) -> list[dict[str, Any]]:
    """A run and its iterations; where images are looked for, only if it has such."""
    head, *iterations = (_entry(*one, wanted) for one in run)
    head["swept"] = bool(iterations)
    if not wanted.of_images:
        return [head, *iterations]
    iterations = [entry for entry in iterations if entry["images"]]
    return [head, *iterations] if head["images"] or iterations else []


def _entry(run: dict, artifacts: list[dict], wanted: Filters) -> dict[str, Any]:
    entry = summarize(run, artifacts)
    host = (run["metadata"].get("labels") or {}).get("host", "")
    for output in entry["outputs"]:
        output["host"] = host
    images = filter(is_image, entry["outputs"])
    shown = without_listings(entry["outputs"])
    return entry | {
        "function": function_of(run),
        "date": local_time(entry["start"]) if entry["start"] else None,
        "images": [output for output in images if wanted.takes_image(output)],
        "others": [output for output in shown if not is_image(output)],
        "left_out": 0,
        "log": "",
        "swept": False,
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


def _of_no_run(history: History, left: int) -> list[dict[str, Any]]:
    """Images that were logged without a run, or by one that was deleted."""
    rest = map(summarize_artifact, history.artifacts_of_no_run())
    images = [image | {"host": ""} for image in rest if is_image(image)]
    if not images:
        return []
    texts = dict.fromkeys(("uid", "function", "state", "workflow", "error", "log"), "")
    lists: dict[str, Any] = {"parameters": {}, "inputs": {}, "others": [], "problems": []}
    shown = {"images": images[:left], "left_out": max(0, len(images) - left)}
    number = {"iteration": 0, "swept": False, "date": None}
    return [{**texts, **lists, **shown, **number, "name": "Images of no run"}]


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
        for name in (output.get("path"), uid_of(output.get("uri", "")))
        if name
    }
    for entry in entries:
        entry["sources"] = [
            (
                name,
                str(url).removeprefix("file://").removeprefix(f"{folder}/"),
                makers.get(str(url)) or makers.get(uid_of(str(url)), ""),
            )
            for name, value in entry["inputs"].items()
            for url in listed(value)
        ]


def _add_logs(entries: list[dict[str, Any]], history: History) -> None:
    """Add the last lines of the output of the newest failed runs. A sweep has one log."""
    failed = [one for one in entries if one["state"] == ERROR and not one["iteration"]]
    for entry in failed[:LOGS]:
        entry["log"] = "\n".join(log_lines(history.log_of(entry["uid"]))[-LINES:])
