"""
Whatever another library draws is logged as the picture that the library itself saves, or is kept
and the run fails.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from objects import FILMS, NUMBERS, OBJECTS, dataset, film, settings
from PIL import Image
from test_returned import RED, project, run, temp  # noqa: F401

from mlrun_images import read_image
from oracle import off

HINTS = [None, "a", "a : plot", "a : file[format='png']"]


def saved(name: str, value, path: Path) -> Image.Image:
    """The picture of a value as its library saves it."""
    written = OBJECTS[name].save(value, path)
    return Image.open(path if path.exists() else io.BytesIO(written))


def is_saved(artifact, expected: Image.Image) -> bool:
    """Check if an artifact gives the expected picture back, pixel for pixel."""
    image = read_image(artifact.to_dataitem())
    return image.size == expected.size and off(expected, image) == (0, 0)


@pytest.mark.parametrize("hint", HINTS)
@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_is_logged_as_its_library_saves_it(run, tmp_path, name, hint):  # noqa: F811
    value = OBJECTS[name].make()
    expected = saved(name, value, tmp_path / "saved.png")
    status, artifacts = run(lambda: value, hint and [hint])
    key = "a" if hint else "made"  # the name of the run
    assert (status.state, sorted(artifacts)[:1]) == ("completed", [key]), status.error
    assert is_saved(artifacts[key], expected)


@pytest.mark.parametrize("hint", ["*a : file[format='png']", "a"])
@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_in_a_list_is_taken_out_or_kept(run, tmp_path, name, hint):  # noqa: F811
    value = OBJECTS[name].make()
    expected = saved(name, value, tmp_path / "saved.png")
    status, artifacts = run(lambda: [value, RED], [hint])
    assert status.state == ("completed" if hint[0] == "*" else "error"), status.error
    assert is_saved(artifacts["a_0"], expected) and is_saved(artifacts["a_1"], RED)


@pytest.mark.parametrize("hint", ["a : plot", "a : file[format='png']"])
@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_kept_and_the_recipe_is_told(run, name, hint):  # noqa: F811
    numbers = NUMBERS[name]()
    status, artifacts = run(lambda: numbers, [hint])
    assert status.state == "error" and "Image.fromarray(" in status.error
    kept = np.load(io.BytesIO(artifacts["a"].to_dataitem().get()))
    assert np.array_equal(kept, np.asarray(numbers))


@pytest.mark.parametrize("decode", [True, False])
@pytest.mark.parametrize("hint", ["a", "*a : file[format='png']", None])
def test_a_column_of_a_dataset_is_taken_out_or_kept(run, hint, decode):  # noqa: F811
    column = dataset(decode)["image"]
    pictures = dataset()["image"]
    status, artifacts = run(lambda: column, hint and [hint])
    images_asked = decode and hint and hint[0] == "*"  # undecoded: dictionaries of bytes and paths
    assert status.state == ("completed" if images_asked else "error"), status.error
    key = "a" if hint else "return"
    beside = set() if decode else {"a"}  # a column of dictionaries, pickled
    assert sorted(artifacts.keys() - beside) == [f"{key}_0", f"{key}_1"]
    assert all(is_saved(artifacts[f"{key}_{number}"], pictures[number]) for number in (0, 1))


@pytest.mark.parametrize("format", ["GIF", "TIFF"])
@pytest.mark.parametrize("library", FILMS)
def test_all_frames_of_a_film_are_logged(run, library, format):  # noqa: F811
    status, artifacts = run(lambda: FILMS[library](format), ["a"])
    assert status.state == "completed", status.error
    image = read_image(artifacts["a"].to_dataitem())
    assert image.n_frames == 3
    for number in range(3 if library != "holoviews" else 0):
        image.seek(number)
        expected = Image.open(io.BytesIO(film(format)))
        expected.seek(number)
        assert off(expected.convert("RGB"), image.convert("RGB")) == (0, 0)
        assert image.info.get("duration") == expected.info.get("duration")


def test_settings_and_data_are_no_pictures(run):  # noqa: F811
    for value in settings():
        status, artifacts = run(lambda value=value: value, ["a : object"])
        assert status.state == "completed", status.error
        status, artifacts = run(lambda value=value: {"x": value}, ["a"])
        assert (status.state, artifacts) == ("completed", {}), status.error
