"""The text of log hints and values, as a person types it."""

import ast
from typing import Any

import mlrun

from mlrun_images.errors import Refused
from mlrun_images.text import one_line


def parse_value(text: str) -> Any:
    """
    Read a parameter's value, as `mlrun run -p` does.

    :param text: What was typed.

    :returns: What the text is as a Python literal, else the text itself.
    """
    try:
        return ast.literal_eval(text)
    except Exception:  # also a TypeError, MemoryError or RecursionError
        return text


def parse_hint(text: str) -> str:
    """
    A log hint as MLRun >= 1.11 takes it: bare words in its packing kwargs are quoted.

    :param text: For example `gradient : file[format=jpeg, quality=90]`.

    :returns: For example `gradient : file[format='jpeg',quality=90]`.

    :raise Refused: If it is not a log hint.
    """
    wrong = f"{text!r} is not a log hint like 'key : file[format=png]'"
    head, bracket, kwargs = text.strip().partition("[")
    if bracket and not kwargs.endswith("]"):
        raise Refused(f"{wrong}: its bracket is not closed")
    if bracket:
        pairs = (pair.partition("=") for pair in kwargs.removesuffix("]").split(","))
        kwargs = ",".join(
            f"{name.strip()}{equals}{parse_value(value.strip())!r}" for name, equals, value in pairs
        )
        text = f"{head}[{kwargs}]"
    try:
        if not mlrun.LogHint.parse_obj(text).key:
            raise ValueError("it has no key")
    except Exception as error:
        raise Refused(f"{wrong}: {one_line(error)}") from error
    return text
