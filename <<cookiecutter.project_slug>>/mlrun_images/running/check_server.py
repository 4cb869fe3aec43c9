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
import yaml
from PIL import Image

try:
    import mlrun  # connects to the server

    has_server = mlrun.mlconf.dbpath.startswith(("http://", "https://"))
    REFUSAL = (
        ""
        if has_server
        else "no server to check: set MLRUN_DBPATH to its URL, then make test-server"
    )
except Exception as error:
    REFUSAL = f"cannot connect to the server: {' '.join(str(error).split())}"

FOLDER = Path(__file__).resolve().parents[2]
PNG = ("--returns", "gradient : file[format=png]")
# a sweep of which four iterations fail, where MLRun by itself gives up, and why they do
SWEEP, MESSAGE = "width=[32,0,0,0,0,64]", "width must be a whole number of pixels, 1 or more, not 0"

in_cluster = pytest.mark.skipif(
    os.environ.get("REMOTE") != "1", reason="REMOTE=1 make test-server runs it"
)


class Checked:
    """This project on the server, under a name of its own."""

    def __init__(self):
        self.definition = yaml.safe_load((FOLDER / "project.yaml").read_text())
        self.name = (
            f"{self.definition['metadata']['name'][:40].rstrip('-')}-check-{uuid.uuid4().hex[:6]}"
        )
        self.database = mlrun.get_run_db()

    def main(self, *arguments: str, folder: Path = FOLDER) -> subprocess.CompletedProcess:
        """Run main.py."""
        command = [sys.executable, folder / "main.py", "--project", self.name, *arguments]
        return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=1800)

    def runs(self, exit_code: int, *arguments: str, folder: Path = FOLDER) -> list[dict]:
        """Run main.py, and get the runs that it shows."""
        ran = self.main(*arguments, "--json", folder=folder)
        assert ran.returncode == exit_code, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    def artifact_path(self, uid: str) -> str:
        """Where the files of a run belong."""
        path = self.definition["spec"].get("artifact_path") or ""
        if "://" not in path and not os.path.isabs(path):
            path = mlrun.mlconf.artifact_path.removesuffix("/")
            path += "" if "{{run.uid}}" in path else "/{{run.uid}}"
        return mlrun.utils.template_artifact_path(path, self.name, uid) + "/"

    def remove(self) -> None:
        """Remove the project from the server, and its files from where they are."""
        for artifact in self.database.list_artifacts(project=self.name, tag="*"):
            with contextlib.suppress(Exception):  # not every store lets this machine delete
                mlrun.get_dataitem(artifact["spec"]["target_path"]).delete()
        self.database.delete_project(self.name, deletion_strategy="cascade")
        assert self.name not in self.database.list_projects(format_="name_only")


@pytest.fixture(scope="module")
def project():
    if REFUSAL:
        pytest.exit(REFUSAL, returncode=2)
    checked = Checked()
    yield checked
    checked.remove()


def local_files() -> dict:
    """
    What a server's runs must leave alone: project.yaml, and the runs and images of this machine.
    """
    made = [path for name in (".mlrun", "artifacts") for path in (FOLDER / name).rglob("*")]
    made = [path for path in made if not path.name.startswith("thumbnails.db")]  # kept for speed
    files = {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in made}
    return files | {"project.yaml": (FOLDER / "project.yaml").read_bytes()}


LOCAL_FILES = local_files()


def image_size(run: dict) -> tuple[int, int]:
    """Open a run's image as MLRun gives it."""
    (output,) = run["outputs"]
    with mlrun.get_dataitem(output["path"]).open("rb") as file, Image.open(file) as image:
        image.load()
        return image.size


def check_sweep(project, *arguments: str) -> None:
    parent, *iterations = project.runs(1, "run", "-x", SWEEP, *PNG, *arguments)
    first, *failed, last = iterations
    assert [(run["state"], MESSAGE in run["error"]) for run in failed] == [("error", True)] * 4
    assert (image_size(first)[0], image_size(last)[0]) == (32, 64)


def test_the_project_is_registered_with_its_mandatory_packager(project):
    ran = project.main("runs")
    assert ran.returncode == 0, ran.stderr
    packagers = project.database.get_project(project.name).spec.custom_packagers
    assert ["image_packager.PILImagePackager", True] in [list(packager) for packager in packagers]


