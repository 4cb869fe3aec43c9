"""What the page is told: the history's runs with their images, as records of text."""

from collections.abc import Iterable
from typing import Any

from mlrun_images.hints import listed
from mlrun_images.history.filters import Filters
from mlrun_images.history.interface import Entry, History
from mlrun_images.history.records import ERROR, summarize, uid_of
from mlrun_images.looking.finding import is_image
from mlrun_images.looking.terminal import log_lines, when, without_listings

NEWEST = 1000  # images on a page, unless told otherwise; and runs at least
LOGS = 100  # failed runs whose last lines of output are shown
LINES = 20  # of a failed run's output
LONGEST = 300  # characters of a value
LONGEST_MESSAGE = 20_000


def collect(history: History, newest: int, wanted: Filters) -> tuple[list[dict[str, Any]], bool]:
    """
    Collect the page's runs.

    :param history: The project's past runs.
    :param newest:  How many images at most, the newest first.
    :param wanted:  Which images.

    :returns: Runs as `summarize` gives them, newest first, each sweep followed by its iterations;
              with `images`, `others` (its other outputs), `sources` (its inputs, see
              `_add_sources`), `left_out` (how many more images a run has), and of a sweep `swept`,
              of a failed run `log` (the last lines of its output). And whether there are more runs
              or images than these.
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
        "images": [output for output in images if wanted.takes_image(output)],
        "others": [output for output in shown if not is_image(output)],
        "left_out": 0,
    }


def _cut(entries: list[dict[str, Any]], left: int) -> int:
    """Leave so many images in a run and its iterations. Gives how many they have then."""
    count = 0
    for entry in entries:
        cut = entry["images"][left - count :]
        del entry["images"][left - count :]
        entries[0]["left_out"] += len(cut)
        count += len(entry["images"])
    if entries[0]["left_out"]:  # an iteration whose images are not shown would seem to have none
        entries[1:] = [entry for entry in entries[1:] if entry["images"]]
    return count


def _of_no_run(history: History, left: int) -> list[dict[str, Any]]:
    """Images that were logged without a run, or by one that was deleted."""
    run = {"metadata": {"uid": "", "name": "Images of no run"}, "spec": {}, "status": {}}
    entry = _entry(run, history.artifacts_of_no_run(), Filters()) | {"outputs": [], "others": []}
    return [entry] if _cut([entry], left) else []


def _add_sources(entries: list[dict[str, Any]], folder: str) -> None:
    """
    Add to each run its `sources`: for each input its name, its URL and the UID of the run on this
    page that made it, or an empty text. The page may be passed on, so a path below the project's
    folder is shown from there.
    """
    makers = {
        name: entry["uid"]
        for entry in entries
        for output in entry["outputs"]
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


def records(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Say what the page shows of runs and their images. What is empty is left out.

    :param entries: Runs as `collect` gives them, with the `link` of each output, and of each image
                    with a thumbnail `shown` and `classes`, or `fault`.

    :returns: Runs in order, each with its `images`. Values are text, as a person reads them.

              Of a run: uid, name, function, state, start, workflow, parameters, results (both text
              by name), files (key, link, name and fault of its other artifacts), inputs (name, URL
              and the UID of the run that made it), faults (lines), log, left_out, swept (whether
              its iterations follow). An iteration has its `iteration` (a number) instead of what
              it shares with its sweep.

              Of an image: key, type, labels (text by name: width, height, format, step, series …),
              bytes, caption, changes (lines), uri, link, path (where there is no link), fault,
              shown (width and height of the thumbnail in pixels) and classes.
    """
    return [
        _filled(({} if entry["iteration"] else _run(entry)) | _result(entry)) for entry in entries
    ]


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in ("", 0, None, [], {})}


def _run(entry: dict[str, Any]) -> dict[str, Any]:
    same = ("uid", "name", "function", "workflow", "left_out", "log", "swept")
    sources = [(name, _text(url), maker) for name, url, maker in entry["sources"]]
    return {name: entry.get(name) for name in same} | {"inputs": sources}


def _result(entry: dict[str, Any]) -> dict[str, Any]:
    """What a run and an iteration have in common."""
    others = entry["others"]
    return {
        "iteration": str(entry["iteration"] or ""),
        "state": entry["state"],
        "start": when(entry["start"]),
        "parameters": _texts(entry["parameters"].items()),
        "results": _texts((one["key"], one["value"]) for one in others if "value" in one),
        "files": [_file(one) for one in others if "value" not in one],
        "images": [_filled(_image(image)) for image in entry["images"]],
        "faults": [line[:LONGEST_MESSAGE] for line in (entry["error"], *entry["problems"]) if line],
    }


def _file(output: dict[str, Any]) -> tuple[str, str, str, str]:
    name = output["path"].rpartition("/")[2] if output["link"] else output["path"]
    return output["key"], output["link"], _text(name), output.get("fault", "")


def _image(image: dict[str, Any]) -> dict[str, Any]:
    same = ("key", "type", "changes", "link", "classes", "fault")
    return {name: image.get(name) for name in same} | {
        "caption": _text(image["caption"]),
        "labels": _texts(image["labels"].items()),
        "bytes": image["size"],
        "uri": image.get("uri"),
        "path": "" if image["link"] else _text(image["path"]),
        "shown": image.get("shown"),
    }


def _texts(values: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    return {str(name): _text(value) for name, value in values}


def _text(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
