"""Runs without an API server are kept: real runs in real processes, and the database on its own."""

import json
import multiprocessing
import os
import pickle
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import mlrun
import numpy as np
import pytest
import yaml
from PIL import Image

import prepared
from in_process import new_environment
from mlrun_images.history import records
from mlrun_images.history.records import artifact_uri
from mlrun_images.running.local_run_db import LocalRunDB
from pages import Page

LOAD = "import json, os, sys, mlrun; project = mlrun.load_project(sys.argv[1], save=False)\n"
FIRST = """
db = mlrun.get_run_db()
def run(name="gen-image", **options):
    try:
        return project.run_function(name, local=True, **options)
    except mlrun.runtimes.utils.RunError as error:
        return db.list_runs(project=project.name)[0]["status"]
made = run(params={"width": 8}, returns=["gradient : file[format='png']"], labels={"made": "first"})
made.artifact("gradient").show()
image = {"image": made.outputs["gradient"]}
used = run("transform-image", inputs=image, returns=["turned : file[format='png']"])
made.logs()
sweep = run(hyperparams={"width": [1, 2]}, returns=["gradient : file[format='png']"])
workflow = project.run("main", arguments={"width": 8, "height": 4}, local=True)
raised = run(params={"width": 0}, returns=["gradient"])
project.add_custom_packager("no_such_module.Packager", True)
project.save_to_db()
missing = run(params={"width": 8}, returns=["gradient"])
print(json.dumps({
    "uid": made.uid(), "sweep": sweep.uid(), "gradient": made.outputs["gradient"],
    "path": made.artifact("gradient").url, "turned": used.artifact("turned").url,
    "workflow": workflow.run_id, "workflow state": str(workflow.state),
    "raised": raised, "missing": missing,
}))
"""
NEXT = """
uid = sys.argv[2]
db = mlrun.get_run_db()
run = mlrun.RunObject.from_dict(db.read_run(uid, project.name))
key = "gen-image-generate-gradient_gradient"
name = f"{project.name}/{key}"
forms = f"{name}@{uid} {name}#0@{uid} {name}:latest@{uid} {key}@{uid}"
print(json.dumps({
    "outputs": run.outputs, "path": run.artifact("gradient").url,
    "forms": [mlrun.get_dataitem("store://artifacts/" + form).url for form in forms.split()],
    "latest": mlrun.get_dataitem(f"store://artifacts/{name}").url,
    "runs": len(project.list_runs()),
    "iterations": [r["metadata"]["iteration"] for r in db.list_runs(
        uid=sys.argv[3], project=project.name, iter=True)],
    "workflow": len(project.list_runs(labels={"workflow": sys.argv[4]})),
    "labelled": len(project.list_artifacts(labels={"width": "8", "height": "256"})),
    "tree": [a["metadata"]["key"] for a in project.list_artifacts(tree=uid)],
    "function": project.get_function("gen-image").spec.command,
    "kinds": [f.kind for f in project.list_functions()],
    "packagers": db.get_project(project.name).spec.custom_packagers,
    "source": project.spec.source, "environment": os.environ.get("MLRUN_DBPATH"),
}))
"""
MOVED = """
import pathlib
from mlrun_images.history.local import LocalHistory
from mlrun_images.looking import gallery
made, uid = sys.argv[2:]
folder = pathlib.Path(sys.argv[1])
page = gallery.write(LocalHistory(folder, project.name), folder / "page.html").path
image = {"image": made}
turned = project.run_function("transform-image", local=True, inputs=image, returns=["turned"])
print(json.dumps({
    "made": mlrun.get_dataitem(made).url,
    "turned": turned.artifact("turned").url,
    "page": page.read_text(),
    "runs": len(project.list_runs()),
}))
"""
WRITE = """
import multiprocessing
def write(count):
    for number in range(count):
        project.run_function(
            "gen-image", params={"width": 8}, returns=["gradient : file[format='png']"], local=True)
        print(f"\\n{os.getpid()} {number}", flush=True)  # not behind a line of MLRun's log
fork = multiprocessing.get_context("fork")
victim, *writers = [fork.Process(target=write, args=[count]) for count in (1000, 15, 15)]
for process in victim, *writers:
    process.start()
print(f"\\nvictim {victim.pid}", flush=True)
for process in writers:
    process.join()
victim.join()
assert [process.exitcode for process in (victim, *writers)] == [-9, 0, 0]
"""


