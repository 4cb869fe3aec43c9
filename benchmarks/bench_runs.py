"""Runs without a server, against MLRun's own way."""

import pytest
from databases import NoDB, Runs

from mlrun_images.running.local_run_db import LocalRunDB
from mlrun_images.running.setup import load

SIZE = {"width": 128, "height": 128}


@pytest.fixture(autouse=True)
def own_database_again():
    """Give the process back its own run DB."""
    yield
    load(".")


def bench_run_against_mlruns_own(compare, project, tmp_path):
    ours = Runs(project, LocalRunDB(tmp_path / "runs.db"), **SIZE)
    theirs = Runs(project, NoDB(project), **SIZE)
    ours.run(), theirs.run()
    what = "a local run / with MLRun's own no-server database"
    compare(what, ours.run, theirs.run, 100, ("<=", 1.3))
    assert ours.kept() == 101


def bench_run_1000_against_the_first(compare, project, tmp_path):
    full = Runs(project, LocalRunDB(tmp_path / "full.db"), **SIZE)
    fresh = Runs(project, LocalRunDB(tmp_path / "fresh.db"), **SIZE)
    full.run(1000), fresh.run()
    compare("run 1,000 and later / the first runs", full.run, fresh.run, 50, ("<=", 1.2))
    assert (full.kept(), fresh.kept()) == (1050, 51)


def bench_run_in_four_processes(compare, project, tmp_path):
    runs = Runs(project, LocalRunDB(tmp_path / "runs.db"), **SIZE)
    compare(
        "100 runs by 4 processes at once: times faster than by 1",
        lambda: runs.run_in_processes(4, 25),
        lambda: runs.run_in_processes(1, 100),
        4,
        note="nothing lost",
        faster=True,
    )
    assert runs.kept() == 8 * 100


def bench_run_of_a_reduced_plot(compare, project, tmp_path):
    """Outside a run no original is logged beside the preview, so runs are compared."""
    tutorials = load(".")
    tutorials.spec.custom_packagers = [("tutorial.LoggedPackager", True)]
    ours = Runs(project, LocalRunDB(tmp_path / "ours.db"), "large")
    theirs = Runs(tutorials, LocalRunDB(tmp_path / "theirs.db"), "large")
    ours.run(), theirs.run()
    compare(
        "a run of noise 4096 x 4096, its preview and original / the tutorial's page of all pixels",
        ours.run,
        theirs.run,
        3,
        ("<=", 1),
    )
    assert [_kinds(runs) for runs in (ours, theirs)] == [["artifact", "plot"], ["artifact"]]


def _kinds(runs: Runs) -> list[str]:
    (run, *_) = runs.database.list_runs()
    found = runs.database.list_artifacts(tree=run["metadata"]["uid"], tag="latest")
    return sorted(artifact.get("kind") or "artifact" for artifact in found)
