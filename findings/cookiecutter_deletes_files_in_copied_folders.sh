#!/bin/sh
# One would guess that `skip_if_file_exists` leaves all files that are there, and that rendering
# over a project never deletes one. Both are true of rendered files. A file of
# `_copy_without_render` is written over, and a folder of it is deleted and copied anew, with all
# that its user had put there. The command line's `--skip-if-file-exists` is the same.
# Folders of images are what one copies without rendering. An update of the project takes away the
# images that a team has added or edited there, and says nothing.
# Found in cookiecutter 2.7.1, cookiecutter/generate.py (generate_files: rmtree and copyfile).
. "$(dirname "$0")/common.sh"

packages cookiecutter==2.7.1 pillow==13.0.0

expected <<'END'
rendered again with skip_if_file_exists, copied without rendering: []
    logo.png: as edited
    images/a.png: as edited
    images/mine.png: as edited
rendered again with skip_if_file_exists, copied without rendering: ['logo.png', 'images']
    logo.png: the template's
    images/a.png: the template's
    images/mine.png: not there
END

program <<'END'
import json
import pathlib
import shutil

from cookiecutter.main import cookiecutter
from PIL import Image

folder = pathlib.Path("template", "{{cookiecutter.slug}}")
(folder / "images").mkdir(parents=True)
for name in ("logo.png", "images/a.png"):
    Image.new("L", (64, 64)).save(folder / name)
for without_render in ([], ["logo.png", "images"]):
    context = {"slug": "project", "_copy_without_render": without_render}
    pathlib.Path("template", "cookiecutter.json").write_text(json.dumps(context))
    project = pathlib.Path(cookiecutter("template", no_input=True))
    edited = [project / name for name in ("logo.png", "images/a.png", "images/mine.png")]
    for path in edited:
        Image.new("L", (32, 32)).save(path)
    cookiecutter("template", no_input=True, overwrite_if_exists=True, skip_if_file_exists=True)
    print("rendered again with skip_if_file_exists, copied without rendering:", without_render)
    for path in edited:
        what = "not there"
        if path.exists():
            what = "as edited" if Image.open(path).size == (32, 32) else "the template's"
        print(f"    {path.relative_to(project)}: {what}")
    shutil.rmtree(project)
END