def start(code: str, folder: Path, *arguments: str) -> subprocess.Popen:
    """Python code in a process of its own, which starts in another folder and has no server."""
    command = [prepared.python(), "-c", LOAD + code, str(folder), *arguments]
    return subprocess.Popen(
        command,
        cwd=folder.parent,
        env=new_environment(),
        stdout=-1,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen) -> str:
    try:
        output, _ = process.communicate(timeout=600)
    finally:
        process.kill()
    assert process.returncode == 0, output
    return output


@pytest.fixture(scope="module")
def project_folder(project, tmp_path_factory) -> Path:
    """A git checkout with a remote, which MLRun would take as the source instead."""
    copy = tmp_path_factory.mktemp("local") / "project"
    shutil.copytree(project.folder, copy, ignore=shutil.ignore_patterns(".*"))
    for command in (["init", "-q"], ["remote", "add", "origin", "https://example.com/another.git"]):
        subprocess.run(["git", "-C", str(copy), *command], check=True)
    return copy


@pytest.fixture(scope="module")
def first(project_folder) -> dict:
    before = (project_folder / "project.yaml").read_bytes()
    output = finish(start(FIRST, project_folder))
    assert (project_folder / "project.yaml").read_bytes() == before
    return {"output": output, **json.loads(output.splitlines()[-1])}


@pytest.fixture(scope="module")
def later(first, project_folder) -> dict:
    output = finish(start(NEXT, project_folder, first["uid"], first["sweep"], first["workflow"]))
    return json.loads(output.splitlines()[-1])


@pytest.fixture
def db(tmp_path) -> LocalRunDB:
    return LocalRunDB(str(tmp_path / ".mlrun" / "runs.db"))


def test_an_output_is_a_file_in_the_projects_folder_under_its_run(first, project_folder):
    assert Path(first["path"]).is_relative_to(project_folder / "artifacts" / first["uid"])
    with Image.open(first["path"]) as image:
        assert image.size == (8, 256)


def test_an_output_is_the_input_of_a_later_run_and_is_still_there(first):
    with Image.open(first["turned"]) as image:
        assert image.size == (256, 8)
    assert Path(first["path"]).exists()


def test_a_raising_handler_ends_in_error_with_its_message(first):
    assert first["raised"]["state"] == "error"
    assert "width" in first["raised"]["error"]


def test_a_missing_mandatory_packager_ends_in_error_with_its_name(first):
    assert first["missing"]["state"] == "error"
    assert "no_such_module" in first["missing"]["error"]


def test_no_line_about_a_missing_server(first):
    assert "Run execution finished" in first["output"]
    assert "API server" not in first["output"]


def test_the_next_process_finds_outputs_and_artifacts(first, later):
    assert later["outputs"] == {"gradient": first["gradient"]}
    assert later["path"] == first["path"]
    assert later["forms"] == [first["path"]] * 4
    assert later["tree"] == ["gradient"]


def test_latest_is_the_newest(first, later):
    assert later["latest"] != first["path"]
    assert Path(later["latest"]).is_file()


def test_the_next_process_lists_runs_by_iteration_and_workflow(first, later):
    assert later["runs"] == 7
    assert sorted(later["iterations"]) == [0, 1, 2]
    assert later["workflow"] == 2 and first["workflow state"] == "Succeeded"


def test_artifacts_are_found_by_label(later):
    assert later["labelled"] == 1


def test_loading_restores_what_project_yaml_says(later, project_folder):
    assert later["packagers"] == [["image_packager.PILImagePackager", True]]
    assert (
        later["source"]
        == yaml.safe_load((project_folder / "project.yaml").read_text())["spec"]["source"]
    )
    assert later["environment"] is None


