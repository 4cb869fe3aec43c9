"""Where runs' files go, and which folders a project may lie in."""

import subprocess
from datetime import UTC, datetime, timedelta

import mlrun
import pytest
import yaml
from PIL import Image

import prepared
from in_process import new_environment
from mlrun_images.history.records import summarize
from mlrun_images.running import local_run_db

FILE = ("--returns", "gradient : file[format=png]", "--json")
# each door of MLRun by which a run can be made, twice
DOORS = """
import sys
import mlrun
project = mlrun.load_project("./", save=False)
hint = "gradient : file[format='png']"
task = {"params": {"height": 2}, "returns": [hint], "local": True}
def widths(run): return {**task, "params": {"height": 2, "width": run}}
runs = [project.run_function("gen-image", **widths(n)) for n in (3, 4)]
function = mlrun.code_to_function("other", filename="generate_image.py", kind="job",
                                  handler="generate_gradient", project=project.name)
runs += [function.run(**widths(n)) for n in (5, 6)]
for run in runs:
    print(run.artifact("gradient").url)
for width in (7, 8):
    project.run("main", arguments={"width": width, "height": 2}, local=True, watch=False)
sweep = {"hyperparams": {"width": [9, 10]}, "returns": [hint], "local": True}
for _ in range(2):
    project.run_function("gen-image", params={"height": 2}, **sweep)
project.save()
"""


def set_artifact_path(copy, path: str) -> None:
    project = copy.folder / "project.yaml"
    project.write_text(
        project.read_text().replace("spec:\n", f"spec:\n  artifact_path: {path}\n", 1)
    )


def test_each_run_has_a_place_of_its_own_below_an_absolute_artifact_path(copy, tmp_path):
    set_artifact_path(copy, str(tmp_path / "images"))
    for width in (11, 12):
        assert copy.main("run", "-p", f"width={width}", "-p", "height=2", *FILE).returncode == 0
    done = subprocess.run(
        [prepared.python(), "-c", DOORS],
        cwd=copy.folder,
        env=new_environment(),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    files = [path for path in (tmp_path / "images").rglob("*") if path.is_file()]
    images = [path for path in files if path.name == "gradient.png"]
    # of the command, two doors, two sweeps of two
    assert sorted(Image.open(path).width for path in images) == [3, 4, 5, 6, 9, 9, 10, 10, 11, 12]
    assert len([path for path in files if path.name == "transformed.html"]) == 2
    assert len([path for path in files if path.name == "iteration_results.csv"]) == 2
    assert not (copy.folder / "artifacts").exists()
    saved = yaml.safe_load((copy.folder / "project.yaml").read_text())
    assert saved["spec"]["artifact_path"] == str(tmp_path / "images")


def test_the_iterations_of_a_sweep_lie_in_one_folder(copy):
    runs = copy.main("run", "-x", "width=[4,6]", *FILE).made
    paths = [run["outputs"][0]["path"] for run in runs if run["iteration"]]
    for number, path in enumerate(paths, 1):
        folder = f"{copy.folder}/artifacts/{runs[0]['uid']}/gen-image-generate-gradient"
        assert path == f"{folder}/{number}/gradient.png"
    assert len(paths) == 2


def test_a_saved_project_keeps_its_relative_artifact_path(copy):
    set_artifact_path(copy, "pictures")
    script = "import mlrun; mlrun.load_project('./', save=False).save()"
    command = [prepared.python(), "-c", script]
    subprocess.run(command, cwd=copy.folder, env=new_environment(), check=True, timeout=600)
    saved = yaml.safe_load((copy.folder / "project.yaml").read_text())
    assert saved["spec"]["artifact_path"] == "pictures"
    (run,) = copy.main("run", *FILE).made
    assert run["outputs"][0]["path"].startswith(f"{copy.folder}/pictures/{run['uid']}/")


ELSEWHERE = """
import sys, mlrun
project = mlrun.load_project(sys.argv[1], save=False)
print(project.log_artifact("note", body="of no run", local_path="note.txt").target_path)
project.run("main", local=True, watch=False)
project.artifact_path = sys.argv[2]
print(project.run_function("gen-image", local=True).output("gradient"))
for run in project.list_runs():
    print(run["spec"]["output_path"])
sweep = {"hyperparams": {"width": [4, 5]}, "local": True, "output_path": "pictures/swept"}
print(project.run_function("gen-image", **sweep).output("iteration_results"))
"""


def test_a_relative_artifact_path_is_the_projects_at_each_door_until_another_is_set(copy, tmp_path):
    set_artifact_path(copy, "pictures")
    command = [prepared.python(), "-c", ELSEWHERE, copy.folder, tmp_path / "set"]
    done = subprocess.run(
        command, cwd=tmp_path, env=new_environment(), capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    shown = [line for line in done.stdout.splitlines() if line.startswith(("/", "pictures"))]
    below = [path.partition("pictures/")[0] for path in shown if f"{tmp_path}/set/" not in path]
    assert len(shown) == 6 and below == [f"{copy.folder}/"] * 4


@pytest.mark.parametrize("name", ["{{run.uid}}", "a\\b", "a\tb", "a\nb", "a#b", "a?b", "a[b"])
def test_a_folder_that_mlrun_cannot_take_is_refused_in_one_line(copy, name):
    copy.folder = copy.folder.rename(copy.folder.with_name(name))
    done = copy.main("run")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "MLRun cannot use a folder with " in done.stderr
    assert not (copy.folder / "artifacts").exists()


def test_a_clock_that_was_put_back_gives_no_negative_seconds():
    start = datetime.now(UTC)
    run = {"metadata": {"uid": "a", "name": "a"}, "spec": {}, "status": {"state": "completed"}}
    for seconds, shown in ((2, 2), (-5, None)):
        end = start + timedelta(seconds=seconds)
        run["status"] |= {"start_time": start.isoformat(), "last_update": end.isoformat()}
        assert summarize(run, [])["seconds"] == shown


def test_uris_are_those_of_the_run_db_that_was_taken_last(tmp_path):
    for name in ("first", "second"):
        local_run_db.activate(tmp_path / name / "runs.db")
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
        made = {"metadata": {"key": "a"}, "spec": {"target_path": str(tmp_path / name / "file")}}
        mlrun.get_run_db().store_artifact("a", made, project="p", tree="1")
        assert mlrun.get_dataitem("store://artifacts/p/a").get() == name.encode()
