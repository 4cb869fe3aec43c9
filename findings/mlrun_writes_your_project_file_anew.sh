#!/bin/sh
# One would guess that "get or create" of a project that is there reads its file.
# `get_or_create_project` writes project.yaml anew when it has read it: comments are gone, keys are
# in another order, and defaults are added. `load_project` leaves it as it is. Each run of a
# notebook changes a file that is under version control, and loses why it says so.
# Found in mlrun 1.12.1, mlrun/projects/project.py (get_or_create_project).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
load_project: as it was: True, comments: 1, first line: # what everybody who edits this should know
get_or_create_project: as it was: False, comments: 0, first line: spec:
END

program <<'END'
import pathlib

import mlrun

CONTENT = """\
# what everybody who edits this should know
kind: project
metadata:
  name: images
spec:
  description: our images
"""
file = pathlib.Path("project.yaml")


def say(name, load):
    file.write_text(CONTENT)
    load()
    lines = file.read_text().splitlines()
    print(f"{name}: as it was: {file.read_text() == CONTENT},",
          f"comments: {sum(line.startswith('#') for line in lines)}, first line: {lines[0]}")


say("load_project", lambda: mlrun.load_project("./"))
say("get_or_create_project", lambda: mlrun.get_or_create_project("images", "./"))
END
