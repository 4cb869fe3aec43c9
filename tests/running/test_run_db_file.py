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

from mlrun_images.history import opening, schema
from mlrun_images.running.local_run_db import LocalRunDB


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "project" / ".mlrun" / "runs.db"


def open_db(path: Path) -> LocalRunDB:
    return LocalRunDB(path, path.parent.parent)


def store(db: LocalRunDB, uid: str, path: str = "") -> None:
    """A run and an artifact of it, whose file lies in the project's folder."""
    path = path or f"{db.store.folder}/artifacts/{uid}/a.png"
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("pixels")
    artifact = {
        "metadata": {"key": "a", "tree": uid},
        "spec": {"target_path": path, "producer": {"uri": f"p/{uid}"}},
    }
    db.store_artifact("a", artifact, project="p", tree=uid)
    run = {"metadata": {"uid": uid}, "spec": {"output_path": str(Path(path).parent)}}
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
        assert named == ["the record of run '2'", "the record of artifact 'a' of run '2'"], (
            body,
            caplog.text,
        )
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
    for one, change in ((path, "PRAGMA user_version = 99"), (other, "CREATE TABLE runs (a TEXT)")):
        connection = sqlite3.connect(one)
        connection.execute(change)
        connection.close()
    for one, advice in ((path, "put that version's folder mlrun_images here"), (other, "move it")):
        before = one.read_bytes()
        with pytest.raises(mlrun.errors.MLRunRuntimeError, match=advice) as refused:
            uids(open_db(one))
        assert str(refused.value).startswith(f"cannot use the run database {one}: ")
        assert "\n" not in str(refused.value)
        assert one.read_bytes() == before


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
    for number in range(10):
        store(open_db(path), str(number))
    opened = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    assert not [name for name in opened if name.startswith(os.path.realpath(path))]


EARLIER = """
DROP TABLE outputs;
DROP INDEX runs_by_start;
DROP TRIGGER artifact_inserted;
DROP TRIGGER artifact_updated;
DROP TRIGGER artifact_deleted;
CREATE INDEX artifacts_by_producer ON artifacts (project, producer);
PRAGMA user_version = 1;
"""


def earlier_version(path: Path, count: int) -> None:
    """A file as version 1 of the tables had it."""
    db = open_db(path)
    for number in range(count):
        store(db, f"{number:03}")
    del db
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE artifacts SET body = '{', labels = '{' WHERE tree = '000'")
        connection.executescript(EARLIER)
    connection.close()


def found_by(path: Path) -> list:
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT * FROM outputs ORDER BY id").fetchall()


def test_a_file_of_the_earlier_version_becomes_todays(path, monkeypatch, capsys):
    earlier_version(path, 7)
    monkeypatch.setattr(schema, "BATCH", 3)
    monkeypatch.setattr(opening, "INTERVAL", 0)
    old = sqlite3.connect(path)  # a process of the earlier version still has it open
    db = open_db(path)
    assert len(uids(db)) == 7
    assert "Bringing the history up to date, once: 3 of 7 artifacts" in capsys.readouterr().err
    keys = [row[3] for row in found_by(path)]
    assert keys == [""] + ["a"] * 6, "a damaged record has no key"
    (one,) = db.list_artifacts(project="p", producer_uri="p/003")
    assert one["metadata"]["tree"] == "003"
    old.execute("DELETE FROM artifacts WHERE tree = '003'")
    old.execute("UPDATE artifacts SET labels = '{\"width\": \"9\"}' WHERE tree = '004'")
    old.execute(
        "INSERT INTO artifacts SELECT NULL, project, 'b', uid, tree, iter, best, kind, labels,"
        " updated, parent, body, producer FROM artifacts WHERE tree = '005'"
    )
    old.commit()
    assert db.list_artifacts(project="p", producer_uri="p/003") == []
    assert len(db.list_artifacts(project="p", producer_uri="p/005")) == 2
    assert [row[6] for row in found_by(path)] == [None, None, None, 9, None, None, None]
    assert capsys.readouterr().err == ""


def test_a_process_that_is_killed_while_it_brings_a_file_up_to_date_changes_nothing(path):
    earlier_version(path, 4)

    def open_and_end():
        schema._fill_outputs = lambda *_: os._exit(9)
        open_db(path).list_runs(project="p")

    process = multiprocessing.get_context("fork").Process(target=open_and_end)
    process.start()
    process.join(timeout=600)
    assert process.exitcode == 9
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM artifacts").fetchone() == (4,)
    assert len(uids(open_db(path))) == len(found_by(path)) == 4


def test_tables_that_cannot_be_made_are_told_as_they_are(path, monkeypatch):
    """Such a file is not one that cannot be written, and that is read all the same."""
    monkeypatch.setattr(schema, "STEPS", [lambda connection, tell: connection.execute("NO SQL")])
    with pytest.raises(mlrun.errors.MLRunRuntimeError, match="syntax error"):
        store(open_db(path), "a")