def test_a_copied_folder_shows_and_uses_its_own_files(first, later, project_folder, tmp_path):
    copy = shutil.copytree(project_folder, tmp_path / "copy")
    before = (project_folder / ".mlrun" / "runs.db").read_bytes()
    shown = json.loads(finish(start(MOVED, copy, first["gradient"], first["uid"])).splitlines()[-1])
    assert Path(shown["made"]).is_relative_to(copy / "artifacts" / first["uid"])
    assert Path(shown["turned"]).is_relative_to(copy / "artifacts")
    page = Page(shown["page"])
    assert (len(page.thumbnails), page.faults) == (6, [])
    assert shown["runs"] == later["runs"] + 1
    # nothing of this is in the folder that was copied
    assert (project_folder / ".mlrun" / "runs.db").read_bytes() == before
    assert not (project_folder / "page.html").exists()


def test_two_writers_and_a_killed_one_lose_nothing(folder, tmp_path):
    copy = shutil.copytree(
        folder, tmp_path / "project", ignore=shutil.ignore_patterns(".*", "artifacts")
    )
    process = start(WRITE, copy)
    victim, lines = "", []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("victim "):
            victim = re.match("victim ([0-9]+)", line)[1]  # MLRun's log may follow in the line
        if victim and sum(line.startswith(f"{victim} ") for line in lines) >= 3:
            break
    assert victim, "".join(lines)
    os.kill(int(victim), signal.SIGKILL)
    finish(process)
    database = sqlite3.connect(copy / ".mlrun" / "runs.db")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert (
        database.execute("SELECT count(*) FROM runs WHERE state = 'completed'").fetchone()[0] >= 33
    )
    assert database.execute("SELECT count(*) FROM artifacts").fetchone()[0] >= 33


def at_once(*works) -> None:
    """Do each work, (worker, function, argument), in a thread or forked process, all at once."""
    ready = multiprocessing.get_context("fork").Barrier(len(works))

    def work(function, argument):
        ready.wait(timeout=600)
        function(argument)

    workers = [worker(target=work, args=arguments) for worker, *arguments in works]
    # threads last: a forked process would inherit what they hold
    for worker in sorted(workers, key=lambda worker: isinstance(worker, threading.Thread)):
        worker.start()
    for worker in workers:
        worker.join(timeout=600)


Process = multiprocessing.get_context("fork").Process


def test_threads_and_forked_processes_write_at_once(db):
    def write(name):
        for number in range(100):
            db.store_run({"metadata": {"name": name}}, f"{name}-{number}", "p")

    db.store_run({}, "before", "p")
    at_once(*((threading.Thread, write, f"thread{number}") for number in range(3)))
    at_once(*((Process, write, f"process{number}") for number in range(3)))
    at_once((threading.Thread, write, "thread"), (Process, write, "process"))
    assert len(db.list_runs(project="p")) == 801


def test_a_forked_process_does_not_wait_for_a_thread_that_it_did_not_inherit(db):
    db.store_run({}, "one", "p")
    holding, end = threading.Event(), threading.Event()

    def hold():
        with db.store.connected():
            holding.set()
            end.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait()
    child = Process(target=db.read_run, args=["one", "p"])
    child.start()
    child.join(timeout=600)
    end.set()
    thread.join()
    child.kill()
    assert child.exitcode == 0


def test_updates_of_two_workers_to_one_run_are_both_kept(db):
    def write(name):
        for number in range(100):
            db.update_run({f"status.results.{name}{number}": number}, "one", "p")

    for worker in (threading.Thread, Process):
        db.store_run({"status": {}}, "one", "p")
        at_once((worker, write, "a"), (worker, write, "b"))
        assert len(db.read_run("one", "p")["status"]["results"]) == 200


