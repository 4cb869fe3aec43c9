#!/bin/sh
# One would guess that a folder is left out as a file is: by a name that comes out empty.
# A file whose name is rendered to nothing is skipped. A folder with such a name is taken for the
# project's own folder, which exists, and rendering ends in OutputDirExistsException.
# A template that makes "notebooks" optional by its name fails on the first answer "no".
# Found in cookiecutter 2.7.1, cookiecutter/generate.py (generate_file, render_and_create_dir).
. "$(dirname "$0")/common.sh"

packages cookiecutter==2.7.1

expected <<'END'
file: []
folder: OutputDirExistsException
END

program <<'END'
import json
import pathlib

from cookiecutter.exceptions import OutputDirExistsException
from cookiecutter.main import cookiecutter

ONLY_IF = "{%% if cookiecutter.extra == 'yes' %%}%s{%% endif %%}"


def say(what, name, content):
    path = pathlib.Path(what, "{{cookiecutter.slug}}", name)
    path.parent.mkdir(parents=True)
    if content is None:
        path.mkdir()
    else:
        path.write_text(content)
    answers = {"slug": "project", "extra": "no"}
    pathlib.Path(what, "cookiecutter.json").write_text(json.dumps(answers))
    try:
        rendered = cookiecutter(what, no_input=True, output_dir="out-" + what)
        result = sorted(path.name for path in pathlib.Path(rendered).iterdir())
    except OutputDirExistsException as error:
        result = type(error).__name__
    print(f"{what}: {result}")


say("file", ONLY_IF % "extra.txt", "text")
say("folder", ONLY_IF % "notebooks", None)
END
