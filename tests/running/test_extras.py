"""What needs MLRun's extras: parallel sweeps on Dask, and Kubeflow Pipelines."""

import contextlib
import json
import os
import socket
import sys
from pathlib import Path

import mlrun
import PIL
from PIL import Image

from conftest import run


def test_a_parallel_sweep_makes_the_images_and_errors_of_one_after_another(project):
    widths = [8, 0, 16, 32, 16384, 16385]  # WebP takes no more than 16,383 pixels
    sweep = ("run", "-x", f"width={widths}", "--returns", "gradient : file[format=webp]", "--json")
    with socket.socket() as taken:  # by another program that shows what its own Dask does
        with contextlib.suppress(OSError):
            taken.bind(("", 8787))
            taken.listen()
        done = project.python("main.py", *sweep, "--parallel", "2", check=False)
    assert done.returncode == 1 and "Port" not in done.stderr, done.stderr
    parent, *iterations = json.loads(done.stdout)
    assert parent["state"] == "error" and parent["error"].startswith("3 of 6 tasks failed")
    states = [run["state"] for run in iterations]
    assert states == ["completed", "error", "completed", "completed", "error", "error"]
    assert all("kept as PNG" in run["error"] for run in iterations[4:])
    paths = [output["path"] for run in iterations for output in run["outputs"]]
    assert [Image.open(path).width for path in paths] == [8, 16, 32, 16384, 16385]
    assert len(set(paths)) == 5
    found = project.python("main.py", "runs", "--function", "gen-image", "-n", "1", "--json")
    assert json.loads(found.stdout)[0]["uid"] == parent["uid"]


def test_as_many_workers_as_asked_for_run_a_sweep(copy):
    # no iteration ends before each worker has begun with one: they may start long after another
    begin = (
        f"folder = {str(copy.folder)!r} + f'/begun-{{workers}}'; os.makedirs(folder, exist_ok=True)"
    )
    begin += "; open(f'{folder}/{os.getpid()}', 'w')"
    wait = "[time.sleep(0.1) for _ in iter(lambda: len(os.listdir(folder)) < workers, False)]"
    code = f"import os, time; {begin}; {wait}; return os.getpid()"
    copy.add_function("who", code, "workers: int, n: int = 0")
    for workers in (1, 3):
        done = copy.process(
            *("run", "who", "-x", f"n={list(range(12))}", "--returns", "pid", "--json"),
            *("-p", f"workers={workers}"),
            *("--parallel", str(workers)),
        )
        _, *iterations = json.loads(done.stdout)
        assert len({run["outputs"][0]["value"] for run in iterations}) == workers


def test_no_scheduler_at_the_address_is_said_in_one_line(project):
    sweep = ("run", "-x", "width=[8]", "--parallel", "2", "--dask-address", "tcp://127.0.0.1:9")
    done = project.python("main.py", *sweep, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: no Dask scheduler at tcp://127.0.0.1:9")


def test_the_workflow_compiles_for_kubeflow_pipelines(project, tmp_path, request):
    # an environment of its own: the extra holds back other packages (pydantic < 2). It is kept, as
    # to compile its modules takes most of the time
    # the versions of this run: with the oldest asked for, an unpinned Pillow would be 1.0
    extra = (f"mlrun[kfp18]=={mlrun.__version__}", f"Pillow=={PIL.__version__}")
    venv = request.config.cache.mkdir("kubeflow-pipelines") / "-".join(extra)
    uv = os.environ.get("UV", "uv")
    run(uv, "venv", "--allow-existing", "--python", sys.executable, venv, cwd=tmp_path)
    plain = {"cwd": tmp_path, "UV_COMPILE_BYTECODE": "0"}  # but what is imported below
    run(uv, "pip", "install", "--python", venv, *extra, timeout=600, **plain)
    compiled = tmp_path / "pipeline.yaml"
    script = f"""
import mlrun
project = mlrun.load_project(".", save=False)
project.set_workflow("main", "workflow.py", engine="kfp")
project.save_workflow("main", {str(compiled)!r})
"""
    run(venv / "bin/python", "-c", script, cwd=project.folder, PYTHONDONTWRITEBYTECODE="")
    # the first step's image is the second one's input
    assert "image={{inputs.parameters.gen-image-gradient}}" in Path(compiled).read_text()
