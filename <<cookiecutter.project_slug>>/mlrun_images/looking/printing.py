"""How the commands print: lines and JSON, with nothing in them that a terminal obeys."""

import contextlib
import io
import json
import logging
import math
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from mlrun_images.text import printable


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
    sys.stdout.flush()
    kept = os.dup(1)
    with contextlib.redirect_stdout(sys.stderr):
        try:
            os.dup2(2, 1)  # a handler's child processes inherit it
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


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


def linked(text: str, path: str | Path) -> str:
    """
    Make a text a link where a terminal shows it (OSC 8), as `ls --hyperlink=auto` does.

    :param text: A printable text.
    :param path: The local file that it leads to, or an address of the web.

    :returns: The link; only the text where standard output is no terminal.
    """
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return text
    url = str(path)
    if not url.startswith(("http://", "https://")):
        if not url or "://" in url:
            return text
        url = Path(path).absolute().as_uri()
    return f"\x1b]8;;{printable(url)}\x1b\\{text}\x1b]8;;\x1b\\"
