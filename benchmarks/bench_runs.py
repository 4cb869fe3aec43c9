"""Runs without a server, against MLRun's own way; and the way from the template to the first image."""

import json
import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import mlrun
import pytest
from dependency_injector import providers
from mlrun.db.factory import RunDBFactory
from mlrun.db.nopdb import NopDB
from run import TEMPLATE, cookiecutter

from mlrun_images.running.local_run_db import LocalRunDB
from mlrun_images.running.project import load


@pytest.fixture(scope="module")
def project():
    return load(".")


class NoDB(NopDB):
    """MLRun's own database where there is no server; it only knows the project, so that it packs the same image."""

    def __init__(self, project):
        super().__init__()
        self.project = project

    def get_project(self, name):
        return self.project


class Runs:
    """Runs of one function that are kept in one database."""

    def __init__(self, project, database):
        self.database = database
        self.function = project.get_function("gen-image")
        database.store_project(project.name, project)

    def run(self, count: int = 1) -> None:
        provider = RunDBFactory()._rundb_container.nop
        provider.reset_override()
        provider.override(providers.Object(self.database))
        mlrun.get_run_db(force_reconnect=True)
        for _ in range(count):
            # by this name the run's record is over 1,024 characters in both databases: MLRun reads it as YAML, which
            # takes a millisecond more from there on
            name, params = "x" * 63, {"width": 128, "height": 128}
            self.function.run(name=name, local=True, params=params, returns=["gradient"])

    def run_in_processes(self, processes: int, count: int) -> None:
        fork = multiprocessing.get_context("fork")
        started = [fork.Process(target=self.run, args=(count,)) for _ in range(processes)]
        for process in started:
            process.start()
        for process in started:
            process.join()
        assert not any(process.exitcode for process in started)

    def kept(self) -> int:
        return len(self.database.list_runs(project=self.function.metadata.project))


def bench_run_against_mlruns_own(compare, project, tmp_path):
    ours, theirs = Runs(project, LocalRunDB(tmp_path / "runs.db")), Runs(project, NoDB(project))
    ours.run(), theirs.run()
    compare(
        "a local run / with MLRun's own no-server database", ours.run, theirs.run, 100, ("<=", 1.1)
    )
    assert ours.kept() == 101


def bench_run_1000_against_the_first(compare, project, tmp_path):
    full, fresh = (
        Runs(project, LocalRunDB(tmp_path / "full.db")),
        Runs(project, LocalRunDB(tmp_path / "fresh.db")),
    )
    full.run(1000), fresh.run()
    compare("run 1,000 and later / the first runs", full.run, fresh.run, 50, ("<=", 1.2))
    assert (full.kept(), fresh.kept()) == (1050, 51)


def bench_four_processes(compare, project, tmp_path):
    runs = Runs(project, LocalRunDB(tmp_path / "runs.db"))
    compare(
        "100 runs by 4 processes at once: times faster than by 1",
        lambda: runs.run_in_processes(4, 25),
        lambda: runs.run_in_processes(1, 100),
        rounds=4,
        note="nothing lost",
        faster=True,
    )
    assert runs.kept() == 8 * 100


def bench_render(compare, tmp_path):
    empty = tmp_path / "empty"
    Path(empty, "{{cookiecutter.slug}}").mkdir(parents=True)
    Path(empty, "{{cookiecutter.slug}}", "empty").touch()
    Path(empty, "cookiecutter.json").write_text(json.dumps({"slug": "empty"}))
    folders = (tmp_path / str(number) for number in range(100))
    compare(
        "rendering the template / rendering one empty file",
        lambda: cookiecutter(TEMPLATE, next(folders)),
        lambda: cookiecutter(empty, next(folders)),
        rounds=6,
    )


PARTS = """
import contextlib, json, sys, time
times = [time.time()]
import mlrun
times.append(time.time())
from mlrun_images.looking.terminal import print_lines, run_lines
from mlrun_images.running.project import load
from mlrun_images.running.runs import run_function
project = load(".")
times.append(time.time())
runs = run_function(project, "gen-image", {}, {}, {}, ["gradient"])
times.append(time.time())
with contextlib.redirect_stdout(sys.stderr):
    print_lines(run_lines(runs))
times.append(time.time())
assert not runs[0]["problems"]
print(json.dumps(times))
"""


def bench_parts_of_the_first_image(table, tmp_path):
    names = ("cookiecutter", "start Python", "import mlrun", "load the project", "run", "show")
    rounds = []
    for number in range(5):
        times = [time.time()]
        cookiecutter(TEMPLATE, tmp_path / str(number))
        times.append(time.time())
        command = [sys.executable, "-c", PARTS]
        printed = subprocess.run(
            command, cwd=tmp_path / str(number) / "image-project", check=True, capture_output=True
        )
        times += json.loads(printed.stdout.splitlines()[-1])
        rounds.append([end - start for start, end in zip(times, times[1:], strict=False)])
    for name, *seconds in zip(names, *rounds, strict=True):
        shares = [part / sum(whole) for part, whole in zip(seconds, rounds, strict=True)]
        what, note = (
            f"from cookiecutter to the first image: {name} / all",
            f"{1000 * sorted(seconds)[2]:.3g} ms",
        )
        table.add(what, shares, None, note)
    table.rows[-1] = (
        *table.rows[-1][:-1],
        f"{table.rows[-1][-1]}; all {sorted(map(sum, rounds))[2]:.2f} s",
    )
