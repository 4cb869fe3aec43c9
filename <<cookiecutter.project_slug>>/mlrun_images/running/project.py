"""Loading the project from its folder, for the commands."""

import contextlib
from pathlib import Path

import mlrun

from mlrun_images.errors import Refused, one_line
from mlrun_images.running.endings import abort_lost_runs
from mlrun_images.running.mlruns_log import silence
from mlrun_images.server import has_server

# MLRun takes these in a path for parts of a URL, patterns, its own fields, or the end of a line
UNUSABLE = ("#", "?", "[", "{{", "}}", "\\", "\t", "\n", "\r", "\v", "\f")
NAMES = {"\\": "a backslash", "\t": "a tab"} | dict.fromkeys("\n\r\v\f", "a line break")


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
