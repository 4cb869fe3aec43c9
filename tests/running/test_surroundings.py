"""The command on machines that lack what others have, and with settings that few use."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from in_process import new_environment

PLAIN_LOCALE = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}  # in which Python takes UTF-8
ENCODINGS = "import locale, sys; print(locale.getpreferredencoding(False), sys.stdout.encoding)"


@pytest.fixture
def start(copy, tmp_path):
    """Start the command in a new process, with another environment."""
    description = copy.folder / "project.yaml"
    text = description.read_text("utf-8").replace(
        'description: "', 'description: "Bilder für あ', 1
    )
    description.write_text(text, "utf-8")

    def start(*arguments: str, options=(), without=(), cwd=tmp_path, **env: str):
        environment = {k: v for k, v in new_environment().items() if k not in without}
        return subprocess.run(
            [*options, sys.executable, copy.folder / "main.py", *arguments], cwd=cwd,
            env=environment | env, capture_output=True, text=True, timeout=600,
        )  # fmt: skip

    return start


@pytest.fixture
def locales(tmp_path) -> Path:
    """A folder with the locale `ascii`, in which Python takes ASCII."""
    letters = "".join(f"<U{number:04X}> /x{number:02x} N\n" for number in range(128))
    (tmp_path / "letters").write_text(
        "<code_set_name> ANSI_X3.4-1968\n<mb_cur_max> 1\n<escape_char> /\n"
        f"CHARMAP\n{letters}END CHARMAP\n"
    )
    (tmp_path / "source").write_text("LC_CTYPE\nEND LC_CTYPE\n")
    folder = tmp_path / "locales"
    folder.mkdir()
    command = ("localedef", "--no-archive", "-c", "-f", "./letters", "-i", "./source")
    subprocess.run([*command, folder / "ascii"], cwd=tmp_path, stderr=subprocess.DEVNULL)
    return folder


@pytest.mark.parametrize(
    "env",
    [
        # those that are together are of different things
        {"LC_ALL": "ascii", "MLRUN_DBPATH": "./", "PYTHONSAFEPATH": "1"}
        | {"MLRUN_ARTIFACT_PATH": "/nowhere", "HOME": "/nowhere"},
        PLAIN_LOCALE
        | {"PYTHONWARNINGS": "error", "TMPDIR": "/nowhere"}
        | {"MLRUN_ARTIFACT_PATH": "elsewhere/{{run.uid}}"},
    ],
    ids=["ascii", "plain"],
)
def test_it_helps_and_runs(start, env, locales):
    env = env | ({"LOCPATH": str(locales)} if env.get("LC_ALL") == "ascii" else {})
    seen = subprocess.check_output([sys.executable, "-c", ENCODINGS], env=new_environment() | env)
    assert (b"utf-8" in seen.lower()) == ("LOCPATH" not in env), seen
    for arguments in (["-h"], ["run", "-h"]):
        done = start(*arguments, **env)
        assert (done.returncode, done.stderr) == (0, "")
    done = start("run", "-p", "width=8", "--json", **env)
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(done.stdout)
    assert "Traceback" not in done.stderr
    path = run["outputs"][0]["path"]
    assert os.path.isfile(path) and "/copy/artifacts/" in path
    assert start("runs", **env).stdout.count(run["uid"][:8]) == 1


@pytest.fixture
def readable(copy):
    """A folder of the project that anybody may use: pytest's are the user's own."""
    with tempfile.TemporaryDirectory() as folder:
        copy.folder = shutil.copytree(copy.folder, Path(folder, "project"))
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o777)
        yield copy


@pytest.mark.skipif(os.getuid() != 0, reason="only root may be a user without a name")
@pytest.mark.parametrize("home", [{}, {"HOME": "/"}])
def test_a_user_without_a_name_runs_it(readable, start, home):
    options = ["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups"]
    without = ("HOME", "LOGNAME", "USER", "LNAME", "USERNAME")
    for arguments in (["-h"], ["run", "-p", "width=8"]):
        done = start(*arguments, options=options, without=without, cwd="/", **home)
        assert (done.returncode, done.stderr) == (0, "")


def test_what_stops_mlrun_from_starting_is_named(start, tmp_path):
    (tmp_path / "nuclio.py").write_text("raise RuntimeError('this is it')\n")
    done = start("run", PYTHONPATH=str(tmp_path))
    assert done.stderr == "Error: cannot start MLRun: this is it\n"
