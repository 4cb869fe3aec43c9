"""
Run the project's functions, and say truthfully what came out.

MLRun reports a run as completed also where an output was skipped, cut off or turned into text. `problems` compares what
a run was asked for with what it holds. Nothing here prints; main.py does.
"""

import ast
import contextlib
import inspect
import logging
import os
import subprocess
import sys
import threading
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlrun
from mlrun.common.runtimes.constants import RunStates
from mlrun.model import HyperParamOptions
from mlrun.runtimes.local import load_module
from mlrun.runtimes.utils import RunError
from mlrun.utils import normalize_name

from mlrun_images.running.setup import has_server

FOLDER = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """Nothing was run: what was asked cannot work. The message is one line."""


def load(name: str = "", env_file: str = "", verbose: bool = False) -> mlrun.projects.MlrunProject:
    """
    Load the project: the same with and without an MLRun API server, and without rewriting project.yaml.

    :param name:     Another name for it than project.yaml's.
    :param env_file: A file of `MLRUN_…=` settings, as `mlrun.set_env_from_file` takes.
    :param verbose:  Show MLRun's own log.

    :returns: The project, which the server (if there is one) knows, with its mandatory packager.

    :raise Refused: If the server does not answer or refuses the project.
    """
    if not verbose:
        warnings.simplefilter("ignore")
        for handler in logging.getLogger("mlrun").handlers:
            handler.setLevel(logging.CRITICAL + 1)
    for handler in logging.getLogger("mlrun").handlers:
        if (
            isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout
        ):  # MLRun's own
            handler.setStream(sys.stderr)
    if set("#?[") & set(str(FOLDER)):
        raise Refused(f"MLRun cannot use a folder with #, ? or [ in its path: {FOLDER}")
    try:
        if env_file:
            mlrun.set_env_from_file(env_file)
        project = mlrun.load_project(
            str(FOLDER), name=name or None, save=False, allow_cross_project=bool(name)
        )
        if has_server():
            # jobs read the packager from the server's project, so it must be today's
            project.save_to_db()
    except Exception as error:
        raise Refused(f"cannot load the project: {one_line(error)}") from error
    return project


def one_line(error: object) -> str:
    """An error's message on one line."""
    return " ".join(
        str(mlrun.errors.err_to_str(error) if isinstance(error, Exception) else error).split()
    )


# Before a run


def parse_value(text: str) -> Any:
    """A parameter's value: a Python literal, else the text itself (as in `mlrun run -p`)."""
    try:
        return ast.literal_eval(text)
    except Exception:  # also a TypeError, MemoryError or RecursionError
        return text


def parse_hint(text: str) -> str:
    """
    A log hint as MLRun >= 1.11 takes it: bare words in its packing kwargs are quoted.

    :param text: For example `gradient : file[format=jpeg, quality=90]`.

    :returns: For example `gradient : file[format='jpeg',quality=90]`.

    :raise Refused: If it is not a log hint.
    """
    head, bracket, kwargs = text.strip().partition("[")
    if bracket and not kwargs.endswith("]"):
        raise Refused(
            f"{text!r} is not a log hint like 'key : file[format=png]': its bracket is not closed"
        )
    if bracket:
        pairs = (pair.partition("=") for pair in kwargs.removesuffix("]").split(","))
        kwargs = ",".join(
            f"{name.strip()}{equals}{parse_value(value.strip())!r}" for name, equals, value in pairs
        )
        text = f"{head}[{kwargs}]"
    try:
        if not mlrun.LogHint.parse_obj(text).key:
            raise ValueError("it has no key")
    except Exception as error:
        raise Refused(
            f"{text!r} is not a log hint like 'key : file[format=png]': {one_line(error)}"
        ) from error
    return text


def default_function(project) -> str:
    """The function to run if none is named: the example's, else the first of project.yaml."""
    names = [function["name"] for function in project.spec.functions]
    return "gen-image" if "gen-image" in names else next(iter(names), "gen-image")