def test_runs_are_filtered_and_deleted(db):
    old = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    for uid, state, labels, start in (
        ("1", "error", {"a": "x"}, old),
        ("2", "completed", {"a": "y", "b": ""}, None),
    ):
        struct = {
            "metadata": {"name": f"Run-{uid}", "uid": uid, "labels": labels},
            "status": {"state": state},
        }
        db.store_run(struct | {"status": {"state": state, "start_time": start}}, uid, "p")
    found = {
        "1": [
            {"name": "Run-1"},
            {"states": ["error"]},
            {"labels": "a=x"},
            {"uid": "1"},
            {"start_time_to": old},
        ],
        "2": [
            {"labels": {"a": "y", "b": None}},
            {"start_time_from": datetime.now() - timedelta(days=1)},
        ],
        "21": [{}, {"name": "~RUN"}, {"labels": ["a"]}, {"uid": ["1", "2"]}],
        "": [{"labels": ["a=z"]}, {"name": "run"}],
    }
    for uids, filters in found.items():
        for one in filters:
            assert (
                "".join(run["metadata"]["uid"] for run in db.list_runs(project="p", **one)) == uids
            ), one


def put_run(db, uid: str, state: str = "completed", iter: int = 0, **labels: str) -> None:
    metadata = {"name": "r", "uid": uid, "iteration": iter, "labels": labels}
    db.store_run({"metadata": metadata, "status": {"state": state}}, uid, "p", iter)


def uids(runs: list[dict]) -> list[str]:
    return [run["metadata"]["uid"] for run in runs]


def test_a_run_is_deleted_with_its_iterations_and_its_log(db):
    for uid in "12":
        for iter in range(3):
            put_run(db, uid, iter=iter)
        db.store_log(uid, "p", b"log of " + uid.encode())
    db.del_run("1", "p")
    db.del_run("unknown", "p")
    assert uids(db.list_runs(project="p", iter=True)) == ["2", "2", "2"]
    assert db.get_log("2", "p") == ("completed", b"log of 2")
    put_run(db, "1")
    assert db.get_log("1", "p") == ("completed", b"")
    db.del_run("1", "p")
    for use in (db.read_run, db.abort_run, db.get_log):
        with pytest.raises(mlrun.errors.MLRunNotFoundError, match="run 1 of project p not found"):
            use("1", "p")
    with pytest.raises(mlrun.errors.MLRunNotFoundError, match="run 1 of project p not found"):
        db.update_run({}, "1", "p")


def test_runs_are_deleted_by_filters_of_the_whole_run_not_of_an_iteration(db):
    for uid, state in (("1", "error"), ("2", "completed"), ("3", "completed")):
        put_run(db, uid, state, made="here" if uid == "2" else "there")
    put_run(db, "3", "error", iter=1)
    db.del_runs(project="p", state="error")
    assert uids(db.list_runs(project="p", iter=True)) == ["3", "3", "2"]
    db.del_runs(project="p", labels="made=here")
    assert uids(db.list_runs(project="p")) == ["3"]
    db.del_runs("other", "p")
    db.del_runs("r", "p", days_ago=1)
    assert uids(db.list_runs(project="p", iter=True)) == []


def test_a_running_run_is_not_deleted(db):
    for uid, state in (("1", "running"), ("2", "completed"), ("3", "pending")):
        put_run(db, uid, state)
    for delete, arguments in (
        (db.del_run, {"uid": "1"}),
        (db.del_runs, {"state": "running"}),
        (db.del_runs, {}),
    ):
        with pytest.raises(mlrun.errors.MLRunHTTPStatusError, match="running"):
            delete(**arguments, project="p")
    assert uids(db.list_runs(project="p")) == ["3", "1"]


