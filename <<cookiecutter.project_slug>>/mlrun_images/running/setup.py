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

from mlrun_images import mlrun_internals
from mlrun_images.errors import Refused
from mlrun_images.history.store import PLACE
from mlrun_images.project_file import ProjectFile
from mlrun_images.running import local_run_db
from mlrun_images.running.launching import use_launchers
from mlrun_images.running.own_run import keep_runs_apart
from mlrun_images.server import has_server
from mlrun_images.surroundings import name_user

_workflow = threading.RLock()  # held while a workflow is under way
_prepared: Path | None = None  # the folder whose project this process has


def prepare(folder: Path) -> None:
    """
    Prepare this process for the project's runs. Without an MLRun API server they are kept in the
    project's folder.

    :param folder: The project's folder.

    :raise Refused: If the process has another project. Both have modules such as `image_packager`,
                    and Python imports only the first of a name.
    :raise MLRunChanged: If MLRun lacks something that is used of it.
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
    keep_runs_apart(str(folder))
    if has_server():
        mlrun_internals.use_run_db(None)
    else:
        local_run_db.activate(folder / PLACE, folder)


def complete(project: mlrun.projects.MlrunProject, folder: Path) -> mlrun.projects.MlrunProject:
    """
    Complete the loaded project. Nothing of this machine goes into it, since it may be saved and
    shared.

    :param project: The project as `project.yaml` describes it.
    :param folder:  The project's folder.

    :returns: The project, as an `ImageProject`.
    """
    project.spec.context = os.path.abspath(project.spec.context)  # local runs work from any folder
    # in a git checkout MLRun puts the git remote in place of the source that project.yaml has
    project.spec.source = ProjectFile(folder, project.name).source or "./"
    project = ImageProject.of(project)
    path = project.spec.artifact_path or "artifacts"
    if not has_server() and "://" not in path:
        mlrun.mlconf.artifact_path = str(folder / path)
    use_launchers(project)
    if not has_server() and not mlrun.get_run_db().store.is_read_only:
        project.save_to_db()  # runs look up the custom packagers there
    return project


class ImageProject(mlrun.projects.MlrunProject):
    """The project, of which one workflow at a time is run in a process."""

    @classmethod
    def of(cls, project: mlrun.projects.MlrunProject) -> "ImageProject":
        """Make an `ImageProject` of the project that MLRun loaded."""
        same = cls()
        same.__dict__.update(vars(project))
        return same

    def run(self, *arguments: Any, **options: Any) -> Any:
        """
        Run a workflow, as MLRun does.

        :raise Refused: If a workflow is under way in another thread. MLRun keeps one for the
                        process, and would give each the steps of the other.
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
