"""The set-up of the virtual environment: by uv, found or fetched, or one line that says why not."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from conftest import TEMPLATE, run

SCRIPT = "<<cookiecutter.project_slug>>/mlrun_images/in_venv.sh"
TOOLS = ("sh", "mkdir", "rm", "mv", "cat", "grep", "tr", "cut", "flock", "true")
PYPROJECT = """
[project]
name = "small"
version = "0"
requires-python = "==3.11.*"
dependencies = [{}]
"""
# nothing listens there
OFFLINE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
    **{"NO_PROXY": "", "UV_HTTP_RETRIES": "0"},
}


class Small:
    """A project that asks for little, set up by what every rendered project has."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.venv = folder / ".venv"
        self.started_by: tuple[str, ...] = ()
        self.ask_for("tabulate")

    def ask_for(self, *packages: str) -> None:
        asked = ", ".join(f'"{name}"' for name in packages)
        (self.folder / "pyproject.toml").write_text(PYPROJECT.format(asked))

    def run(self, *command: str, check: bool = True, **env: str) -> subprocess.CompletedProcess:
        here: dict[str, Any] = {"UV_PROJECT_ENVIRONMENT": ".venv", "UV_PYTHON": sys.executable}
        script: tuple[str | Path, ...] = (
            *self.started_by,
            "/usr/bin/env",
            "-u",
            "UV_NO_SYNC",
            "-u",
            "UV_RESOLUTION",
            "sh",
            TEMPLATE / SCRIPT,
        )
        return run(*script, *(command or ["true"]), cwd=self.folder, check=check, **here | env)

    def refused(self, **env: str) -> str:
        """The one line that a set-up that fails prints."""
        done = self.run(check=False, **env)
        assert done.returncode == 1
        (line,) = (
            line
            for line in done.stderr.splitlines()
            if not line.startswith(("Installing into ", "Getting uv into "))
        )
        return line


@pytest.fixture
def small(tmp_path) -> Small:
    return Small(tmp_path)


@pytest.fixture(scope="module")
def uv() -> str:
    """The uv of this machine, which may be found through a script that needs more of the PATH."""
    asking = ("run", "--no-project", "sh", "-c", "echo $UV")
    return run(os.environ.get("UV", "uv"), *asking, cwd=TEMPLATE).stdout.strip()


@pytest.fixture
def tools(tmp_path_factory) -> Path:
    """A folder for the PATH of a machine with neither uv nor Python."""
    folder = tmp_path_factory.mktemp("bin")
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    return folder


def test_what_is_asked_for_is_installed_at_the_next_command(small):
    importing = ("python", "-c", "import tabulate, click")
    assert small.run(*importing, check=False).returncode
    small.ask_for("tabulate", "click")
    small.run(*importing)


def test_a_ready_environment_needs_no_network_and_says_nothing(small):
    assert small.run().stderr == "Installing into .venv\n"
    done = small.run("python", "-c", "import tabulate", UV_OFFLINE="1")
    assert done.stdout + done.stderr == ""


def test_offline_is_one_line_and_the_next_call_installs(small, tmp_path):
    line = "The packages could not be installed: go online, and type the same again"
    assert small.refused(**OFFLINE, UV_CACHE_DIR=str(tmp_path / "cache")) == line
    assert small.refused(UV_OFFLINE="1", UV_CACHE_DIR=str(tmp_path / "cache")) == line
    small.run("python", "-c", "import tabulate")
    # another project of this machine
    (tmp_path / "uv.lock").unlink()
    shutil.rmtree(small.venv)
    small.run("python", "-c", "import tabulate", **OFFLINE)


def test_a_certificate_that_is_not_trusted_is_one_line(small, tmp_path):
    nothing_trusted = tmp_path / "none.pem"
    nothing_trusted.write_text("")
    nothing = {"SSL_CERT_FILE": str(nothing_trusted), "SSL_CERT_DIR": str(tmp_path / "nothing")}
    line = small.refused(**nothing, UV_CACHE_DIR=str(tmp_path / "cache"))
    assert line.startswith("A certificate is not trusted here: ")


def test_without_python_3_11_it_is_one_line(small, tools, uv, tmp_path):
    nowhere = {"UV_PYTHON": "3.11", "UV_PYTHON_INSTALL_DIR": str(tmp_path), "PATH": str(tools)}
    line = small.refused(UV=uv, UV_PYTHON_DOWNLOADS="never", **nowhere)
    assert line.startswith("Python 3.11, which MLRun needs, is not here and cannot be downloaded: ")
    assert not small.venv.exists()


def test_a_set_up_that_was_killed_is_done_again(small):
    small.run()
    (module,) = small.venv.glob("lib/python3.11/site-packages/tabulate/__init__.py")
    module.unlink()
    Path(f"{small.venv}.setup").write_text("installing\n")
    importing = ("python", "-c", "import tabulate; tabulate.tabulate")
    small.run(*importing)
    module.unlink()  # that it is not installed again each time shows in its absence
    assert small.run(*importing, check=False).returncode


