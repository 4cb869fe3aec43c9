"""The run database as a file: copied, moved, damaged, cut, locked, and of an earlier version."""

import logging
import multiprocessing
import os
import pickle
import shutil
import sqlite3
from pathlib import Path

import mlrun
import pytest

from mlrun_images.running.local_run_db import LocalRunDB


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "project" / ".mlrun" / "runs.db"


def open_db(path: Path) -> LocalRunDB:
    return LocalRunDB(path, path.parent.parent)


def store(db: LocalRunDB, uid: str, file: str = "") -> None:
    """A run and an artifact of it, whose file lies in the project's folder."""
    file = file or f"{db.store.folder}/artifacts/{uid}/a.png"
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text("pixels")
    artifact = {
        "metadata": {"key": "a", "tree": uid},
        "spec": {"target_path": file, "producer": {"uri": f"p/{uid}"}},
    }
    db.store_artifact("a", artifact, project="p", tree=uid)
    run = {"metadata": {"uid": uid}, "spec": {"output_path": str(Path(file).parent)}}
    db.store_run(run, uid, "p")


def uids(db: LocalRunDB) -> list[str]:
    return sorted(run["metadata"]["uid"] for run in db.list_runs(project="p"))


def target(db: LocalRunDB, uid: str) -> str:
    return db.read_artifact("a", project="p", tree=uid)["spec"]["target_path"]


def write_in_a_process_that_is_killed(path: Path, count: int) -> None:
    def write():
        db = open_db(path)
        for number in range(count):
            store(db, f"{number:02}")
        os._exit(0)  # at once, without closing anything

    process = multiprocessing.get_context("fork").Process(target=write)
    process.start()
    process.join(timeout=600)
    assert process.exitcode == 0


def test_the_file_alone_is_whole_when_a_process_has_ended_while_another_still_uses_it(path):
    db, other = open_db(path), open_db(path)
    assert uids(other) == []
    for uid in "123":
        store(db, uid)
    del db
    shutil.copy(path, path.parent / "copy.db")
    assert uids(other) == uids(open_db(path.parent / "copy.db")) == ["1", "2", "3"]


def test_what_a_killed_process_wrote_is_in_the_log_and_then_in_the_file(path, caplog):
    write_in_a_process_that_is_killed(path, 1)
    assert Path(f"{path}-wal").stat().st_size
    db = open_db(path)
    assert uids(db) == ["00"]
    del db
    assert not Path(f"{path}-wal").exists()
    assert uids(open_db(path)) == ["00"] and not caplog.messages


def test_a_damaged_record_is_named_once_and_left_out_of_every_list(path, caplog):
    db = open_db(path)
    for uid in "123":
        store(db, uid)
    for body in (b'{"metadata": {"uid', b"null", b"[1]", b'{"metadata": 1}', b"\xff\xfe", None):
        caplog.clear()
        with sqlite3.connect(path) as connection:
            text = body if body is None else body.decode("latin-1")
            connection.execute("UPDATE runs SET body = ?, labels = '{' WHERE uid = '2'", [text])
            connection.execute(
                "UPDATE artifacts SET body = CAST(? AS TEXT) WHERE tree = '2'", [body]
            )
        db = open_db(path)
        for _ in range(2):
            assert uids(db) == ["1", "3"]
            assert [one["metadata"]["tree"] for one in db.list_artifacts(project="p")] == ["1", "3"]
            assert db.list_runs(project="p", labels="a") == []
        named = [message.partition(" in ")[0] for message in caplog.messages]
        assert named == ["the record of run '2'", "the record of artifact 'a' of run '2'"], body
        for read, arguments in (
            (db.read_run, {"uid": "2"}),
            (db.update_run, {"updates": {}, "uid": "2"}),
            (db.read_artifact, {"key": "a", "tree": "2"}),
        ):
            with pytest.raises(mlrun.errors.MLRunNotFoundError, match="is damaged"):
                read(**arguments, project="p")
    db.del_run("2", "p")
    db.del_artifact("a", project="p", tree="2")
    caplog.clear()
    assert uids(db) == ["1", "3"] and not caplog.messages


