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


@functools.cache
def python() -> str:
    """
    Start the process that forks. It ends with this one.

    :returns: The path of the program that takes the place of `sys.executable`.
    """
    folder = Path(tempfile.mkdtemp(prefix="python-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = folder / "python"
    program.write_text(f"#!{sys.executable} -IS\n" + (HERE / "program.py").read_text())
    program.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith("MLRUN_")}
    server = subprocess.Popen(
        [sys.executable, HERE / "server.py", folder / "socket"],
        env=env | {"MLRUN_IGNORE_ENV_FILE": "true"},
        stdin=subprocess.PIPE,  # which closes when this process ends
        stdout=subprocess.PIPE,
    )
    assert server.stdout and server.stdout.readline() == b"ready\n"
    return str(program)


@functools.cache
def uv() -> str:
    """
    Write a program that takes the place of uv, and starts it.

    :returns: Its path. Asked to run `python main.py` or pytest, uv runs that by `python()`.
    """
    program = Path(python()).with_name("uv")
    real = shlex.quote(os.environ.get("UV", "uv"))
    program.write_text(f"""#!/bin/sh
case "$*" in
"run --quiet --no-sync python main.py"* | "run --quiet --no-sync python -P -m pytest"*)
    shift 4; set -- run --quiet --no-sync {python()} "$@" ;;
esac
exec {real} "$@"
""")
    program.chmod(0o755)
    return str(program)
