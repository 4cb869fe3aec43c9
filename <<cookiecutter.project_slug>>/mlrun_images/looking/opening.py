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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlrun_images.errors import Refused, one_line
from mlrun_images.history.interface import History
from mlrun_images.looking.printing import ErrorsOfMlrun, PrintableLog
from mlrun_images.project_file import ProjectFile
from mlrun_images.server import is_configured
from mlrun_images.surroundings import name_user

# else MLRun cannot be imported where there is no git
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")


@dataclass
class Opener:
    """
    Opens the project of a command.

    :param folder:   The project's folder.
    :param name:     A name for it in place of project.yaml's; empty for that.
    :param env_file: A file of `MLRUN_…=` settings; empty for none.
    :param verbose:  Whether to show MLRun's own log.
    """

    folder: Path
    name: str
    env_file: str
    verbose: bool = False

    @property
    def has_server(self) -> bool:
        """Whether MLRun will use an API server."""
        return is_configured(self.env_file)

    def file(self) -> ProjectFile:
        """Read what project.yaml says."""
        return ProjectFile(self.folder, self.name)

    def history(self, project: Any = None) -> History:
        """
        Open the past runs: those of the project's own file, or of the server that is set.

        :param project: The project, if it is loaded; else that is done where there is a server.
        """
        if self.has_server:
            project = project or self.project()
            from mlrun_images.looking.server_history import ServerHistory

            return ServerHistory(project)
        from mlrun_images.history.local import LocalHistory

        file = self.file()
        return LocalHistory(file.folder, file.name, file.artifact_path)

    def project(self) -> Any:
        """Load the project. It is the first thing that imports MLRun, which takes seconds."""
        name_user()
        gc.disable()  # what is imported stays: looking through it again and again takes a third
        try:
            with (
                contextlib.redirect_stderr(ErrorsOfMlrun(sys.stderr, self.verbose)),
                warnings.catch_warnings(action="ignore"),  # `-W error` is not meant for MLRun's
            ):
                import mlrun  # noqa: F401
        except Exception as error:  # it connects when it is imported
            server = " (MLRUN_DBPATH must name a server)" if is_configured() else ""
            raise Refused(f"cannot start MLRun{server}: {one_line(error)}") from error
        from mlrun_images.running import setup

        gc.freeze()
        gc.enable()
        for handler in logging.getLogger("mlrun").handlers:
            if handler.formatter and not isinstance(handler.formatter, PrintableLog):
                handler.setFormatter(PrintableLog(handler.formatter))
        return setup.load(self.folder, self.name, self.env_file, self.verbose)
