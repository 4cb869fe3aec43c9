"""The tables that the commands print: of past runs, of images and of functions."""

import shutil
from collections import Counter
from typing import Any

import tabulate
import wcwidth

from mlrun_images.hints import listed, stem_of
from mlrun_images.looking.printing import linked
from mlrun_images.looking.terminal import (
    GROUPED,
    LINE,
    counted,
    iterations,
    messages_of,
    parameters,
    short_name,
    short_path,
    size_of,
    when,
)
from mlrun_images.text import printable

NARROW = 100  # columns of a terminal in which cells are wrapped
NARROWEST = 8  # columns that a cell has at least
WRAPPED = 4  # lines of a cell


def runs_lines(records: list[dict[str, Any]]) -> list[str]:
    """
    Get the table of past runs.

    :param records: Runs as `summaries` gives them.

    :returns: Lines, a row for each run.
    """
    if not records:
        return ["No runs: python main.py run"]
    headers = ("uid", "state", "started", "run", "outputs")
    return _table([_run_row(record) for record in records], headers, whole=2)


def _run_row(record: dict[str, Any]) -> tuple[str, ...]:
    asked = filter(None, (parameters(record), _inputs(record)))
    made = iterations(record) or count_keys([output["key"] for output in record["outputs"]])
    run = f"{printable(record['function'] or record['name'], 60)} {', '.join(asked)}"
    outcome = "; ".join(filter(None, (made, *counted(messages_of(record)))))
    return record["uid"][:8], record["state"], when(record["start"]), run, outcome


def _inputs(record: dict[str, Any]) -> str:
    """A run's inputs in few words: the end of each path, or the key of an artifact."""
    return ", ".join(
        f"{name}={_short_input(str(url))}"
        for name, value in record["inputs"].items()
        for url in listed(value)
    )


def _short_input(url: str) -> str:
    if not url.startswith("store://"):
        return url.rpartition("/")[2]
    key, at, tree = url.rpartition("/")[2].partition("@")
    return key.partition("#")[0].partition(":")[0] + at + tree[:8]


def count_keys(keys: list[str]) -> str:
    """
    Get keys in few words.

    :param keys: Keys of a run's outputs.

    :returns: For example `mask img (1,000)`: those of one hint `*key` are counted.
    """
    numbered = Counter(stem_of(key) for key in keys if stem_of(key) != key)
    many = {stem: times for stem, times in numbered.items() if times >= GROUPED}
    alone = [key for key in keys if stem_of(key) not in many]
    return " ".join([*alone, *(f"{stem} ({times:,})" for stem, times in many.items())])


def images_lines(images: list[dict[str, Any]]) -> list[str]:
    """
    Get the table of images.

    :param images: Images as `find_images` gives them.

    :returns: Lines, a row for each image, which begins with what `-i` takes for it. In a terminal
              that is a link to its file. The file is last, where there is room for it.
    """
    if not images:
        return ["No such images."]
    headers = ("image", "size", "mode", "format", "date", "file")
    count = len(headers) - (_columns() < NARROW)
    rows = [_image_row(image)[:count] for image in images]
    paths = {printable(row[0]): image["path"] for row, image in zip(rows, images, strict=True)}
    return [_with_link(line, paths) for line in _table(rows, headers[:count], whole=1)]


def _image_row(image: dict[str, Any]) -> tuple[str, ...]:
    labels = image["labels"]
    format = labels.get("format", "") + " plot" * (image["type"] == "plot")
    date, file = when(image["start"]), short_path(image["path"])
    return short_name(image, image), size_of(image), labels.get("mode", ""), format, date, file


def _with_link(line: str, paths: dict[str, str]) -> str:
    name, gap, rest = line.partition("  ")
    return linked(name, paths.get(name, "")) + gap + rest


def functions_lines(functions: list[dict[str, Any]]) -> list[str]:
    """
    Get the table of functions.

    :param functions: Functions as `describe_function` gives them.

    :returns: Lines, a row for each function.
    """
    if not functions:
        return ["No functions in project.yaml."]
    headers = ("function", "parameters", "returns", "handler")
    return _table([_function_row(one) for one in functions], headers)


def _function_row(function: dict[str, Any]) -> tuple[str, ...]:
    named, types = (function["parameters"] or {}).items(), function["types"]
    typed = [(f"{name}: {types[name]}" if name in types else name, text) for name, text in named]
    takes = [name if default is None else f"{name}={default}" for name, default in typed]
    takes += ["…"] if function["takes_any"] else []
    known = "?" if function["parameters"] is None else ", ".join(takes)
    hints = ", ".join(map(str, function["returns"]))
    return (function["name"], known, hints, f"{function['file']}: {function['handler']}")


def _table(rows: list[tuple[Any, ...]], headers: tuple[str, ...], whole: int = 0) -> list[str]:
    """
    Get a table that fits the terminal.

    :param rows:    Its rows.
    :param headers: The columns' names.
    :param whole:   How many of the first columns are narrowed last.

    :returns: Its lines. In a narrow terminal, long cells take several; else they are cut.
    """
    room = _columns() - 2 * (len(headers) - 1)
    texts = [headers, *([printable(cell, LINE, joined=False) for cell in row] for row in rows)]
    widths = [max(map(wcwidth.wcswidth, cells)) for cells in zip(*texts, strict=True)]
    for first in (whole, 0):
        while sum(widths) > room and max(widths[first:]) > NARROWEST:
            widths[widths.index(max(widths[first:]), first)] -= 1
    lines = WRAPPED if _columns() < NARROW else 1
    cells = [
        [printable(cell, lines * width) for cell, width in zip(row, widths, strict=True)]
        for row in texts
    ]
    cells.insert(1, ["-" * width for width in widths])
    return tabulate.tabulate(
        cells, tablefmt="plain", disable_numparse=True, maxcolwidths=widths
    ).splitlines()


def _columns() -> int:
    """The terminal's width; wide where the output is no terminal, as a search may follow."""
    return shutil.get_terminal_size((200, 24)).columns
