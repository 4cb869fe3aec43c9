"""What the commands print: runs, their outputs, and tables, as a terminal can show them."""

import contextlib
import io
import json
import logging
import math
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import click

from mlrun_images.history.records import local_time
from mlrun_images.text import printable

LINE = 300  # characters of a value or path in a line
MESSAGE = 2000  # characters of an error's message
LOG = 100  # lines of a run's log
GROUPED = 4  # outputs of one kind that become one line


def print_lines(lines: Iterable[str]) -> None:
    """
    Print lines. If the reader has gone (`… | head`), go on without it: the exit code is still the
    command's.

    :param lines: Lines that are printable, as the functions below give them.
    """
    try:
        for line in lines:
            click.echo(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # also what Python flushes at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(value: Any) -> None:
    """
    Print one JSON document.

    :param value: Anything; what JSON does not have is printed as text, NaN and infinities as null.
    """
    print_lines([json.dumps(_for_json(value), indent=2, allow_nan=False)])


def _for_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _for_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool | None) else str(value)


@contextlib.contextmanager
def only_json(wanted: bool) -> Iterator[None]:
    """
    Keep standard output for the JSON document: what anything else prints there goes to standard
    error.

    :param wanted: Whether JSON is printed at all.
    """
    if not wanted:
        yield
        return
    with contextlib.redirect_stdout(sys.stderr), _stdout_to_stderr():
        yield


@contextlib.contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Turn the file descriptor, which a handler's child processes inherit."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def failed(record: dict[str, Any]) -> bool:
    """Whether a run did not complete, or lacks what it was asked for."""
    return record["state"] != "completed" or bool(record["problems"])


class PrintableLog(logging.Formatter):
    """
    MLRun's log without what a terminal obeys.

    :param formatter: The formatter that makes its lines.
    """

    def __init__(self, formatter: logging.Formatter):
        super().__init__()
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        """Get the record's lines."""
        return printable_lines(self._formatter.format(record))


def printable_lines(text: str) -> str:
    """Each line of a text without what a terminal obeys."""
    return "\n".join(printable(line.expandtabs(), joined=False) for line in text.split("\n"))


class ErrorsOfMlrun(io.TextIOBase):
    """
    Standard error as MLRun gets it when it is imported.

    MLRun keeps the stream, and prints a failed handler's error there as it is. The command shows
    that error.

    :param stream:  Standard error.
    :param verbose: Whether to show it all the same.
    """

    def __init__(self, stream: TextIO, verbose: bool):
        self._stream = stream
        self._verbose = verbose

    def write(self, text: str) -> int:
        """Write what is printable of the text, or nothing."""
        if self._verbose:
            self._stream.write(printable_lines(text))
        return len(text)

    def flush(self) -> None:
        """Flush standard error."""
        self._stream.flush()


def run_lines(records: list[dict[str, Any]]) -> Iterator[str]:
    """
    Get the lines that show runs and what they made.

    :param records: Runs as `summarize` gives them, each sweep before its iterations.

    :returns: Lines. A message that several of the runs have comes once, at the end.
    """
    messages = Counter(message for record in records for message in _messages(record))
    for record in records:
        yield _title(record)
        yield from _input_lines(record)
        yield from _output_lines(record["outputs"])
        for message in _messages(record):
            if messages[message] == 1:
                yield _bad(f"  {message}")
    for message in _counted([text for text in messages.elements() if messages[text] > 1]):
        yield _bad(f"  {message}")


def _messages(record: dict[str, Any]) -> list[str]:
    texts = [*_repeated(record["error"] or ""), *record["problems"]]
    return [printable(text, MESSAGE) for text in texts if text]