def check_arguments(project, name: str, given: list[str], returns: list[str]) -> list[str]:
    """
    Refuse what MLRun would silently ignore: an unknown function or parameter, a repeated key.

    :param project: The project.
    :param name:    The function's name in project.yaml.
    :param given:   Names of the parameters and inputs given.
    :param returns: Log hints; empty for those that project.yaml gives the function.

    :returns: The log hints to use.

    :raise Refused: With one line that says what is allowed.
    """
    names = [function["name"] for function in project.spec.functions]
    if name not in names:
        raise Refused(
            f"no function {name!r} in project.yaml, which has: {', '.join(names) or 'none'}"
        )
    if name != normalize_name(name):
        raise Refused(
            f"MLRun finds no function named {name!r}: name it {normalize_name(name)!r} in project.yaml"
        )
    parameters = inspect.signature(_handler(project, name)).parameters.values()
    takes = [
        p.name
        for p in parameters
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and p.name != "context"
    ]
    if not any(p.kind == p.VAR_KEYWORD for p in parameters) and (
        unknown := sorted(set(given) - set(takes))
    ):
        raise Refused(
            f"{name} takes no parameter {', '.join(unknown)}; it takes: {', '.join(takes) or 'none'}"
        )
    if twice := [one for one, times in Counter(given).items() if times > 1]:
        raise Refused(f"{twice[0]} is given twice: once as -p, -i or -x is enough")
    if missing := [
        p.name
        for p in parameters
        if p.default is p.empty and p.name in takes and p.name not in given
    ]:
        raise Refused(
            f"{name} needs {', '.join(missing)}: -p NAME=VALUE, or -i NAME=PATH for a file or an artifact"
        )
    returns = returns or (project.get_param("returns") or {}).get(name, [])
    hints = [parse_hint(hint) for hint in ([returns] if isinstance(returns, str) else returns)]
    if not hints:
        raise Refused(
            f"say what to log {name}'s output as: --returns KEY (or in project.yaml, params.returns.{name})"
        )
    keys = Counter(mlrun.LogHint.parse_obj(hint).key for hint in hints)
    if repeated := [key for key, times in keys.items() if times > 1]:
        raise Refused(
            f"the key {repeated[0]!r} is asked for twice: each output needs a key of its own"
        )
    return hints


def _handler(project, name: str) -> Callable:
    try:
        function = project.get_function(name)
        # without with_repo MLRun keeps the code in the function, and no command
        path = FOLDER / (function.spec.command or function.spec.build.origin_filename or "")
        if not function.spec.default_handler:
            raise ValueError("it has no handler in project.yaml")
        return load_module(
            str(path), function.spec.default_handler, mlrun.MLClientCtx(), embed_in_sys=False
        )
    except Exception as error:
        raise Refused(
            f"cannot load the function {name}: {type(error).__name__}: {one_line(error)}"
        ) from error


def check_remote(project, name: str) -> None:
    """
    Refuse a remote run that would fail in its pod, or silently run something else, or run here.

    :param project: The project.
    :param name:    The function's name in project.yaml.

    :raise Refused: With one line that says what is missing.
    """
    if not has_server():
        raise Refused("a remote run needs an MLRun API server: set MLRUN_DBPATH to its URL")
    if not mlrun.mlconf.is_api_running_on_k8s():
        raise Refused(
            f"the server at {mlrun.mlconf.dbpath} has no Kubernetes: MLRun would run the job here"
        )
    # a function of which an image was built with the code in it needs no source
    source = project.get_function(name).spec.build.source
    if not source:
        return
    if source in (
        ".",
        "./",
    ):  # with_repo: MLRun puts the project's source there when the job is submitted
        source = project.spec.source
    if not source.startswith("git://"):
        raise Refused(
            f"jobs get their code from git, but project.yaml's source is {source!r}: write git://HOST/REPO#REF"
        )
    if changed := _git("status", "--porcelain").splitlines():
        raise Refused(
            f"{len(changed)} uncommitted change(s), which a job would not see: commit and push first"
        )
    url, _, ref = source.partition("#")
    here = _git("rev-parse", "HEAD").strip()
    if ref.startswith("refs/commits/"):
        there = ref.removeprefix("refs/commits/")
    else:
        # for an annotated tag the second line, ^{}, is the commit
        lines = _git(
            "ls-remote", url.replace("git://", "https://"), ref or "HEAD", f"{ref}^{{}}"
        ).split()
        there = lines[-2] if lines else "nothing"
    if there != here:
        raise Refused(
            f"jobs would run {source}, which holds {there[:9]}, but this folder holds {here[:9]}: push first"
        )


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(FOLDER), "-c", "core.askPass=true", *arguments]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=60
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        reason = one_line(getattr(error, "stderr", "") or error)
        raise Refused(
            f"cannot ask git whether the jobs' code is this folder's: {reason}"
        ) from error


# A run


