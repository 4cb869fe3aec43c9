"""The command in another program's process, and the processes that a handler starts."""

import json
import subprocess
import sys

import pytest

import prepared
from in_process import new_environment

RUNPY = """
import os, runpy, sys
sys.argv[:] = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    print("ended", end.code, file=sys.stderr)
"""
IPYTHON = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("run", " ".join(sys.argv[1:]))
print("ended 0", file=sys.stderr)
"""
WHERE = "import os; print('in', os.getpid(), os.getppid()); return 1"


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (["-c", RUNPY], "ended 0"),
        (["-c", IPYTHON], "ended 0"),
        (["-m", "cProfile", "-o", "profile"], ""),
        (["-m", "pdb", "-c", "continue"], ""),
    ],
    ids=["runpy", "%run", "cProfile", "pdb"],
)
def test_where_another_program_calls_the_command_there_is_one_process(copy, start, said):
    copy.add_function("where", WHERE)
    with subprocess.Popen(
        [prepared.python(), *start, copy.folder / "main.py", "run", "where", "--returns", "a"],
        cwd=copy.folder, env=new_environment(), stdin=-1, stdout=-1, stderr=-1, text=True,
    ) as process:  # fmt: skip
        printed, errors = process.communicate("quit\n", timeout=600)
    assert process.returncode == 0, printed + errors
    (run,) = json.loads(copy.process("runs", "--json").stdout)
    assert run["state"] == "completed"
    # the handler's process was forked by what forks for each command, and not by the command
    parent = "import os; print(os.getppid())"
    forks = subprocess.check_output(
        [prepared.python(), "-c", parent], env=new_environment(), text=True
    )
    assert f" {forks}" in copy.process("runs", run["uid"]).stdout
    assert said in errors and errors.count("ended") == bool(said), errors
    assert (copy.folder / "profile").exists() == ("cProfile" in start)


def test_with_options_of_python_it_is_a_program_of_its_own(copy):
    options = ("-X", "dev", "-W", "ignore", "-u", "-B")
    copy.add_function("dies", "import os; os._exit(7)")
    done = subprocess.run(
        [sys.executable, *options, "main.py", "run", "dies", "--returns", "a"],
        cwd=copy.folder, env=new_environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 7
    assert "the command did not finish: its process ended with exit code 7" in done.stderr


POOL = """
    import multiprocessing, os, signal, time
    from multiprocessing.connection import Listener
    with multiprocessing.Pool(2) as pool:
        squares = pool.map(abs, [-1, -2])
    process = multiprocessing.Process(target=time.sleep, args=(100,))
    process.start()
    process.terminate()
    process.join(20)
    with multiprocessing.Manager() as manager, Listener(family="AF_UNIX") as listener:
        kept = manager.list([3])
        squares += [kept[0], len(listener.address) < 107]
    forked = multiprocessing.get_context("forkserver").Process(target=abs, args=(1,))
    forked.start()
    forked.join(20)
    return str([squares, process.exitcode, forked.exitcode])
"""


def test_a_handler_starts_and_ends_processes_as_any_program(copy):
    copy.add_function("pool", POOL)
    arguments = "run", "pool", "--returns", "a", "--json"
    # a new Python: MLRun imports multiprocessing in it, whose end is the other way round in a fork
    done = copy.process(*arguments, python=sys.executable, TMPDIR="/tmp")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    (run,) = json.loads(done.stdout)
    assert run["outputs"][0]["value"] == "[[1, 2, 3, True], -15, 0]"
