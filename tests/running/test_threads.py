"""Runs at once in threads of one process: each is as if it were alone."""

import json
import subprocess

import pytest

import prepared
from in_process import new_environment

HANDLERS = """
import mlrun
from PIL import Image
from together import together  # MLRun runs this module anew for each run


def handler(context, number: int, kind: str):
    return _image(number, kind, context)


def without_context(number: int, kind: str):
    return _image(number, kind, mlrun.get_or_create_ctx("mine"))


def _image(number, kind, context):
    together.wait(60)
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
        assert kind in ("failing", "unhinted"), error
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
        cwd=many.parent, env=new_environment(), capture_output=True, text=True, timeout=300,
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
            assert (status["state"], status["error"]) == ("error", f"this is {number}")
            continue
        assert status["results"]["number"] == number
        (artifact,) = artifacts
        assert artifact["metadata"]["labels"]["width"] == str(number)
        assert run["metadata"]["uid"] in artifact["spec"]["target_path"]
        expected = "error" if kind == "unhinted" else "completed"
        assert status["state"] == expected, status