def run_function(
    project,
    name: str,
    params: dict[str, Any],
    inputs: dict[str, str],
    hyperparams: dict[str, list],
    returns: list[str],
    remote: bool = False,
    parallel: bool = False,
) -> list[dict]:
    """
    Run one function, or a sweep of it, to its end.

    :param project:     The project.
    :param name:        The function's name in project.yaml.
    :param params:      Parameters.
    :param inputs:      Inputs: paths (relative to the working folder), URLs or `store://` URIs.
    :param hyperparams: For a sweep: lists of values; every combination is run.
    :param returns:     Log hints.
    :param remote:      Run as a job of the server's cluster instead of here.
    :param parallel:    Run a sweep's iterations at once, on the Dask cluster of `dask_cluster`.

    :returns: The run, and behind it its iterations, as dictionaries with a `problems` list each. They hold what the
              run DB holds, also when the run failed.
    """
    if not remote:  # MLRun works in the project's folder
        inputs = {key: url if "://" in url else os.path.abspath(url) for key, url in inputs.items()}
    task = mlrun.new_task()
    task.metadata.uid = uuid.uuid4().hex
    task.spec.parameters, task.spec.inputs, task.spec.returns = params, inputs, returns
    if hyperparams:
        # an iteration that fails does not end the others
        options = {
            "strategy": "grid",
            "max_errors": 10**9,
            "parallel_runs": 10**9 if parallel else None,
        }
        task.spec.hyperparams, task.spec.hyper_param_options = (
            hyperparams,
            HyperParamOptions(**options),
        )
    with _warnings_of_mlrun() as heard:
        try:
            if parallel:
                handler = _handler(project, name)
                function = mlrun.new_function(name, project=project.name)
                run_name = f"{name}-{handler.__name__}"
                function.run(
                    task,
                    _with_context(handler),
                    run_name,
                    local=True,
                    output_path=project.artifact_path,
                )
            else:
                run = project.run_function(name, base_task=task, local=not remote, watch=False)
            if remote:
                run.logs(watch=True)
                run.wait_for_completion(raise_on_failure=False, show_logs=False)
                heard.append(_log(project, task.metadata.uid))
        except RunError:
            pass  # the run DB says so, and what was kept
        except (KeyboardInterrupt, SystemExit) as error:
            if remote:  # the job goes on
                raise
            _end(project, task.metadata.uid, error)
    runs = [
        record(found, returns) for found in _read(project, task.metadata.uid, bool(hyperparams))
    ]
    if any("does not match the amount of provided log hints" in line for line in heard):
        runs[0]["problems"].append(
            f"the handler does not return as many outputs as the {len(returns)} log hint(s): give one for each"
        )
    return _failed_where_incomplete(project, runs)


def _failed_where_incomplete(project, runs: list[dict]) -> list[dict]:
    """Tell the run DB as well that a run did not make what it was asked for."""
    for run in runs:
        if run["state"] == RunStates.completed and run["problems"]:
            run |= {"state": RunStates.error, "error": "; ".join(run["problems"]), "problems": []}
            updates = {"status.state": run["state"], "status.error": run["error"]}
            with contextlib.suppress(Exception):  # it is said here in any case
                mlrun.get_run_db().update_run(updates, run["uid"], project.name, run["iteration"])
    return runs


def _end(project, uid: str, error: BaseException) -> None:
    """End what MLRun would leave as running: Ctrl-C, or a handler that calls `sys.exit`."""
    aborted = isinstance(error, KeyboardInterrupt)
    updates = {"status.state": RunStates.aborted if aborted else RunStates.error}
    updates |= {} if aborted else {"status.error": f"the handler ended with {error!r}"}
    database = mlrun.get_run_db()
    for run in database.list_runs(uid=uid, project=project.name, iter=True):
        if run["status"].get("state") not in RunStates.terminal_states():
            database.update_run(updates, uid, project.name, _iteration(run))


def _with_context(handler: Callable) -> Callable:
    """
    The handler as a function that takes MLRun's context.

    In a Dask worker MLRun 1.12 finds the context to log to only among the handler's arguments.
    """

    def run(context, **arguments):
        # imported in the worker: it has one of its own, where the packager looks
        from mlrun.runtimes.utils import global_context

        global_context.set(context)
        return handler(
            **arguments, **({"context": context} if "context" in signature.parameters else {})
        )

    signature = inspect.signature(handler)
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY)
    others = [
        parameter for parameter in signature.parameters.values() if parameter.name != "context"
    ]
    run.__name__ = handler.__name__
    vars(run)["__signature__"] = signature.replace(
        parameters=sorted([*others, context], key=lambda p: p.kind)
    )
    return run


