"""
Where MLRun starts runs, whoever asks for them: the command, a notebook, a workflow, `mlrun run`.

MLRun makes a launcher for each run. Ours gives the run the log hints of project.yaml, and makes it
one that runs of other threads do not disturb.
"""

import contextlib
import functools
import importlib
import inspect
import os
import re
import sys
from pathlib import Path
from typing import Any

import mlrun
import numpy as np
from mlrun.launcher.local import ClientLocalLauncher
from mlrun.launcher.remote import ClientRemoteLauncher

from mlrun_images import mlrun_internals
from mlrun_images.checks import check_handler
from mlrun_images.errors import Refused
from mlrun_images.history.records import iteration
from mlrun_images.log_hints import UNHINTED, default_hints
from mlrun_images.packing.parameters import plain
from mlrun_images.packing.starting import own_place
from mlrun_images.running.mlruns_log import noted_exceptions
from mlrun_images.running.own_run import own_run
from mlrun_images.server import has_server


class _OfProject:
    """
    A launcher that gives a run a folder of its own, and the log hints of project.yaml unless it is
    given others. Runs of a project that MLRun alone knows are left as they are.

    :param project:     The project.
    :param with_server: Whether there was a server when it was loaded.
    """

    def __init__(self, project: mlrun.projects.MlrunProject, with_server: bool, **options: Any):
        super().__init__(**options)
        self._project = project
        self._with_server = with_server
        self._is_local = options.get("local", False)  # this process runs what would be a job
        self._function = ""

    def _launch(self, runtime: Any, *arguments: Any, **options: Any) -> Any:
        if not mlrun.mlconf.packagers.enabled:
            raise Refused(
                "MLRun's packagers are turned off, by which images are logged: unset "
                "MLRUN_PACKAGERS__ENABLED"
            )
        if has_server() != self._with_server:
            raise Refused("the server was set or unset since the project was loaded: load it again")
        self._function = runtime.metadata.name  # a local run's own copy has the run's name
        return super().launch(runtime, *arguments, **options)  # type: ignore[misc]

    def _enrich_run(self, runtime: Any, run: Any, **options: Any) -> Any:
        named = options.get("project_name") or run.metadata.project or runtime.metadata.project
        is_own = named in (None, "", self._project.name)
        run = super()._enrich_run(runtime, run, **options)  # type: ignore[misc]
        if is_own or self._is_ours(run.spec.output_path):
            # a sweep writes a table there, which the next sweep would write over
            run.spec.output_path = own_place(run.spec.output_path or "", run.metadata.uid)
        if is_own and not run.spec.returns:
            run.spec.returns = default_hints(self._project, self._function) or [UNHINTED]
        run.spec.parameters = plain(run.spec.parameters)
        run.spec.hyperparams = {
            name: plain(list(values)) if isinstance(values, np.ndarray) else plain(values)
            for name, values in (run.spec.hyperparams or {}).items()
        }
        return run

    def _is_ours(self, path: str) -> bool:
        """Check if a path is the one for files of runs without a server, whatever the project."""
        return not self._with_server and path == mlrun.mlconf.artifact_path