def test_runs_and_artifacts_come_page_by_page(db):
    for number in range(7):
        put_run(db, str(number), even=str(number % 2 == 0))
        db.store_artifact("a", artifact("a", str(number)), project="p", tree=str(number))
    for method, tell, every in (
        (db.paginated_list_runs, uids, "6543210"),
        (db.paginated_list_artifacts, trees, "0123456"),
    ):
        pages, token = [], None
        while not pages or token:
            # the filters are given once: the token holds them
            given = {"page_token": token} if token else {"project": "p", "page_size": 3}
            page, token = method(**given)
            pages.append("".join(tell(page)))
        assert pages == [every[:3], every[3:6], every[6:]]
        assert "".join(tell(method(project="p", page=2, page_size=2)[0])) == every[2:4]
        assert method(project="p", page=9, page_size=2) == ([], None)
        assert method(project="p", page_size=7)[1] is None
        with pytest.raises(mlrun.errors.MLRunNotFoundError, match="nonsense"):
            method(page_token="nonsense")
    page, token = db.paginated_list_runs(None, None, "p", "even=True", page_size=3)
    assert "".join(uids([*page, *db.paginated_list_runs(page_token=token)[0]])) == "6420"


def test_an_artifact_that_a_child_process_logged_is_an_output_of_the_run(db, tmp_path, monkeypatch):
    monkeypatch.setattr(mlrun.datastore.store_manager, "_db", db)  # it keeps the process's first
    file = tmp_path / "file"
    file.write_text("from the child")
    made = artifact("from-child", "1")
    made["spec"] = {"producer": {"uri": "p/1"}, "db_key": "r_from-child", "target_path": str(file)}
    put_run(db, "1", "running")
    child = Process(
        target=db.store_artifact, args=["r_from-child", made], kwargs={"project": "p", "tree": "1"}
    )
    child.start()
    child.join(timeout=600)
    known = {"own": "store://artifacts/p/r_own#0@1"}
    db.update_run({"status.state": "completed", "status.artifact_uris": known}, "1", "p")
    uris = db.read_run("1", "p")["status"]["artifact_uris"]
    assert list(uris) == ["own", "from-child"] and uris["own"] == known["own"]
    assert mlrun.get_dataitem(uris["from-child"], db=db).get() == b"from the child"


def artifact(name: str, tree: str, iter: int = 0, **labels: str) -> dict:
    return mlrun.artifacts.Artifact(name, body=tree).to_dict() | {
        "metadata": {"key": name, "tree": tree, "iter": iter, "labels": labels, "project": "p"}
    }


def trees(artifacts: list[dict]) -> list[str]:
    return [one["metadata"]["tree"] for one in artifacts]


def test_artifacts_move_their_tags_and_are_filtered(db):
    db.store_artifact("a", artifact("a", "run1", size="s"), tag="v1", project="p", tree="run1")
    db.store_artifact("a", artifact("a", "run2", size="l"), project="p", tree="run2")
    db.store_artifact("b", artifact("b", "run3"), project="p", tree="run3")
    assert db.read_artifact("a", project="p")["metadata"]["tree"] == "run2"
    assert db.read_artifact("a", "v1", project="p")["metadata"]["tree"] == "run1"
    for found, filters in (
        ("run2", {"name": "a", "labels": {"size": "l"}}),
        ("run2 run3", {"tag": "latest", "kind": "artifact"}),
        ("run1", {"tree": "run1"}),
        ("run1 run2", {"name": "~A"}),
        ("", {"name": "A"}),
    ):
        assert trees(db.list_artifacts(project="p", **filters)) == found.split(), filters


def test_a_producer_finds_the_artifacts_of_a_run_and_of_its_iterations(db):
    for tree, iter in (("1", 0), ("2", 0), ("2", 1), ("2", 2), ("3", 0)):
        made = artifact("a", tree, iter)
        made["spec"]["producer"] = {"uri": f"p/{tree}-{iter}" if iter else f"p/{tree}"}
        db.store_artifact("a", made, iter=iter, project="p", tree=tree)
    for producer, found in (("p/1", 1), ("p/2", 3), ("p/2-1", 1), ("p/4", 0)):
        assert len(db.list_artifacts(project="p", producer_uri=producer)) == found


