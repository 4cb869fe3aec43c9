"""What a handler says is kept with its run as it comes, at every door, and shown as ever."""

import contextlib
import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

import prepared
from conftest import add_functions
from in_process import new_environment
from mlrun_images.history.logs import LEFT_OUT
from mlrun_images.history.store import Store
from mlrun_images.running.parallel import DIED

HANDLERS = """
import asyncio, ctypes, logging, multiprocessing, os, signal, subprocess, sys, threading, warnings


def say(context, how: str, kill: bool = False):
    SAY[how](context)
    if kill:
        os.kill(os.getpid(), signal.SIGKILL)
    return how


def raised(context):
    print("before it")
    raise ValueError("raised")


def logged(context):
    logger = logging.getLogger("mine")
    logger.addHandler(logging.StreamHandler(sys.stdout))
    logger.warning("by logging")
    logging.warning("by its root")


def from_processes(context):
    subprocess.run(["echo", "by a program"])
    process = multiprocessing.get_context("fork").Process(target=print, args=["by a fork"])
    process.start()
    process.join()


def from_thread(context):
    thread = threading.Thread(target=print, args=["by a thread"])
    thread.start()
    thread.join()


async def from_task():
    await asyncio.sleep(0)
    print("by a task")


def from_c(context):
    ctypes.CDLL(None).puts(b"by C")
    ctypes.CDLL(None).fflush(None)


def many(context):
    first = sys.stdout  # as one keeps it who takes it before there is much
    for number in range(30_000):
        print("line", number, file=first if number % 1000 == 0 else None)


SAY = {
    "printed": lambda context: print("by print"),
    "unended": lambda context: print("by print", end=""),
    "error": lambda context: print("to standard error", file=sys.stderr),
    "bytes": lambda context: (sys.stdout.flush(), os.write(1, b"by a system call\\n")),
    "texts": lambda context: print("\\u00e4\\u4e16\\U0001f5bc", "\\r10 %\\r20 %"),
    "many": many,
    "warned": lambda context: warnings.warn("by warnings"),
    "context": lambda context: (context.logger.info("by info"), context.logger.debug("unseen")),
    "logged": logged,
    "raised": raised,
    "thread": from_thread,
    "task": lambda context: asyncio.run(from_task()),
    "processes": from_processes,
    "c": from_c,
}
"""
SAID = {
    "printed": ["by print\n"],
    "unended": ["by print"],
    "error": ["to standard error\n"],
    "bytes": ["by a system call\n"],
    "texts": ["\u00e4\u4e16\U0001f5bc \r10 %\r20 %\n"],
    "many": ["".join(f"line {number}\n" for number in range(30_000))],
    "warned": ["by warnings\n"],
    "context": ["by info\n"],
    "logged": ["by logging\n", "by its root\n"],
    "raised": ["before it\n", "Traceback (most recent call last):\n", "ValueError: raised\n"],
    "thread": ["by a thread\n"],
    "task": ["by a task\n"],
    "processes": ["by a program\n", "by a fork\n"],
    "c": ["by C\n"],
}
IN_DASK = [how for how in SAID if how != "processes"]  # its workers may have no children
PROJECT = "import mlrun, sys\nproject = mlrun.load_project('./', save=False)\n"
ONE = "project.run_function('say', params={{'how': {!r}, 'kill': {}}}, local=True)\n"


@pytest.fixture
def said(copy):
    (copy.folder / "said.py").write_text(HANDLERS)
    path = copy.folder / "project.yaml"
    add_functions(copy.folder, "said.py", "say")
    text = path.read_text()
    path.write_text(text.replace("    returns:\n", "    returns:\n      say: [a]\n", 1))
    steps = "".join(f"    run({how!r})\n" for how in SAID)
    (copy.folder / "steps.py").write_text(
        "import contextlib, mlrun\n\n\ndef run(how):\n    with contextlib.suppress(Exception):\n"
        f"        mlrun.run_function('say', params={{'how': how}})\n\n\ndef pipeline():\n{steps}"
    )
    text = path.read_text()
    path.write_text(text.replace("workflows:\n", "workflows:\n    - {name: s, path: steps.py}\n"))
    return copy


def python(copy, *arguments: str) -> tuple[int, str]:
    """Run Python in the project's folder: how it ended, and what it printed, as it did."""
    done = subprocess.run(
        [prepared.python(), *arguments], cwd=copy.folder, env=new_environment(),
        capture_output=True, timeout=600,
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).decode()


def logs(copy) -> dict[str, str]:
    """What `runs UID` has of each run, by how it was said."""
    runs = copy.main("runs", "-n", "100", "--json").made
    uids = {run["parameters"]["how"]: run["uid"] for run in runs if "how" in run["parameters"]}
    return {how: copy.main("runs", uid, "--json").made[0]["log"] for how, uid in uids.items()}


def check(found: dict[str, str], kinds=SAID) -> None:
    assert set(found) == set(kinds)
    for how in kinds:
        for text in SAID[how]:
            assert found[how].count(text) == 1, (how, found[how][:3000])
    assert "unseen" not in found.get("context", "")


