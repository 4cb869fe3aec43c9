"""Sweeps, against single runs and in parallel."""

import contextlib

import dask
import mlrun

from mlrun_images.running.parallel import dask_cluster
from mlrun_images.running.runs import run_function

HINTS = [mlrun.LogHint(key="img", artifact_type="file")]


def bench_sweep_against_single_runs(compare, project):
    runs, _ = compare(
        "an iteration of a sweep of 1,000 / a single run",
        lambda: _sweep(project, "one", 1000),
        lambda: [_run(project, number) for number in range(1000)],
        3,
        ("<=", 1.1),
        each=(1000, 1000),
    )
    assert len(runs) == 1001


def bench_sweep_in_parallel(compare, project):
    """The clusters' start, some seconds, is not measured."""
    with contextlib.ExitStack() as stack:
        one, two = (_started(stack, workers) for workers in (1, 2))
        runs, _ = compare(
            "40 iterations of 0.25 s, `--parallel 2`: times faster than `--parallel 1`",
            lambda: _sweep_on(two, project),
            lambda: _sweep_on(one, project),
            3,
            (">=", 1.7),
            faster=True,
        )
    assert len(runs) == 41


def _run(project, number: int) -> list[dict]:
    return run_function(project, "one", {"number": number}, {}, {}, HINTS)


def _sweep(project, name: str, count: int, parallel: bool = False, **params) -> list[dict]:
    values = {"number": list(range(count))}
    return run_function(project, name, params, {}, values, HINTS, parallel=parallel)


def _started(stack: contextlib.ExitStack, workers: int) -> str:
    """Start a cluster; get its address."""
    stack.enter_context(dask_cluster(workers))
    return dask.config.get("scheduler-address")


def _sweep_on(address: str, project) -> list[dict]:
    with dask_cluster(0, address):
        return _sweep(project, "busy", 40, parallel=True, seconds=0.25)
