"""A history whose file is replaced under a process, cannot be written, or cannot be locked."""

import errno
import fcntl
import json
import subprocess

import mlrun
import pytest

import prepared
from in_process import new_environment
from mlrun_images.history import opening

REPLACED = """
import json, os, shutil, subprocess, sys
import mlrun

folder, how = sys.argv[1:]
project = mlrun.load_project(folder, save=False)
history = folder + "/.mlrun"


def run(width):
    run = project.run_function("gen-image", params={"width": width}, local=True)
    (artifact,) = project.list_artifacts(tree=run.metadata.uid).to_objects()
    return run.state(), artifact.labels["width"]


first = run(5)
shutil.copytree(history, folder + "/kept")
run(6)
if how == "moved":
    os.rename(history, folder + "/moved")
else:
    shutil.rmtree(history)
if how == "restored":
    shutil.copytree(folder + "/kept", history)
second = run(7)
listed = [one["spec"]["parameters"]["width"] for one in project.list_runs(sort=False)]
print(json.dumps([first, second, sorted(listed)]))
"""


@pytest.mark.parametrize("how", ["deleted", "moved", "restored"])
def test_a_process_whose_history_is_replaced_goes_on_in_a_new_one(copy, how):
    done = subprocess.run(
        [prepared.python(), "-c", REPLACED, copy.folder, how],
        cwd=copy.folder, env=new_environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second, listed = json.loads(done.stdout.splitlines()[-1])
    assert (first, second) == (["completed", "5"], ["completed", "7"])
    assert listed == ([5, 7] if how == "restored" else [7])
    shown = [run["parameters"]["width"] for run in copy.main("runs", "--json").made]
    assert sorted(shown) == listed


def test_a_file_that_cannot_be_written_is_read(copy, tmp_path, monkeypatch):
    copy.process("run", "-p", "width=9", "--returns", "a : file")
    file = copy.folder / ".mlrun" / "runs.db"
    left = file.read_bytes()
    # SQLite may not make its own files beside it: their names are taken by folders
    for name in ("runs.db-wal", "runs.db-shm", "runs.db-journal"):
        (file.parent / name).mkdir()
    monkeypatch.setattr(opening, "TIMEOUT", 600)  # to wait for a lock would take for ever
    (run,) = copy.main("runs", "--json").made
    assert run["parameters"] == {"width": 9}
    (image,) = copy.main("images", "--json").made
    assert image["key"] == "a"
    page = tmp_path / "page.html"
    done = copy.main("gallery", "--no-open", "-o", str(page))
    assert done.returncode == 0 and "Images: 1, runs: 1" in done.stdout, done.stderr
    project = mlrun.load_project(str(copy.folder), save=False)
    (artifact,) = project.list_artifacts().to_objects()
    assert artifact.to_dataitem().get().startswith(b"\x89PNG")
    done = copy.main("run")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"cannot use the run database {file}: " in done.stderr
    assert file.read_bytes() == left


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS])
def test_a_file_system_without_locks_is_said_at_once(copy, monkeypatch, number):
    def lockf(*arguments):
        raise OSError(number, "no locks")

    monkeypatch.setattr(fcntl, "lockf", lockf)
    done = copy.main("runs")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"the file system of {copy.folder}/.mlrun has no locks (no locks)" in done.stderr