def test_a_run_here_logs_its_image_as_a_page(project):
    (run,) = project.runs(0, "run")
    (output,) = run["outputs"]
    assert output["type"] == "plot"
    assert b"data:image/" in mlrun.get_dataitem(output["path"]).get()


def test_two_runs_have_files_of_their_own_in_the_artifact_path_of_the_server(project):
    hint = ("--returns", "gradient : file[format=jpeg]")
    runs = [project.runs(0, "run", "-p", f"width={width}", *hint)[0] for width in (32, 64)]
    for run in runs:
        assert run["outputs"][0]["labels"]["format"] == "JPEG"
        assert run["outputs"][0]["path"].startswith(project.artifact_path(run["uid"]))
    assert [image_size(run)[0] for run in runs] == [32, 64]


def test_a_failing_run_ends_in_error_with_its_message(project):
    (run,) = project.runs(1, "run", "-p", "width=0")
    assert run["state"] == "error" and MESSAGE in run["error"]
    assert project.database.read_run(run["uid"], project.name)["status"]["state"] == "error"


def test_a_run_without_its_mandatory_packager_ends_in_error(project, tmp_path):
    kept = shutil.ignore_patterns(".*", "artifacts", "__pycache__")
    shutil.copytree(FOLDER, tmp_path, ignore=kept, dirs_exist_ok=True)
    project_yaml = (tmp_path / "project.yaml").read_text()
    (tmp_path / "project.yaml").write_text(
        project_yaml.replace("image_packager.PIL", "missing_packager.PIL")
    )
    (run,) = project.runs(1, "run", folder=tmp_path)
    assert run["state"] == "error"
    assert "missing_packager" in run["error"]


def test_a_sweep_gives_an_image_for_each_iteration_that_can(project):
    check_sweep(project)


def test_a_workflow_hands_an_image_on_and_keeps_it(project):
    generated, transformed = project.runs(0, "workflow", "-a", "width=32", "-a", "height=16")
    assert (generated["state"], transformed["state"]) == ("completed", "completed")
    labels = generated["outputs"][0]["labels"]
    assert (labels["width"], labels["height"]) == ("32", "16")
    assert transformed["outputs"][0]["labels"]["width"] == "16"


def test_runs_and_images_are_found_shown_and_deleted(project, tmp_path):
    (run,) = project.runs(0, "run", "-p", "width=33", *PNG)
    (found,) = project.runs(0, "runs", "--param", "width=33")
    assert found["uid"] == run["uid"] and found["outputs"][0]["uri"].startswith("store://")
    (image,) = project.runs(0, "images", run["uid"])
    assert image["labels"]["width"] == "33"
    ran = project.main("gallery", "--no-open", "--output", str(tmp_path / "gallery.html"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    page = (tmp_path / "gallery.html").read_text()
    assert run["uid"] in page and "data:image/" in page
    ran = project.main("delete", run["uid"], "--yes")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert project.runs(0, "runs", "--param", "width=33") == []
    assert not project.database.list_artifacts(project=project.name, tree=run["uid"])


@in_cluster
def test_a_job_in_the_cluster_makes_an_image(project):
    # a list in a log hint reaches the encoder of a job
    hint = ("--returns", "gradient : file[format=ico, sizes=[(16,16),(24,24)]]")
    size = ("-p", "width=32", "-p", "height=32")
    (run,) = project.runs(0, "run", "--remote", *size, *hint)
    assert image_size(run) == (24, 24)
    assert run["outputs"][0]["path"].startswith(project.artifact_path(run["uid"]))
    assert (
        project.database.read_run(run["uid"], project.name)["metadata"]["labels"]["kind"] == "job"
    )


@in_cluster
def test_a_sweep_in_the_cluster_gives_an_image_for_each_iteration_that_can(project):
    check_sweep(project, "--remote")


@in_cluster
def test_a_failing_job_in_the_cluster_ends_in_error_with_its_message(project):
    (run,) = project.runs(1, "run", "--remote", "-p", "width=0")
    assert run["state"] == "error" and MESSAGE in run["error"]


def test_project_yaml_and_the_local_runs_are_as_they_were():
    assert local_files() == LOCAL_FILES
