"""
MLRun runs this file whenever it loads the project, and calls `setup`.

Importing it prepares a process: the project's modules can be imported, and without an MLRun API server runs are kept in
the project's folder. So a Dask worker preloads it (`dask worker ADDRESS --preload project_setup.py`), and a script that
your code starts imports it.
"""

import os
import sys
from pathlib import Path

import mlrun
import yaml

FOLDER = Path(__file__).resolve().parent
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))

import local_run_db  # noqa: E402  (found through the line above)

HAS_SERVER = "://" in mlrun.mlconf.dbpath
if not HAS_SERVER:
    local_run_db.use(FOLDER / ".mlrun" / "runs.db")


def setup(project: mlrun.projects.MlrunProject) -> mlrun.projects.MlrunProject:
    """
    Complete the loaded project. It puts nothing of this machine into the project, which may be saved and shared.

    :param project: The project.

    :returns: The same project.
    """
    project.spec.context = os.path.abspath(project.spec.context)  # local runs work from any folder
    # in a git checkout MLRun replaces the source by the git remote; what project.yaml says wins
    project.spec.source = yaml.safe_load((FOLDER / "project.yaml").read_text())["spec"].get("source") or "./"
    _set_artifact_path(project)
    if not HAS_SERVER:
        project.save_to_db()  # runs look up the custom packagers there
    return project


def _set_artifact_path(project: mlrun.projects.MlrunProject) -> None:
    """A path of its own for every run's files, unless project.yaml has an absolute path or a URL."""
    path = project.spec.artifact_path or ""
    if "://" in path or os.path.isabs(path):
        return
    # MLRun's setting, not the project's: a path of this machine would be saved with the project, and handed to jobs
    project.spec.artifact_path = None
    path = mlrun.mlconf.artifact_path if HAS_SERVER else str(FOLDER / (path or "artifacts"))
    if path and "{{run.uid}}" not in path:
        path = path.rstrip("/") + "/{{run.uid}}"
    mlrun.mlconf.artifact_path = path