def test_an_artifact_logged_again_under_its_key_takes_the_tag(db):
    for content in ("first", "second"):
        made = artifact("a", "run1") | {"spec": {"inline": content}}
        db.store_artifact("a", made, project="p", tree="run1")
    (latest,) = db.list_artifacts("a", "p", "latest")
    assert latest["spec"]["inline"] == "second"
    assert db.read_artifact("a", project="p", tree="run1")["spec"]["inline"] == "second"


def test_artifacts_are_deleted_with_their_tags(db):
    def fill():
        for tree in "123":
            for name in "ab":
                made = artifact(name, tree, size=tree)
                db.store_artifact(name, made, project="p", tree=tree, tag=f"v{tree}")

    def left() -> str:
        found = db.list_artifacts(project="p", tag="latest") + db.list_artifacts(
            project="p", tag="v1"
        )
        return " ".join(sorted({f"{a['metadata']['key']}{a['metadata']['tree']}" for a in found}))

    for delete, filters, remains in (
        (db.del_artifact, {"key": "a", "tree": "3"}, "a1 b1 b3"),
        (db.del_artifact, {"key": "a", "tag": "v1"}, "a3 b1 b3"),
        (db.del_artifact, {"key": "a"}, "b1 b3"),
        (db.del_artifact, {"key": "unknown"}, "a1 a3 b1 b3"),
        (db.del_artifacts, {"tree": "1"}, "a3 b3"),
        (db.del_artifacts, {"name": "~A"}, "b1 b3"),
        (db.del_artifacts, {"labels": "size=3"}, "a1 b1"),
        (db.del_artifacts, {"tag": "latest"}, "a1 b1"),
        (db.del_artifacts, {}, ""),
    ):
        fill()
        delete(**filters, project="p")
        assert left() == remains, filters
    db.store_artifact("a", artifact("a", "1", size="1"), project="p", tree="1")
    assert left() == "a1", "a deleted tag is not there again"
    assert [one["metadata"]["tag"] for one in db.list_artifacts(project="p")] == ["latest"]
    fill()
    uid = db.read_artifact("a", project="p")["metadata"]["uid"]
    db.del_artifact("a", project="p", uid=uid)
    assert left() == "a1 b1 b3"
    with pytest.raises(mlrun.errors.MLRunNotFoundError, match="p/a"):
        db.read_artifact("a", project="p")


def test_the_best_iteration_answers_for_its_sweep(db):
    for iter in (1, 2):
        db.store_artifact("a", artifact("a", "run1", iter), iter=iter, project="p", tree="run1")
    with pytest.raises(mlrun.errors.MLRunNotFoundError):
        db.read_artifact("a", iter=0, project="p")
    link = {"kind": "link", "metadata": {"tree": "run1"}, "spec": {"link_iteration": 2}}
    db.store_artifact("a", link, iter=0, project="p", tree="run1")
    assert db.read_artifact("a", iter=0, project="p")["metadata"]["iter"] == 2
    assert len(db.list_artifacts(project="p", best_iteration=True)) == 1
    assert len(db.list_artifacts(project="p", iter=1)) == 1


def test_an_empty_name_is_the_name_of_nothing(db):
    put_run(db, "1")
    db.store_artifact("a", artifact("a", "1"), project="p", tree="1")
    db.store_function({}, "f", "p")
    db.del_artifact("", project="p")
    db.del_artifact("a", project="p", uid="")
    db.del_artifacts("", "p")
    db.del_runs("", "p")
    db.del_runs(project="p", state="")
    for left in (
        db.list_runs(project="p"),
        db.list_artifacts(project="p"),
        db.list_functions(project="p"),
    ):
        assert len(left) == 1
    for nothing in (
        db.list_runs("", project="p"),
        db.list_runs(uid="", project="p"),
        db.list_runs(project="p", states=[]),
        db.list_artifacts("", "p"),
        db.list_artifacts(project="p", kind=""),
        db.list_artifacts(project="p", tree=""),
        db.list_functions("", "p"),
    ):
        assert nothing == []
    for arguments in ({"key": ""}, {"key": "a", "tree": ""}, {"key": "a", "uid": ""}):
        with pytest.raises(mlrun.errors.MLRunNotFoundError):
            db.read_artifact(**arguments, project="p")


