"""Running the iterations of a sweep at once, on Dask."""

import contextlib
import functools
import inspect
import json
import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import mlrun
from mlrun.common.runtimes.constants import RunStates
from mlrun.lists import RunList
from mlrun.runtimes.local import HandlerRuntime, exec_from_params
from mlrun.runtimes.utils import global_context

from mlrun_images.errors import Refused, one_line, represent
from mlrun_images.packing.inputs import resolve
from mlrun_images.running.mlruns_log import noted_exceptions, silence
from mlrun_images.running.own_run import own_run

WITHOUT_WORKERS = 60.0  # seconds to wait for a worker; Dask replaces one that died in a few
CLOSING = 15  # seconds that a cluster may take to end; Dask kills busy workers after a few
DIED = "the process of its Dask worker ended (killed, or ended by the handler)"
NO_WORKER = f"no Dask worker was left for {WITHOUT_WORKERS:g} seconds"

# a worker imports MLRun with Python's garbage collector off, as the command does: it is faster
PRELOAD = ["import gc; gc.disable()", "project_setup", "import gc; gc.freeze(); gc.enable()"]


@contextlib.contextmanager
def dask_cluster(workers: int, address: str | None = None) -> Iterator[None]:
    """
    Give MLRun's parallel runs a Dask cluster for the `with` block: a new one, or one that is there.

    A worker runs one iteration at a time, since a run changes the process (its folder, its output).
    It preloads project_setup. To start workers of your own, in this folder: `PYTHONPATH=. dask
    worker ADDRESS --nthreads 1 --preload project_setup`.

    :param workers: The number of processes of the new cluster.
    :param address: The address of another cluster's scheduler, for example `tcp://host:8786`; None
                    for a new cluster.

    :raise Refused: If Dask is not installed, or there is no scheduler at the address.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise Refused("--parallel needs Dask as MLRun supports it: uv add 'mlrun[dask]'") from None
    with contextlib.ExitStack() as stack:
        if not address:
            # begins without workers: Dask would wait for ever for one that is killed as it starts
            cluster = LocalCluster(
                n_workers=0,
                threads_per_worker=1,
                dashboard_address=None,
                # where it tells of itself by HTTP: Dask's own is for every network; it may be taken
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.CRITICAL,
                preload=PRELOAD,
            )
            stack.callback(_close, cluster)
            cluster.scale(workers)
            address = cluster.scheduler_address
        try:
            Client(address, timeout=10).close()
        except (OSError, ValueError) as error:
            raise Refused(f"no Dask scheduler at {address}: {one_line(error)}") from error
        stack.enter_context(dask.config.set({"scheduler-address": address}))
        yield


def _close(cluster: Any) -> None:
    """End a cluster and its workers. For one that was killed as it started Dask waits for ever."""
    with contextlib.suppress(TimeoutError, AssertionError):
        cluster.close(timeout=CLOSING)
    cluster.shutdown_on_close = False  # not again at exit; what is left ends with this process


class ParallelSweep(HandlerRuntime):
    """MLRun's runtime of a handler, whose parallel sweep goes on when a Dask worker dies."""

    def _parallel_run_many(self, generator, execution, runobj) -> RunList:
        """
        Give each iteration to a worker that is free.

        MLRun's own method gives all iterations to Dask at once. If a worker dies, Dask runs its
        iteration on others until they have died too, and then raises what MLRun does not expect.
        """
        client, _ = self._get_dask_client(generator.options)
        results = RunList()
        with client:
            call = functools.partial(run_iteration, runobj.spec.handler, self.spec.workdir)
            for task, answer in _answers(client, call, generator.generate(runobj)):
                results.append(self._ended(task, answer))
        return results

    def _ended(self, task: mlrun.RunObject, answer: Any) -> dict:
        """Record an iteration's end, by the worker's answer or by the error that came instead."""
        if isinstance(answer, Exception):
            error = one_line(answer)
            task.status.state, task.status.error = RunStates.error, error
            with contextlib.suppress(mlrun.errors.MLRunNotFoundError):
                return self._update_run_state(task=task, err=error) or task.to_dict()
            metadata, record = task.metadata, task.to_dict()  # the iteration had not begun
            place = metadata.uid, metadata.project, metadata.iteration
            mlrun.get_run_db().store_run(record, *place)
            return record
        record, error = answer
        return self._update_run_state(record, err=error or None)


def _answers(
    client: Any, call: Callable[[str], Any], tasks: Iterable[mlrun.RunObject]
) -> Iterator[tuple[mlrun.RunObject, Any]]:
    """
    Run a sweep's iterations on the workers of a Dask cluster, each on one that is free.

    :param client: The cluster's client.
    :param call:   Runs an iteration in a worker.
    :param tasks:  The iterations, as MLRun generates them.

    :returns: Each task when it ends, with what the call returned, or an exception if it did not
              return.
    """
    from distributed import TimeoutError, wait

    waiting, last_worker = list(reversed(list(tasks))), time.monotonic()
    running: dict[Any, tuple[mlrun.RunObject, str]] = {}  # task and worker by future
    while waiting or running:
        workers = client.nthreads()
        for worker in _free(workers, running)[: len(waiting)]:
            task, place = waiting.pop(), {"workers": [worker], "allow_other_workers": False}
            running[client.submit(call, task.to_json(), pure=False, **place)] = task, worker
        with contextlib.suppress(TimeoutError):
            wait(list(running), timeout=0.5, return_when="FIRST_COMPLETED")
        for future, (task, worker) in list(running.items()):
            if future.done() or worker not in workers:
                del running[future]
                yield task, _answer(future)
        if workers:
            last_worker = time.monotonic()
        elif time.monotonic() - last_worker > WITHOUT_WORKERS:
            yield from ((task, RuntimeError(NO_WORKER)) for task in waiting)
            waiting.clear()


def _free(workers: Iterable[str], running: dict[Any, tuple[mlrun.RunObject, str]]) -> list[str]:
    busy = {worker for _, worker in running.values()}
    return [worker for worker in workers if worker not in busy]


def _answer(future: Any) -> Any:
    if not future.done():
        future.cancel()
        return RuntimeError(DIED)
    try:
        return future.result(timeout=60)
    except Exception as error:
        return RuntimeError(DIED) if type(error).__name__ == "KilledWorker" else error


def run_iteration(handler: Callable, folder: str | None, task: str) -> tuple[dict, str]:
    """
    Run an iteration in this process, a Dask worker.

    :param handler: The handler.
    :param folder:  The folder to run in.
    :param task:    MLRun's task, as JSON.

    :returns: The run's record, and its error.
    """
    silence()
    struct = json.loads(task)
    run = mlrun.RunObject.from_dict(struct)
    context = mlrun.MLClientCtx.from_dict(struct, autocommit=False, host=socket.gethostname())
    with own_run(folder or "", run.metadata), noted_exceptions() as raised:
        global_context.set(context)  # the packagers look for it
        try:
            _, message = exec_from_params(handler, run, context, folder)
        except Exception:
            raise
        except BaseException as error:  # it would end the worker's task without a word
            raise RuntimeError(f"the handler ended with {represent(error)}") from None
    return context.to_dict(), raised.describe(message) if message else ""


def with_types(handler: Callable) -> Callable:
    """
    Make a handler's type hints classes: a Dask worker does not have the names that its module
    imports.

    :param handler: A handler.

    :returns: The same.
    """
    function = inspect.unwrap(handler)
    hints = getattr(function, "__annotations__", {})
    for name, hint in hints.items():
        hints[name] = resolve(hint, handler, extras=True)
    return handler
