"""What several benchmarks need."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import mlrun
import pytest
from mlflow_peer import MLflow, NoMLflow
from projects import TEMPLATE
from table import Table


@pytest.fixture(scope="session")
def project() -> mlrun.projects.MlrunProject:
    """Get the rendered project, which is the current folder."""
    from mlrun_images.running.setup import load

    return load(".")


@pytest.fixture(scope="module")
def mlflow(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[MLflow]:
    """Get MLflow, or skip what needs it with one line below the table."""
    try:
        peer = MLflow(tmp_path_factory.mktemp("mlflow"))
    except NoMLflow as error:
        tables = [one for one in request.config.pluginmanager.get_plugins() if type(one) is Table]
        tables[0].add_missing(f"Not measured against MLflow, which cannot be installed: {error}")
        pytest.skip(str(error))
    yield peer
    peer.close()


@pytest.fixture(scope="session")
def base(request, tmp_path_factory) -> Path:
    """The template as the commit BASE has it."""
    commit = os.environ.get("BASE")
    if not commit:
        note = "Not measured against an earlier build: `make bench BASE=COMMIT`."
        tables = [one for one in request.config.pluginmanager.get_plugins() if type(one) is Table]
        tables[0].add_missing(note)
        pytest.skip(note)
    folder = tmp_path_factory.mktemp("base")
    for command in (["clone", "-q", TEMPLATE, folder], ["-C", folder, "checkout", "-q", commit]):
        subprocess.run(["git", *map(str, command)], check=True)
    return folder
