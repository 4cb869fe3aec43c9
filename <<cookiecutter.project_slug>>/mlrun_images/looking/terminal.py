"""What the commands print of a run and its outputs, as a terminal can show it."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from mlrun_images.hints import listed, stem_of
from mlrun_images.history.records import COMPLETED, FAILED, local_time
from mlrun_images.looking.printing import linked
from mlrun_images.text import printable

LINE = 300  # characters of a value or path in a line
MESSAGE = 2000  # characters of an error's message
LOG = 100  # lines of a run's log
GROUPED = 4  # outputs of one kind that become one line


def failed(record: dict[str, Any]) -> bool:
    """Whether a run did not complete, or lacks what it was asked for."""
    return record["state"] != COMPLETED or bool(record["problems"])


def run_lines(records: list[dict[str, Any]], whole: bool = False) -> Iterator[str]:
    """
    Get the lines that show runs and what they made.

    :param records: Runs as `summarize` gives them, each sweep before its iterations.
    :param whole:   Show all that is known of them: their times, URIs and logs.

    :returns: Lines. A message that several of the runs have comes once, at the end.
    """
    messages = Counter(message for record in records for message in messages_of(record))
    for record in records:
        yield _title(record)
        if whole:
            yield from _start_lines(record)
        yield from _input_lines(record)
        yield from _output_lines(record, whole)
        for message in messages_of(record):
            if messages[message] == 1:
                yield _bad(f"  {message}")
        yield from _log_lines(record)
    for message in counted([text for text in messages.elements() if messages[text] > 1]):
        yield _bad(f"  {message}")


def messages_of(record: dict[str, Any]) -> list[str]:
    """Get what is said of a run that failed, each message in one line."""
    texts = [record["error"], *record["problems"]]
    return [printable(text, MESSAGE) for text in texts if text]


def counted(messages: list[str]) -> list[str]:
    """Each message once, with how often it comes."""
    counts = Counter(messages)
    return [text + f" ({times} times)" * (times > 1) for text, times in counts.items()]


def _bad(text: str) -> str:
    return click.style(text, fg="red")


def _title(record: dict[str, Any]) -> str:
    title = f"iteration {record['iteration']}" if record["iteration"] else printable(record["name"])
    state = click.style(printable(record["state"]), fg="red" if failed(record) else "green")
    uid = "" if record["iteration"] else record["uid"]
    return "  ".join(filter(None, (title, state, parameters(record), uid)))


def parameters(record: dict[str, Any]) -> str:
    """
    Get a run's parameters in one line.

    :param record: A run as `summarize` gives it.

    :returns: For example `width=64, height=32`; long values are cut.
    """
    pairs = (record["parameters"] | record["sweep"]).items()
    return ", ".join(f"{printable(name, 60)}={printable(value, 60)}" for name, value in pairs)


def _input_lines(record: dict[str, Any]) -> Iterator[str]:
    for name, value in record["inputs"].items():
        for url in listed(value):
            yield f"  {printable(name, 60)} from {printable(short_path(str(url)), LINE)}"


def _output_lines(record: dict[str, Any], whole: bool = False) -> Iterator[str]:
    """The outputs, each with what `-i` takes for it; or with its whole URI."""
    for group in _groups(record["outputs"]):
        if len(group) >= GROUPED:
            yield "  " + "  ".join(filter(None, _group_words(group)))
        else:
            for output in group:
                yield "  " + "  ".join(filter(None, _output_words(output)))
                if output.get("uri"):
                    name = output["uri"] if whole else short_name(output, record)
                    yield f"    {printable(name, LINE)}"
        for change in sorted({change for output in group for change in output.get("changes", ())}):
            yield f"    {printable(change, LINE)}"


def _groups(outputs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Outputs of one hint `*key` together: `key_0`, `key_1` and so on, if they are of one kind."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for number, output in enumerate(without_listings(outputs)):
        key = output["key"]
        kind = (stem_of(key), output["type"], output.get("labels", {}).get("format"))
        groups.setdefault(number if stem_of(key) == key else kind, []).append(output)
    return list(groups.values())


def without_listings(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Leave out what MLRun logs besides under the key of a hint `*key`: all its items once more.

    :param outputs: Outputs of a run, as `summarize` gives them.

    :returns: The others.
    """
    keys = {output["key"] for output in outputs}
    return [one for one in outputs if not _items_are_in(keys, one["key"], one.get("value"))]


