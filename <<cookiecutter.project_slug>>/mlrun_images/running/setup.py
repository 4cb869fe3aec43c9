"""What `project_setup.py` does whenever MLRun loads the project: where runs are kept, and where their files go."""

import os
from pathlib import Path

import mlrun
import yaml

from mlrun_images.running import local_run_db
from mlrun_images.running.server import has_server


def prepare(folder: Path) -> None:
    """
    Without an MLRun API server, keep this process's runs in the project's folder.

    :param folder: The project's folder.
    """
    if not has_server():
        local_run_db.activate(folder / ".mlrun" / "runs.db", folder)


def complete(project: mlrun.projects.MlrunProject, folder: Path) -> mlrun.projects.MlrunProject:
    """
    Complete the loaded project. It puts nothing of this machine into the project, which may be saved and shared.

    :param project: The project as `project.yaml` describes it.
    :param folder:  The project's folder.

    :returns: The same project.
    """
    project.spec.context = os.path.abspath(project.spec.context)  # local runs work from any folder
    # in a git checkout MLRun replaces the source by the git remote; what project.yaml says wins
    project.spec.source = (
        yaml.safe_load((folder / "project.yaml").read_text())["spec"].get("source") or "./"
    )
    _set_artifact_path(project, folder)
    if not has_server():
        project.save_to_db()  # runs look up the custom packagers there
    return project


def _set_artifact_path(project: mlrun.projects.MlrunProject, folder: Path) -> None:
    """A path of its own for every run's files, unless project.yaml has an absolute path or a URL."""
    path = project.spec.artifact_path or ""
    if "://" in path or os.path.isabs(path):
        return
    # MLRun's setting, not the project's: a path of this machine would be saved with the project, and handed to jobs
    project.spec.artifact_path = None
    path = mlrun.mlconf.artifact_path if has_server() else str(folder / (path or "artifacts"))
    if path and "{{run.uid}}" not in path:
        path = path.rstrip("/") + "/{{run.uid}}"
    mlrun.mlconf.artifact_path = path
