"""Which Python and MLRun the machinery runs with, and what it says under another one."""

import sys

import pytest

import prepared
from conftest import run


def said_to_be(folder, version: str) -> str:
    """A folder where MLRun is said to be of a version."""
    about = folder / f"mlrun-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mlrun\nVersion: {version}\n")
    return str(folder)


@pytest.fixture
def older(tmp_path) -> str:
    """A folder where MLRun is said to be of a version that is not supported."""
    return said_to_be(tmp_path, "1.10.4")


def test_an_mlrun_that_is_too_old_is_refused_in_one_line(folder, older):
    done = run(sys.executable, "main.py", "run", cwd=folder, check=False, PYTHONPATH=older)
    needed = "MLRun 1.11 or 1.12 is needed, this is 1.10.4: use `make run` or `uv run main.py`\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", needed)


@pytest.mark.parametrize("module", ["image_packager", "project_setup"])
def test_what_mlrun_itself_imports_refuses_an_older_one(folder, older, module):
    code = f"import sys; sys.path.insert(0, {older!r}); import {module}"
    done = run(prepared.python(), "-c", code, cwd=folder, check=False)
    assert done.returncode
    assert done.stderr.splitlines()[-1].startswith("ImportError: MLRun 1.11 or 1.12 is needed")


@pytest.mark.parametrize("version", ["1.13.0", "1.13.0rc1", "2.0.0", "0.0.0+unstable"])
def test_an_mlrun_that_was_not_tested_is_refused_in_one_line(folder, tmp_path, version):
    path = said_to_be(tmp_path, version)
    done = run(sys.executable, "main.py", "run", cwd=folder, check=False, PYTHONPATH=path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"MLRun 1.11 or 1.12 is needed, this is {version}: use ")
    assert ("update mlrun_images" in done.stderr) == (version[0] != "0")


@pytest.mark.parametrize("version", ["1.11.0", "1.11.9", "1.12.1rc3", "1.12.7+local"])
def test_each_release_of_a_tested_version_is_taken(folder, tmp_path, version):
    path = said_to_be(tmp_path, version)
    done = run(sys.executable, "main.py", "run", "-h", cwd=folder, PYTHONPATH=path)
    assert done.stdout.startswith("Usage: ")
