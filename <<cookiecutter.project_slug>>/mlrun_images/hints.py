"""The text of log hints and values, as a person types it."""

import ast
import re
import warnings
from typing import Any

import mlrun
import mlrun.utils.regex

from mlrun_images.errors import Refused
from mlrun_images.text import one_line

WORDS = {"true": True, "false": False, "null": None}  # in any case
KEY_LENGTH = 200  # characters, with the run's name before it: a file's name has at most 255 bytes
KEY_RULE = (
    f"at most {KEY_LENGTH} letters, digits, hyphens, underscores and dots, "
    "the first and last a letter or digit"
)
BRACKETS = {"(": ")", "[": "]", "{": "}"}
# given to a run without log hints, so that MLRun hands its outputs to the packagers all the same
UNHINTED = mlrun.LogHint(key="return", artifact_type="result")


def parse_value(text: str) -> Any:
    """
    Read a value: of a parameter, or of an option in a log hint.

    :param text: What was typed.

    :returns: What the text is as a Python literal, in which true, false and null may be written in
              any case; else the text itself. Only the whole words count: `-p name="true north"` is
              a text.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of a backslash in the text
            tree = ast.parse(text.strip(), mode="eval")
        return ast.literal_eval(_Words().visit(tree))
    except Exception:  # also a TypeError, MemoryError or RecursionError
        return text


class _Words(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = node.id.lower()
        return ast.Constant(WORDS[name]) if name in WORDS else node


def parse_hint(hint: str | dict | mlrun.LogHint) -> mlrun.LogHint:
    """
    Read a log hint: `key`, `*key`, `key : type` or `key : type[option=value, option=value]`.

    MLRun's own reading of such a text takes no bare words, no lists or tuples, and drops spaces. So
    MLRun is given an object: it goes to jobs as a dictionary, in which tuples become lists.

    :param hint: For example `gradient : file[format=jpeg, quality=90]` or
                 `icon : file[sizes=[(16, 16), (32, 32)]]`.

    :returns: MLRun's log hint.

    :raise Refused: If it is not a log hint.
    """
    if not isinstance(hint, str):
        return _parse(hint, str(hint))
    head, colon, tail = hint.partition(":")
    kind, bracket, options = tail.partition("[")
    if "[" in head or ":" in kind or (colon and not kind.strip()):
        raise Refused(_wrong(hint, "it has one colon, between its key and its type"))
    if bracket and not options.rstrip().endswith("]"):
        raise Refused(_wrong(hint, "its bracket is not closed"))
    parsed = _parse(head.strip(), hint)
    if colon:
        parsed.artifact_type = kind.strip()
    if bracket:
        parsed.packing_kwargs = _options(hint, options.rstrip().removesuffix("]"))
    return parsed


def default_hints(project: mlrun.projects.MlrunProject, name: str) -> list[mlrun.LogHint]:
    """
    Get the log hints that project.yaml gives a function, in `params.returns`.

    :param project: The project.
    :param name:    The function's name.

    :raise Refused: If one of them is no log hint.
    """
    returns = (project.get_param("returns") or {}).get(name) or []
    return [parse_hint(hint) for hint in (returns if isinstance(returns, list) else [returns])]


def hints_of_run(context: mlrun.MLClientCtx) -> list[mlrun.LogHint]:
    """Get the log hints that project.yaml gives the function of a run."""
    function = context.to_dict()["spec"].get("function") or ""
    project = context.get_project_object()
    return default_hints(project, re.split("[:@]", function.rpartition("/")[2])[0])


def is_key(key: str, run_name: str) -> bool:
    """
    Find out whether MLRun takes an artifact's key, and files can have it in their names.

    :param key:      The key.
    :param run_name: The name of the run that logs it.
    """
    if len(f"{run_name}_{key}") > KEY_LENGTH:
        return False
    return all(re.fullmatch(rule, key) for rule in mlrun.utils.regex.artifact_key)


def as_tuples(value: Any) -> Any:
    """
    Turn lists within a value into tuples, which a log hint loses on its way to a job.

    :param value: Any value. Pillow's encoders take tuples for lists, but not always lists for
                  tuples.
    """
    if isinstance(value, dict):
        return {name: as_tuples(item) for name, item in value.items()}
    return tuple(map(as_tuples, value)) if isinstance(value, list | tuple) else value


def _parse(hint: str | dict | mlrun.LogHint, shown: str) -> mlrun.LogHint:
    try:
        parsed = mlrun.LogHint.parse_obj(hint)
        if not parsed.key:
            raise ValueError("it has no key")
    except Exception as error:
        raise Refused(_wrong(shown, one_line(error))) from error
    return parsed


def _options(hint: str, text: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for option in _split(hint, text):
        name, equals, value = option.partition("=")
        if not equals or not name.strip().isidentifier() or not value.strip():
            raise Refused(_wrong(hint, f"{option.strip()!r} is not NAME=VALUE"))
        if name.strip() in options:
            raise Refused(_wrong(hint, f"{name.strip()} is given twice"))
        options[name.strip()] = parse_value(value.strip())
    return options


def _split(hint: str, text: str) -> list[str]:
    """Split options at their commas, but not at those within brackets or quotes."""
    parts, closing, quote = [""], "", ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in BRACKETS:
            closing = BRACKETS[character] + closing
        elif closing and character == closing[0]:
            closing = closing[1:]
        elif character in BRACKETS.values():
            raise Refused(_wrong(hint, f"a {character} closes nothing"))
        elif character == "," and not closing:
            parts.append("")
            continue
        parts[-1] += character
    if quote or closing:
        raise Refused(_wrong(hint, f"{quote or closing[0]} is missing"))
    return parts


def _wrong(hint: str, reason: str) -> str:
    return f"{hint!r} is not a log hint like 'key : file[format=png]': {reason}"
