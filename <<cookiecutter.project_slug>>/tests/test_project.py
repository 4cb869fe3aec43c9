"""What this project makes. Copy a test for each handler of your own."""

import re
from pathlib import Path

import mlrun
import pytest
from PIL import Image

from generate_image import generate_gradient
from mlrun_images.running import local_run_db

FOLDER = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project, with its runs and files in a temporary folder."""
    folder = tmp_path_factory.mktemp("runs")
    project = mlrun.load_project(str(FOLDER), save=False)
    local_run_db.activate(folder / "runs.db")
    mlrun.mlconf.artifact_path = str(folder / "{{run.uid}}")
    project.save_to_db()
    return project


def test_the_gradient_grows_from_corner_to_corner():
    image = generate_gradient(width=100, height=50)
    assert (image.mode, image.size) == ("RGB", (100, 50))
    assert image.getpixel((0, 0)) == (0, 0, 50)
    assert image.getpixel((99, 49)) == (252, 249, 50)


def test_an_image_is_a_page_by_default(project):
    run = project.run_function("gen-image", params={"width": 128}, returns=["gradient"], local=True)
    page = run.artifact("gradient").get(encoding="utf-8")
    assert re.search("data:image/png;base64", page)


def test_an_image_is_a_jpeg_where_the_log_hint_says_so(project):
    hint = "gradient : file[format='jpeg']"
    run = project.run_function("gen-image", params={"width": 128}, returns=[hint], local=True)
    with Image.open(run.artifact("gradient").local()) as image:
        assert (image.format, image.size) == ("JPEG", (128, 256))


def test_the_workflow_turns_what_it_generated(project):
    project.run("main", arguments={"width": 16, "height": 8}, local=True, watch=False)
    turned = project.list_artifacts("~transformed").to_objects()[-1]
    assert turned.labels["width"] == "8"
