"""
The project and its past runs, opened for a command.

Importing MLRun takes seconds: only what needs it does so, and looking at past runs needs it only
where there is a server.
"""

import contextlib
import gc
import logging
import os
import sys
import warnings
from typing import Any

from mlrun_images.errors import Refused
from mlrun_images.history.interface import History
from mlrun_images.looking.printing import ErrorsOfMlrun, PrintableLog
from mlrun_images.project_file import ProjectFile
from mlrun_images.server import is_configured
from mlrun_images.surroundings import name_user
from mlrun_images.text import one_line

# else MLRun cannot be imported where there is no git
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")


def load(load_options: dict[str, Any], verbose: bool) -> Any:
    """Load the project. It is the first thing that imports MLRun, which takes seconds."""
    name_user()
    gc.disable()  # what is imported stays: looking through it again and again takes a third
    try:
        with contextlib.redirect_stderr(ErrorsOfMlrun(sys.stderr, verbose)):
            with warnings.catch_warnings(action="ignore"):  # `-W error` is not meant for MLRun's
                import mlrun  # noqa: F401
    except Exception as error:  # it connects when it is imported
        server = " (MLRUN_DBPATH must name a server)" if is_configured() else ""
        raise Refused(f"cannot start MLRun{server}: {one_line(error)}") from error
    from mlrun_images.running import project

    gc.freeze()
    gc.enable()
    for handler in logging.getLogger("mlrun").handlers:
        if handler.formatter and not isinstance(handler.formatter, PrintableLog):
            handler.setFormatter(PrintableLog(handler.formatter))
    return project.load(**load_options, verbose=verbose)


def open_history(load_options: dict[str, Any], verbose: bool) -> History:
    """Open the project's past runs: its own file, or those of the server that is set."""
    if is_configured(load_options["env_file"]):
        return on_server(load(load_options, verbose))
    return in_folder(read_project(load_options))


def in_folder(file: ProjectFile) -> History:
    """The past runs that the project's own file keeps."""
    from mlrun_images.history.local import LocalHistory

    return LocalHistory(file.folder, file.name, file.artifact_path)


def on_server(project: Any) -> History:
    """The past runs of a loaded project on its server."""
    from mlrun_images.looking.server_history import ServerHistory

    return ServerHistory(project)


def read_project(load_options: dict[str, Any]) -> ProjectFile:
    """What project.yaml says."""
    return ProjectFile(load_options["folder"], load_options["name"])