def _repeated(error: str) -> list[str]:
    """
    The messages of an error that is one message over and over, as `a; b; a; b`; else the error.
    """
    parts = error[: 100 * MESSAGE].split("; ")
    for length in range(1, len(parts) // 2 + 1):
        times, rest = divmod(len(parts), length)
        if not rest and parts == parts[:length] * times:
            return ["; ".join(parts[:length])] * times
    return [error]


def _counted(messages: list[str]) -> list[str]:
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
    pairs = (record["parameters"] | record.get("sweep", {})).items()
    return ", ".join(f"{printable(name, 60)}={printable(value, 60)}" for name, value in pairs)


def _input_lines(record: dict[str, Any]) -> Iterator[str]:
    for name, value in record["inputs"].items():
        for url in value if isinstance(value, list) else [value]:
            yield f"  {printable(name, 60)} from {printable(short_path(str(url)), LINE)}"


def _output_lines(outputs: list[dict[str, Any]]) -> Iterator[str]:
    for group in _groups(outputs):
        if len(group) >= GROUPED:
            yield "  " + "  ".join(filter(None, _group_words(group)))
        else:
            for output in group:
                yield "  " + "  ".join(filter(None, _output_words(output)))
                if output.get("uri"):
                    yield f"    {printable(output['uri'], LINE)}"
        for change in sorted({change for output in group for change in output.get("changes", ())}):
            yield f"    {printable(change, LINE)}"


def _groups(outputs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Outputs of one hint `*key` together: `key_0`, `key_1` and so on, if they are of one kind."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for number, output in enumerate(without_listings(outputs)):
        stem, _, end = output["key"].rpartition("_")
        kind = (stem, output["type"], output.get("labels", {}).get("format"))
        groups.setdefault(kind if stem and end.isdecimal() else number, []).append(output)
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
    first, stem = group[0], group[0]["key"].rpartition("_")[0]
    if "value" in first:
        return [printable(stem, LINE), f"{len(group):,} results"]
    sizes = {_size(output) for output in group}
    what = "images" if _size(first) else "artifacts"
    kind = f"{first['type']} {first.get('labels', {}).get('format', '')}".strip()
    folders = {output["path"].rpartition("/")[0] for output in group}
    where = short_path(f"{folders.pop()}/") if len(folders) == 1 else "several folders"
    size = sizes.pop() if len(sizes) == 1 else "several sizes"
    words = (stem, f"{len(group):,} {what}", kind, size, where)
    return [printable(word, LINE) for word in words]


def _output_words(output: dict[str, Any]) -> list[str]:
    where = output["value"] if "value" in output else short_path(output["path"])
    format = output.get("labels", {}).get("format", "")
    words = (output["key"], output["type"], format, _size(output), where)
    return [printable(word, LINE) for word in words]


def _size(output: dict[str, Any]) -> str:
    labels = output.get("labels") or {}
    return f"{labels['width']} x {labels['height']}" if {"width", "height"} <= labels.keys() else ""


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


def runs_lines(records: list[dict[str, Any]]) -> list[str]:
    """
    Get the table of past runs.

    :param records: Runs as `summaries` gives them.

    :returns: Lines, a row for each run.
    """
    if not records:
        return ["No runs: python main.py run"]
    columns = ("started", "state", "run", "parameters", "outputs", "reason", "uid")
    return table_lines([_run_row(record) for record in records], columns, columns[2:-1])


def _run_row(record: dict[str, Any]) -> tuple[str, ...]:
    return (
        _when(record["start"]),
        record["state"],
        record["name"],
        ", ".join(filter(None, (parameters(record), _inputs(record)))),
        _iterations(record) or count_keys([output["key"] for output in record["outputs"]]),
        "; ".join(_counted([*_messages(record)])),
        record["uid"][:8],
    )


def _when(time: str) -> str:
    return f"{local_time(time):%Y-%m-%d %H:%M:%S}" if time else ""


def _inputs(record: dict[str, Any]) -> str:
    """A run's inputs in few words: the end of each path, or the key of an artifact."""
    return ", ".join(
        f"{name}={_short_input(str(url))}"
        for name, value in record["inputs"].items()
        for url in (value if isinstance(value, list) else [value])
    )


def _short_input(url: str) -> str:
    if not url.startswith("store://"):
        return url.rpartition("/")[2]
    key, at, tree = url.rpartition("/")[2].partition("@")
    return key.partition("#")[0].partition(":")[0] + at + tree[:8]


def _iterations(record: dict[str, Any]) -> str:
    """For example `12 iterations, 2 failed`."""
    states = record["iterations"]
    bad = sum(times for state, times in states.items() if state != "completed")
    if not states:
        return ""
    return f"{sum(states.values()):,} iterations" + (f", {bad:,} failed" if bad else "")


def images_lines(images: list[dict[str, Any]]) -> list[str]:
    """
    Get the table of images.

    :param images: Images as `find_images` gives them.

    :returns: Lines, a row for each image.
    """
    if not images:
        return ["No such images."]
    columns = ("key", "run", "size", "mode", "format", "date", "file")
    # the file last and whole: it is what one opens
    return table_lines([_image_row(image) for image in images], columns, columns[:1])


def _image_row(image: dict[str, Any]) -> tuple[str, ...]:
    labels = image["labels"]
    run = image["uid"][:8] + (f" #{image['iteration']}" if image["iteration"] else "")
    format = labels.get("format", "") + " plot" * (image["type"] == "plot")
    date, file = _when(image["start"]), short_path(image["path"])
    return (image["key"], run, _size(image), labels.get("mode", ""), format, date, file)


def functions_lines(functions: list[dict[str, Any]]) -> list[str]:
    """
    Get the table of functions.

    :param functions: Functions as `described` gives them.

    :returns: Lines, a row for each function.
    """
    if not functions:
        return ["No functions in project.yaml."]
    columns = ("function", "parameters", "returns", "handler")
    return table_lines([_function_row(one) for one in functions], columns, columns[1:3])


def _function_row(function: dict[str, Any]) -> tuple[str, ...]:
    named, types = (function["parameters"] or {}).items(), function["types"]
    typed = [(f"{name}: {types[name]}" if name in types else name, text) for name, text in named]
    takes = [name if default is None else f"{name}={default}" for name, default in typed]
    takes += ["…"] if function["takes_any"] else []
    known = "?" if function["parameters"] is None else ", ".join(takes)
    hints = ", ".join(map(str, function["returns"]))
    return (function["name"], known, hints, f"{function['file']}: {function['handler']}")


def whole_run_lines(record: dict[str, Any]) -> Iterator[str]:
    """
    Get all that is known of a run.

    :param record: A run as `whole_runs` gives it.

    :returns: Lines.
    """
    yield _title(record)
    if record["start"]:
        seconds = record["seconds"]
        lasted = "" if seconds is None else f", {seconds:,.1f} s"
        yield f"  started {_when(record['start'])}{lasted}"
    if record["sweep"]:
        yield f"  {_iterations(record)}: {printable(record['sweep'], LINE)}"
    yield from _input_lines(record)
    yield from _output_lines(record["outputs"])
    for message in _counted(_messages(record)):
        yield _bad(f"  {message}")
    log = record.get("log", "").splitlines()
    if log:
        yield "  log" + (f" (the last {LOG} of {len(log):,} lines; --json: all)" * (len(log) > LOG))
    for line in log[-LOG:]:
        yield f"    {printable(line.expandtabs(), MESSAGE, joined=False)}"


def count_keys(keys: list[str]) -> str:
    """
    Get keys in few words.

    :param keys: Keys of a run's outputs.

    :returns: For example `mask img (1,000)`: those of one hint `*key` are counted.
    """
    numbered = [found[1] for key in keys if (found := re.fullmatch(r"(.+)_\d+", key))]
    many = {stem: times for stem, times in Counter(numbered).items() if times >= GROUPED}
    alone = [key for key in keys if key not in many and re.sub(r"_\d+$", "", key) not in many]
    return " ".join([*alone, *(f"{stem} ({times:,})" for stem, times in many.items())])


def table_lines(
    rows: list[tuple[Any, ...]], headers: tuple[str, ...], cut: tuple[str, ...]
) -> list[str]:
    """
    Get a table that fits the terminal.

    :param rows:    Its rows.
    :param headers: The columns' names.
    :param cut:     The columns that are cut where the table is too wide, the widest first.

    :returns: Its lines.
    """
    texts = [list(headers)] + [[printable(cell, LINE) for cell in row] for row in rows]
    widths = dict(
        zip(headers, (max(map(len, cells)) for cells in zip(*texts, strict=True)), strict=True)
    )
    room = _columns() - 2 * (len(headers) - 1)
    while sum(widths.values()) > room and max(widths[name] for name in cut) > 8:
        widths[max(cut, key=widths.__getitem__)] -= 1
    head, *lines = (_row(row, list(widths.values())) for row in texts)
    return [head, "  ".join("-" * width for width in widths.values()), *lines]


def _row(cells: list[str], widths: list[int]) -> str:
    pairs = zip(cells, widths, strict=True)
    return "  ".join(printable(cell, width).ljust(width) for cell, width in pairs).rstrip()


def _columns() -> int:
    """
    The terminal's width in characters; wide where the output is no terminal, as a search may
    follow.
    """
    return shutil.get_terminal_size((200, 24)).columns
