"""Runs of one function in this process, kept in one database or another."""

import multiprocessing

import mlrun
from dependency_injector import providers
from mlrun.db.factory import RunDBFactory
from mlrun.db.nopdb import NopDB
from mlrun.projects import MlrunProject


class NoDB(NopDB):
    """
    MLRun's own database where there is no server: it keeps nothing.

    It knows the project, so that a run packs the same image.
    """

    def __init__(self, project: MlrunProject):
        super().__init__()
        self.project = project

    def get_project(self, name):
        return self.project


class Runs:
    """
    Runs of one function that are kept in one database.

    :param project:  The project.
    :param database: The database.
    :param function: The function's name.
    :param params:   Its parameters.
    """

    def __init__(self, project: MlrunProject, database, function="gen-image", **params):
        self.database = database
        self._params = params
        self._function = project.get_function(function)
        database.store_project(project.name, project)

    def run(self, count: int = 1) -> None:
        """Run it so often."""
        provider = RunDBFactory()._rundb_container.nop
        provider.reset_override()
        provider.override(providers.Object(self.database))
        mlrun.get_run_db(force_reconnect=True)
        for _ in range(count):
            # by this name the run's record is over 1,024 characters in both databases: MLRun reads
            # it as YAML, which takes a millisecond more from there on
            self._function.run(name="x" * 63, local=True, params=self._params, returns=["gradient"])

    def run_in_processes(self, processes: int, count: int) -> None:
        """Run it so often in each of some processes at once."""
        fork = multiprocessing.get_context("fork")
        started = [fork.Process(target=self.run, args=(count,)) for _ in range(processes)]
        for process in started:
            process.start()
        for process in started:
            process.join()
        assert not any(process.exitcode for process in started)

    def kept(self) -> int:
        """Count the runs in the database."""
        return len(self.database.list_runs(project=self._function.metadata.project))
