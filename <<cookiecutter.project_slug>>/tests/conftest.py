"""A copy of the project for the tests to run in, so that its own runs and artifacts stay as they are."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# these tests need no server, and use none: neither the environment's nor that of ~/.mlrun.env
os.environ.pop("MLRUN_DBPATH", None)
os.environ["MLRUN_IGNORE_ENV_FILE"] = "true"

FOLDER = Path(__file__).resolve().parent.parent
MADE = shutil.ignore_patterns(".*", "__pycache__", "artifacts", "tests", "gallery.html")


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """A copy of the project's folder, without what its runs made."""
    return shutil.copytree(FOLDER, tmp_path_factory.mktemp("copy") / "project", ignore=MADE)


@pytest.fixture(scope="session")
def main(folder) -> Callable[..., subprocess.CompletedProcess]:
    """Run the copy's main.py as a user does: `main("run", "-p", "width=8")`, from another folder than the project's."""

    def run(*arguments: str, cwd: Path = folder.parent, **env: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(folder / "main.py"), *arguments]
        return subprocess.run(command, cwd=cwd, env=os.environ | env, capture_output=True, text=True, timeout=120)

    return run
