"""A sweep's iterations at once, on Dask."""

import contextlib
import inspect
from collections.abc import Callable, Iterator

from mlrun_images.errors import Refused
from mlrun_images.text import one_line


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
        raise Refused("--parallel needs Dask as MLRun supports it: uv add 'mlrun[dask]'") from None
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


def with_context(handler: Callable) -> Callable:
    """
    The handler as a function that takes MLRun's context.

    In a Dask worker MLRun 1.12 finds the context to log to only among the handler's arguments.

    :param handler: A handler, with or without a parameter `context`.

    :returns: A function of the same name that takes a `context` in any case.
    """

    def run(context, **arguments):
        # imported in the worker: it has one of its own, where the packager looks
        from mlrun.runtimes.utils import global_context

        global_context.set(context)
        if "context" in signature.parameters:
            arguments["context"] = context
        return handler(**arguments)

    signature = inspect.signature(handler)
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY)
    others = [p for p in signature.parameters.values() if p.name != "context"]
    run.__name__ = handler.__name__
    vars(run)["__signature__"] = signature.replace(
        parameters=sorted([*others, context], key=lambda p: p.kind)
    )
    return run