def test_a_folder_that_was_renamed_or_copied_shows_its_own_files(path, tmp_path):
    db = open_db(path)
    store(db, "1")
    store(db, "2", f"{tmp_path}/elsewhere/a.png")
    db.store_function({"spec": {"workdir": f"{db.store.folder}/"}}, "f", "p")
    inputs = {
        "one": f"file://{db.store.folder}/in.png",
        "many": [db.store.folder, "store://artifacts/p/a"],
    }
    updates = {"spec.inputs": inputs, "status.error": f"no file {db.store.folder}/x"}
    db.update_run(updates, "1", "p")
    former = db.store.folder
    del db
    shutil.copytree(former, tmp_path / "copy ü")
    for folder in (Path(former).rename(tmp_path / "renamed"), tmp_path / "copy ü"):
        db = open_db(folder / ".mlrun" / "runs.db")
        assert target(db, "1") == f"{folder}/artifacts/1/a.png"
        assert target(db, "2") == f"{tmp_path}/elsewhere/a.png"
        run = db.read_run("1", "p")
        assert run["spec"] == {
            "output_path": f"{folder}/artifacts/1",
            "inputs": {
                "one": f"file://{folder}/in.png",
                "many": [str(folder), "store://artifacts/p/a"],
            },
        }
        assert run["status"]["error"] == f"no file {former}/x"
        assert db.get_function("f", "p")["spec"]["workdir"] == f"{folder}/"
        store(db, "3")
        assert target(db, "3") == f"{folder}/artifacts/3/a.png"


def test_processes_that_open_a_new_file_at_once_all_write_to_it(path):
    # five times: whether they meet is a matter of chance
    for _ in range(5):
        shutil.rmtree(path.parent, ignore_errors=True)
        context = multiprocessing.get_context("fork")
        ready = context.Barrier(6)

        def write(uid, ready=ready):
            ready.wait(timeout=600)
            store(open_db(path), uid)

        workers = [context.Process(target=write, args=[f"new{number}"]) for number in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=600)
        assert [worker.exitcode for worker in workers] == [0] * 6
        assert len([uid for uid in uids(open_db(path)) if uid.startswith("new")]) == 6


def test_tables_of_a_later_version_or_another_program_are_refused_with_what_to_do(path):
    db = open_db(path)
    store(db, "1")
    del db
    other = path.parent / "other.db"
    for file, change in ((path, "PRAGMA user_version = 99"), (other, "CREATE TABLE runs (a TEXT)")):
        connection = sqlite3.connect(file)
        connection.execute(change)
        connection.close()
    for file, advice in ((path, "put that version's folder mlrun_images here"), (other, "move it")):
        before = file.read_bytes()
        with pytest.raises(mlrun.errors.MLRunRuntimeError, match=advice) as refused:
            uids(open_db(file))
        assert str(refused.value).startswith(f"cannot use the run database {file}: ")
        assert "\n" not in str(refused.value)
        assert file.read_bytes() == before


def test_an_unusable_file_is_one_clear_line(path, tmp_path):
    path.parent.mkdir(parents=True)
    path.write_text("no database " * 100)
    (tmp_path / "file").touch()
    for unusable in (path, tmp_path / "file" / "runs.db"):
        message = f"^cannot use the run database {unusable}: [^\n]+$"
        with pytest.raises(mlrun.errors.MLRunRuntimeError, match=message):
            open_db(unusable).store_run({}, "one", "p")


def test_a_pickled_database_is_the_same_database(path):
    db = open_db(path)
    store(db, "1")
    copy = pickle.loads(pickle.dumps(db))
    assert uids(copy) == ["1"] and copy.store.folder == db.store.folder


def test_a_database_that_nobody_uses_is_closed(path, caplog):
    caplog.set_level(logging.WARNING)
    before = len(os.listdir("/proc/self/fd"))
    for number in range(10):
        store(open_db(path), str(number))
    assert len(os.listdir("/proc/self/fd")) == before
