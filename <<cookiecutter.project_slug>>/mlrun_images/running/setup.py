"""
Loading the project: what the command does, and what `project_setup.py` does whenever MLRun loads
it. That says where runs are kept, and where their files go.
"""

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

import mlrun

from mlrun_images import mlrun_internals
from mlrun_images.errors import Refused, one_line
from mlrun_images.history.store import PLACE
from mlrun_images.project_file import ProjectFile
from mlrun_images.running import local_run_db
from mlrun_images.running.endings import abort_lost_runs
from mlrun_images.running.launching import use_launchers
from mlrun_images.running.mlruns_log import silence
from mlrun_images.running.own_run import keep_runs_apart
from mlrun_images.server import has_server
from mlrun_images.surroundings import name_user

# MLRun takes these in a path for parts of a URL, patterns, its own fields, or the end of a line
UNUSABLE = ("#", "?", "[", "{{", "}}", "\\", "\t", "\n", "\r", "\v", "\f")
NAMES = {"\\": "a backslash", "\t": "a tab"} | dict.fromkeys("\n\r\v\f", "a line break")

_workflow = threading.RLock()  # held while a workflow is under way
_prepared: Path | None = None  # the folder whose project this process has


def load(
    folder: str | Path, name: str = "", env_file: str = "", verbose: bool = False
) -> mlrun.projects.MlrunProject:
    """
    Load the project, with or without an MLRun API server. project.yaml is not written.

    :param folder:   The project's folder.
    :param name:     A name for the project in place of project.yaml's; empty for that.
    :param env_file: A file of `MLRUN_…=` settings, as `mlrun.set_env_from_file` takes; empty for
                     none.
    :param verbose:  Show MLRun's own log, on stderr.

    :returns: The project with its mandatory packager. Its `context` is the folder's absolute path.
              A server has the project too, as it is now.

    :raise Refused: If the folder's path is one that MLRun cannot use, or the project cannot be
                    loaded, or the server does not answer or refuses the project.
    """
    folder = Path(folder).absolute()
    silence(verbose)
    if found := [text for text in UNUSABLE if text in str(folder)]:
        names = ", ".join(NAMES.get(text, text) for text in found)
        raise Refused(f"MLRun cannot use a folder with {names} in its path: {str(folder)!r}")
    try:
        if env_file:
            mlrun.set_env_from_file(env_file)
        project = mlrun.load_project(
            str(folder), name=name or None, save=False, allow_cross_project=bool(name)
        )
        if has_server():
            # jobs read the packager from the project that the server has
            project.save_to_db()
            with contextlib.suppress(mlrun.errors.MLRunBaseError):  # the server may not let us
                abort_lost_runs(project)
    except Exception as error:
        raise Refused(f"cannot load the project: {one_line(error)}") from error
    return project


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
    path = project.spec.artifact_path or "artifacts"
    project = ImageProject.of(project)
    if not has_server() and "://" not in path:
        mlrun.mlconf.artifact_path = str(folder / path)
    use_launchers(project)
    if not has_server() and not mlrun.get_run_db().store.is_read_only:
        project.save_to_db()  # runs look up the custom packagers there
    return project


class ImageProject(mlrun.projects.MlrunProject):
    """
    The project, of which one workflow at a time is run in a process.

    An artifact path below its folder is left to MLRun's setting, which has it from any working
    folder: in the project a path of this machine would be saved, and handed to jobs.
    """

    _relative: str | None = None  # the artifact path of project.yaml, if it is such a one

    @classmethod
    def of(cls, project: mlrun.projects.MlrunProject) -> "ImageProject":
        """Make an `ImageProject` of the project that MLRun loaded."""
        same, path = cls(), project.spec.artifact_path or ""
        same.__dict__.update(vars(project))
        if "://" not in path and not os.path.isabs(path):
            same._relative, same.spec.artifact_path = path or None, None
        return same

    def export(self, filepath: Any = None, include_files: str | None = None) -> None:
        """Write project.yaml, as MLRun does, with the artifact path that it had."""
        path = self.spec.artifact_path
        try:
            self.spec.artifact_path = path or self._relative
            super().export(filepath, include_files)
        finally:
            self.spec.artifact_path = path

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
