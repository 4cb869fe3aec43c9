"""Commands on large projects, each in a process of its own, against small ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from projects import Project

ONE = ("run", "one", "--returns", "img : file")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def of_100_images(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("small"))
    project.main("run", "many", "-p", "count=100", "--returns", "*img : file")
    return project


@pytest.fixture(scope="module")
def of_10000_runs(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("runs"))
    project.main(*ONE)
    project.repeat_run(9_999)
    return project


@pytest.fixture(scope="module")
def of_10000_images(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("images"))
    project.main("run", "many", "-p", "count=1000", "--returns", "*img : file")
    project.repeat_run(9)
    return project


@pytest.mark.parametrize(
    "large, what",
    [("of_10000_runs", "10,000 runs"), ("of_10000_images", "10 runs of 1,000 images each")],
)
def bench_command_runs(compare, request, empty, large, what):
    project = request.getfixturevalue(large)
    compare(
        f"`main.py runs` with {what} / with none",
        lambda: project.main("runs"),
        lambda: empty.main("runs"),
        7,
        ("<=", 1.3),
    )


@pytest.mark.parametrize(
    "large, what",
    [("of_10000_runs", "10,000 runs of one"), ("of_10000_images", "10 runs of 1,000")],
)
def bench_command_gallery(compare, request, of_100_images, large, what):
    """The second gallery and later ones, each after one more run."""
    project = request.getfixturevalue(large)

    def run_once_more():
        project.main(*ONE)
        of_100_images.main(*ONE)

    for each in (project, of_100_images):
        each.main("gallery")
    printed, _ = compare(
        f"`main.py gallery` with 10,000 images ({what}) / with 100",
        lambda: project.main("gallery"),
        lambda: of_100_images.main("gallery"),
        3,
        ("<=", 2),
        "the second and later, each after one more run",
        prepare=run_once_more,
    )
    assert "Images: 1,000" in printed


@pytest.mark.parametrize(
    "what, arguments",
    [
        ("run", ONE),
        ("sweep", (*ONE, "-x", "number=[1,2,3]")),
        ("parallel sweep", (*ONE, "-x", "number=[1,2,3]", "--parallel", "2")),
        ("failed run", ("run", "fail", "--returns", "img : file")),
    ],
)
def bench_command_leaves_no_temporary_files(table, tmp_path, empty, what, arguments):
    ended = empty.main(*arguments, check=False, TMPDIR=str(tmp_path))
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    table.add(f"files that a {what} leaves in the temporary folder", [len(left)], ("<=", 0))
    assert ended


def bench_run_that_prints_a_million_lines(table, empty, tmp_path):
    """What the handler's lines take, in a run that keeps them and in a process that does not."""
    plain = "import handlers, sys; print(handlers.lines(1_000_000), file=sys.stderr)"
    kept = ("main.py", "run", "lines", "-p", "count=1000000", "--returns", "seconds")
    ratios = []
    for _ in range(7):
        taken = float(_print_to_file(empty, tmp_path, "-c", plain))
        _print_to_file(empty, tmp_path, *kept)
        (run,) = json.loads(empty.main("runs", "-n", "1", "--json"))
        ratios.append(run["outputs"][0]["value"] / taken)
    what = "a handler that prints 1,000,000 lines / the same with its output in a file"
    table.add(what, ratios, ("<=", 1.1))


def _print_to_file(project: Project, folder: Path, *arguments: str) -> str:
    """Run Python with its standard output in a file, and give what it printed as an error."""
    with (folder / "printed").open("w") as file:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=project.folder, stdout=file, stderr=subprocess.PIPE,
            text=True, check=True, env=os.environ | {"PYTHONUNBUFFERED": ""},
        )  # fmt: skip
    return done.stderr
