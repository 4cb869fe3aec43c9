"""Whatever a person returns as a picture is one, at every hint."""

import base64
import collections
import gc
import io
import weakref
from typing import Any

import mlrun
import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageSequence
from test_packager import open_artifact, project, temp  # noqa: F401

from image_packager import PILImagePackager
from mlrun_images import log_image, read_image
from mlrun_images.log_hints import UNHINTED
from mlrun_images.packing import during
from oracle import encoded, picture

RED, BLUE = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")


def file_of(image: Image.Image, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


class Figure:
    """As Matplotlib's figures, and those of libraries that draw with it."""

    def savefig(self, file: io.BytesIO, format: str) -> None:
        RED.save(file, format)


class Molecule:
    """As a molecule of RDKit in a notebook."""

    def _repr_png_(self) -> bytes:
        return file_of(RED)


class Photo:
    """As IPython's Image: text in base64, and metadata."""

    def _repr_jpeg_(self) -> tuple[str, dict]:
        return base64.b64encode(file_of(RED, "JPEG")).decode(), {"width": 8}


class Chart:
    """As a chart that brings several representations of itself."""

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        return {"text/plain": "a chart", "image/png": base64.b64encode(file_of(RED)).decode()}


class PilImage:
    """As qrcode's images, whose class stands in a package of that name."""

    def get_image(self) -> Image.Image:
        return RED


BaseImage = type("BaseImage", (PilImage,), {"__module__": "qrcode.image.base"})

PICTURES = {
    "image": lambda: RED,
    "bytes": lambda: file_of(RED),
    "bytearray": lambda: bytearray(file_of(RED, "BMP")),
    "view": lambda: memoryview(file_of(RED, "PPM")),
    "file": lambda: io.BytesIO(file_of(RED, "TIFF")),
    "figure": Figure,
    "molecule": Molecule,
    "photo": Photo,
    "chart": Chart,
    "code": lambda: type("Code", (BaseImage,), {})(),
}


@pytest.fixture
def run(project):  # noqa: F811
    """Run a handler: gives the run's state and error, and its artifacts by key."""

    def run(handler, returns: list | None = None):
        function = mlrun.new_function("images", project=project.metadata.name)
        try:
            function.run(
                name="made",
                handler=handler,
                returns=returns,
                artifact_path=project.spec.artifact_path,
            )
        except mlrun.runtimes.utils.RunError:
            pass
        found = project.list_runs(start_time_from=mlrun.utils.now_date().replace(year=2020))
        newest = max(found, key=lambda run: run["status"]["start_time"])
        done = mlrun.RunObject.from_dict(newest)
        artifacts = project.list_artifacts(tree=done.metadata.uid).to_objects()
        return done.status, {artifact.key: artifact for artifact in artifacts}

    return run


def is_red(artifact) -> bool:
    if artifact.kind == "plot":
        return b"data:image/png" in artifact.to_dataitem().get()
    levels = np.asarray(open_artifact(artifact).convert("RGB"))[4, 4]
    return bool(levels[0] > 240 and levels[1:].max() < 20)


@pytest.mark.parametrize("what", PICTURES)
@pytest.mark.parametrize("hint", ["a", "a : plot", "a : file[format='png']"])
def test_a_picture_is_logged_and_says_of_which_class_it_was(run, what, hint):
    value = PICTURES[what]()
    status, artifacts = run(lambda: value, [hint])
    assert (status.state, list(artifacts)) == ("completed", ["a"]), status.error
    assert is_red(artifacts["a"])
    wanted = None if what == "image" else type(value).__qualname__
    assert (artifacts["a"].labels.get("class") or "").rpartition(".")[2] == (wanted or "")


@pytest.mark.parametrize("what", PICTURES)
def test_pictures_in_a_collection_are_taken_out_by_an_asterisk(run, what):
    status, artifacts = run(lambda: [PICTURES[what](), RED], ["*a : file"])
    assert (status.state, sorted(artifacts)) == ("completed", ["a_0", "a_1"]), status.error
    assert all(map(is_red, artifacts.values()))


@pytest.mark.parametrize("what", PICTURES)
@pytest.mark.parametrize("holder", [list, tuple, collections.deque, lambda items: {"x": items[0]}])
def test_pictures_in_a_collection_under_a_plain_hint_are_kept_and_the_run_fails(run, what, holder):
    status, artifacts = run(lambda: [holder([PICTURES[what]()])], ["a"])
    assert (status.state, list(artifacts)) == ("error", ["a_0"])
    assert is_red(artifacts["a_0"]) and "possible: *a" in status.error


class Sequence(collections.abc.Sequence):
    """As a column of a data set, which makes its images anew whenever it is asked."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, number):
        return [RED, BLUE][number].copy()


class Output(collections.OrderedDict):
    """As the output of a diffusion pipeline: a mapping with attributes."""


def test_pictures_of_a_run_that_is_over_are_let_go(run):
    made = []

    def handler():
        images = collections.deque([RED.copy()])
        made.append(weakref.ref(images[0]))
        return images

    run(handler, ["*a : file"])
    run(lambda: RED, ["a"])  # MLRun holds the last context
    gc.collect()
    assert made[0]() is None


def test_collections_of_other_packages_are_taken_apart(run):
    for value in (Sequence(), Output(images=[RED, BLUE], flags=None)):
        status, artifacts = run(lambda value=value: value, ["*a : file"])
        assert (status.state, sorted(artifacts)) == ("completed", ["a_0", "a_1"]), status.error


class Tensor:
    """As a tensor: an array that is iterable, and knows how to be one of NumPy."""

    def __init__(self, values: np.ndarray):
        self.values, self.dtype = values, values.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return self.values

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self):
        raise AssertionError("a tensor is no collection")


@pytest.mark.parametrize("make", [np.asarray, Tensor])
def test_numbers_asked_for_as_an_image_are_kept_and_the_recipe_is_told(run, make):
    numbers = make(np.full((4, 6, 3), 9, np.uint8))
    status, artifacts = run(lambda: numbers, ["a : plot"])
    assert status.state == "error" and "Image.fromarray(" in status.error
    kept = np.load(io.BytesIO(artifacts["a"].to_dataitem().get()))
    assert kept.shape == (4, 6, 3)


class PlotlyFigure:
    """As a figure of Plotly: what draws it may not be installed, and takes seconds."""

    def __init__(self, *drawn: bytes):
        self.drawn = iter(drawn)

    def to_image(self, format: str) -> bytes:
        for file in self.drawn:
            return file
        raise ValueError("install Kaleido")


BaseFigure = type("BaseFigure", (PlotlyFigure,), {"__module__": "plotly.basedatatypes"})


@pytest.mark.parametrize("hint", [None, "a", "a : plot", "a : file", "*a"])
def test_what_a_known_library_draws_is_drawn_once(run, hint):
    chart = BaseFigure(file_of(RED))
    status, artifacts = run(lambda: [chart] if hint == "*a" else chart, hint and [hint])
    assert status.state == "completed" and all(map(is_red, artifacts.values())), status.error


@pytest.mark.parametrize("hint", [None, "a", "a : plot", "a : file", "*a"])
def test_what_a_known_library_cannot_draw_fails_the_run(run, hint):
    chart = BaseFigure()
    status, _ = run(lambda: [chart] if hint == "*a" else chart, hint and [hint])
    assert status.state == "error" and "install Kaleido" in status.error


def test_what_shows_itself_as_no_picture_is_mlruns(run):
    class Text:
        def _repr_mimebundle_(self, include=None, exclude=None):
            return {"text/html": "<b>text</b>"}

        def _repr_png_(self):
            raise RuntimeError("not today")

        def __str__(self):
            return "a text"

    status, artifacts = run(lambda: Text(), ["a : result"])
    assert (status.state, artifacts) == ("completed", {})
    assert status.results["a"] == "a text" or str(status.results["a"])


class Card:
    """Shows itself as HTML, and holds a picture."""

    def __init__(self) -> None:
        self.picture = RED

    def _repr_mimebundle_(self, include, exclude) -> dict[str, Any]:
        return {"text/html": "<b>a card</b>"}


class Logging:
    """Logs a picture when it is drawn."""

    def _repr_png_(self) -> bytes:
        assert during._lock.acquire(timeout=20)  # else log_image would wait for ever
        during._lock.release()
        log_image(BLUE, "within", format="png")
        return file_of(RED)


def test_what_draws_itself_may_log_an_image(run):
    status, artifacts = run(lambda: log_image(Logging(), "a", format="png") and None, ["b"])
    assert {"a", "within"} <= set(artifacts), status.error


def test_a_logged_image_is_the_handlers_own(run):
    def handler():
        image = picture(30, 20)
        before = sorted(vars(image))
        log_image(image, "a", format="jpeg", quality=90)
        return "changed" if sorted(vars(image)) != before else "as before"

    status, _ = run(handler, ["b"])
    assert status.results["b"] == "as before"


def test_a_handler_may_pack_by_itself_what_it_logs(run):
    def handler(context):
        packager = PILImagePackager()
        artifact, notes = packager.pack(RED, "a", "file", {"format": "jpeg"})
        artifact.metadata.key = "mine"
        context.log_artifact(artifact)
        with pytest.raises(ValueError, match="option nonsense"):
            packager.pack(RED, "b", "file", {"nonsense": 1})
        return BLUE

    status, artifacts = run(handler, ["a"])
    assert (status.state, sorted(artifacts)) == ("completed", ["a", "mine"]), status.error
    assert Image.open(artifacts["mine"].target_path).format == "JPEG"


def test_what_shows_itself_otherwise_is_looked_into(run):
    status, artifacts = run(lambda: [[Card()]], ["a"])
    assert (status.state, list(artifacts)) == ("error", ["a_0"])


def test_a_file_that_is_broken_or_closed_costs_no_other_picture(run):
    closed = io.BytesIO(file_of(RED))
    closed.close()
    status, artifacts = run(lambda: (closed, [RED]), ["a", "b"])
    assert (status.state, list(artifacts)) == ("error", ["b_0"])
    cut = file_of(Image.effect_noise((99, 99), 90))[:900]
    status, artifacts = run(lambda: cut, ["a"])
    assert status.state == "error" and artifacts["a"].to_dataitem().get() == cut


def test_keys_of_a_dictionary_that_are_no_texts_cost_no_picture(run):
    status, artifacts = run(lambda: {(1, 2): RED}, ["*a : file"])
    assert status.state in ("completed", "error") and len(artifacts) == 1


@pytest.mark.parametrize("format", ["TIFF", "GIF"])
@pytest.mark.parametrize("hint", ["a", "a : file[format='tiff']"])
def test_the_frame_at_which_an_image_was_left_comes_back(run, format, hint):
    image = encoded([picture(20, 10), RED.resize((20, 10)), BLUE.resize((20, 10))], format)
    image.seek(2)
    status, artifacts = run(lambda: image, [hint])
    back = read_image(mlrun.get_dataitem(artifacts["a"].uri))
    assert (status.state, back.tell()) == ("completed", 2), status.error
    assert back.convert("RGB").getpixel((5, 5))[2] > 250


class Empty(Figure):
    """A chart without marks, which is false as an empty list is."""

    def __len__(self) -> int:
        return 0


def test_a_picture_that_is_false_is_logged_without_hints(run):
    status, artifacts = run(Empty)
    assert (status.state, len(artifacts)) == ("completed", 1), status.error
    assert all(map(is_red, artifacts.values()))


def test_a_series_without_hints_fails_the_run_in_one_line_and_costs_no_picture(run):
    status, artifacts = run(lambda: pd.Series([RED, BLUE]))
    assert (status.state, len(artifacts)) == ("error", 2)
    assert "2 images not logged, since the run was given no log hints" in status.error
    status, artifacts = run(lambda: pd.Series([1, 2]))
    assert (status.state, len(artifacts)) == ("error", 0)
    assert "returned a Series, and the run was given no log hints; possible" in status.error


def test_a_series_whose_index_has_levels_costs_no_picture(run):
    levels = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    status, artifacts = run(lambda: [pd.Series([RED, BLUE], index=levels)], ["a"])
    assert (status.state, sorted(artifacts)) == ("error", ["a_0", "a_1"]), status.error


def test_an_empty_tuple_is_told(run):
    for hint in ("a", "*a"):
        status, artifacts = run(tuple, [hint])
        assert (status.state, artifacts) == ("error", {}), hint
        assert "returned 0 output(s) for 1 log hint(s)" in status.error


def test_two_keys_of_a_dictionary_that_are_one_text_are_told(run):
    status, artifacts = run(lambda: {1: RED, "1": BLUE}, ["*a : file"])
    assert status.state == "error" and len(artifacts) == 2
    assert "1 and '1' give one key; possible: names that differ as texts" in status.error


def test_an_image_that_is_kept_has_its_key_before_it_is_logged(run):
    green = Image.new("RGB", (8, 8), "lime")
    status, artifacts = run(lambda: (RED, {"0": BLUE, "0-2": green}), ["y_0 : file", "*y : file"])
    found = [open_artifact(artifact).getpixel((0, 0)) for artifact in artifacts.values()]
    assert (status.state, len(found)) == ("error", 3)
    assert set(found) == {(255, 0, 0), (0, 0, 255), (0, 255, 0)}


def test_a_renamed_item_is_found_where_its_name_says(run):
    status, artifacts = run(lambda: {"x": RED, "traffic light": BLUE}, ["*a : file"])
    (renamed,) = (uri for key, uri in status.artifact_uris.items() if "light" in key)
    assert status.results["a_traffic light"] == renamed
    assert status.results["a"] == {"x": status.artifact_uris["a_x"], "traffic light": renamed}
    assert read_image(mlrun.get_dataitem(renamed)).getpixel((0, 0)) == (0, 0, 255)


class Dataset:
    """As a data set of images, which can be pickled."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, number: int) -> Image.Image:
        return [RED, BLUE][number].copy()


def test_nothing_is_pickled_beside_the_pictures_that_are_kept(run):
    for value in (Sequence(), Dataset(), iter([RED, BLUE]), [iter([RED, BLUE])]):
        status, artifacts = run(lambda value=value: value, ["a"])
        assert (status.state, sorted(artifacts)) == ("error", ["a_0", "a_1"]), status.error
        assert "possible: *a" in status.error


COLOURS = [(0, 0, 0), (100, 0, 0), (200, 0, 0)]


def painted_anew():
    """One image, for each step painted in another colour."""
    image = Image.new("RGB", (30, 20))
    for colour in COLOURS:
        image.paste(colour, (0, 0, 30, 20))
        yield image


def from_one_array():
    array = np.zeros((20, 30), np.uint8)
    for red, _, _ in COLOURS:
        array[:] = red
        yield Image.fromarray(array)


class Steps:
    def __init__(self, steps):
        self._steps = steps

    def __iter__(self):
        return self._steps()


def frames_of_one():
    frames = [Image.new("RGB", (30, 20), colour) for colour in COLOURS]
    return ImageSequence.Iterator(encoded(frames, "GIF"))


@pytest.mark.parametrize("steps", [painted_anew, from_one_array, frames_of_one])
@pytest.mark.parametrize("hint", ["*a : file", "a", None])
@pytest.mark.parametrize("made", [lambda steps: map(lambda one: one, steps()), Steps])
def test_each_step_of_an_iterator_is_logged_as_it_was(run, steps, hint, made):
    status, artifacts = run(lambda: made(steps), [hint] if hint else None)
    assert status.state == ("completed" if hint and "*" in hint else "error"), status.error
    reds = [Image.open(artifacts[key].target_path).convert("RGB").getpixel((9, 9))[0]
            for key in sorted(artifacts)]  # fmt: skip
    assert reds == [0, 100, 200]


def breaks():
    yield RED
    yield BLUE
    raise OSError("the camera\nis gone")


@pytest.mark.parametrize("made", [lambda steps: map(lambda one: one, steps()), Steps])
@pytest.mark.parametrize("hint", ["*a : file", "a", None])
def test_what_an_iterator_gave_before_it_broke_is_kept(run, made, hint):
    status, artifacts = run(lambda: made(breaks), [hint] if hint else None)
    assert (status.state, len(artifacts)) == ("error", 2), status.error
    if hint == "*a : file":
        assert "an iterator raised OSError: the camera is gone; it gave 2 items" in status.error


@pytest.mark.parametrize("hint", [None, "a", "a : file", "*a"])
def test_what_shows_itself_is_asked_once(run, hint):
    asked = []

    class Counted:
        def _repr_png_(self) -> bytes:
            asked.append(1)
            return file_of(RED)

    value = Counted()
    status, artifacts = run(lambda: [value] if hint == "*a" else value, hint and [hint])
    assert (status.state, len(artifacts), len(asked)) == ("completed", 1, 1), status.error


Colormap = type("Colormap", (Molecule,), {"__module__": "matplotlib.colors"})


def test_a_colour_map_is_a_setting_and_no_picture(run):
    status, artifacts = run(lambda: {"cmap": Colormap(), "gamma": 2}, ["*a"])
    assert status.state == "completed", status.error
    assert not any(artifact.kind == "plot" for artifact in artifacts.values())
    status, artifacts = run(lambda: {"cmap": Colormap(), "gamma": 2}, ["a"])
    assert (status.state, artifacts) == ("completed", {}), status.error
    status, artifacts = run(lambda: Colormap(), ["a : plot"])
    assert status.state == "error" and "matplotlib.colors.Colormap" in status.error


# Annotations


def any_number() -> tuple[Image.Image, ...]:
    return RED, BLUE, RED


def nested() -> tuple[list[Image.Image], ...]:
    return [RED], [BLUE, RED]


def test_a_tuple_of_any_number_of_images_is_taken_apart(run):
    for returns in (["a"], ["*a"]):
        status, artifacts = run(any_number, returns)
        assert (status.state, sorted(artifacts)) == ("completed", ["a_0", "a_1", "a_2"])
        assert status.results["a"] == [status.artifact_uris[f"a_{n}"] for n in range(3)]
    status, artifacts = run(any_number, [UNHINTED])  # as our launcher gives it without hints
    assert (status.state, len(artifacts)) == ("completed", 3), status.error
    status, artifacts = run(nested, ["a"])
    assert (status.state, sorted(artifacts)) == ("completed", ["a_0_0", "a_1_0", "a_1_1"])
    uris = status.artifact_uris
    assert status.results["a"] == [[uris["a_0_0"]], [uris["a_1_0"], uris["a_1_1"]]]


def many() -> list[Image.Image]:
    return [RED, BLUE]


def named() -> dict[str, Image.Image]:
    return {"x": RED, "traffic light": BLUE}


def test_an_annotation_says_that_a_hint_is_of_several_images(run):
    status, artifacts = run(many, ["a : file"])
    assert (status.state, sorted(artifacts)) == ("completed", ["a_0", "a_1"]), status.error


def test_a_name_that_mlrun_does_not_take_becomes_one_that_it_takes(run):
    status, artifacts = run(named, ["*a : file"])
    assert status.state == "completed", status.error
    renamed, plain = sorted(artifacts)
    assert (renamed[:16], plain) == ("a_traffic-light-", "a_x")
    assert "a_traffic light" in artifacts[renamed].metadata.description


def test_frames_of_a_film_are_shown_in_a_page(run):
    file = io.BytesIO()
    picture(30, 20).save(
        file, "GIF", save_all=True, append_images=[RED.resize((30, 20))], duration=50
    )
    status, artifacts = run(lambda: file, ["a"])
    assert (status.state, artifacts["a"].labels["frames"]) == ("completed", "2")