def test_a_set_up_that_fails_for_want_of_packages_leaves_the_environment_as_it_was(small):
    small.run()
    small.ask_for("tabulate", "there-is-no-such-package-of-this-name")
    assert small.refused(UV_OFFLINE="1").startswith("The packages could not be installed: ")
    small.ask_for("tabulate")
    small.run("python", "-c", "import tabulate", UV_OFFLINE="1")


def test_a_set_up_waits_for_another_one_and_does_not_do_it_again(small):
    importing = ("python", "-c", "import tabulate; tabulate.tabulate")
    small.run()
    (module,) = small.venv.glob("lib/python3.11/site-packages/tabulate/__init__.py")
    module.unlink()  # which shows whether it is installed again
    with open(f"{small.venv}.setup", "w") as state, ThreadPoolExecutor() as pool:
        fcntl.flock(state, fcntl.LOCK_EX)
        state.write("installing\n")
        state.flush()
        call = pool.submit(small.run, *importing, check=False)
        time.sleep(1)  # in which it comes to the lock
        state.truncate(0)
        state.close()
        assert call.result().returncode


def test_uv_comes_with_pip_where_there_is_none(small, tools):
    (tools / "python3").symlink_to(sys.executable)
    path = {"UV": "", "PATH": str(tools)}
    assert "Getting uv into .uv" in small.run(**path).stderr
    assert [file.name for file in (small.folder / ".uv").iterdir()] == ["uv"]
    assert small.run("python", "-c", "import tabulate", **path).stderr == ""


def test_offline_and_without_uv_it_is_one_line_and_the_next_call_gets_it(small, tools):
    (tools / "python3").symlink_to(sys.executable)
    path = {"UV": "", "PATH": str(tools)}
    line = small.refused(**path, PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert line == "The packages could not be installed: go online, and type the same again"
    assert not (small.folder / ".uv/uv").exists()


@pytest.mark.parametrize("python", [None, "#!/bin/sh\nexit 1\n"])
def test_without_uv_and_venv_it_is_one_line(small, tools, python):
    if python:  # Debian's python3 without python3-venv
        (tools / "python3").write_text(python)
        (tools / "python3").chmod(0o755)
    line = small.refused(UV="", PATH=str(tools))
    assert line.startswith("uv is needed: install it ") and "python3-venv" in line
    assert [path.name for path in small.folder.iterdir()] == ["pyproject.toml"]


def test_a_folder_that_cannot_be_written_is_one_line(small, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if os.geteuid() == 0:  # who may write into it all the same
        small.started_by = ("setpriv", "--bounding-set=-dac_override")
    line = small.refused(UV_PROJECT_ENVIRONMENT=str(locked / ".venv"))
    assert line.startswith("The set-up failed: ") and "ermission denied" in line


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_a_folder_that_was_renamed_or_copied_gets_an_environment_of_its_own(tmp_path, move):
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    Small(before).run()
    move(before, after)
    shutil.rmtree(before, ignore_errors=True)
    moved = Small(after)
    done = moved.run("python", "-c", "import tabulate; print(tabulate.__file__)")
    assert done.stderr == "Installing into .venv\n" and str(after) in done.stdout
    assert moved.run().stderr == ""


def test_below_a_uv_workspace_the_environment_is_where_it_is_said(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        PYPROJECT.format("").replace("small", "all") + '[tool.uv.workspace]\nmembers = ["*"]\n'
    )
    (tmp_path / "one").mkdir()
    small = Small(tmp_path / "one")
    done = small.run("python", "-c", "import sys, tabulate; print(sys.prefix)")
    assert done.stdout == f"{tmp_path}/one/.venv\n"
    assert not (tmp_path / ".venv").exists()


def test_a_command_is_that_of_the_environment_or_there_is_none(small, tmp_path):
    other = tmp_path / "bin"
    other.mkdir()
    (other / "cookiecutter").write_text("#!/bin/sh\necho another\n")
    (other / "cookiecutter").chmod(0o755)
    path = f"{other}:{os.environ['PATH']}"
    done = small.run("cookiecutter", "--version", check=False, PATH=path)
    assert done.returncode and "another" not in done.stdout
    assert "No module named cookiecutter" in done.stderr
    small.ask_for("cookiecutter")
    assert str(tmp_path) in small.run("cookiecutter", "--version", PATH=path).stdout


@pytest.mark.parametrize("python", ["3.12", "cpython@3.13"])
def test_another_python_by_uv_python_is_named(small, python):
    line = small.refused(UV_PYTHON=python)
    assert line.startswith(f"MLRun needs Python 3.11, and UV_PYTHON is {python}: unset it")
