"""The store: all that is kept of a project's runs."""

from mlrun_images.history.artifacts import Artifacts
from mlrun_images.history.functions import Functions
from mlrun_images.history.projects import Projects
from mlrun_images.history.runs import Runs


class Store(Projects, Runs, Artifacts, Functions):
    """A SQLite file with projects, runs, artifacts and functions, as `File` says how."""
