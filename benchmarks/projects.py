"""Rendered projects to measure, and their commands."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent
HANDLERS = ("one", "many", "busy", "large", "fail")


def cookiecutter(template: str | Path, folder: str | Path) -> None:
    """Render a template with its defaults, as a user does."""
    options = ("--default-config", "--no-input", str(template), "-o", str(folder))
    command = (sys.executable, "-P", "-m", "cookiecutter", *options)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Project:
    """
    A rendered project that has this folder's handlers as well.

    :param parent: The folder to render it into.
    """

    def __init__(self, parent: Path):
        cookiecutter(TEMPLATE, parent)
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