@contextlib.contextmanager
def dask_cluster(workers: int, address: str = "") -> Iterator[None]:
    """
    The Dask cluster that MLRun's parallel runs use: one made here, or another's.

    A worker runs one iteration at a time (MLRun's runs change the process: folder, output), and preloads
    project_setup. For workers of your own, in this folder: `PYTHONPATH=. dask worker ADDRESS --nthreads 1 --preload
    project_setup`.

    :param workers: Processes of the cluster made here.
    :param address: Address of another cluster's scheduler, for example `tcp://host:8786`.

    :raise Refused: If Dask is not installed, or there is no scheduler at the address.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise Refused(
            "--parallel needs Dask as MLRun supports it: pip install 'mlrun[dask]'"
        ) from None
    with contextlib.ExitStack() as stack:
        if not address:
            options = {"preload": "project_setup", "env": {"MLRUN_LOG_LEVEL": "CRITICAL"}}
            cluster = LocalCluster(workers, threads_per_worker=1, dashboard_address=None, **options)
            address = stack.enter_context(cluster).scheduler_address
        try:
            Client(address, timeout=10).close()
        except (OSError, ValueError) as error:
            raise Refused(f"no Dask scheduler at {address}: {one_line(error)}") from error
        stack.enter_context(dask.config.set({"scheduler-address": address}))
        yield


def _read(project, uid: str, iterations: bool) -> list[dict]:
    database = mlrun.get_run_db()
    runs = [database.read_run(uid, project.name)]
    if iterations:
        children = database.list_runs(uid=uid, project=project.name, iter=True)
        runs += sorted((run for run in children if _iteration(run)), key=_iteration)
    return runs


def _iteration(run: dict) -> int:
    return run["metadata"].get("iteration") or 0


@contextlib.contextmanager
def _warnings_of_mlrun() -> Iterator[list[str]]:
    """Collect what MLRun warns of: it is the only trace of outputs for which there was no log hint."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, log_record):
            heard.append(log_record.getMessage())

    listener = Listener(logging.WARNING)
    logger = logging.getLogger("mlrun")
    logger.addHandler(listener)
    try:
        yield heard
    finally:
        logger.removeHandler(listener)


def _log(project, uid: str) -> str:
    return mlrun.get_run_db().get_log(uid, project.name)[1].decode(errors="replace")


def count_iterations(
    project, since: datetime, seen: Callable[[int], None], stop: threading.Event
) -> None:
    """Until told to stop, report how many iterations started since a time have ended."""
    while not stop.wait(0.5):
        runs = mlrun.get_run_db().list_runs(project=project.name, iter=True, start_time_from=since)
        seen(
            sum(
                run["status"]["state"] in RunStates.terminal_states()
                for run in runs
                if _iteration(run)
            )
        )


# After a run


def record(
    run: dict, returns: list[str] | None = None, artifacts: Iterable[dict] | None = None
) -> dict:
    """
    What a person wants to know of a run, ready for JSON.

    :param run:     A run as the run DB gives it.
    :param returns: The log hints it was asked for; None for the keys that the run DB knows of them.
    :param artifacts: Its artifacts, where they are known; None to ask the run DB for each.

    :returns: uid, iteration, name, state, error, parameters, start, seconds, outputs (a list of key, type, and path or
              value) and problems (lines; empty if all that was asked for is there).
    """
    status, metadata = run["status"], run["metadata"]
    outputs = [
        {"key": key, "type": "result", "value": value}
        for key, value in (status.get("results") or {}).items()
    ]
    outputs += map(artifact_record, _artifacts(status) if artifacts is None else artifacts)
    start, end = status.get("start_time"), status.get("last_update")
    return {
        "uid": metadata["uid"],
        "iteration": _iteration(run),
        "name": metadata["name"],
        "state": status.get("state"),
        "error": one_line(mlrun.RunObject.from_dict(run).error or ""),
        "parameters": run["spec"].get("parameters") or {},
        "start": str(start or ""),
        "seconds": (local_time(end) - local_time(start)).total_seconds() if start and end else None,
        "outputs": outputs,
        "problems": problems(
            run, outputs, run["spec"].get("outputs") or [] if returns is None else returns
        ),
    }


def _artifacts(status: dict) -> Iterator[dict]:
    for uri in (status.get("artifact_uris") or {}).values():
        with contextlib.suppress(mlrun.errors.MLRunNotFoundError):  # deleted since
            yield mlrun.datastore.get_store_resource(uri).to_dict()


