"""What becomes of any image in this project."""

import re

import mlrun
import pytest
from PIL import Image


def draw(width: int = 8) -> Image.Image:
    return Image.new("L", (width, 4))


@pytest.fixture
def run(project):
    """Runs `draw` as a function of the project, for a log hint."""
    function = mlrun.new_function("draw", project=project.name, kind="local")
    return lambda hint: function.run(handler=draw, params={"width": 16}, returns=[hint], local=True)


def test_an_image_is_a_page_by_default(run):
    page = run("picture").artifact("picture").get(encoding="utf-8")
    assert re.search("data:image/png;base64", page)


def test_an_image_is_a_jpeg_where_the_log_hint_says_so(run):
    made = run("picture : file[format='jpeg']")
    with Image.open(made.artifact("picture").local()) as image:
        assert (image.format, image.size) == ("JPEG", (16, 4))
