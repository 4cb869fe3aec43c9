"""Runs of many images."""

import subprocess
import sys

import pytest
from projects import HERE


def run_many(project, count: int):
    """Run a handler that returns so many images of 32 x 32."""
    hint = {"key": "*img", "artifact_type": "file"}
    params = {"count": count}
    return project.run_function("many", params=params, returns=[hint], local=True)


@pytest.mark.parametrize("count, runs, rounds", [(1000, 10, 4), (10_000, 20, 2)])
def bench_many_images_cost_the_same_each(compare, project, count, runs, rounds):
    run, _ = compare(
        f"an image of a run of {count:,} / of a run of 100",
        lambda: run_many(project, count),
        lambda: [run_many(project, 100) for _ in range(runs)],
        rounds,
        ("<=", 1.2),
        each=(count, 100 * runs),
    )
    assert len(run.status.artifact_uris) == count


@pytest.mark.parametrize("count, rounds", [(1, 20), (1000, 4)])
def bench_many_images_against_mlflow(compare, project, mlflow, count, rounds):
    images = "one image" if count == 1 else f"{count:,} images"
    run_many(project, count)
    compare(
        f"a run of {images} / MLflow's, with log_image and SQLite",
        lambda: run_many(project, count),
        lambda: mlflow.log_images(count),
        rounds,
        ("<=", 1),
    )


def log_series(project, count: int):
    """Run a handler that logs so many images of 32 x 32 itself, and returns nothing."""
    return project.run_function("logged", params={"count": count}, local=True)


def bench_many_logged_images_cost_the_same_each(compare, project):
    run, _ = compare(
        "an image that a handler logs, of 10,000 / of 100",
        lambda: log_series(project, 10_000),
        lambda: [log_series(project, 100) for _ in range(20)],
        2,
        ("<=", 1.2),
        each=(10_000, 2000),
    )
    assert len(run.status.artifact_uris) == 10_000


def bench_many_logged_images_against_mlflow(compare, project, mlflow):
    log_series(project, 10)
    compare(
        "a run that logs 10,000 images as a series / MLflow's, with log_image(key=, step=)",
        lambda: log_series(project, 10_000),
        lambda: mlflow.log_images(10_000, "series"),
        2,
        ("<=", 1),
    )


@pytest.mark.parametrize("count, side", [(10_000, 32), (1000, 256)])
def bench_many_images_in_memory(table, count, side):
    """The most that the run takes beyond the images that its handler holds when it returns."""
    command = [sys.executable, HERE / "run_memory.py", str(count), str(side)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    held, more = map(int, done.stdout.splitlines()[-1].split())
    table.add(
        f"memory of a run of {count:,} images of {side} x {side}, beyond its images / the images",
        [more / held],
        ("<=", 1),
        f"{more / 2**20:,.0f} / {held / 2**20:,.0f} MiB",
    )