def test_the_runs_of_all_projects_are_listed_with_their_iterations(db):
    for project in "pq":
        for iter in range(2):
            db.store_run({"metadata": {"uid": "1"}}, "1", project, iter)
    assert len(db.list_runs(project="*", iter=True)) == 4
    assert len(db.list_runs(project="*")) == 2


KINDS = mlrun.artifacts.manager.artifact_types.keys() - {"plotly"}  # which needs Plotly


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_artifacts_uri_is_mlruns(kind):
    record = {
        "kind": kind,
        "metadata": {"key": "a", "project": "p", "iter": 2, "tree": "t", "uid": "u"},
        "spec": {"db_key": "r_a"},
    }
    for tag in (None, "latest"):
        record["metadata"]["tag"] = tag
        assert artifact_uri(record) == mlrun.artifacts.dict_to_artifact(record).uri


def test_the_states_of_a_run_are_mlruns():
    names = mlrun.common.runtimes.constants.RunStates
    assert set(records.ENDED) == set(names.terminal_states())
    assert set(records.UNDELETABLE) == set(names.not_allowed_for_deletion_states())
    assert set(records.WITHOUT_MESSAGE) == set(names.error_and_abortion_states())


def test_numbers_of_numpy_are_kept_as_numbers(db):
    results = {"one": np.float32(0.5), "many": np.arange(3), "when": datetime(2026, 1, 31)}
    db.store_run({"status": {"results": results}}, "1", "p")
    kept = {"one": 0.5, "many": [0, 1, 2], "when": "2026-01-31 00:00:00"}
    assert db.read_run("1", "p")["status"]["results"] == kept


def test_a_dot_in_a_name_is_kept_behind_a_backslash(db):
    db.store_run({"status": {}}, "1", "p")
    db.update_run({r"status.results.a\.b": 1, "status.state": "running"}, "1", "p")
    assert db.read_run("1", "p")["status"] == {"results": {"a.b": 1}, "state": "running"}


def test_a_function_is_kept_in_each_of_its_versions(db):
    keys = [
        db.store_function({"spec": {"image": image}}, "f", "p", versioned=True) for image in "xy"
    ]
    assert db.get_function("f", "p")["spec"]["image"] == "y"
    assert db.get_function("f", "p", hash_key=keys[0])["spec"]["image"] == "x"


def test_an_aborted_run_is_over_and_its_log_readable(db):
    db.store_run({"status": {"state": "running"}}, "one", "p")
    db.store_log("one", "p", b"hello ", append=True)
    db.store_log("one", "p", b"world", append=True)
    db.abort_run("one", "p")
    assert db.watch_log("one", "p", offset=6) == ("aborted", 11)
    assert db.get_log("one", "p", offset=6) == ("aborted", b"world")


def test_a_project_is_created_once(db):
    db.create_project({"metadata": {"name": "p"}})
    assert db.get_project("p").name == "p"
    with pytest.raises(mlrun.errors.MLRunConflictError):
        db.create_project({"metadata": {"name": "p"}})


def test_what_needs_a_server_says_so_by_name(db):
    with pytest.raises(
        mlrun.errors.MLRunBadRequestError, match="^submit_job needs an MLRun API server"
    ):
        db.submit_job({})


def test_a_copy_is_the_same_database(db):
    db.store_run({}, "one", "p")
    assert pickle.loads(pickle.dumps(db)).read_run("one", "p") == db.read_run("one", "p")


@pytest.mark.parametrize("broken", ["file", "folder"])
def test_an_unusable_file_is_one_clear_line(tmp_path, broken):
    path = tmp_path / "runs.db"
    if broken == "file":
        path.write_text("no database " * 100)
    else:
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "runs.db"
    with pytest.raises(
        mlrun.errors.MLRunRuntimeError, match=f"^cannot use the run database {path}: [^\n]+$"
    ):
        LocalRunDB(str(path)).store_run({}, "one", "p")