def _items_are_in(keys: set[str], key: str, value: Any) -> bool:
    """Whether a value has items, each of which MLRun logged under a key of its own."""
    if not value or not isinstance(value, list | dict):
        return False
    items = value.items() if isinstance(value, dict) else enumerate(value)
    named = ((f"{key}_{name}", item) for name, item in items)
    return all(name in keys or _items_are_in(keys, name, item) for name, item in named)


def _group_words(group: list[dict[str, Any]]) -> list[str]:
    first, stem = group[0], stem_of(group[0]["key"])
    if "value" in first:
        return [printable(stem, LINE), f"{len(group):,} results"]
    sizes = {size_of(output) for output in group}
    what = "images" if size_of(first) else "artifacts"
    kind = f"{first['type']} {first.get('labels', {}).get('format', '')}".strip()
    folders = {output["path"].rpartition("/")[0] for output in group}
    where = short_path(f"{folders.pop()}/") if len(folders) == 1 else "several folders"
    size = sizes.pop() if len(sizes) == 1 else "several sizes"
    words = (stem, f"{len(group):,} {what}", kind, size, where)
    return [printable(word, LINE) for word in words]


def _output_words(output: dict[str, Any]) -> list[str]:
    where = output["value"] if "value" in output else short_path(output["path"])
    format = output.get("labels", {}).get("format", "")
    *words, where = (output["key"], output["type"], format, size_of(output), where)
    where = printable(where, LINE)
    return [*(printable(word, LINE) for word in words), linked(where, output.get("path", ""))]


def short_name(output: dict[str, Any], run: dict[str, Any]) -> str:
    """
    Get the shortest name of an output that `-i` takes.

    :param output: The output.
    :param run:    Its run's `uid` and `iteration`.

    :returns: For example `bf5ac133/mask`, or `bf5ac133-2/mask` of a sweep's second iteration.
    """
    number = f"-{run['iteration']}" if run["iteration"] else ""
    return f"{run['uid'][:8]}{number}/{output['key']}"


def iterations(record: dict[str, Any]) -> str:
    """For example `12 iterations, 2 failed`; empty if it is no sweep."""
    states = record["iterations"]
    bad = sum(times for state, times in states.items() if state in FAILED)
    if not states:
        return ""
    return f"{sum(states.values()):,} iterations" + (f", {bad:,} failed" if bad else "")


def size_of(output: dict[str, Any]) -> str:
    """Get an image's size in pixels, for example `64 x 32`; empty of another output."""
    labels = output.get("labels") or {}
    return f"{labels['width']} x {labels['height']}" if {"width", "height"} <= labels.keys() else ""


def when(time: str) -> str:
    """Show a time of the run DB as this machine's clock does; empty for an empty text."""
    return f"{local_time(time):%Y-%m-%d %H:%M:%S}" if time else ""


def short_path(path: str) -> str:
    """
    Get a path as typed from here.

    :param path: A local path or a URL.

    :returns: The path relative to the working folder where it is below that, else the same.
    """
    if "://" in path or not path:
        return path
    relative = os.path.relpath(path) + ("/" if path.endswith("/") else "")
    return path if relative.startswith("..") else relative


def _start_lines(record: dict[str, Any]) -> Iterator[str]:
    if record["start"]:
        seconds = record["seconds"]
        lasted = "" if seconds is None else f", {seconds:,.1f} s"
        yield f"  started {when(record['start'])}{lasted}"
    if record["sweep"]:
        yield f"  {iterations(record)}: {printable(record['sweep'], LINE)}"


def _log_lines(record: dict[str, Any]) -> Iterator[str]:
    log = log_lines(record.get("log", ""))
    if log:
        yield "  log" + (f" (the last {LOG} of {len(log):,} lines; --json: all)" * (len(log) > LOG))
    for line in log[-LOG:]:
        yield f"    {printable(line.expandtabs(), MESSAGE, joined=False)}"


def log_lines(text: str) -> list[str]:
    """
    Get a run's output as a terminal shows it in the end: without colours, and of a line that was
    written over, as by a progress bar, what was written last.

    :param text: The output.

    :returns: Its lines.
    """
    lines = click.unstyle(text).rstrip().split("\n") if text.strip() else []
    return [line.rstrip("\r").rpartition("\r")[2] for line in lines]
