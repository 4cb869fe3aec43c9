"""Runs that end in other ways than MLRun expects: by a signal, an exit, a death."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

import prepared
from in_process import is_gone_soon, listen_to_ctrl_c, new_environment
from mlrun_images.processes import NO_CONTAINER, is_gone, this_process


class Running:
    """A command of the project in a process, which runs a handler that has begun."""

    def __init__(self, copy, *arguments: str, begun: int = 1, **env: str):
        command = [prepared.python(), copy.folder / "main.py", *arguments]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command,
            cwd=copy.folder,
            stdout=pipe,
            stderr=pipe,
            text=True,
            env=new_environment() | env,
            preexec_fn=listen_to_ctrl_c,
        )
        for _ in range(6000):
            self.handlers = [int(path.name) for path in copy.folder.glob("begun/*")]
            if len(self.handlers) >= begun:
                return
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.1)
        raise AssertionError("the handler has not begun")

    def ended(self) -> tuple[int, str, str]:
        printed = self.process.communicate(timeout=600)
        return self.process.returncode, *printed


BEGIN = "import os, time; os.makedirs('begun', exist_ok=True); open(f'begun/{os.getpid()}', 'w');"
# by short naps: Python sleeps on where a signal comes just before
SLEEP = "[time.sleep(0.1) for _ in range(6000)]"


@pytest.fixture
def slow(copy):
    copy.add_function("slow", f"{BEGIN} {SLEEP}")
    return copy


def states(copy) -> list[tuple[str, str]]:
    return [(run["state"], run["error"]) for run in copy.main("runs", "--json").made]


def test_a_signal_ends_a_run_as_aborted(slow):
    reasons = {
        signal.SIGTERM: "ended by SIGTERM",
        signal.SIGHUP: "ended by SIGHUP",
        signal.SIGINT: "interrupted",
    }
    command = ("run", "slow", "--returns", "a")
    runs = [Running(slow, *command, begun=number + 1) for number in range(len(reasons))]
    for running, number in zip(runs, reasons, strict=True):
        running.process.send_signal(number)
    for running in runs:
        code, shown, _ = running.ended()
        assert code == 1 and "slow-handler  aborted" in shown, shown
    assert sorted(states(slow)) == sorted(("aborted", reason) for reason in reasons.values())


def test_a_second_signal_does_not_cut_off_the_end_and_new_processes_hear_theirs(copy):
    copy.add_function("stubborn", "pass")
    (copy.folder / "stubborn.py").write_text(
        "import os, signal, subprocess, time\n\n\ndef handler():\n"
        "    try:\n"
        f"        {BEGIN} {SLEEP}\n"
        "    finally:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        print('code', subprocess.run(['sh', '-c', 'kill -TERM $$']).returncode)\n"
    )
    running = Running(copy, "run", "stubborn", "--returns", "a", "--verbose")
    running.process.send_signal(signal.SIGTERM)
    code, shown, said = running.ended()
    assert code == 1 and "stubborn-handler  aborted" in shown, said
    assert "code -15" in shown + said


def test_a_closed_terminal_does_not_end_a_run_of_nohup(copy):
    wait = "all(time.sleep(0.01) is None for _ in iter(lambda: os.path.exists('go'), True))"
    copy.add_function("waits", f"{BEGIN} {wait}; return Image.new('L', (4, 4))")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        running = Running(copy, "run", "waits", "--returns", "a")
    finally:
        signal.signal(signal.SIGHUP, before)
    for pid in (running.process.pid, *running.handlers):
        os.kill(pid, signal.SIGHUP)
    (copy.folder / "go").touch()
    code, shown, _ = running.ended()
    assert code == 0 and "waits-handler  completed" in shown, shown


def test_a_run_whose_command_is_killed_is_aborted(slow):
    running = Running(slow, "run", "slow", "--returns", "a")
    running.process.kill()
    running.ended()
    assert is_gone_soon(running.handlers[0])
    assert states(slow) == [("aborted", "ended by SIGTERM")]


def test_a_run_whose_process_is_killed_is_aborted_and_said(slow):
    running = Running(slow, "run", "slow", "--returns", "a")
    os.kill(running.handlers[0], signal.SIGKILL)
    code, shown, said = running.ended()
    assert (code, shown) == (137, "")
    assert said == "Error: the command did not finish: its process ended by SIGKILL\n"
    assert states(slow) == [("aborted", "the process that it ran in has ended")]


def test_a_handler_that_ends_its_process_is_no_success(copy):
    copy.add_function("leaves", "import os; os._exit(0)")
    done = copy.process("run", "leaves", "--returns", "a")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: the command did not finish: its process ended with exit code 0\n"
    assert states(copy) == [("aborted", "the process that it ran in has ended")]


def test_a_process_that_dies_after_its_command_has_the_exit_code_of_that(copy):
    kill = "atexit.register(os.kill, os.getpid(), signal.SIGKILL)"
    copy.add_function("late", f"import atexit, os, signal; {kill}; return Image.new('L', (4, 4))")
    done = copy.process("run", "late", "--returns", "a", "--json")
    assert (done.returncode, json.loads(done.stdout)[0]["state"]) == (137, "completed")


def test_what_is_no_exception_ends_a_run_in_error(copy):
    for name, raised in {
        "exits": "SystemExit(0)",
        "cancelled": "__import__('asyncio').CancelledError()",
        "generator": "GeneratorExit()",
        "group": "BaseExceptionGroup('all', [GeneratorExit(), ValueError('x')])",
    }.items():
        copy.add_function(name, f"raise {raised}")
        done = copy.main("run", name, "--returns", "a", "--json")
        (run,) = done.made
        assert (done.returncode, run["state"]) == (1, "error"), name
        assert run["error"].startswith("the handler ended with "), run
    mute = "type('Mute', (BaseException,), {'__repr__': lambda error: 1 / 0})()"
    copy.add_function("mute", f"raise {mute}")
    (run,) = copy.main("run", "mute", "--returns", "a", "--json").made
    assert run["state"] == "error" and "the handler ended with <Mute instance" in run["error"]
    copy.add_function("exceptions", "raise ExceptionGroup('all', [ValueError('one')])")
    (run,) = copy.main("run", "exceptions", "--returns", "a", "--json").made
    assert run["state"] == "error" and "all (1 sub-exception)" in run["error"]
    assert {state for state, _ in states(copy)} == {"error"}


def test_a_run_is_listed_as_running_while_its_process_lives(slow):
    running = Running(slow, "run", "slow", "--returns", "a")
    assert states(slow) == [("running", "")]
    running.process.terminate()
    running.ended()


def test_the_other_iterations_are_there_where_a_dask_worker_dies_or_a_handler_exits(copy):
    ends = "n == 2 and os._exit(1); n == 5 and sys.exit(n); n == 6 and [].remove(n)"
    copy.add_function("ends", f"import os, sys; {ends}; return Image.new('L', (n, 4))", "n: int")
    sweep = ("run", "ends", "-x", "n=[1,2,3,4,5,6]", "--returns", "a : file", "--json")
    done = copy.process(*sweep, "--parallel", "2")
    parent, *iterations = json.loads(done.stdout)
    assert (done.returncode, parent["state"]) == (1, "error")
    states = [run["state"] for run in iterations]
    assert states == ["completed", "error", "completed", "completed", "error", "error"]
    assert "the process of its Dask worker ended" in iterations[1]["error"]
    assert [run["error"] for run in iterations[4:]] == [
        "the handler ended with SystemExit(5)",
        "list.remove(x): x not in list",
    ]
    assert [run["outputs"][0]["labels"]["width"] for run in iterations if run["outputs"]] == [
        *("1", "3", "4")
    ]


def test_dask_workers_that_are_killed_while_they_start_end_the_sweep(copy, tmp_path):
    copy.add_function("tiny", "return Image.new('L', (n, 4))", "n: int")
    killed = tmp_path / "killed"
    killed.write_text("#!/bin/sh\nkill -KILL $$\n")
    killed.chmod(0o755)
    with (copy.folder / "project_setup.py").open("a") as file:
        file.write("from mlrun_images.running import parallel\nparallel.WITHOUT_WORKERS = 1\n")
        file.write("import multiprocessing\n")
        file.write(f"multiprocessing.set_executable({str(killed)!r})\n")
    sweep = ("run", "tiny", "-x", "n=[1,2,3]", "--returns", "a : file", "--json")
    done = copy.process(*sweep, "--parallel", "2")
    assert done.returncode == 1, done.stderr
    parent, *iterations = json.loads(done.stdout)
    assert [run["state"] for run in (parent, *iterations)] == ["error"] * 4
    assert all("no Dask worker was left" in run["error"] for run in iterations)


def test_a_killed_run_leaves_no_temporary_file_behind_the_next_command(copy, tmp_path):
    temp = tmp_path / "temp"
    temp.mkdir()
    code = "import tempfile; open(tempfile.mkstemp()[1], 'w').write('x' * 10000);"
    copy.add_function("leaves", f"{code} {BEGIN} {SLEEP}")
    running = Running(copy, "run", "leaves", "--returns", "a", TMPDIR=str(temp))
    (left,) = temp.glob("*/tmp*")
    for pid in (*running.handlers, running.process.pid):
        os.kill(pid, signal.SIGKILL)
    running.ended()
    assert all(map(is_gone_soon, running.handlers)) and left.exists()
    others = temp / "mli-theirs"  # of no process that is known
    others.mkdir()
    copy.process("run", "-p", "width=8", TMPDIR=str(temp))
    assert list(temp.iterdir()) == [others]


def test_a_process_is_told_from_another_of_its_number_and_from_those_of_other_machines():
    machine, number, started = this_process().rsplit(" ", 2)
    host, identity, boot, namespace = machine.split("/")
    assert not is_gone(f"{machine} {number} {started}")
    assert is_gone(f"{machine} {number} 1")  # of before a restart: in a container every one is 1
    assert is_gone(f"{machine} {os.getppid()} 1")
    for other in (
        f"not-{machine}",
        host,  # as older versions noted it
        f"{host}/{identity}/{boot}/pid:[1]",  # another container
        f"{host}/{identity}/another/pid:[1]",
        f"{host}/another/another/{namespace}",
    ):
        assert not is_gone(f"{other} {number} 1"), other
    in_container = namespace != NO_CONTAINER
    assert is_gone(f"{host}/{identity}/before/{namespace} {number} 1") != in_container
    assert is_gone("")


def test_a_run_of_another_machine_is_left_alone_until_it_is_aborted_by_hand(copy):
    copy.main("run", "-p", "width=8")
    (run,) = copy.main("runs", "--json").made
    uid = run["uid"]
    with contextlib.closing(sqlite3.connect(copy.folder / ".mlrun/runs.db")) as database, database:
        body = json.loads(database.execute("SELECT body FROM runs").fetchone()[0])
        body["status"]["state"] = "running"
        database.execute("UPDATE runs SET state = 'running', body = ?", [json.dumps(body)])
        process = "elsewhere/1/2/3 4 5"
        columns = "INSERT INTO running (project, uid, iter, process) VALUES (?, ?, 0, ?)"
        database.execute(columns, [body["metadata"]["project"], uid, process])
    done = copy.main("delete", uid, "--yes")
    assert done.returncode == 1 and done.stdout.splitlines()[0] == "Deleted: 0 run(s)"
    assert (
        f"{uid} is left: it is running; if not, then: python main.py abort {uid[:8]}" in done.stdout
    )
    (path,) = [output["path"] for output in run["outputs"]]
    assert Path(path).is_file()
    assert copy.main("runs", "--json").made[0]["state"] == "running"
    assert copy.main("abort", uid[:8]).stdout == "Aborted: 1 run(s)\n"
    assert copy.main("runs", "--json").made[0]["state"] == "aborted"
    done = copy.main("abort", uid)
    assert done.returncode == 1 and "it has ended already (aborted)" in done.stdout
    assert copy.main("delete", uid, "--yes").stdout == "Deleted: 1 run(s)\n"
    assert not Path(path).exists()


def test_a_run_that_a_process_of_this_machine_runs_is_not_aborted(copy):
    copy.add_function("slow", f"{BEGIN} {SLEEP}")
    running = Running(copy, "run", "slow", "--returns", "a")
    (run,) = copy.main("runs", "--json").made
    done = copy.main("abort", run["uid"])
    assert done.returncode == 1 and done.stdout.startswith("Aborted: 0 run(s)\n")
    pid = running.handlers[0]
    assert f"process {pid} of this machine runs it: end that process" in done.stdout
    os.kill(pid, signal.SIGKILL)
    running.ended()
    assert copy.main("runs", "--json").made[0]["state"] == "aborted"
