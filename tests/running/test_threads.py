"""Runs at once in threads of one process: each is as if it were alone."""

import json
import subprocess

import mlrun
import pytest

import prepared
from in_process import new_environment
from mlrun_images.errors import Refused

HANDLERS = """
from threading import BrokenBarrierError

import mlrun
from PIL import Image
from together import together  # MLRun runs this module anew for each run


def handler(context, number: int, kind: str):
    return _image(number, kind, context)


def without_context(number: int, kind: str):
    return _image(number, kind, mlrun.get_or_create_ctx("mine"))


def _image(number, kind, context):
    try:
        together.wait(60)
    except BrokenBarrierError:
        raise RuntimeError("within 60 seconds no three others came to where this run is") from None
    print(f"<{number}>")
    context.logger.info(f"logged {number}")
    if kind == "failing":
        raise ValueError(f"this is {number}")
    context.log_result("number", number)
    return Image.new("RGB", (number, 3))
"""
SCRIPT = """
import asyncio, json, os, sys
from concurrent.futures import ThreadPoolExecutor
import mlrun

project = mlrun.load_project(sys.argv[1], save=False)
for name in ("handler", "without_context"):
    project.set_function("many.py", name=name.replace("_", "-"), kind="job", handler=name,
                         image="mlrun/mlrun", with_repo=True)
RETURNS = {"png": ["image : file[format='png']"], "plot": ["image"], "failing": ["image"]}


def one(number):
    kind = ("png", "plot", "failing", "unhinted")[number % 4]
    name = ("handler", "without-context")[number // 4 % 2]
    params = {"number": number, "kind": kind}
    try:
        project.run_function(name, params=params, returns=RETURNS.get(kind), local=True)
    except Exception as error:
        assert kind in ("failing", "unhinted") and "60 seconds" not in str(error), error
    return number


async def tasks(numbers):
    return await asyncio.gather(*(asyncio.to_thread(one, number) for number in numbers))


count, before = int(sys.argv[2]), (os.getcwd(), sys.stdout)
with ThreadPoolExecutor(8) as pool:
    done = list(pool.map(one, range(1, count + 1)))
done += asyncio.run(tasks(range(count + 1, count + 9)))
assert (os.getcwd(), sys.stdout) == before
assert mlrun.runtimes.utils.global_context.get() is None
db = mlrun.get_run_db()
shown = []
for run in db.list_runs(project=project.name, sort=False):
    uid = run["metadata"]["uid"]
    artifacts = db.list_artifacts(project=project.name, tree=uid)
    shown.append([run, artifacts, db.get_log(uid, project.name)[1].decode()])
print(json.dumps(shown, default=str))
"""


@pytest.fixture
def many(copy):
    """A project whose runs wait for each other, so that they are at once."""
    (copy.folder / "together.py").write_text(
        "import threading\n\ntogether = threading.Barrier(4)\n"
    )
    (copy.folder / "many.py").write_text(HANDLERS)
    return copy.folder


