"""What the tests share."""

from pathlib import Path

import mlrun
import pytest

from mlrun_images.running import local_run_db

FOLDER = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The project, with its runs and files in a temporary folder."""
    folder = tmp_path_factory.mktemp("runs")
    project = mlrun.load_project(str(FOLDER), save=False)
    local_run_db.activate(folder / "runs.db")
    mlrun.mlconf.artifact_path = str(folder / "{{run.uid}}")
    project.save_to_db()
    return project
