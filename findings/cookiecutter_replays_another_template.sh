#!/bin/sh
# One would guess that `--replay` gives the answers that were given to this template. The file of
# answers is named by the last part of the template's path alone: two folders "template", or the
# repositories of two owners with one name, share it. What was answered last in any of them is
# rendered, without a question and without a word: a project for scans gets the size of thumbnails.
# Where a variable is missing it is asked for. `--replay-file` takes a file of one's own.
# Found in cookiecutter 2.7.1, cookiecutter/main.py (cookiecutter) and replay.py (get_file_name).
. "$(dirname "$0")/common.sh"

packages cookiecutter==2.7.1

expected <<'END'
scans/template, size: 2048
scans/template, replayed: 2048
thumbnails/template, size: 128
scans/template, replayed: 128
END

program <<'END'
import json
import pathlib

from cookiecutter.main import cookiecutter


def made(owner, size):
    folder = pathlib.Path(owner, "template", "{{cookiecutter.slug}}")
    folder.mkdir(parents=True)
    context = {"slug": "project", "size": size}
    folder.with_name("cookiecutter.json").write_text(json.dumps(context))
    folder.joinpath("size").write_text("{{cookiecutter.size}}")
    return str(folder.parent)


def rendered(template, folder, **options):
    project = cookiecutter(template, output_dir=folder, **options)
    return pathlib.Path(project, "size").read_text()


scans, thumbnails = made("scans", "2048"), made("thumbnails", "128")
print("scans/template, size:", rendered(scans, "first", no_input=True))
print("scans/template, replayed:", rendered(scans, "second", replay=True))
print("thumbnails/template, size:", rendered(thumbnails, "third", no_input=True))
print("scans/template, replayed:", rendered(scans, "fourth", replay=True))
END