def test_runs_in_threads_have_each_their_own_image_log_and_end(many):
    done = subprocess.run(
        [prepared.python(), "-c", SCRIPT, str(many), "200"],
        cwd=many.parent, env=new_environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    runs = json.loads(done.stdout.splitlines()[-1])
    assert len(runs) == 208
    for run, artifacts, log in runs:
        number, status = run["spec"]["parameters"]["number"], run["status"]
        kind = run["spec"]["parameters"]["kind"]
        assert log.count("<") == 1 and f"<{number}>" in log, log
        assert f"logged {number}" in log
        if kind == "failing":
            assert status["state"] == "error"
            assert status["error"].startswith(f"ValueError: this is {number} (many.py:")
            continue
        assert status["results"]["number"] == number
        (artifact,) = artifacts
        assert artifact["metadata"]["labels"]["width"] == str(number)
        assert run["metadata"]["uid"] in artifact["spec"]["target_path"]
        assert status["state"] == "completed", status


HELD = """
import mlrun
import os
import threading
from PIL import Image
from together import begun, go_on  # MLRun runs this module anew for each run


def handler(context):
    begun.release()
    assert go_on.wait(60), "the others took more than 60 seconds"
    return Image.new("RGB", (4, 4))


def nested(context):
    mlrun.get_current_project().run_function("short", local=True, returns=["b"])
    own = mlrun.get_or_create_ctx("mine")
    found = []
    thread = threading.Thread(target=lambda: found.append(mlrun.get_or_create_ctx("mine")))
    thread.start()
    thread.join()
    pid = os.fork()
    if not pid:
        os._exit(0 if mlrun.get_or_create_ctx("mine") is context else 1)
    _, forked = os.waitpid(pid, 0)
    assert (own, found, forked) == (context, [context], 0), (own, found, forked)
    return Image.new("RGB", (6, 6))


def short():
    return Image.new("RGB", (2, 2))


def lost():
    found = []

    def look():
        try:
            mlrun.get_or_create_ctx("mine")
        except RuntimeError as error:
            found.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    raise found[0]
"""
MEANWHILE = """
import json, os, sys, threading
import mlrun

project = mlrun.load_project(sys.argv[1], save=False)
from together import begun, go_on

for name in ("handler", "nested", "short", "lost"):
    project.set_function("held.py", name=name, kind="job", handler=name, image="i", with_repo=True)
said = {}


def run(name, **options):
    try:
        made = project.run_function(name, local=True, returns=["a"], **options)
        said[name] = made.state()
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"


def meanwhile(function, *arguments, **options):
    # starts a thread, and waits until the handler has begun in it
    thread = threading.Thread(target=function, args=arguments, kwargs=options, daemon=True)
    thread.start()
    assert begun.acquire(timeout=60), f"the handler did not begin within 60 seconds: {said}"
    return thread


run("nested")
held = meanwhile(run, "handler")
run("lost")
go_on.set()
held.join()
go_on.clear()
held = meanwhile(run, "handler")
try:
    project.get_function("short").run(local=True, workdir="/", local_code_path="held.py")
except Exception as error:
    said["elsewhere"] = str(error)
go_on.set()
held.join()
go_on.clear()
project.set_workflow("held", "held_workflow.py", engine="local")
first = meanwhile(project.run, "held", local=True, watch=False)
try:
    project.run("main", local=True, watch=False)
except Exception as error:
    said["workflow"] = str(error)
go_on.set()
first.join()
print(json.dumps([said, os.getcwd()]))
"""


def test_what_a_process_has_once_is_the_runs_own_or_refused(copy):
    (copy.folder / "together.py").write_text(
        "import threading\n\nbegun, go_on = threading.Semaphore(0), threading.Event()\n"
    )
    (copy.folder / "held.py").write_text(HELD)
    (copy.folder / "held_workflow.py").write_text(
        "import mlrun\n\n\ndef pipeline():\n    mlrun.run_function('handler', returns=['a'])\n"
    )
    done = subprocess.run(
        [prepared.python(), "-c", MEANWHILE, copy.folder],
        cwd=copy.folder.parent, env=new_environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    said, folder = json.loads(done.stdout.splitlines()[-1])
    assert folder == str(copy.folder.parent)
    assert (said["handler"], said["nested"]) == ("completed", "completed")
    assert "2 runs are under way in this process" in said["lost"]
    assert said["elsewhere"].startswith("the run works in /, while runs in other threads work in")
    assert said["workflow"].startswith("a workflow is under way in another thread")


def test_a_parallel_sweep_on_workers_that_mlrun_would_start_is_refused(copy):
    project = mlrun.load_project(str(copy.folder), save=False)
    options = mlrun.model.HyperParamOptions(strategy="grid", parallel_runs=2)
    sweep = {"hyperparams": {"width": [3, 4]}, "hyper_param_options": options}
    with pytest.raises(Refused, match="python main.py run -x NAME=.* --parallel N"):
        project.run_function("gen-image", **sweep, local=True)
