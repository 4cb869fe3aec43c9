#!/bin/sh
# One would guess that "get or create" of a project that is there reads its file.
# `get_or_create_project` writes project.yaml anew when it has read it: comments are gone, defaults
# are added, and the keys are in an order that differs from one process to the next.
# `load_project` leaves the file as it is.
# Each run of a notebook changes a file that is under version control, and loses why it says so.
# Found in mlrun 1.12.1, mlrun/projects/project.py (get_or_create_project).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
load_project: as it was: True, with the comment: True
get_or_create_project: as it was: False, with the comment: False
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
    content = file.read_text()
    print(f"{name}: as it was: {content == CONTENT}, with the comment: {'# what' in content}")


say("load_project", lambda: mlrun.load_project("./"))
say("get_or_create_project", lambda: mlrun.get_or_create_project("images", "./"))
END
