"""Starts a git repository, unless inside one or without a user (useConfigOnly: not one that git makes up)."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

for cache in Path().rglob(
    "__pycache__"
):  # of the template's folder, if its modules were used there
    shutil.rmtree(cache)
commit = """unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
            git -c user.useConfigOnly=true var GIT_COMMITTER_IDENT && ! git rev-parse --git-dir && git init || exit 0
            git add . && git commit -m 'Start from the template'"""
refused = subprocess.run(
    commit, shell=True, capture_output=True, stdin=subprocess.DEVNULL
).returncode
first = "\n    git commit -m 'Start from the template'    # git refused to" if refused else ""
parent, folder = os.path.split(os.getcwd())
here = os.path.realpath(os.environ.get("PWD", parent)) == os.path.realpath(parent)
print(
    f"\nNext:\n    cd {folder if here else shlex.quote(os.getcwd())}{first}\n    make run\n    make test"
)
