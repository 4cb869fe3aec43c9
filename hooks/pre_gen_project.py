"""The rules for the answers; cookiecutter.json names this file as a Jinja extension, since a hook comes late."""

import json
import re
import sys

from jinja2.ext import Extension
from slugify import slugify

TEXT = "printable characters in one line, without template marks"
# answer: what it must match as a whole (the slug: MLRun's rule for a project's name), what to type
RULES = {
    "project_name": (r"(?=.*\S).{1,100}", f"1 to 100 {TEXT}"),
    "project_slug": (
        r"(?!.{64})[a-z0-9]([-a-z0-9]*[a-z0-9])?",
        "1 to 63 of a-z, 0-9 and, inside, -; such as {slug}",
    ),
    "description": (
        r"(?! *(```|~~~|<)).{0,500}",
        f"at most 500 {TEXT}, not starting like code or HTML",
    ),
    "image": (r"\w[\w./:@-]{0,254}", "the name of a container image, such as mlrun/mlrun:1.12.1"),
    "git_source": (
        r"(git://[\w.@:-]+/[\w.@:~%+/-]+(#[\w./-]+)?)?",
        "git://host/path.git#branch (no https) or nothing",
    ),
}


def checked(answer: str, name: str) -> str:
    pattern, allowed = RULES[name]
    if not isinstance(answer, str):
        sys.exit(
            f"Error: {name}: {answer!r} is not text; type {allowed.format(slug='image-project')}"
        )
    odd = re.findall(r"<[%#<]|[%#>]>|{[{%#]|[}%#]}", answer)
    odd += [
        char for char in answer if not (char.isprintable() or char in "\u200c\u200d")
    ]  # joiners: in some emoji
    if odd or not re.fullmatch(pattern, answer, re.ASCII):
        wrong = (
            f"{odd[0]!r} cannot be in it"
            if odd
            else f"{answer[:80]!r} ({len(answer)} characters) cannot be used"
        )
        allowed = allowed.format(slug=slugify(answer, max_length=63) or "image-project")
        sys.exit(f"Error: {name}: {wrong}; type {allowed}")
    return answer


class Answers(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        # Jinja's own tojson writes for HTML; plain JSON strings are YAML and TOML as well
        environment.filters.update(
            checked=checked, tojson=lambda value: json.dumps(value, ensure_ascii=False)
        )
        environment.filters["folder"] = lambda given: {
            key: checked(given[key], key) for key in RULES
        }["project_slug"]

    def preprocess(self, source, name, filename=None):
        # cookiecutter would render an answer from its command line; of ours, every tag starts with "cookiecutter"
        if name is None and re.search(r"<[%#]|<{2}(?!cookiecutter[^<>]*>>)", source):
            sys.exit(f"Error: {source!r} has template marks in it; type it without them")
        # the folder's name, rendered before the folder is made: the one place that answers of --replay pass
        return "<<cookiecutter|folder>>" if source == "<<cookiecutter.project_slug>>" else source
