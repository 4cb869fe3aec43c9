"""
MLRun's run database where there is no MLRun API server.

Without a server MLRun keeps nothing (`mlrun.db.nopdb.NopDB`). A failed run looks as if it went on
for ever, outputs cannot be read back, and the project's custom packagers are not found.
`LocalRunDB` answers for local runs as a server does, from the project's history.
`project_setup.py` activates it, but not where a server is set.
"""

import functools
from datetime import UTC, datetime
from pathlib import Path

import mlrun
from mlrun.db.httpdb import HTTPRunDB
from mlrun.projects import MlrunProject
from mlrun.utils import fill_function_hash, normalize_name

from mlrun_images import mlrun_internals
from mlrun_images.history.errors import NotThere
from mlrun_images.history.store import Store
from mlrun_images.running.local_run_db import answers
from mlrun_images.running.local_run_db.artifacts import Artifacts
from mlrun_images.running.local_run_db.runs import Runs


def activate(path: str | Path, folder: str | Path | None = None) -> None:
    """
    Make this process keep its runs in a SQLite file. Calling it again is harmless.

    For MLRun there is still no server: `dbpath` is "./", as MLRun itself sets it then, and MLRun's
    dependency container gives this run DB in place of its own. With a `dbpath` such as
    "sqlite:///..." no warning would have to be muted below. But MLRun hands `dbpath` to child
    processes (`MLRUN_DBPATH`), where `import mlrun` fails on such a URL.

    :param path:   The file; it is made, with its folder, when it is first needed.
    :param folder: The folder that may be renamed, copied or mailed together with the file: paths
                   below it are kept relative to it. The file's own folder by default.
    """
    # set here: MLRun would also put it into the environment, and child processes would warn of it
    mlrun.mlconf.dbpath = mlrun.mlconf.dbpath or "./"
    path = Path(path).absolute()
    folder = Path(folder or path.parent).absolute()
    database = _shared(str(path), str(folder))
    mlrun_internals.use_run_db(database)
    logger = mlrun.utils.logger
    level = logger.level
    logger.set_logger_level("ERROR")  # connecting warns that there is no server
    try:
        mlrun.get_run_db(force_reconnect=True)
    finally:
        logger.set_logger_level(level)


@functools.cache
def _shared(path: str, folder: str) -> "LocalRunDB":
    return LocalRunDB(path, folder)


@answers.in_mlruns_errors
class LocalRunDB(Runs, Artifacts):
    """
    MLRun's run database interface on the store.

    It has the methods that local runs, workflows, `project.list_…`, `store://` URIs and the
    project's commands call. They take their arguments in the order of `mlrun/db/base.py`, since
    MLRun passes them by position. Every other method of a server's run DB refuses, and says that it
    needs a server. A filter that is None leaves nothing out; an empty name fits nothing.

    :param path:   The file.
    :param folder: As `activate` takes it.
    """

    kind = ""  # MLRun asks for "http" where it could use a server
    token_provider = None

    def __init__(self, path: str | Path, folder: str | Path | None = None):
        super().__init__(Store(path, folder))

    def __reduce__(self):
        return _shared, (self.store.path, self.store.folder)

    def __getattr__(self, name: str):
        if name.startswith("_") or not hasattr(HTTPRunDB, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        def refuse(*args, **kwargs):
            raise answers.needs_server(name)

        return refuse

    def connect(self, secrets=None):
        return self

    def store_run_notifications(self, *args, **kwargs):
        """Do nothing: MLRun calls it when it has sent a run's notifications."""

    def push_run_notifications(self, *args, **kwargs):
        """Do nothing: MLRun calls it at the end of every local run."""

    def push_pipeline_notifications(self, *args, **kwargs):
        """Do nothing: MLRun calls it at the end of every local workflow."""

    # Projects

    def store_project(self, name, project):
        project = project if isinstance(project, dict) else project.to_dict()
        self.store.put_project(name, project)
        return MlrunProject.from_dict(project)

    def create_project(self, project):
        project = project if isinstance(project, dict) else project.to_dict()
        name = project["metadata"]["name"]
        if self.get_project(name):
            raise mlrun.errors.MLRunConflictError(f"project {name} already exists")
        return self.store_project(name, project)

    def get_project(self, name):
        """Get a project, with its custom packagers; MLRun's local runs expect None if unknown."""
        project = self.store.find_project(name)
        return MlrunProject.from_dict(project) if project else None

    # Functions

    def store_function(self, function, name, project="", tag="", versioned=False):
        function = function if isinstance(function, dict) else function.to_dict()
        metadata = function.setdefault("metadata", {})
        tag = tag or metadata.get("tag") or "latest"
        hash_key = fill_function_hash(function, tag)
        metadata["updated"], metadata["tag"] = datetime.now(UTC).isoformat(), ""
        uid = hash_key if versioned else f"unversioned-{tag}"
        project = answers.project_name(project)
        self.store.put_function(project, normalize_name(name), uid, tag, function)
        return hash_key

    def get_function(self, name, project="", tag="", hash_key=""):
        project, name = answers.project_name(project), normalize_name(name)
        tag = tag or (None if hash_key else "latest")
        conditions = answers.which("f", project, name, tag, uid=hash_key or None)
        for function in self.store.find_functions(conditions):
            return function
        raise NotThere(f"function {project}/{name} not found")

    def list_functions(self, name=None, project=None, tag=None, kind=None, labels=None, **filters):
        answers.check_filters("list_functions", filters)
        project = answers.project_name(project)
        times = filters.get("since"), filters.get("until")
        conditions = answers.which("f", project, name, tag, labels, *times, kind=kind)
        return list(self.store.find_functions(conditions))
