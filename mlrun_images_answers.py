"""The rules for the answers, and what cookiecutter needs besides to render this template.

cookiecutter.json names `Answers` as a Jinja extension: cookiecutter imports it with the template's
folder on the path, before the first question. A hook would come too late, since it runs when the
project's folder is there. It runs in the Python that cookiecutter is installed in, 3.8 or newer.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import Extension
from slugify import slugify

TEMPLATE = Path(__file__).resolve().parent
FOLDER = "<<cookiecutter.project_slug>>"
SETTINGS = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
# marks that cookiecutter would render
OPENING_MARKS = re.compile("<[<%#]")
# those, and what MLRun or a later template could render
MARKS = re.compile(r"<[%#<]|[%#>]>|{[{%#]|[}%#]}")
# ZERO WIDTH (NON-)JOINER: no printable characters for Python, but part of emoji and of scripts
JOINERS = "\u200c\u200d"
# Jinja's syntax: the template's own marks, and its defaults for all else
SYNTAX = {
    **SETTINGS["_jinja2_env_vars"],
    "line_statement_prefix": None,
    "line_comment_prefix": None,
    "trim_blocks": False,
    "lstrip_blocks": False,
    "newline_sequence": "\n",
    "autoescape": False,
    "finalize": None,
    "bytecode_cache": None,
}


@dataclass(frozen=True)
class Rule:
    """What an answer must be.

    :param pattern: Regular expression that the answer must match as a whole.
    :param longest: Most characters (Unicode code points) that it may have.
    :param allowed: What to type instead; `{slug}` in it stands for a slug made of the answer.
    """

    pattern: str
    longest: int
    allowed: str


TEXT = "printable characters in one line, without template marks"
RULES = {
    "project_name": Rule(r".*\S.*", 100, f"1 to 100 {TEXT}"),
    # MLRun's rule for the name of a project
    "project_slug": Rule(
        r"[a-z0-9]([-a-z0-9]*[a-z0-9])?",
        63,
        "1 to 63 of a-z, 0-9 and, inside, -; such as {slug}",
    ),
    # stands in the README as a paragraph
    "description": Rule(
        r"(?! *(```|~~~|<)).*", 500, f"at most 500 {TEXT}, not starting like code or HTML"
    ),
    # [registry[:port]/]name[:tag][@digest]
    "image": Rule(
        r"(\w[\w.-]*(:\d+)?/)?[a-z\d]+(([._-]+|/)[a-z\d]+)*(:\w[\w.-]*)?(@\w+:[\da-f]+)?",
        255,
        "the name of a container image, such as mlrun/mlrun:1.12.1",
    ),
    "git_source": Rule(
        r"(git://[\w.@:-]+/[\w.@:~%+/-]+(#[\w./-]+)?)?",
        500,
        "git://host/path.git#branch (no https) or nothing, at most 500 characters",
    ),
}


def checked(answer: object, name: str) -> str:
    """Return an answer as it was given, or end cookiecutter with one line that says what to type.

    :param answer: What was answered; from a settings file it can be anything that YAML knows.
    :param name:   The answer's name in cookiecutter.json.

    :raise SystemExit: If the rule of that name does not allow the answer.
    """
    rule = RULES[name]
    problem = _problem(answer, rule)
    if problem:
        slug = slugify(answer, max_length=63) if isinstance(answer, str) else ""
        sys.exit(
            f"Error: {name}: {problem}; type {rule.allowed.format(slug=slug or 'image-project')}"
        )
    return str(answer)


def _problem(answer: object, rule: Rule) -> str | None:
    """Say what is wrong with an answer, if anything is."""
    if not isinstance(answer, str):
        return f"{_shortened(answer)} is not text"
    odd = MARKS.findall(answer) + [char for char in answer if not _printable(char)]
    if odd:
        return f"{odd[0]!r} cannot be in it"
    if len(answer) > rule.longest or not re.fullmatch(rule.pattern, answer, re.ASCII):
        return f"{_shortened(answer)} ({len(answer)} characters) cannot be used"
    return None


def _printable(char: str) -> bool:
    return char.isprintable() or char in JOINERS


def _shortened(value: object) -> str:
    return repr(value[:80] if isinstance(value, str) else value)[:160]


def checked_slug(context: dict) -> str:
    """Return the name of the project's folder, if all that the rendering rests on is as it must be.

    cookiecutter renders the folder's name before it makes the folder, however it got the answers.
    With `--replay` it asks for none: this is the one place that they all pass.

    :param context: What cookiecutter renders with: the answers, and settings that start with "_".

    :raise SystemExit: If an answer or a setting cannot be used.
    """
    if "_output_dir" not in context:  # an answer that is rendered as a default value
        _refuse_marks(FOLDER)
    for name in RULES:
        checked(context.get(name), name)
    _check_settings(context)
    return context["project_slug"]


def _check_settings(context: dict) -> None:
    """Refuse what would render into a broken project, or into another folder."""
    copied = context.get("_copy_without_render")
    if copied != SETTINGS["_copy_without_render"]:
        sys.exit(
            f"Error: _copy_without_render: {_shortened(copied)} is not the template's own; take it "
            "out of your cookiecutter settings, and do not --replay answers to another version"
        )
    # cookiecutter renders whole paths
    marks = OPENING_MARKS.findall(context["_output_dir"])
    if marks:
        sys.exit(
            f"Error: the folder {context['_output_dir']!r} has {marks[0]!r} in its name, which is "
            "one of the template's marks; render into another"
        )


def _refuse_marks(text: str) -> None:
    sys.exit(f"Error: {_shortened(text)} has template marks in it; type it without them")


def _own_texts() -> set[str]:
    """List what cookiecutter has to render besides files: default values and hooks."""
    values = {value for value in SETTINGS.values() if isinstance(value, str)}
    return values | {hook.read_text(encoding="utf-8") for hook in TEMPLATE.glob("hooks/*.py")}


def template_files(_context: dict) -> list[str]:
    """List the files that cookiecutter renders or copies, as paths below the project's folder."""
    folder = Path(FOLDER)  # a hook is rendered in the folder of the template, whichever copy it is
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


def to_json(value: object) -> str:
    """Write JSON, of which a string is a string of YAML and TOML as well; Jinja's is for HTML."""
    return json.dumps(value, ensure_ascii=False)


class Answers(Extension):
    """Checks the answers and renders nothing but the template, with the template's own marks.

    Filters: `checked` and `checked_slug` (see there), `template_files` for the hook, and `tojson`.
    """

    def __init__(self, environment: Environment):
        super().__init__(environment)
        # a user's own _jinja2_env_vars, meant for other templates, come before the template's
        for name, value in SYNTAX.items():
            setattr(environment, name, value)
        environment.filters.update(
            checked=checked,
            checked_slug=checked_slug,
            template_files=template_files,
            tojson=to_json,
        )
        self.own_texts = _own_texts()

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Let cookiecutter render what the template says, and no answer, which it would as well.

        :param source: The text to render.
        :param name:   The file's name, None for all that is no file of the project.

        :raise SystemExit: If the text has template marks and is not the template's.
        """
        if source == FOLDER:
            return "<<cookiecutter|checked_slug>>"
        if name is None and OPENING_MARKS.search(source) and source not in self.own_texts:
            _refuse_marks(source)
        return source