def artifact_record(artifact: dict) -> dict:
    """
    What a person wants to know of an artifact.

    :param artifact: An artifact as the run DB gives it.

    :returns: key, type, path, size in bytes, and the packager's labels of an image (width, height, mode, format …).
    """
    spec, metadata = artifact["spec"], artifact["metadata"]
    notes = spec.get("unpackaging_instructions") or {}
    return {
        "key": metadata["key"],
        "type": notes.get("artifact_type") or artifact.get("kind") or "artifact",
        "path": spec.get("target_path", ""),
        "size": spec.get("size"),
        "labels": metadata.get("labels") or {},
        "object_type": notes.get("object_type", ""),
    }


def local_time(value: str | datetime) -> datetime:
    """A time of the run DB (UTC, where it does not say) in this machine's time zone."""
    value = datetime.fromisoformat(str(value))
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone()


def problems(run: dict, outputs: list[dict], returns: list[str]) -> list[str]:
    """
    Compare what a run was asked for with what it holds.

    :param run:     A run as the run DB gives it.
    :param outputs: Its outputs.
    :param returns: The log hints it was asked for.

    :returns: One line for each asked-for output that is missing, or is not what was asked.
    """
    if run["status"].get("state") != RunStates.completed:
        return []  # its own error says more
    if run["spec"].get("hyperparams") and not _iteration(run):
        return []  # a sweep's outputs are its iterations'
    found = {output["key"]: output for output in outputs}
    lines = []
    for hint in map(mlrun.LogHint.parse_obj, returns):
        output = found.get(hint.key)
        value = output.get("value") if output else None
        if output is None:
            lines.append(f"{hint.key}: asked for, but the run does not hold it")
        elif "value" not in output:
            if (
                output["object_type"].startswith("PIL.")
                and output["type"] == "object" != hint.artifact_type
            ):
                lines.append(
                    f"{hint.key}: the image was pickled: project.yaml must list PILImagePackager"
                )
            elif (
                "://" not in output["path"] and _is_here(run) and not Path(output["path"]).is_file()
            ):
                lines.append(f"{hint.key}: its file is not there: {output['path']}")
        elif value in (None, "None"):
            lines.append(f"{hint.key}: the handler returned None for it")
        elif hint.artifact_type not in (None, "result") and not hint.itemized:
            lines.append(
                f"{hint.key}: asked for as {hint.artifact_type}, but logged as text: {str(value)[:60]}"
            )
    keys = {mlrun.LogHint.parse_obj(hint).key for hint in returns}
    return lines + [
        f"{output['key']}: an image was logged as text: give the run a log hint for it"
        for output in outputs
        if output["key"] not in keys and "<PIL." in str(output.get("value"))
    ]


def _is_here(run: dict) -> bool:
    return (run["metadata"].get("labels") or {}).get("kind") in ("", "local", "handler")


def list_runs(project) -> list[dict]:
    """The project's runs and iterations as the run DB gives them, newest first."""
    # a server shows only the newest run of each name in the last week unless a time is given
    return list(project.list_runs(iter=True, start_time_from=datetime.fromtimestamp(0, UTC)))


def run_workflow(
    project, name: str, arguments: dict[str, Any], remote: bool = False
) -> tuple[bool, list[dict]]:
    """
    Run a workflow of project.yaml with MLRun's local engine: its steps one after another.

    :param project:   The project.
    :param name:      The workflow's name in project.yaml.
    :param arguments: Arguments of the workflow's function.
    :param remote:    Run the steps as jobs of the server's cluster instead of here.

    :returns: Whether the workflow succeeded, and its runs.

    :raise Refused: If there is no such workflow, or a step cannot be started.
    """
    names = [workflow["name"] for workflow in project.spec.workflows]
    if name not in names:
        raise Refused(
            f"no workflow {name!r} in project.yaml, which has: {', '.join(names) or 'none'}"
        )
    project.notifiers.remove_notification("console")  # what happened is shown at the end
    try:
        status = project.run(
            name, arguments=arguments, engine="local", local=not remote, watch=False
        )
    except (Exception, SystemExit) as error:
        raise Refused(f"the workflow {name} failed: {one_line(error) or repr(error)}") from error
    runs = mlrun.get_run_db().list_runs(
        project=project.name, iter=True, labels=[f"workflow={status.run_id}"]
    )
    if not runs and status.exc:
        raise Refused(f"the workflow {name} failed: {one_line(status.exc)}")
    records = [
        record(run)
        for run in sorted(runs, key=lambda run: (run["status"]["start_time"], _iteration(run)))
    ]
    if status.exc and all(run["state"] == RunStates.completed for run in records):
        raise Refused(
            f"the workflow {name} failed after {records[-1]['name']}: {one_line(status.exc)}"
        )
    succeeded = str(status.state).lower() in ("succeeded", "completed")
    return succeeded, _failed_where_incomplete(project, records)
