"""
What `project_setup.py` does whenever MLRun loads the project: where runs are kept, and where their
files go.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import mlrun
import yaml

from mlrun_images import mlrun_internals
from mlrun_images.errors import Refused
from mlrun_images.running import local_run_db
from mlrun_images.running.launching import use_launchers
from mlrun_images.running.own_run import keep_runs_apart
from mlrun_images.server import has_server
from mlrun_images.surroundings import name_user

_workflow = threading.RLock()  # held while one is under way
_prepared: Path | None = None  # the folder whose project this process has


def prepare(folder: Path) -> None:
    """
    Prepare this process for the project's runs. Without an MLRun API server they are kept in its
    folder.

    :param folder: The project's folder.

    :raise Refused: If the process has another project: Python imports a module such as
                    `image_packager` once, whichever project's that is.
    """
    global _prepared
    if _prepared not in (None, folder):
        if str(folder) in sys.path:
            sys.path.remove(str(folder))
        raise Refused(
            f"this process has the project of {_prepared}, whose modules it imported: load that of "
            f"{folder} in another process (in a notebook: restart the kernel)"
        )
    _prepared = folder
    name_user()
    mlrun_internals.check()
    keep_runs_apart()
    if has_server():
        mlrun_internals.forget_run_db()
    else:
        local_run_db.activate(folder / ".mlrun" / "runs.db", folder)


def complete(project: mlrun.projects.MlrunProject, folder: Path) -> mlrun.projects.MlrunProject:
    """
    Complete the loaded project. It puts nothing of this machine into the project, which may be
    saved and shared.

    :param project: The project as `project.yaml` describes it.
    :param folder:  The project's folder.

    :returns: The same project.
    """
    project.spec.context = os.path.abspath(project.spec.context)  # local runs work from any folder
    # in a git checkout MLRun replaces the source by the git remote; what project.yaml says wins
    project.spec.source = (
        yaml.safe_load((folder / "project.yaml").read_text("utf-8"))["spec"].get("source") or "./"
    )
    project = ImageProject.of(project)
    _set_artifact_path(project, folder)
    use_launchers(project)
    if not has_server() and not mlrun.get_run_db().store.is_read_only:
        project.save_to_db()  # runs look up the custom packagers there
    return project


class ImageProject(mlrun.projects.MlrunProject):
    """
    The project, in which every run's files have a place of their own.

    MLRun takes the path of a run's files from the loaded project or from the one in the run DB, so
    both have the run's uid in it. project.yaml keeps what its author wrote.
    """

    _written: str | None = None
    _of_runs: str | None = None

    @classmethod
    def of(cls, project: mlrun.projects.MlrunProject) -> "ImageProject":
        """Make it of the project as MLRun loaded it."""
        same = cls()
        same.__dict__.update(vars(project))
        return same

    def set_path_of_runs(self, path: str | None) -> None:
        """
        Use another artifact path than the one that project.yaml has, and keep that in project.yaml.
        """
        self._written = self.spec.artifact_path
        self.spec.artifact_path = self._of_runs = path

    def run(self, *arguments: Any, **options: Any) -> Any:
        """
        Run a workflow, as MLRun does.

        :raise Refused: If one is under way in another thread: MLRun keeps one for the process, and
                        would give each the steps of the other.
        """
        if not _workflow.acquire(blocking=False):
            raise Refused(
                "a workflow is under way in another thread of this process: run one after the "
                "other, or each in a process of its own"
            )
        try:
            return super().run(*arguments, **options)
        finally:
            _workflow.release()

    def export(self, filepath: Any = None, include_files: str | None = None) -> None:
        """Write project.yaml, as MLRun does."""
        path = self.spec.artifact_path
        try:
            if path == self._of_runs:
                self.spec.artifact_path = self._written
            super().export(filepath, include_files)
        finally:
            self.spec.artifact_path = path


def _set_artifact_path(project: ImageProject, folder: Path) -> None:
    path = project.spec.artifact_path or ""
    if "://" in path or os.path.isabs(path):
        project.set_path_of_runs(_with_uid(path))
        return
    # MLRun's setting, not the project's: a path of this machine would be saved with the project,
    # and handed to jobs
    project.set_path_of_runs(None)
    path = mlrun.mlconf.artifact_path if has_server() else str(folder / (path or "artifacts"))
    mlrun.mlconf.artifact_path = _with_uid(path)


def _with_uid(path: str) -> str:
    return path.rstrip("/") + "/{{run.uid}}" if path and "{{run.uid}}" not in path else path
