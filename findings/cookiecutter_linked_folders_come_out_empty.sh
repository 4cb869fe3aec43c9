#!/bin/sh
# One would guess that a link in a template is copied as a link, or as what it points to. A linked
# file is: it is rendered as a file of its own. A linked folder comes out as an empty folder, and
# nothing is said. `_copy_without_render` copies what is in it.
# A template that links to a folder of example images, to hold them once, renders projects without
# images, and what looks for them there finds none instead of an error.
# Found in cookiecutter 2.7.1, cookiecutter/generate.py (generate_files: os.walk, which does not
# follow links, lists the folder and never walks it).
. "$(dirname "$0")/common.sh"

packages cookiecutter==2.7.1 pillow==13.0.0

expected <<'END'
copied without rendering []:
    examples: folder
    logo.png: file
copied without rendering ['examples']:
    examples: folder
    examples/a.png: file
    logo.png: file
END

program <<'END'
import json
import pathlib

from cookiecutter.main import cookiecutter
from PIL import Image

folder = pathlib.Path("template", "{{cookiecutter.slug}}")
folder.mkdir(parents=True)
images = pathlib.Path("template", "images")
images.mkdir()
Image.new("L", (64, 64)).save(images / "a.png")
(folder / "examples").symlink_to("../images")
(folder / "logo.png").symlink_to("../images/a.png")
for without_render in ([], ["examples"]):
    context = {"slug": "project", "_copy_without_render": without_render}
    pathlib.Path("template", "cookiecutter.json").write_text(json.dumps(context))
    rendered = pathlib.Path(cookiecutter("template", no_input=True, overwrite_if_exists=True))
    print(f"copied without rendering {without_render}:")
    for path in sorted(rendered.rglob("*")):
        kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "file"
        print(f"    {path.relative_to(rendered)}: {kind}")
END
