"""
A Python that has MLRun at hand, for the tests that start many.

To import MLRun takes two seconds of processor time. So one process imports it once (`server.py`),
and forks for each command. A program that takes the place of `sys.executable` (`program.py`) hands
its arguments, environment, folder and open files to the fork, passes on the signals that it gets,
and ends as the fork ends. So do the processes that a fork spawns (`multiprocessing`). What needs a
Python of its own gets one: with other options than `-B`, `-P`, `-c` and `-m`, or with a variable in
its environment that may be read before MLRun is imported.
"""

import atexit
import functools
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
STARTED = "PYTEST_PREPARED"  # a variable: the program of a process that was started for several


@functools.cache
def python() -> str:
    """
    Start the process that forks, unless there is one. It ends with the one that started it.

    :returns: The path of the program that takes the place of `sys.executable`.
    """
    if started := os.environ.get(STARTED):
        return started
    folder = Path(tempfile.mkdtemp(prefix="python-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    text = f"#!{sys.executable} -IS\n" + (HERE / "program.py").read_text()
    program = _written(folder / "python", text)
    env = {name: value for name, value in os.environ.items() if not name.startswith("MLRUN_")}
    server = subprocess.Popen(
        [sys.executable, HERE / "server.py", folder / "socket"],
        env=env | {"MLRUN_IGNORE_ENV_FILE": "true"},
        stdin=subprocess.PIPE,  # which closes when this process ends
        stdout=subprocess.PIPE,
    )
    assert server.stdout and server.stdout.readline() == b"ready\n"
    return program


@functools.cache
def uv() -> str:
    """
    Write a program that takes the place of uv, and starts it.

    :returns: Its path. Asked to run `python main.py` or pytest, uv runs that by `python()`.
    """
    real = shlex.quote(os.environ.get("UV", "uv"))
    text = f"""#!/bin/sh
case "$*" in
"run --quiet --no-sync python main.py"* | "run --quiet --no-sync python -P -m pytest"*)
    shift 4; set -- run --quiet --no-sync {python()} "$@" ;;
esac
exec {real} "$@"
"""
    return _written(Path(python()).with_name("uv"), text)


def _written(program: Path, text: str) -> str:
    """Write a program at once: another process of the tests may be about to start it."""
    with tempfile.NamedTemporaryFile("w", dir=program.parent, delete=False) as new:
        new.write(text)
    os.chmod(new.name, 0o755)
    os.replace(new.name, program)
    return str(program)