def command(copy):
    for how in SAID:
        _, shown = python(copy, "main.py", "run", "say", "-p", f"how={how}")
        for text in SAID[how] if how != "raised" else ():
            assert text in shown, (how, shown)


def notebook(copy):
    runs = "".join(f"with suppress(Exception): {ONE.format(how, False)}" for how in SAID)
    _, shown = python(copy, "-c", f"{PROJECT}from contextlib import suppress\n{runs}")
    for text in [text for how in SAID for text in SAID[how]]:
        assert text in shown, text


def workflow(copy):
    copy.process("workflow", "s", python=sys.executable)


def mlruns_own(copy):
    for how in SAID:
        python(copy, "-m", "mlrun", "run", "-f", "say", "--local", "-p", f"how={how}")


@pytest.mark.parametrize("door", [command, notebook, workflow, mlruns_own])
def test_what_a_handler_says_is_kept_with_its_run(said, door):
    door(said)
    check(logs(said))
    uid = next(run["uid"] for run in said.main("runs", "--json").made if not run["error"])
    shown = said.main("runs", uid).stdout
    assert re.search(r"\n  log\n(    .*\n)*    by C\n", shown), shown


@pytest.mark.parametrize("parallel", [(), ("--parallel", "2")])
def test_what_the_iterations_of_a_sweep_say_is_kept_one_after_another(said, parallel):
    said.process("run", "say", "-x", f"how={json.dumps(IN_DASK)}", *parallel)
    run, *_ = said.main("runs", "--json").made
    log = said.main("runs", run["uid"], "--json").made[0]["log"]
    start, *found = log.split("> --------------- Iteration: ")
    assert not start and [one.partition("(")[2].partition(")")[0] for one in found] == [
        str(number + 1) for number in range(len(IN_DASK))
    ]
    check(dict(zip(IN_DASK, found, strict=True)), IN_DASK)
    store = said.folder / ".mlrun" / "runs.db"
    said.main("delete", run["uid"], "--yes")
    with contextlib.closing(sqlite3.connect(store)) as connection:
        assert connection.execute("SELECT count(*) FROM logs").fetchone() == (0,)


def by_command(copy, how):
    # a new Python, which forks the recorder before it has imported MLRun
    done = copy.process("run", "say", "-p", f"how={how}", "-p", "kill=true", python=sys.executable)
    return done.returncode


def by_notebook(copy, how):
    return python(copy, "-c", PROJECT + ONE.format(how, True))[0]


def by_workflow(copy, how):
    (copy.folder / "steps.py").write_text(
        f"import mlrun\n\n\ndef pipeline():\n    mlrun.run_function('say', params={{'how': {how!r},"
        " 'kill': True})\n"
    )
    return copy.process("workflow", "s").returncode


@pytest.mark.parametrize("door", [by_command, by_notebook, by_workflow])
def test_what_a_killed_run_said_is_kept(said, door):
    kinds = ["printed", "error", "texts", "context", "logged", "processes"]
    for how in kinds:
        assert door(said, how) in (137, -9)
    in_time(lambda: check(logs(said), kinds))


def test_what_the_run_of_a_killed_dask_worker_said_is_kept(said):
    sweep = ("-x", "how=['context']", "-p", "kill=true", "--parallel", "1")
    said.process("run", "say", *sweep)
    run, iteration = said.main("runs", "--json").made
    assert iteration["error"] == DIED

    def is_kept():
        assert "by info\n" in said.main("runs", run["uid"], "--json").made[0]["log"]

    in_time(is_kept)


def in_time(holds: Callable[[], None]) -> None:
    """Outside of the command nobody waits until all that a killed run said is kept."""
    for _ in range(6000):
        with contextlib.suppress(AssertionError):
            return holds()
        time.sleep(0.1)
    return holds()


def test_what_a_child_says_later_is_kept_with_its_own_run(copy):
    late = "import subprocess; subprocess.Popen(['sh', '-c', f'sleep 1; echo late {n}'])"
    copy.add_function("late", late, "n")
    one = "project.run_function('late', params={'n': n}, local=True)"
    python(copy, "-c", f"{PROJECT}for n in range(30): {one}\n")
    runs = copy.main("runs", "-n", "30", "--json").made
    numbers = {run["uid"]: run["parameters"]["n"] for run in runs}
    wanted = {uid: [f"late {number}"] for uid, number in numbers.items()}
    store = Store(copy.folder / ".mlrun" / "runs.db")
    assert len(wanted) == 30
    for _ in range(600):
        logs = {uid: store.read_log("image-project", uid).decode() for uid in wanted}
        found = {uid: re.findall(r"^late \d+", log, re.MULTILINE) for uid, log in logs.items()}
        if sum(map(len, found.values())) == len(wanted):
            break
        time.sleep(0.1)
    assert found == wanted


