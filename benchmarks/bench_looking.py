"""Looking at past runs, as whole processes: their processor time and memory."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mlflow_peer import NoMLflow, python_with_mlflow
from projects import TEMPLATE, Project, Spent, spent

MANY = ("run", "many", "-p", "count=10", "--returns", "*img : file")
RUN = ("run", "-p", "width=8", "--returns", "gradient : file")
TAB = {"COMP_WORDS": "main.py run -p wi", "COMP_CWORD": "3", "_MAIN_PY_COMPLETE": "zsh_complete"}
LOOKING = {
    "`runs`": ("runs",),
    "`images`": ("images",),
    "`delete --older 300d`": ("delete", "--older", "300d"),
    "a wrong function's refusal": ("run", "nope"),
    "one TAB": (),
}
IMPORT = "import gc; gc.disable(); import mlrun; gc.freeze(); gc.enable()"
LARGE = {
    "`runs`": (("runs",), 0.0),
    "`images`": (("images",), 0.0),
    "`images --min-width 5000`": (("images", "--min-width", "5000"), 1.0),
    "`runs PREFIX`": (("runs", "PREFIX"), 0.0),
    "`run`": (RUN, 0.0),
}
MLFLOW = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
client, runs = mlflow.MlflowClient(), int(sys.argv[2])
for number in range(runs):
    run = client.create_run("0")
    client.log_param(run.info.run_id, "width", number)
    client.set_terminated(run.info.run_id)
"""


def look(project: Project, name: str) -> Callable[[], Spent]:
    environment = TAB if name == "one TAB" else {}
    return lambda: project.processor_time(*LOOKING[name], **environment)


def grown(folder: Path, times: int, template: Path = TEMPLATE, files: bool = False) -> Project:
    project = Project(folder, template)
    project.main(*MANY)
    project.repeat_records(times, files)
    return project


@pytest.fixture(scope="module")
def of_1000_runs(tmp_path_factory) -> Project:
    return grown(tmp_path_factory.mktemp("thousand"), 999)


@pytest.fixture(scope="module")
def base_of_1000_runs(base, tmp_path_factory) -> Project:
    return grown(tmp_path_factory.mktemp("base-thousand"), 999, base)


@pytest.mark.parametrize("name", LOOKING)
def bench_looking_against_help(compare_processes, of_1000_runs, name):
    help = lambda: of_1000_runs.processor_time("-h")  # noqa: E731
    what = f"{name} with 1,000 runs / `-h`"
    compare_processes(what, look(of_1000_runs, name), help, ("<=", 1.5))


# what TAB completes now it did not complete before
@pytest.mark.parametrize("name", [name for name in LOOKING if name != "one TAB"])
def bench_looking_against_base(compare_processes, of_1000_runs, base_of_1000_runs, name):
    ours, theirs = look(of_1000_runs, name), look(base_of_1000_runs, name)
    compare_processes(f"{name} with 1,000 runs / BASE's", ours, theirs, ("<=", 0.1))


@pytest.mark.parametrize("name", LOOKING)
def bench_looking_in_memory(table, of_1000_runs, name):
    peaks = [look(of_1000_runs, name)().peak / 2**20 for _ in range(3)]
    note = f"{max(peaks):.0f} MiB, Python's own included"
    table.add(f"peak memory of {name} / 40 MiB", [one / 40 for one in peaks], ("<=", 1), note)


@pytest.fixture(scope="module")
def mlflow_of_1000_runs(request, tmp_path_factory) -> Iterator[Callable[[], Spent]]:
    folder = tmp_path_factory.mktemp("mlflow")
    store = f"sqlite:///{folder}/mlflow.db"
    try:
        python = python_with_mlflow()
    except NoMLflow as error:
        pytest.skip(str(error))
    command = [str(python), "-c", MLFLOW, store, "1000"]
    subprocess.run(command, check=True, cwd=folder, capture_output=True)
    list_runs = [python.parent / "mlflow", "runs", "list", "--experiment-id", "0"]
    yield lambda: spent(list_runs, folder, MLFLOW_TRACKING_URI=store)


def bench_looking_against_mlflow(compare_processes, of_1000_runs, mlflow_of_1000_runs):
    what = "`runs` with 1,000 runs / `mlflow runs list` with as many"
    compare_processes(what, look(of_1000_runs, "`runs`"), mlflow_of_1000_runs, ("<=", 0.1))


def bench_looking_gallery_again_against_base(compare_processes, base, tmp_path_factory):
    ours = grown(tmp_path_factory.mktemp("ours"), 99, files=True)
    theirs = grown(tmp_path_factory.mktemp("theirs"), 99, base, files=True)
    what = "the second gallery, of 1,000 images / BASE's"
    gallery = ("gallery", "--no-open")
    compare_processes(
        what,
        lambda: ours.processor_time(*gallery),
        lambda: theirs.processor_time(*gallery),
        ("<=", 0.35),
    )


def bench_looking_run_against_base(compare_processes, of_1000_runs, base_of_1000_runs):
    ours = lambda: of_1000_runs.processor_time(*RUN)  # noqa: E731
    theirs = lambda: base_of_1000_runs.processor_time(*RUN)  # noqa: E731
    compare_processes("`run` / BASE's", ours, theirs, ("<=", 0.68))


def bench_looking_run_against_import(compare_processes, of_1000_runs):
    what = "`run` / importing MLRun with the collector off, then frozen"
    compare_processes(
        what,
        lambda: of_1000_runs.processor_time(*RUN),
        lambda: spent([sys.executable, "-c", IMPORT], of_1000_runs.folder),
        ("<=", 1.15),
    )


@pytest.fixture(scope="module")
def of_100000_runs(tmp_path_factory) -> Project:
    return grown(tmp_path_factory.mktemp("large"), 99_999)


@pytest.mark.parametrize("name", LARGE)
def bench_looking_at_100000_runs(table, compare_processes, of_1000_runs, of_100000_runs, name):
    """With 1,000,000 artifacts: at most 1.5 times as long, and a second where all are looked at."""
    arguments, seconds = LARGE[name]

    def of(project: Project) -> Callable[[], Spent]:
        uid = max(path.name for path in (project.folder / "artifacts").iterdir())[:12]
        return lambda: project.processor_time(
            *(uid if one == "PREFIX" else one for one in arguments)
        )

    small = of(of_1000_runs)().seconds
    limit = 1.5 + seconds / small
    what = f"{name} with 100,000 runs and 1,000,000 artifacts / with 1,000 and 10,000"
    compare_processes(what, of(of_100000_runs), of(of_1000_runs), ("<=", round(limit, 2)))
