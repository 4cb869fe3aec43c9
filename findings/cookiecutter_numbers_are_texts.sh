#!/bin/sh
# One would guess that a number in cookiecutter.json is a number in the template.
# It is a text, as are numbers in a list of choices and in a dictionary, while true, false and null
# keep their type: `size * 2` is "256256", and `size > 100` raises TypeError.
# A template that computes a size, or compares one, has to say `|int` each time.
# Found in cookiecutter 2.7.1, cookiecutter/prompt.py (render_variable).
. "$(dirname "$0")/common.sh"

packages cookiecutter==2.7.1

expected <<'END'
choice: str
flag: bool
nested.deep: bool
nested.size: str
nothing: NoneType
size: str
twice: 256256
END

program <<'END'
import json
import pathlib

from cookiecutter.main import cookiecutter

context = {
    "slug": "project",
    "size": 256,
    "choice": [1, 2],
    "nested": {"size": 256, "deep": True},
    "flag": True,
    "nothing": None,
}
folder = pathlib.Path("template", "{{cookiecutter.slug}}")
folder.mkdir(parents=True)
pathlib.Path("template", "cookiecutter.json").write_text(json.dumps(context))
for name in ("size", "choice", "nested.size", "nested.deep", "flag", "nothing"):
    value = f"cookiecutter.{name}"
    folder.joinpath(name).write_text("{{ %s.__class__.__name__ }}" % value)
folder.joinpath("twice").write_text("{{ cookiecutter.size * 2 }}")
rendered = cookiecutter("template", no_input=True)
for file in sorted(pathlib.Path(rendered).iterdir()):
    print(f"{file.name}: {file.read_text()}")
END
