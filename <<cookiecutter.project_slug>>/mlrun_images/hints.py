"""Log hints and values, read from the text that a person types."""

import ast
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from mlrun_images.errors import Refused

WORDS = {"true": True, "false": False, "null": None}  # upper or lower case
KEY = "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"  # `mlrun.utils.regex.artifact_key`
KEY_LENGTH = 200  # characters of run's name and key: a file's name has at most 255 bytes
KEY_RULE = (
    "letters (A-Z, a-z), digits, hyphens, underscores and dots, the first and last a letter or "
    f"digit, at most {KEY_LENGTH} with the run's name"
)
CLOSING = {"(": ")", "[": "]", "{": "}", "'": "'", '"': '"'}


@dataclass
class Hint:
    """
    A log hint, with the fields of `mlrun.LogHint`.

    :param key:            The artifact's key.
    :param itemized:       True to log each item of a list or dictionary; a number to do so down to
                           that depth.
    :param artifact_type:  The artifact type; None for the packager's default.
    :param packing_kwargs: Options of that type.
    """

    key: str
    itemized: bool | int = False
    artifact_type: str | None = None
    packing_kwargs: dict[str, Any] = field(default_factory=dict)


# given to a run without log hints, so that MLRun hands its outputs to the packagers all the same
UNHINTED = Hint("return", artifact_type="result")


def parse_value(text: str) -> Any:
    """
    Read a value: of a parameter, or of an option in a log hint.

    :param text: What was typed.

    :returns: The value of the text as a Python literal; the text itself if it is none. The words
              true, false and null are literals too, in upper or lower case.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # about backslashes in the text
            tree = ast.parse(text.strip(), mode="eval")
        return ast.literal_eval(_Words().visit(tree))
    except Exception:  # SyntaxError, but also TypeError, MemoryError or RecursionError
        return text


class _Words(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = node.id.lower()
        return ast.Constant(WORDS[name]) if name in WORDS else node


def read_hint(hint: str) -> Hint:
    """
    Read a log hint: `key`, `*key`, `key : type` or `key : type[option=value, option=value]`.

    MLRun itself would take no bare words, lists or tuples as values, and drops spaces.

    :param hint: For example `gradient : file[format=jpeg, quality=90]` or
                 `icon : file[sizes=[(16, 16), (32, 32)]]`.

    :raise Refused: If it is not a log hint. The message says what one looks like.
    """
    head, colon, tail = hint.partition(":")
    kind, bracket, options = tail.partition("[")
    if "[" in head or ":" in kind or (colon and not kind.strip()):
        raise Refused(wrong_hint(hint, "one colon belongs between its key and its type"))
    if bracket and not options.rstrip().endswith("]"):
        raise Refused(wrong_hint(hint, "its bracket is not closed"))
    depth, asterisk, key = head.strip().replace("**", "*").rpartition("*")
    if not key.strip():
        raise Refused(wrong_hint(hint, "it has no key"))
    if depth.strip() and not depth.strip().isdecimal():
        raise Refused(wrong_hint(hint, "before the * only a depth may stand, as in 2*key"))
    return Hint(
        key.strip(),
        (int(depth) if depth.strip() else True) if asterisk else False,
        kind.strip() if colon else None,
        _options(hint, options.rstrip().removesuffix("]")) if bracket else {},
    )


def is_key(key: str, run_name: str) -> bool:
    """
    Check if MLRun takes an artifact's key, and a file's name can hold it (`KEY_RULE`).

    :param key:      The key.
    :param run_name: The name of the run that logs it.
    """
    if len(f"{run_name}_{key}") > KEY_LENGTH:
        return False
    return bool(re.fullmatch(KEY, key))


def as_tuples(value: Any) -> Any:
    """
    Turn the lists within a value into tuples: a log hint arrives in a job with lists in place of
    its tuples. Pillow's encoders take tuples for lists, but not always lists for tuples.

    :param value: Any value.
    """
    if isinstance(value, dict):
        return {name: as_tuples(item) for name, item in value.items()}
    return tuple(map(as_tuples, value)) if isinstance(value, list | tuple) else value


def stem_of(key: str) -> str:
    """Get the key of a log hint `*mask` from that of an item, `mask_0`; another key as it is."""
    stem, _, number = key.rpartition("_")
    return stem if stem and number.isdecimal() else key


def listed(value: Any) -> list:
    """Get a value that may stand alone as a list of it."""
    return value if isinstance(value, list) else [value]


def _options(hint: str, text: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for option in _split(hint, text):
        name, equals, value = option.partition("=")
        if not equals or not name.strip().isidentifier() or not value.strip():
            raise Refused(wrong_hint(hint, f"{option.strip()!r} is not NAME=VALUE"))
        if name.strip() in options:
            raise Refused(wrong_hint(hint, f"{name.strip()} is given twice"))
        options[name.strip()] = parse_value(value.strip())
    return options


def _split(hint: str, text: str) -> list[str]:
    """Split options at their commas, but not at those within brackets or quotes."""
    parts, due = [""], ""  # the closing brackets and quotes that are due, the next one last
    for character in text:
        if character == "," and not due:
            parts.append("")
            continue
        parts[-1] += character
        if character == due[-1:]:
            due = due[:-1]
        elif due[-1:] not in ("'", '"'):
            if character not in CLOSING and character in CLOSING.values():
                raise Refused(wrong_hint(hint, f"a {character} closes nothing"))
            due += CLOSING.get(character, "")
    if due:
        raise Refused(wrong_hint(hint, f"{due[-1]} is missing"))
    return parts


def wrong_hint(hint: str, reason: str) -> str:
    """Say in one line what is wrong with a log hint, and what one looks like."""
    return f"{hint!r} is not a log hint like 'key : file[format=png]': {reason}"