class LocalLauncher(_OfProject, ClientLocalLauncher):
    """Launches a run in this process."""

    @functools.wraps(ClientLocalLauncher.launch)
    def launch(self, *arguments: Any, **options: Any) -> Any:
        """Launch a run, in a folder that is there, of a project that the run DB knows."""
        spec = self._project.spec
        if options.get("workdir") == spec.get_code_path() and not os.path.isdir(options["workdir"]):
            options["workdir"] = spec.context  # project.yaml says where jobs work in the repository
        if not has_server() and not mlrun.get_run_db().get_project(self._project.name):
            self._project.save_to_db()  # its file is a new one, where the packagers are looked up
        return self._launch(*arguments, **options)

    def _enrich_run(self, runtime: Any, run: Any, **options: Any) -> Any:
        run = super()._enrich_run(runtime, run, **options)
        run.spec.inputs = _from_here(run.spec.inputs)
        _check_workers(run.spec.hyper_param_options)
        return run

    def _execute(self, runtime: Any, run: Any = None) -> Any:
        is_from_source = runtime.spec.build.source and not self._is_local
        folder = "" if is_from_source else os.path.abspath(runtime.spec.workdir or "")
        if runtime.spec.workdir and folder:
            runtime.spec.workdir = folder
        path = run.spec.output_path or ""
        if path and "://" not in path:  # where a sweep's table is recorded, as its images are
            run.spec.output_path = os.path.join(folder, path)
        handler, file = run.spec.handler, runtime.spec.command
        if isinstance(handler, str) and "." not in handler and file:
            check_handler(self._function, Path(folder, file), handler)
        own = own_run(
            folder,
            run.metadata,
            is_recorded=not runtime.is_child,
            is_heard=not _is_parallel(run.spec.hyper_param_options),
        )
        with own, noted_exceptions() as self._raised:
            note_modules()
            return super()._execute(runtime, run)

    def _wrap_run_result(self, runtime: Any, result: Any, *arguments: Any, **options: Any) -> Any:
        """Say what the handler raised and where, of a sweep's iterations too."""
        database = mlrun.get_run_db()
        records = [result] if result else []
        if result and result["spec"].get("hyperparams"):
            uid, project = result["metadata"]["uid"], result["metadata"]["project"]
            records += database.list_runs(uid=uid, project=project, iter=True)
        for record in records:
            error = record["status"].get("error")
            if error and (described := self._raised.describe(error)) != error:
                record["status"]["error"] = described
                metadata = record["metadata"]
                place = metadata["uid"], metadata["project"], iteration(record)
                database.update_run({"status.error": described}, *place)
        return super()._wrap_run_result(runtime, result, *arguments, **options)


class RemoteLauncher(_OfProject, ClientRemoteLauncher):
    """Launches a job."""

    @functools.wraps(ClientRemoteLauncher.launch)
    def launch(self, *arguments: Any, **options: Any) -> Any:
        """Launch a job, with the project's log hints."""
        return self._launch(*arguments, **options)


def use_launchers(project: mlrun.projects.MlrunProject) -> None:
    """Make MLRun start this process's runs by the launchers of a project."""
    mlrun_internals.use_launchers(
        *(functools.partial(one, project, has_server()) for one in (LocalLauncher, RemoteLauncher))
    )


def _is_parallel(options: Any) -> bool:
    return bool(options and options.parallel_runs)


def _check_workers(options: Any) -> None:
    """Refuse a parallel sweep on workers that MLRun would start: they do not know the project."""
    if not _is_parallel(options) or options.dask_cluster_uri:
        return
    with contextlib.suppress(ImportError):  # MLRun says that Dask is not there
        import dask

        if not dask.config.get("scheduler-address", None):
            raise Refused(
                "Dask workers that MLRun starts do not know this project; possible: "
                "python main.py run -x NAME=[A,B] --parallel N, or within "
                "`mlrun_images.running.parallel.dask_cluster(N)`"
            )


def _from_here(value: Any) -> Any:
    """The paths of files that are there from the caller's folder: a run works in the project's."""
    if isinstance(value, dict):
        return {name: _from_here(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_from_here(item) for item in value]
    if not isinstance(value, str) or "://" in value or not os.path.exists(value):
        return value
    path = os.path.abspath(value)
    # MLRun takes it for a URL, whose last part ends at a ; too
    if cut := re.search(r"[#?]|;(?!.*/)", path):
        raise Refused(f"MLRun reads a file's path up to its {cut[0]} only: rename {path!r}")
    return path


def note_modules() -> None:
    """
    Tell `inspect` which file each module of the process has, and which module each call on the
    stack is of.

    MLRun looks for the context of a run on the stack, by `inspect.getouterframes`. That goes
    through all modules for each file that it does not know: a tenth of a second. No module has the
    file of a notebook's cell, or of `python -m`.
    """
    _note_files()
    frame = inspect.currentframe()
    while frame:
        file = os.path.normcase(os.path.abspath(frame.f_code.co_filename))
        name = frame.f_globals.get("__name__", "")
        inspect.modulesbyfile.setdefault(file, name)  # type: ignore[attr-defined]
        frame = frame.f_back


@functools.cache
def _note_files() -> None:
    importlib.import_module("mlrun.package.context_handler")  # which looks; MLRun does it late
    modules = [(name, one) for name, one in list(sys.modules.items()) if inspect.ismodule(one)]
    files = {vars(module).get("__file__"): name for name, module in modules}
    inspect.modulesbyfile.update(  # type: ignore[attr-defined]
        {file: name for file, name in files.items() if isinstance(file, str)}
    )
