"""The store: all that is kept of projects and their runs."""

from mlrun_images.history.artifacts import Artifacts
from mlrun_images.history.functions import Functions
from mlrun_images.history.logs import Logs
from mlrun_images.history.projects import Projects
from mlrun_images.history.runs import Runs


class Store(Projects, Runs, Logs, Artifacts, Functions):
    """A SQLite file of all of these; `File` tells its parameters."""
