"""
The run database of runs that have no MLRun API server: one SQLite file in the project's folder.

Without a server MLRun keeps nothing (`mlrun.db.nopdb.NopDB`). A failed run looks as if it went on
for ever, outputs cannot be read back, and the project's custom packagers are not found.
`LocalRunDB` keeps what a server keeps of local runs, in the same form. `project_setup.py` puts it
to use; with a server none of it is active.
"""

import functools
from pathlib import Path

import mlrun
from dependency_injector import providers
from mlrun.db.factory import RunDBFactory
from mlrun.db.httpdb import HTTPRunDB

from mlrun_images.running.local_run_db.artifacts import Artifacts
from mlrun_images.running.local_run_db.filters import needs_server
from mlrun_images.running.local_run_db.functions import Functions
from mlrun_images.running.local_run_db.projects import Projects
from mlrun_images.running.local_run_db.runs import Runs


def activate(path: str | Path, folder: str | Path | None = None) -> None:
    """
    Make this process keep its runs in a SQLite file. Calling it again is harmless.

    This stays an MLRun without a server: `dbpath` is "./", as MLRun itself sets it then, and the
    class behind it is replaced in MLRun's dependency container. A `dbpath` of our own like
    "sqlite:///..." would spare the muted warning below, but MLRun hands `dbpath` to child processes
    (`MLRUN_DBPATH`), where `import mlrun` fails on such a URL.

    :param path:   The file; it is made, with its folder, when it is first needed.
    :param folder: The folder that may be renamed, copied or mailed together with the file: paths
                   below it are kept relative to it. The file's own folder by default.
    """
    # set here so that MLRun does not also put it into the environment, where children warn about it
    mlrun.mlconf.dbpath = mlrun.mlconf.dbpath or "./"
    path = Path(path).absolute()
    folder = Path(folder or path.parent).absolute()
    database = _shared(str(path), str(folder))
    RunDBFactory()._rundb_container.nop.override(providers.Object(database))
    # MLRun's data stores keep the first database of the process, and ask it for store:// inputs
    mlrun.datastore.store_manager._db = database
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


class LocalRunDB(Projects, Runs, Artifacts, Functions):
    """
    MLRun's run database interface on a SQLite file.

    Its methods take their arguments in the order of `mlrun/db/base.py`: MLRun passes them by
    position. They are those that local runs, workflows, `project.list_…`, `store://` URIs and the
    project's commands call. Every other method of a server's run database says that it needs one.

    :param path:   The file.
    :param folder: The folder that may be moved together with it; the file's own by default.
    """

    kind = ""  # MLRun asks for "http" where it could use a server
    token_provider = None

    def __reduce__(self):
        return _shared, (self.path, self.folder)

    def __getattr__(self, name: str):
        if name.startswith("_") or not hasattr(HTTPRunDB, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        def refuse(*args, **kwargs):
            raise needs_server(name)

        return refuse

    def connect(self, secrets=None):
        return self

    def push_run_notifications(self, *args, **kwargs):
        """Do nothing: MLRun calls it at the end of every local run."""

    def push_pipeline_notifications(self, *args, **kwargs):
        """Do nothing: MLRun calls it at the end of every local workflow."""
