"""What the tests start in place of Python is as a new Python is."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import prepared
from in_process import is_gone_soon, listen_to_ctrl_c, new_environment

# what a process inherits, and what Python and MLRun make of it as they start
SEEN = """
import gc, json, multiprocessing, os, signal, sys, tempfile, threading
import mlrun
print(json.dumps({
    "arguments": sys.argv, "of Python": sys.orig_argv[1:], "path": sys.path,
    "main": sorted(vars(sys.modules["__main__"])), "name": __name__,
    "flags": [*sys.flags[:4], *sys.flags[5:]],  # without that of `bytecode`
    "interpreter": sys.executable, "bytecode": sys.dont_write_bytecode, "input": sys.stdin.read(),
    "environment": sorted(os.environ.items()), "folder": os.getcwd(), "umask": os.umask(0),
    "files": sorted(os.listdir("/proc/self/fd")), "temporary": tempfile.gettempdir(),
    "signals": [str(signal.getsignal(one)) for one in signal.valid_signals()],
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "threads": threading.active_count(), "collector": [gc.isenabled(), gc.get_threshold()],
    "children": [multiprocessing.current_process().name, multiprocessing.parent_process()],
    "MLRun": mlrun.mlconf._cfg, "log": mlrun.utils.logger.level,
}, default=str))
print("error", file=sys.stderr)
sys.exit(7)
"""


def test_a_command_finds_what_it_finds_in_a_new_process(tmp_path):
    (tmp_path / "temporary").mkdir()
    (tmp_path / "seen.py").write_text(SEEN)
    command = ["seen.py", "--word", "ü\udcff"]
    env = new_environment() | {"MLRUN_HTTPDB__LOGS__PULL_LOGS_DEFAULT_INTERVAL": "77"}
    env |= {"TMPDIR": str(tmp_path / "temporary"), "PYTHONDONTWRITEBYTECODE": "1", "MAKE_ODD": "\n"}
    read, write = os.pipe()
    options = {"cwd": tmp_path, "env": env, "input": "typed", "text": True, "umask": 0o27}
    options |= {"pass_fds": [read]}

    def seen(python: str) -> tuple[dict, int, str]:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        done = subprocess.run([python, *command], capture_output=True, **options)
        signal.signal(signal.SIGHUP, before)
        return json.loads(done.stdout), done.returncode, done.stderr

    assert seen(prepared.python()) == seen(sys.executable)
    for file in (read, write):
        os.close(file)


def test_a_command_finds_its_modules_where_python_does(tmp_path):
    code = "import sys; print(sys.path, sys.argv, sys.orig_argv, sys.dont_write_bytecode)"
    (tmp_path / "seen.py").write_text(code)
    env = new_environment()
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    for command in (["-c", code], ["-m", "seen"], ["seen.py"], ["-c", code, "-P"]):
        for words in (command, ["-P", *command], ["-B", *command]):
            fork, new = (
                subprocess.run([python, *words], cwd=tmp_path, env=env, capture_output=True)
                for python in (prepared.python(), sys.executable)
            )
            assert fork.stdout == new.stdout and fork.returncode == new.returncode


@pytest.mark.parametrize("ending", [
    "sys.exit()",
    "sys.exit(259)",
    "sys.exit('a word')",
    "print('half', end=''); os._exit(3)",
    "1 / 0",
    "os.kill(os.getpid(), signal.SIGINT)",
    "threading.Thread(target=lambda: [time.sleep(0.1), print('from a thread')]).start()",
    "atexit.register(print, 'at exit'); atexit.register(os.rmdir, 'gone')",
    "open('file', 'w').write('closed'); kept = open('kept', 'w'); kept.write('never closed')",
    "sys.path.insert(0, '.'); import module",
    "os.fork() or sys.exit(5); os.wait()",
    "sys.stdout = None; sys.stderr.close()",
    "os.dup2(os.open('/dev/full', os.O_WRONLY), 1); print('no space')",
])  # fmt: skip
def test_a_command_ends_as_in_a_new_process(tmp_path, ending):
    (tmp_path / "module.py").write_text("kept = open('kept', 'w')\nkept.write('by a module')\n")
    code = f"import atexit, os, signal, sys, threading, time; {ending}"

    def seen(python: str, name: str) -> tuple[int, str, list[str], dict[str, str]]:
        folder = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-{name}"))
        done = subprocess.run(
            [python, "-c", code], cwd=folder, env=new_environment(),
            capture_output=True, text=True, timeout=60, preexec_fn=listen_to_ctrl_c,
        )  # fmt: skip
        # tracebacks differ: a fork's begins with how it was started
        own = ("  ", "Traceback")
        said = [line for line in done.stderr.splitlines() if not line.startswith(own)]
        files = {path.name: path.read_text() for path in folder.glob("[fk]*")}
        return done.returncode, done.stdout, said, files

    assert seen(prepared.python(), "fork") == seen(sys.executable, "new")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_command_ends_by_the_signal_that_it_gets(tmp_path, number):
    # by short naps: Python sleeps on where a signal comes just before
    code = (
        "import os, time; os.symlink(str(os.getpid()), 'begun')\n"
        "for _ in range(600): time.sleep(0.1)"
    )
    command = [prepared.python(), "-c", code]
    options = {"env": new_environment(), "stderr": -1, "preexec_fn": listen_to_ctrl_c}
    with subprocess.Popen(command, cwd=tmp_path, **options) as process:
        while not (begun := tmp_path / "begun").is_symlink():
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(number)
        _, said = process.communicate(timeout=50)  # before it would end by itself
    assert process.returncode == -number
    assert is_gone_soon(int(os.readlink(begun)))
    assert said.endswith(b"KeyboardInterrupt\n") == (number == signal.SIGINT)


def test_what_a_new_python_is_needed_for_has_one(tmp_path):
    code = "import sys; print('mlrun' in sys.modules)"
    for command, env, has_mlrun in (
        (["-c", code], {}, "True"),
        (["-I", "-c", code], {}, "False"),
        (["-c", code], {"PYTHONPATH": "."}, "False"),
        (["-c", code], {"MLRUN_LOG_LEVEL": "DEBUG"}, "False"),
    ):
        done = subprocess.run(
            [prepared.python(), *command],
            env=new_environment() | env,
            capture_output=True,
            text=True,
        )
        assert done.stdout == f"{has_mlrun}\n", done.stderr
