"""
Checks an MLRun server with this project: `make test-server`, and `REMOTE=1 make test-server` with
jobs in its cluster.

The server is the one that MLRUN_DBPATH (or MLRun's env file) names. All runs are made in a project
of their own on it, which is removed afterwards, with its image files where this machine can delete
them. Plain `pytest` leaves this out.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from PIL import Image

from mlrun_images.history.local import LocalHistory
from mlrun_images.project_file import ProjectFile
from mlrun_images.server import has_server

FOLDER = Path(__file__).resolve().parents[2]
MANY = 10**6
PNG = ("--returns", "gradient : file[format=png]")
# a sweep of which four iterations fail, where MLRun by itself gives up, and why they do
SWEEP, MESSAGE = "width=[32,0,0,0,0,64]", "width must be a whole number of pixels, 1 or more, not 0"
HERE = pytest.param((), id="here")
IN_CLUSTER = pytest.param(
    ("--remote",),
    id="cluster",
    marks=pytest.mark.skipif(os.environ.get("REMOTE") != "1", reason="REMOTE=1 runs it"),
)


class Checked:
    """This project on the server, under a name of its own."""

    def __init__(self):
        import mlrun  # connects to the server

        self.name = f"check-{uuid.uuid4().hex[:8]}"
        self.database = mlrun.get_run_db()
        self.open = mlrun.get_dataitem

    def main(self, *arguments: str, code: int = 0, folder: Path = FOLDER) -> str:
        """Run main.py, and get what it prints."""
        command = [sys.executable, folder / "main.py", "--project", self.name, *arguments]
        ran = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=1800)
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout

    def runs(self, *arguments: str, code: int = 0, folder: Path = FOLDER) -> list[dict]:
        """Run main.py, and get the runs that it shows."""
        return json.loads(self.main(*arguments, "--json", code=code, folder=folder))

    def size_of(self, run: dict) -> tuple[int, int]:
        """Open a run's image as MLRun gives it."""
        (output,) = run["outputs"]
        assert run["uid"] in output["path"], "each run has a folder of its own"
        with self.open(output["path"]).open("rb") as file, Image.open(file) as image:
            image.load()
            return image.size


def kept_here() -> tuple[list[str], dict[Path, int]]:
    """What a server's runs must leave alone: this machine's runs and images, and project.yaml."""
    history = LocalHistory(FOLDER, ProjectFile(FOLDER).name)
    files = [FOLDER / "project.yaml", *(FOLDER / "artifacts").rglob("*")]
    return history.uids("", MANY), {path: path.stat().st_mtime_ns for path in files}


@pytest.fixture(scope="module")
def project():
    try:
        checked, before = Checked(), kept_here()
    except Exception as error:
        pytest.exit(f"cannot connect to the server: {' '.join(str(error).split())}", returncode=2)
    if not has_server():
        pytest.exit("no server to check: set MLRUN_DBPATH to its URL, then make test-server", 2)
    yield checked
    for artifact in checked.database.list_artifacts(project=checked.name, tag="*"):
        with contextlib.suppress(Exception):  # not every store lets this machine delete
            checked.open(artifact["spec"]["target_path"]).delete()
    checked.database.delete_project(checked.name, deletion_strategy="cascade")
    assert checked.name not in checked.database.list_projects(format_="name_only")
    assert kept_here() == before


def test_a_run_here_logs_its_image_as_a_page_by_the_mandatory_packager(project):
    (run,) = project.runs("run")
    (output,) = run["outputs"]
    assert output["type"] == "plot" and b"data:image/" in project.open(output["path"]).get()
    packagers = project.database.get_project(project.name).spec.custom_packagers
    assert ["image_packager.PILImagePackager", True] in [list(packager) for packager in packagers]


@pytest.mark.parametrize("where", [HERE, IN_CLUSTER])
def test_a_run_makes_its_image(project, where):
    # a list in a log hint reaches the encoder of a job
    hint = ("--returns", "gradient : file[format=ico, sizes=[(16,16),(24,24)]]")
    (run,) = project.runs("run", *where, "-p", "width=32", "-p", "height=32", *hint)
    assert project.size_of(run) == (24, 24)
    labels = project.database.read_run(run["uid"], project.name)["metadata"]["labels"]
    assert (labels["kind"] == "job") == bool(where)


@pytest.mark.parametrize("where", [HERE, IN_CLUSTER])
def test_a_failing_run_ends_in_error_with_its_message(project, where):
    (run,) = project.runs("run", *where, "-p", "width=0", code=1)
    assert run["state"] == "error" and MESSAGE in run["error"]
    assert project.database.read_run(run["uid"], project.name)["status"]["state"] == "error"


@pytest.mark.parametrize("where", [HERE, IN_CLUSTER])
def test_a_sweep_gives_an_image_for_each_iteration_that_can(project, where):
    parent, first, *failed, last = project.runs("run", "-x", SWEEP, *PNG, *where, code=1)
    assert [(run["state"], MESSAGE in run["error"]) for run in failed] == [("error", True)] * 4
    assert (project.size_of(first)[0], project.size_of(last)[0]) == (32, 64)


def test_a_run_without_its_mandatory_packager_ends_in_error(project, tmp_path):
    kept = shutil.ignore_patterns(".*", "artifacts", "__pycache__")
    shutil.copytree(FOLDER, tmp_path, ignore=kept, dirs_exist_ok=True)
    text = (tmp_path / "project.yaml").read_text()
    (tmp_path / "project.yaml").write_text(text.replace("image_packager.", "missing_packager."))
    (run,) = project.runs("run", folder=tmp_path, code=1)
    assert run["state"] == "error" and "missing_packager" in run["error"]


def test_a_workflow_hands_an_image_on_and_keeps_it(project):
    generated, transformed = project.runs("workflow", "-a", "width=32", "-a", "height=16")
    assert (generated["state"], transformed["state"]) == ("completed", "completed")
    labels = generated["outputs"][0]["labels"]
    assert (labels["width"], labels["height"]) == ("32", "16")
    assert transformed["outputs"][0]["labels"]["width"] == "16"


def test_runs_and_images_are_found_shown_and_deleted(project, tmp_path):
    (run,) = project.runs("run", "-p", "width=33", *PNG)
    (found,) = project.runs("runs", "--param", "width=33")
    assert found["uid"] == run["uid"] and found["outputs"][0]["uri"].startswith("store://")
    (image,) = project.runs("images", run["uid"])
    assert image["labels"]["width"] == "33"
    project.main("gallery", "--no-open", "--output", str(tmp_path / "gallery.html"))
    page = (tmp_path / "gallery.html").read_text()
    assert run["uid"] in page and "data:image/" in page
    project.main("delete", run["uid"], "--yes")
    assert project.runs("runs", "--param", "width=33") == []
    assert not project.database.list_artifacts(project=project.name, tree=run["uid"])
