"""Which Python and MLRun the machinery runs with, and what it says under another one."""

import sys

import pytest

from conftest import run


@pytest.fixture
def older(tmp_path) -> str:
    """A folder where MLRun is said to be of a version that is not supported."""
    about = tmp_path / "mlrun-1.10.4.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mlrun\nVersion: 1.10.4\n")
    return str(tmp_path)


def test_an_mlrun_that_is_too_old_is_refused_in_one_line(folder, older):
    done = run(sys.executable, "main.py", "run", cwd=folder, check=False, PYTHONPATH=older)
    needed = "MLRun 1.11 or 1.12 is needed, this is 1.10.4: use `make run` or `uv run main.py`\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", needed)


@pytest.mark.parametrize("module", ["image_packager", "project_setup"])
def test_what_mlrun_itself_imports_refuses_an_older_one(folder, older, module):
    importing = (sys.executable, "-c", f"import {module}")
    done = run(*importing, cwd=folder, check=False, PYTHONPATH=older)
    assert done.returncode
    assert done.stderr.splitlines()[-1].startswith("ImportError: MLRun 1.11 or 1.12 is needed")
