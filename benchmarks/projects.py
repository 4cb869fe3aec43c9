"""Rendered projects to measure, and their commands."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent
HANDLERS = ("one", "many", "logged", "photos", "busy", "large", "fail", "lines")


def cookiecutter(template: str | Path, folder: str | Path) -> None:
    """Render a template with its defaults, as a user does."""
    options = ("--default-config", "--no-input", str(template), "-o", str(folder))
    command = (sys.executable, "-P", "-m", "cookiecutter", *options)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@dataclass
class Spent:
    """
    What a process took, and all that it started.

    :param seconds: Processor time, in seconds.
    :param peak:    The most memory of one of them, in bytes.
    """

    seconds: float
    peak: int


# a small process between: what a process used before it became another counts as that one's memory.
# To it Linux gives what the process leaves behind, such as the recorder
MEASURE = """
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
process = subprocess.Popen(sys.argv[1:], stdin=-3, stdout=-3, stderr=-3)
seconds, peak, pid = 0, 0, 0
while pid != -1:
    try:
        pid, _, usage = os.wait4(-1, 0)
        seconds += usage.ru_utime + usage.ru_stime
        peak = max(peak, 1024 * usage.ru_maxrss)
    except ChildProcessError:
        pid = -1
print(seconds, peak)
"""


def spent(command: list, folder: Path, **environment: str) -> Spent:
    """Run a command in a folder, and measure it. Python may write and use its `.pyc` files."""
    kept = {name: one for name, one in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, *map(str, command)],
        cwd=folder, env=kept | environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, peak = done.stdout.split()
    return Spent(float(seconds), int(peak))


def _copy_rows(
    connection: sqlite3.Connection, table: str, key: str, new: dict[str, str], values: dict
) -> None:
    """Insert a run's rows once for each of the table `copies`, with other values."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    selected = ", ".join(new.get(column, f"{table}.{column}") for column in columns)
    connection.execute(
        f"INSERT INTO {table} SELECT {selected} FROM {table}, copies WHERE {table}.{key} = :uid",
        values,
    )


class Project:
    """
    A rendered project that has this folder's handlers as well.

    :param parent:   The folder to render it into.
    :param template: The template; by default the one that this folder is in.
    """

    def __init__(self, parent: Path, template: Path = TEMPLATE):
        cookiecutter(template, parent)
        self.folder = parent / "image-project"
        shutil.copy(HERE / "handlers.py", self.folder)
        path = self.folder / "project.yaml"
        project = yaml.safe_load(path.read_text())
        for name in HANDLERS:
            function = {"kind": "job", "image": "mlrun/mlrun", "url": "handlers.py"}
            project["spec"]["functions"].append({"name": name, **function, "handler": name})
        path.write_text(yaml.safe_dump(project, sort_keys=False))

    def main(self, *arguments: str, check: bool = True, **environment: str) -> str:
        """
        Run the project's command in a process of its own.

        :param arguments:   Its arguments.
        :param check:       Whether it must succeed.
        :param environment: Variables besides this process's own.

        :returns: What it printed.
        """
        done = subprocess.run(
            [sys.executable, "main.py", *arguments],
            cwd=self.folder, env=os.environ | environment, capture_output=True, text=True,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"main.py {' '.join(arguments)} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def processor_time(self, *arguments: str, **environment: str) -> Spent:
        """
        Measure the project's command, in a process of its own.

        :param arguments:   Its arguments; it may refuse them.
        :param environment: Variables besides this process's own.
        """
        return spent([sys.executable, "main.py", *arguments], self.folder, **environment)

    def repeat_records(self, times: int, files: bool = False) -> None:
        """
        Copy the records of the one run, whatever the layout of its file, each 40 seconds older.

        :param times: How often.
        :param files: Copy its files as well.
        """
        with sqlite3.connect(self.folder / ".mlrun" / "runs.db") as connection:
            ((uid, start),) = connection.execute("SELECT uid, start_time FROM runs")
            connection.execute("CREATE TEMP TABLE copies (uid TEXT, start TEXT)")
            started = datetime.fromisoformat(start)
            copies = [
                (uuid.uuid4().hex, (started - timedelta(seconds=40 * n)).isoformat())
                for n in range(1, times + 1)
            ]
            connection.executemany("INSERT INTO copies VALUES (?, ?)", copies)
            body = "replace(replace(body, :uid, copies.uid), :start, start)"
            new = {"uid": "copies.uid", "start_time": "start", "body": body}
            _copy_rows(connection, "runs", "uid", new, {"uid": uid, "start": start})
            new = {
                "id": "NULL",
                "uid": "lower(hex(randomblob(20)))",
                "tree": "copies.uid",
                "body": "replace(body, :uid, copies.uid)",
                "producer": "replace(producer, :uid, copies.uid)",
            }
            _copy_rows(connection, "artifacts", "tree", new, {"uid": uid})
        connection.close()
        for new_uid, _ in copies if files else ():
            artifacts = self.folder / "artifacts"
            shutil.copytree(artifacts / uid, artifacts / new_uid)

    def repeat_run(self, times: int) -> None:
        """Copy the newest run, its artifacts and files, as if it had been run as often again."""
        from mlrun_images.running.local_run_db import LocalRunDB

        database = LocalRunDB(self.folder / ".mlrun" / "runs.db", self.folder)
        name = yaml.safe_load((self.folder / "project.yaml").read_text())["metadata"]["name"]
        run = database.list_runs(project=name)[0]
        artifacts = database.list_artifacts(project=name, tree=run["metadata"]["uid"], tag="latest")
        for _ in range(times):
            self._copy_run(database, name, run, artifacts)

    def _copy_run(self, database, name: str, run: dict, artifacts: list) -> None:
        from mlrun.artifacts import dict_to_artifact

        old, new = run["metadata"]["uid"], uuid.uuid4().hex
        shutil.copytree(self.folder / "artifacts" / old, self.folder / "artifacts" / new)
        uris = {}
        for artifact in artifacts:
            copy = json.loads(json.dumps(artifact, default=str).replace(old, new))
            del copy["metadata"]["uid"]
            key = copy["metadata"]["key"]
            stored = database.store_artifact(copy["spec"]["db_key"], copy, project=name, tree=new)
            uris[key] = dict_to_artifact(stored).uri
        copy = json.loads(json.dumps(run, default=str).replace(old, new))
        now = datetime.now(UTC).isoformat()
        copy["status"] |= {"start_time": now, "last_update": now}
        copy["status"]["artifact_uris"] = uris
        database.store_run(copy, new, name)