def test_runs_in_threads_of_a_script_keep_what_each_said(said):
    script = """
from concurrent.futures import ThreadPoolExecutor
def one(how):
    try:
        project.run_function("say", params={"how": how}, local=True)
    except Exception as error:
        return str(error)
with ThreadPoolExecutor(4) as pool:
    list(pool.map(one, HOWS))
"""
    kinds = [how for how in SAID if how not in ("bytes", "thread", "processes", "c")]
    _, shown = python(said, "-c", PROJECT + script.replace("HOWS", repr(kinds)))
    found = logs(said)
    check(found, kinds)
    for how, log in found.items():
        others = [text for other in kinds if other != how for text in SAID[other]]
        assert not [text for text in others if text in log and text not in SAID[how][0]], (how, log)
    assert shown.count("line") >= 30_000  # others may print between that and its number


def test_a_run_that_another_starts_is_heard_in_both(said):
    (said.folder / "outer.py").write_text(
        "import mlrun\n\n\ndef outer():\n    print('outer begins')\n"
        f"    project = mlrun.get_current_project()\n    {ONE.format('processes', False)}"
        "    print('outer ends')\n"
    )
    script = """
project.set_function("outer.py", name="outer", kind="job", handler="outer", image="i",
                     with_repo=True)
project.run_function("outer", local=True, returns=["a"])
"""
    _, shown = python(said, "-c", PROJECT + script)
    assert shown.count("by a program") == 1, shown
    outer, inner = (
        said.main("runs", run["uid"], "--json").made[0]["log"]
        for run in sorted(said.main("runs", "--json").made, key=lambda run: run["start"])
    )
    for text in SAID["processes"]:
        assert inner.count(text) == outer.count(text) == 1
    assert "outer" not in inner and outer.index("outer begins") < outer.index("by a program")


def test_the_beginning_and_the_end_of_a_long_log_are_kept(copy):
    copy.add_function("long", "[print(f'{n:099}') for n in range(200_000)]; print('end')")
    done = copy.process("run", "long", "--returns", "a")
    assert done.stdout.count("\n") > 200_000
    (run,) = copy.main("runs", "--json").made
    log = copy.main("runs", run["uid"], "--json").made[0]["log"]
    assert 9_900_000 < len(log) < 10_100_000
    begin, end = log.split(LEFT_OUT.decode())
    assert begin.startswith(f"{0:099}\n{1:099}\n") and len(begin) > 4_900_000
    assert f"{199_999:099}\nend\n" in end and len(end) > 4_900_000


def test_a_log_is_shortened_however_it_comes(tmp_path):
    store = Store(tmp_path / "runs.db")
    store.put_log("p", "one", b"x" * 25_000_000)
    assert len(store.read_log("p", "one")) < 10_100_000
    for number in range(300):
        store.put_log("p", "two", b"%06d" % number * 10_000, True, number % 3)
    log = store.read_log("p", "two")
    assert len(log) < 10_200_000 and log.startswith(b"000000") and b"000299" * 10_000 in log
    store.put_log("p", "one", b"anew")
    assert store.read_log("p", "one") == b"anew"


def test_a_run_that_goes_on_can_be_read(said):
    said.add_function("waits", "")
    (said.folder / "waits.py").write_text(
        "import os, time\n\n\ndef handler():\n    print('begun')\n"
        "    while not os.path.exists('go'): time.sleep(0.1)\n    return 1\n"
    )
    process = subprocess.Popen(
        [prepared.python(), said.folder / "main.py", "run", "waits", "--returns", "a"],
        cwd=said.folder, env=new_environment(), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(6000):
            runs = said.main("runs", "--json").made
            if runs and "begun" in said.main("runs", runs[0]["uid"]).stdout:
                break
            assert process.poll() is None
            time.sleep(0.1)
        assert runs[0]["state"] == "running"
    finally:
        (said.folder / "go").touch()
    assert process.wait(600) == 0


def test_what_is_printed_and_its_reader_gone_is_kept(said):
    command = f"{prepared.python()} main.py run say -p how=many | head -n 1"
    done = subprocess.run(
        ["sh", "-c", command], cwd=said.folder, env=new_environment(), capture_output=True,
        text=True, timeout=600,
    )  # fmt: skip
    assert done.stdout == "line 0\n"
    check(logs(said), ["many"])


def test_the_commands_own_lines_begin_where_a_line_does(said):
    done = said.process("run", "say", "-p", "how=unended")
    assert "\nsay-say" in done.stdout


def test_an_error_of_two_lines_amid_a_line_is_kept_on_its_own_and_told_on_one(copy):
    copy.add_function("cut", "print('cut', end=''); raise ValueError('one\\ntwo')")
    assert "\n  ValueError: one two (cut.py:5, in handler)\n" in copy.process("run", "cut").stdout
    (run,) = copy.main("runs", "--json").made
    (seen,) = copy.main("runs", run["uid"], "--json").made
    assert seen["log"].startswith("cut\nTraceback (most recent call last):\n")
    assert run["error"] == "ValueError: one two (cut.py:5, in handler)"


def test_the_command_tells_of_a_run_whose_handler_took_standard_output(copy):
    body = "import io, sys; sys.stdout = io.StringIO(); return Image.new('L', (2, 2))"
    copy.add_function("taken", body)
    assert "taken-handler  completed" in copy.process("run", "taken").stdout
