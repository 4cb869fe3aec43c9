"""Runs of many large images, against an earlier build."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from projects import HERE, Project, Spent


def taking(project: Project, *arguments: object) -> Callable[[], Spent]:
    """Make a function that runs `run_large.py` in a project."""
    command = [sys.executable, HERE / "run_large.py", *arguments]

    def take() -> Spent:
        done = subprocess.run(
            [*map(str, command)], cwd=project.folder, check=True, capture_output=True, text=True
        )
        return Spent(float(done.stdout.splitlines()[-1]), 0)

    return take


@pytest.fixture(scope="module")
def projects(base, tmp_path_factory) -> tuple[Project, Project]:
    folders = [tmp_path_factory.mktemp(name) for name in ("ours", "base")]
    return Project(folders[0]), Project(folders[1], base)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core")
@pytest.mark.parametrize("kind", ["noise", "photo"])
def bench_ahead_on_two_cores(compare_processes, projects, kind):
    ours, theirs = (taking(one, kind, 1000, 2) for one in projects)
    what = f"BASE's run of 1,000 images of 512 x 512 ({kind}) as PNG, on two cores / ours"
    compare_processes(what, theirs, ours, (">=", 1.6), 3, "ms")


@pytest.mark.parametrize("kind", ["noise", "photo"])
def bench_ahead_on_one_core(compare_processes, projects, kind):
    ours, theirs = (taking(one, kind, 200, 1) for one in projects)
    what = f"a run of 200 images of 512 x 512 ({kind}) as PNG, on one core / BASE's"
    compare_processes(what, ours, theirs, ("<=", 1.02), unit="ms")
