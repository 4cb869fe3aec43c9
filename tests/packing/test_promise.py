"""
Every door keeps the promise: what a handler returns is there and viewable, or its run fails and
says why.
"""

import base64
import json
import os
import pickle
import re
import shutil
from pathlib import Path

import mlrun
import numpy as np
import pytest
import yaml
from mlrun.runtimes.utils import RunError
from PIL import Image

from conftest import Project
from programs import eps, ghostscript, iptc

HANDLERS = '''
import collections
import dataclasses
import functools
import io
import itertools

import mlrun
import numpy as np
import pandas as pd
from PIL import Image

RED, BLUE = Image.new("RGB", (6, 4), "red"), Image.new("RGB", (3, 5), "blue")


@dataclasses.dataclass(slots=True)
class Pair:
    left: Image.Image
    right: Image.Image


class Plain:
    def __init__(self):
        self.picture = RED


def objects():
    array = np.empty(2, object)
    array[:] = [RED, BLUE]
    return array


class Slots:
    __slots__ = ("picture", "broken")

    def __init__(self):
        self.picture = RED

    def __getattr__(self, name):
        raise RuntimeError("no attributes\\nat all")


class BadList(list):
    def __iter__(self):
        raise RuntimeError("not to be read")


class Words:
    def __iter__(self):
        return iter(["a"])

    def __len__(self):
        return 1


def recursive():
    items = [RED]
    items.append(items)
    return items


def endless():
    while True:
        yield RED.copy()


def structured():
    array = np.empty(2, [("number", "i4"), ("picture", object)])
    array["picture"] = [RED, BLUE]
    return array


class Items:
    def __len__(self):
        return 2

    def __getitem__(self, number):
        return [RED, BLUE][number].copy()


class Walk:
    def __iter__(self):
        yield RED.copy()
        yield BLUE.copy()


class Endless:
    def __iter__(self):
        return itertools.repeat(RED)


def png(format="PNG", **options):
    file = io.BytesIO()
    RED.save(file, format, **options)
    return file.getvalue()


def named_badly():
    image = RED.copy()
    image.info["a" * 80] = "longer than a PNG's keys"
    return image


Named = collections.namedtuple("Named", "left right")


def many() -> list[Image.Image]:
    return [RED, BLUE]


def pair() -> tuple[Image.Image, Image.Image]:
    return RED, BLUE


def lone() -> Image.Image:
    return RED


class Figure:
    """Draws itself as Matplotlib's figures do."""

    def savefig(self, file, format):
        RED.save(file, format)


VALUES = {
    "image": RED,
    "two": (RED, BLUE),
    "list": [RED, BLUE],
    "dict": {"a": RED, "b": [BLUE]},
    "objects": objects(),
    "series": pd.Series([RED, BLUE]),
    "frame": pd.DataFrame({"name": ["r", "b"], "picture": [RED, BLUE]}),
    "column": pd.DataFrame({"n": [1, 2], "picture": [RED, BLUE]}),
    "deque": collections.deque([RED, BLUE]),
    "values": {"a": RED, "b": BLUE}.values(),
    "dataclass": Pair(RED, BLUE),
    "items": Items(),
    "walk": Walk(),
    "walk-endless": Endless(),
    "plain": Plain(),
    "slots": Slots(),
    "bad-list": BadList([RED, BLUE]),
    "recursive": recursive(),
    "structured": structured(),
    "bytes": png(),
    "bytes-io": io.BytesIO(png()),
    "view": memoryview(png()),
    "big-tiff": png("TIFF", big_tiff=True),
    "jp2": png("JPEG2000"),
    "half": png()[:50],
    "named": Named(RED, BLUE),
    "deep": [[[[[[[[[[RED]]]]], BLUE]]]]],
    "partial": functools.partial(print, RED),
    "method": RED.rotate,
    "closure": (lambda image: lambda: image)(RED),
    "exception": ValueError(RED),
    "index": pd.DataFrame({"n": [1, 2]}, index=pd.Index([RED, BLUE], dtype=object)),
    "figures": [Figure()],
    "numbers": list(range(500_000)),
    "words": Words(),
    "named-badly": named_badly(),
    "model": Words,
    "frame-of-numbers": pd.DataFrame({"n": [1, None]}),
    "array": np.full((4, 6, 3), 9, np.uint8),
    "figure": Figure(),
    "none": None,
    "empty": [],
    "holes": [RED, None],
    "number": 5,
    "text": "words",
}


def give(what: str = "image", scale: int = 1):
    if what == "iterator":
        return iter([RED, BLUE])
    if what == "pairs":
        return zip(["r", "b"], [RED.copy(), BLUE.copy()])
    if what == "numbered":
        return enumerate([RED.copy(), BLUE.copy()])
    if what == "endless":
        return itertools.chain(endless())
    return VALUES[what]


def opened(format: str):
    """A file of three noisy frames, opened."""
    frames = [Image.effect_noise((40, 30), 90).convert("RGB") for _ in range(3)]
    file = io.BytesIO()
    frames[0].save(file, format, save_all=True, append_images=frames[1:])
    return Image.open(file)


def reduced(format: str):
    image = opened(format)
    image.thumbnail((20, 20))
    return image, image


def painted(format: str):
    image = opened(format)
    image.seek(1)
    image.paste((255, 0, 0), (0, 0, 20, 30))
    return image, image


def broken():
    """The first two pages of four."""
    pages = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "red", "blue")]
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return Image.open(io.BytesIO(file.getvalue()[: len(file.getvalue()) * 6 // 10]))


def free(context, what: str = "image"):
    return VALUES[what]


def segment(image: Image.Image) -> Image.Image:
    return image.convert("L")


def count(images: list[Image.Image]) -> int:
    return len(images) * 100 + images[0].width


class Painter:
    def __init__(self, colour):
        self.colour = colour

    def paint(self, width: int):
        return Image.new("RGB", (width, 5), self.colour)


def by_hand(image: mlrun.DataItem) -> int:
    with image.open("rb") as file:
        return Image.open(file).width


def nested():
    for what in ("image", "number"):
        try:
            mlrun.run_function("give", params={"what": what}, local=True)
        except mlrun.runtimes.utils.RunError:
            pass
    return BLUE


def logs_itself(context):
    context.log_result("return", 7)
    return 8


def reports(context):
    context.log_result("seen", 7)
    return RED


def logs_twice(context):
    context.log_artifact("mine", body=b"text", local_path="mine.txt")
    return RED
'''
TYPED = """
from __future__ import annotations

import functools
from typing import Annotated, Any, NewType, Optional, Sequence, TypeVar, Union

from PIL import Image
import PIL.Image

Picture = TypeVar("Picture", bound=Image.Image)
Photo = NewType("Photo", Image.Image)


def widths(given):
    if isinstance(given, int):
        return given
    if isinstance(given, Image.Image):
        return given.width
    if isinstance(given, dict):
        return {key: widths(one) for key, one in given.items()}
    return [type(given).__name__, *([] if isinstance(given, str) else map(widths, given))]


def optional(image: Optional[Image.Image] = None, scale: Optional[int] = None):
    return widths(image) if image else "none"


def union(image: Union[Image.Image, int]):
    return widths(image)


def whole_path(image: PIL.Image.Image):
    return widths(image)


def variable(image: Picture):
    return widths(image)


def new(image: Photo):
    return widths(image)


def annotated(image: Annotated[Image.Image, "RGB"]):
    return widths(image)


def module(image: Image):
    return widths(image)


def two(image: tuple[Image.Image, ...]):
    return widths(image)


def several(image: Sequence[Image.Image]):
    return widths(image)


def rows(image: list[list[Image.Image]]):
    return widths(image)


def named(image: dict[str, "Image.Image"]):
    return widths(image)


def anything(image: Any):
    return type(image).__name__
"""
CHECKED = """
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def checked(image: Image.Image | None):
    return image.width
"""
TYPED_FUNCTIONS = (
    "optional union whole_path variable new annotated module two several rows named anything"
).split()
FUNCTIONS = (
    "give many pair lone free reduced painted broken nested segment count by_hand logs_itself "
    "logs_twice reports"
).split()


@pytest.fixture(scope="module")
def made(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rendered project with more handlers."""
    folder = tmp_path_factory.mktemp("promise") / "project"
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns(".git", ".mlrun"))
    (folder / "handlers.py").write_text(HANDLERS)
    (folder / "typed.py").write_text(TYPED)
    (folder / "checked.py").write_text(CHECKED)
    files = dict.fromkeys(FUNCTIONS, "handlers.py") | dict.fromkeys(TYPED_FUNCTIONS, "typed.py")
    files["checked"] = "checked.py"
    definition = yaml.safe_load((folder / "project.yaml").read_text())
    definition["spec"]["functions"] += [
        {
            "name": name.replace("_", "-"),
            "kind": "job",
            "url": file,
            "handler": name,
            "with_repo": True,
        }
        for name, file in files.items()
    ]
    definition["spec"]["params"]["returns"]["segment"] = "mask : file[format=png]"
    definition["spec"]["params"]["returns"]["reports"] = "a : file"
    (folder / "project.yaml").write_text(yaml.safe_dump(definition))
    return folder


@pytest.fixture(scope="module")
def loaded(made: Path):
    return mlrun.load_project(str(made), save=False)


@pytest.fixture
def run(loaded, made):
    """
    Run a function as a notebook does: gives the run as the run DB has it, and its artifacts by key.
    """

    def run(name: str, **options):
        try:
            uid = loaded.run_function(name, local=True, **options).metadata.uid
        except RunError:
            uid = mlrun.get_run_db().list_runs(project=loaded.name)[0]["metadata"]["uid"]
        status = mlrun.get_run_db().read_run(uid, loaded.name)["status"]
        artifacts = loaded.list_artifacts(tree=uid).to_objects()
        return status, {artifact.key: artifact for artifact in artifacts}

    return run


def opened(artifact) -> Image.Image:
    with Image.open(artifact.target_path) as image:
        image.load()
        return image


def colours(artifacts) -> set:
    """The size and the colour of each image file."""
    files = [a for a in artifacts.values() if a.kind == "artifact" and "width" in a.labels]
    images = [opened(artifact) for artifact in files]
    return {(*image.size, image.convert("RGB").getpixel((0, 0))) for image in images}


RED, BLUE = (6, 4, (255, 0, 0)), (3, 5, (0, 0, 255))


def test_without_log_hints_those_of_project_yaml_are_used(run):
    status, artifacts = run("gen-image", params={"width": 30})
    assert (status["state"], list(artifacts)) == ("completed", ["gradient"])
    assert artifacts["gradient"].kind == "plot"
    status, artifacts = run("segment", inputs={"image": artifacts["gradient"].uri})
    assert (status["state"], list(artifacts)) == ("completed", ["mask"])
    assert opened(artifacts["mask"]).size == (30, 256)
    status, artifacts = run("reports")  # what the handler logs by itself is no output
    assert (status["results"], colours(artifacts)) == ({"seen": 7}, {RED})


def test_without_any_log_hints_one_image_has_the_functions_name(run):
    status, artifacts = run("give", params={"what": "image"})
    assert (status["state"], list(artifacts)) == ("completed", ["give"]), status
    assert artifacts["give"].kind == "plot"


@pytest.mark.parametrize(
    "name, keys",
    [("many", ["many_0", "many_1"]), ("pair", ["pair_0", "pair_1"]), ("lone", ["lone"])],
)
def test_without_any_log_hints_an_annotation_says_the_keys(run, name, keys):
    status, artifacts = run(name)
    assert (status["state"], sorted(artifacts)) == ("completed", keys), status


def test_without_any_log_hints_several_images_are_kept_and_the_run_fails(run):
    for what in ("two", "list"):
        status, artifacts = run("give", params={"what": what})
        assert status["state"] == "error", what
        assert 'possible: returns=["KEY"]' in status["error"]
        assert colours(artifacts) == {RED, BLUE}


def test_a_run_without_log_hints_within_another_run_is_its_own(run, loaded):
    status, artifacts = run("nested", returns=["outer : file"])
    assert (status["state"], colours(artifacts)) == ("completed", {BLUE})
    numbers, images, _ = mlrun.get_run_db().list_runs(project=loaded.name)[:3]
    assert numbers["status"]["state"] == "completed"
    assert images["status"]["state"] == "completed" and len(images["status"]["artifact_uris"]) == 1


def test_without_log_hints_what_is_no_image_is_logged_as_mlrun_does(run):
    status, _ = run("give", params={"what": "number"})
    assert (status["state"], status["results"]) == ("completed", {"return": 5})
    status, _ = run("logs-itself")
    assert (status["state"], status["results"]) == ("completed", {"return": 8})


def test_more_outputs_than_log_hints_are_kept_and_the_run_fails(run):
    status, artifacts = run("give", params={"what": "two"}, returns=["first : file"])
    assert status["state"] == "error"
    assert status["error"].count("returned 2 output(s) for 1 log hint(s)") == 1
    assert colours(artifacts) == {RED, BLUE}


def test_an_artifact_that_the_handler_logs_itself_is_not_overwritten(run):
    status, artifacts = run("logs-twice", returns=["mine : file"])
    assert "the key is taken by another output" in status["error"]
    assert Path(artifacts["mine"].target_path).read_text() == "text"
    assert colours(artifacts) == {RED}


def test_fewer_outputs_than_log_hints_fail_the_run(run):
    status, artifacts = run("give", returns=["first : file", "second"])
    assert status["state"] == "error"
    assert "returned 1 output(s) for 2 log hint(s)" in status["error"]
    assert list(artifacts) == ["first"]


def test_a_parameter_that_the_handler_does_not_take_is_refused(run):
    status, artifacts = run("give", params={"scael": 2}, returns=["a"])
    assert (status["state"], artifacts) == ("error", {})
    assert status["error"] == "give takes no parameter scael; it takes: what, scale"
    status, _ = run("give", inputs={"picture": "x.png"}, returns=["a"])
    assert status["error"] == "give takes no parameter picture; it takes: what, scale"
    # a handler with the context may read any parameter there
    assert run("free", params={"other": 2}, returns=["a"])[0]["state"] == "completed"


def test_a_method_of_a_class_is_a_handler_too(run):
    given = {"width": 3, "_init_args": {"colour": "blue"}}
    status, artifacts = run("give", handler="Painter::paint", params=given, returns=["a : file"])
    assert (status["state"], colours(artifacts)) == ("completed", {BLUE})


@pytest.mark.parametrize(
    "what",
    (
        "list dict objects series frame deque values dataclass plain iterator slots bad-list "
        "pairs numbered items walk "
        "recursive structured named deep partial method closure exception index figures"
    ).split(),
)
def test_images_inside_of_something_else_are_kept_and_the_run_fails(run, what):
    status, artifacts = run("give", params={"what": what}, returns=["a"])
    assert status["state"] == "error"
    assert "not logged" in status["error"]
    of_one = "plain slots recursive partial method closure exception figures".split()
    if what == "figures":
        assert opened(artifacts["a_0"]).size == (6, 4)
    else:
        assert colours(artifacts) == ({RED} if what in of_one else {RED, BLUE})
    if what in ("list", "named"):
        assert opened(artifacts["a_0"]).size == (6, 4)  # in the order that they have there
    assert "\n" not in status["error"]


def test_what_holds_no_image_is_logged_as_mlrun_does(run):
    for what in "number text numbers words model frame-of-numbers empty".split():
        status, _ = run("give", params={"what": what}, returns=["a"])
        assert status["state"] == "completed", (what, status["error"])


def test_the_images_of_an_endless_iterator_are_not_all_logged_and_the_run_says_so(run):
    status, artifacts = run("give", params={"what": "endless"}, returns=["*a : file[format='bmp']"])
    assert status["state"] == "error"
    assert status["error"].startswith("an iterator gives more than 1000 items")
    assert {f"a_{number}" for number in range(1000)} <= set(artifacts)
    status, _ = run("give", params={"what": "walk-endless"}, returns=["*a : file[format='bmp']"])
    assert status["error"].startswith("an iterator gives more than 1000 items")


def test_an_image_file_in_memory_is_the_image_in_it(run):
    for what in ("bytes", "bytes-io", "view", "big-tiff", "jp2"):
        status, artifacts = run("give", params={"what": what}, returns=["a"])
        assert (status["state"], artifacts["a"].kind) == ("completed", "plot")
        assert page_pixels(artifacts["a"])[0].tolist() == [[[255, 0, 0]] * 6] * 4
        status, artifacts = run("give", params={"what": what}, returns=["a : file[format='bmp']"])
        assert (status["state"], colours(artifacts)) == ("completed", {RED})
    status, artifacts = run("give", params={"what": "half"}, returns=["a"])
    assert status["state"] == "error" and "'a': asked for plot, but" in status["error"]


def test_a_pickle_is_one_where_it_is_asked_for(run):
    status, artifacts = run("give", params={"what": "list"}, returns=["a : object"])
    assert (status["state"], list(artifacts)) == ("completed", ["a"])


@pytest.mark.parametrize("what", ("pairs", "numbered"))
def test_what_an_iterator_gave_is_kept_where_an_item_of_it_is_no_image(run, what):
    status, artifacts = run("give", params={"what": what}, returns=["*a : file"])
    assert status["state"] == "error"
    assert "not logged" in status["error"]
    assert colours(artifacts) == {RED, BLUE}


@pytest.mark.parametrize(
    "what", "list objects series column deque values dataclass iterator items walk".split()
)
def test_an_asterisk_takes_every_collection_apart(run, what):
    status, artifacts = run("give", params={"what": what}, returns=["*a : file"])
    assert status["state"] == "completed", status
    assert set(artifacts) == {"a_0", "a_1"}
    assert colours(artifacts) == {RED, BLUE}


def test_fewer_images_than_asked_for_fail_the_run(run):
    for what in ("empty", "holes", "none"):
        status, artifacts = run("give", params={"what": what}, returns=["*a : file"])
        assert status["state"] == "error", what
        assert re.search("empty list|returned None", status["error"])
        assert colours(artifacts) == ({RED} if what == "holes" else set())


def test_an_array_asked_for_as_an_image_is_kept_and_the_run_says_what_to_return(run):
    for hint in ("a : file[format='png']", "a : plot", "a : plot[max_size=9]"):
        status, artifacts = run("give", params={"what": "array"}, returns=[hint])
        assert status["state"] == "error"
        assert "a NumPy array (4 x 6 x 3, uint8) is no image" in status["error"]
        assert "return Image.fromarray(array)" in status["error"]
        assert np.load(artifacts["a"].target_path).shape == (4, 6, 3)


def test_an_array_is_what_it_is_under_a_plain_key(run):
    status, artifacts = run("give", params={"what": "array"}, returns=["a"])
    assert (status["state"], list(artifacts)) == ("completed", ["a"])


def test_a_figure_is_logged_as_it_draws_itself(run):
    status, artifacts = run("give", params={"what": "figure"}, returns=["a : file[format='png']"])
    assert (status["state"], opened(artifacts["a"]).size) == ("completed", (6, 4))
    for hint in ("a", "a : plot"):
        status, artifacts = run("give", params={"what": "figure"}, returns=[hint])
        assert (status["state"], artifacts["a"].kind) == ("completed", "plot")
        assert artifacts["a"].labels["class"].endswith("Figure")


def test_what_mlrun_skips_fails_the_run(run):
    for what, name in (("number", "int"), ("text", "str")):
        status, _ = run("give", params={"what": what}, returns=["a : plot"])
        assert status["state"] == "error"
        assert (
            f"asked for as plot, but the handler returned a{'n' * (name == 'int')} {name}"
            in (status["error"])
        )


def test_a_page_says_what_of_the_image_it_is_without(run):
    status, artifacts = run("give", params={"what": "named-badly"}, returns=["a"])
    assert (status["state"], artifacts["a"].kind) == ("completed", "plot")
    assert artifacts["a"].metadata.description == "without texts"


# Files that the handler opened


@pytest.mark.parametrize("format", "GIF PNG TIFF WEBP".split())
def test_a_frame_that_was_changed_in_place_is_logged_as_it_was_left(run, format):
    for what, size in (("reduced", (20, 15)), ("painted", (40, 30))):
        hints = ["a : file[format='png']", "b : file[format='tiff']"]
        status, artifacts = run(what, params={"format": format}, returns=hints)
        assert status["state"] == "completed", status["error"]
        for artifact in artifacts.values():
            image = opened(artifact)
            assert (image.size, getattr(image, "n_frames", 1)) == (size, 1)
            if what == "painted":
                red, green, blue = image.convert("RGB").getpixel((5, 5))
                assert red > 250 and green < 5 and blue < 5
            assert "without its other 2 frames" in artifact.metadata.description


def test_the_pages_before_a_broken_one_are_kept(run):
    for hint in ("a : file[format='tiff']", "a : file[format='png']", "a"):
        status, artifacts = run("broken", returns=[hint])
        assert status["state"] == "completed", status["error"]
    with Image.open(artifacts["a-original"].target_path) as image:
        assert (image.size, image.n_frames, image.getpixel((5, 5))) == ((40, 30), 2, (255, 0, 0))


# A place of its own


def test_two_runs_with_one_artifact_path_do_not_write_the_same_file(run, made, tmp_path):
    for given in (str(tmp_path / "a b"), f"file://{tmp_path}/c", "relative/d"):
        paths = set()
        for width in (3, 4):
            _, artifacts = run(
                "gen-image",
                params={"width": width},
                returns=["a : file[format='png']"],
                output_path=given,
            )
            path = artifacts["a"].target_path.removeprefix("file://")
            assert Path(path).is_relative_to(given.removeprefix("file://")) or (
                Path(path).is_relative_to(made / given)
            )
            with Image.open(path) as image:
                assert image.width == width
            paths.add(path)
        assert len(paths) == 2


def test_an_artifact_path_that_mlrun_cuts_off_is_refused(run, tmp_path):
    for path in (f"{tmp_path}/a#1", f"{tmp_path}/a?1"):
        status, artifacts = run("gen-image", output_path=path)
        assert (status["state"], artifacts) == ("error", {})
        assert status["error"].startswith("MLRun cannot use an artifact path with # or ? in it")


# A default page holds every pixel


@pytest.fixture
def set_limit():
    limits = mlrun.mlconf.artifacts.limits
    before = limits.max_preview_size
    yield lambda size: setattr(limits, "max_preview_size", size)
    limits.max_preview_size = before


def page_pixels(artifact) -> tuple[np.ndarray, str]:
    page = Path(artifact.target_path).read_text()
    data = re.findall(r'src="data:image/png;base64,([^"]+)"', page)[0]
    path = Path(artifact.target_path).with_suffix(".check.png")
    path.write_bytes(base64.b64decode(data))
    return np.asarray(Image.open(path)), page


def test_a_large_image_is_in_the_page_with_all_its_pixels(run):
    status, artifacts = run("gen-image", params={"width": 5000, "height": 3000})
    assert (status["state"], list(artifacts)) == ("completed", ["gradient"])
    pixels, page = page_pixels(artifacts["gradient"])
    assert pixels.shape == (3000, 5000, 3)
    assert pixels[1500, 2500].tolist() == [127, 127, 50]
    labels = artifacts["gradient"].labels
    assert (labels["width"], labels["height"]) == ("5000", "3000")


def test_where_the_page_would_be_too_large_the_original_lies_beside_it(run, set_limit):
    set_limit(8000)
    status, artifacts = run("gen-image", params={"width": 3000, "height": 2000})
    assert (status["state"], sorted(artifacts)) == ("completed", ["gradient", "gradient-original"])
    original = np.asarray(opened(artifacts["gradient-original"]))
    assert original.shape == (2000, 3000, 3)
    assert original[1000, 1500].tolist() == [127, 127, 50]
    pixels, page = page_pixels(artifacts["gradient"])
    height, width = pixels.shape[:2]
    assert width < 3000
    assert f"shown at {width} x {height}" in page and "the original is gradient-original" in page
    labels = artifacts["gradient"].labels
    assert (labels["width"], labels["height"]) == (str(width), str(height))


def test_a_page_that_was_asked_to_be_small_is_all_that_is_kept(run):
    status, artifacts = run("gen-image", params={"width": 900}, returns=["a : plot[max_size=256]"])
    assert (status["state"], list(artifacts)) == ("completed", ["a"])
    assert page_pixels(artifacts["a"])[0].shape == (73, 256, 3)
    assert artifacts["a"].labels["width"] == "256"


# Inputs


def test_an_image_comes_in_from_a_file_an_artifact_and_a_page(run, tmp_path):
    _, files = run("gen-image", params={"width": 40}, returns=["a : file[format='jpeg']"])
    _, pages = run("gen-image", params={"width": 50}, returns=["a"])
    Image.new("RGB", (60, 2)).save(tmp_path / "a.bmp")
    for given, width in (
        (files["a"].uri, 40),
        (pages["a"].uri, 50),
        (pages["a"].target_path, 50),
        (str(tmp_path / "a.bmp"), 60),
    ):
        status, artifacts = run("segment", inputs={"image": given})
        assert status["state"] == "completed", status
        assert opened(artifacts["mask"]).width == width
    assert (tmp_path / "a.bmp").exists()
    status, _ = run("count", inputs={"images": [files["a"].uri, pages["a"].uri]}, returns=["n"])
    assert status["results"] == {"n": 240}
    status, _ = run("by-hand", inputs={"image": files["a"].uri}, returns=["n"])
    assert status["results"] == {"n": 40}


def test_of_a_preview_the_original_comes_in_and_without_one_it_is_refused(run, set_limit):
    set_limit(8000)
    _, artifacts = run("gen-image", params={"width": 3000})
    for name in ("gradient", "gradient-original"):
        _, masks = run("segment", inputs={"image": artifacts[name].uri})
        assert opened(masks["mask"]).width == 3000
    _, small = run("gen-image", params={"width": 3000}, returns=["a : plot[max_size=100]"])
    _, masks = run("segment", inputs={"image": artifacts["gradient"].target_path})
    assert opened(masks["mask"]).width == 3000
    for given in (small["a"].uri, small["a"].target_path):
        status, _ = run("segment", inputs={"image": given})
        assert status["state"] == "error"
        assert "the page is a preview of 3000 x 256 pixels; log a file" in status["error"]
        assert "\n" not in status["error"]


class Trap:
    """A pickle that makes a file when it is read."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_nothing_is_unpickled(run, tmp_path):
    sprung = tmp_path / "sprung"
    for name in ("trap.pkl", "trap.png", "trap"):
        (tmp_path / name).write_bytes(pickle.dumps(Trap(sprung)))
        for function, inputs in (
            ("segment", {"image": str(tmp_path / name)}),
            ("count", {"images": [str(tmp_path / name)]}),
        ):
            status, _ = run(function, inputs=inputs, returns=["a"])
            assert status["state"] == "error"
            assert "it is no image that Pillow reads" in status["error"]
            assert "\n" not in status["error"]
    _, pickles = run("give", params={"what": "list"}, returns=["a : object"])
    status, _ = run("segment", inputs={"image": pickles["a"].uri})
    assert "a pickled object, which is not read" in status["error"]
    assert not sprung.exists()


def test_no_input_starts_a_program(run, tmp_path, monkeypatch):
    started = ghostscript(tmp_path, monkeypatch)
    for data in (eps(), iptc(eps())):
        (tmp_path / "a.png").write_bytes(data)
        status, _ = run("segment", inputs={"image": str(tmp_path / "a.png")})
        assert status["error"].endswith("it is no image that Pillow reads")
    assert not started.exists()


def test_a_record_cannot_name_a_file_as_the_original(run, loaded, tmp_path):
    Image.new("L", (9, 9)).save(tmp_path / "secret.png")
    _, artifacts = run("gen-image", params={"width": 900}, returns=["a : plot[max_size=100]"])
    body = artifacts["a"].to_dict()
    notes = body["spec"]["unpackaging_instructions"]["instructions"]
    for original in (str(tmp_path / "secret.png"), f"file://{tmp_path}/secret.png", ["a"]):
        notes["original"] = original
        key, tree = artifacts["a"].spec.db_key, artifacts["a"].tree
        stored = mlrun.get_run_db().store_artifact(key, body, project=loaded.name, tree=tree)
        uri = mlrun.artifacts.dict_to_artifact(stored).uri
        status, _ = run("segment", inputs={"image": uri})
        assert status["state"] == "error"
        assert "the page is a preview of 900 x 256 pixels" in status["error"]


def test_every_type_hint_of_images_is_read_and_nothing_is_unpickled(run, tmp_path):
    good, trap, sprung = (str(tmp_path / name) for name in ("a.png", "trap.png", "sprung"))
    Image.new("L", (7, 2)).save(good)
    Path(trap).write_bytes(pickle.dumps(Trap(Path(sprung))))
    one, more = ["checked", *TYPED_FUNCTIONS[:7]], ["list", 7, 7]
    cases = [(name, lambda path: path, 7) for name in one]
    cases += [("two", lambda path: [path, path], ["tuple", 7, 7])]
    cases += [("several", lambda path: [path, path], more), ("several", str, ["list", 7])]
    cases += [("rows", lambda path: [[path, path]], ["list", more])]
    cases += [("named", lambda path: {"a": path}, {"a": 7})]
    for name, given, expected in cases:
        function = name.replace("_", "-")
        status, _ = run(function, inputs={"image": given(good)}, returns=["n"])
        assert (status["state"], status["results"]) == ("completed", {"n": expected}), name
        status, _ = run(function, inputs={"image": given(trap)}, returns=["n"])
        assert status["error"] == f"image: {trap}: it is no image that Pillow reads", name
    assert run("optional", returns=["n"])[0]["results"] == {"n": "none"}
    assert run("union", params={"image": 5}, returns=["n"])[0]["results"] == {"n": 5}
    status, _ = run("anything", inputs={"image": trap}, returns=["n"])
    assert status["results"] == {"n": "DataItem"}
    status, _ = run("by-hand", inputs={"image : mlrun.DataItem": good}, returns=["n"])
    assert status["results"] == {"n": 7}
    status, _ = run("give", inputs={"what : PIL.Image.Image": trap}, returns=["n"])
    assert status["error"] == f"what: {trap}: it is no image that Pillow reads"
    assert not Path(sprung).exists()


def test_a_page_with_several_images_is_refused(run, tmp_path):
    picture = '<img src="data:image/png;base64,AAAA">'
    (tmp_path / "a.html").write_text(f"<html>{picture}{picture}</html>")
    status, _ = run("segment", inputs={"image": str(tmp_path / "a.html")})
    assert status["error"].endswith("a.html: the page holds 2 images")


def test_an_image_that_is_a_parameter_or_several_is_refused(run, tmp_path):
    Image.new("L", (2, 2)).save(tmp_path / "a.png")
    path = str(tmp_path / "a.png")
    status, _ = run("segment", params={"image": path})
    assert status["error"] == "image is an image: give its path as an input, not as a parameter"
    for given in ([path], [path, path]):
        status, _ = run("segment", inputs={"image": given})
        said = f"image is one image, but a list of {len(given)} was given for it"
        assert status["error"] == said
    for name, given in (("segment", 5), ("segment", [path]), ("several", [path]), ("union", "a")):
        status, _ = run(name, params={"image": given}, returns=["n"])
        said = "image is an image: give its path as an input, not as a parameter"
        assert status["error"] == said, (name, given)


def test_a_collection_of_another_kind_is_refused(run, tmp_path):
    Image.new("L", (2, 2)).save(tmp_path / "a.png")
    path = str(tmp_path / "a.png")
    for name, given, said in (
        ("several", {"a": path}, "image is no dictionary of images, but one was given for it"),
        ("two", {"a": path}, "image is no dictionary of images, but one was given for it"),
        ("named", [path], "image is a dictionary of images, but a list of 1 was given for it"),
        ("named", path, "image is a dictionary of images, but one image was given for it"),
    ):
        status, _ = run(name, inputs={"image": given}, returns=["n"])
        assert status["error"] == said


def test_an_input_that_is_cut_off_or_a_program_is_refused_in_one_line(run, tmp_path):
    whole, cut, program = (tmp_path / name for name in ("whole.png", "cut.png", "a.eps"))
    Image.effect_noise((200, 200), 90).save(whole)
    cut.write_bytes(whole.read_bytes()[:5000])
    Image.open(whole).save(program)
    for path, said in ((cut, "image file is truncated"), (program, "no image that Pillow reads")):
        status, _ = run("segment", inputs={"image": str(path)})
        assert status["error"].startswith(f"image: {path}: ") and said in status["error"]
        assert "\n" not in status["error"]


# The other doors


def test_a_workflow_keeps_the_promise(made, loaded):
    workflow = """
import mlrun

def pipeline():
    first = mlrun.run_function("gen-image", params={"width": 70})
    mlrun.run_function("segment", inputs={"image": first.outputs["gradient"]})
    mlrun.run_function("give", params={"what": "two"}, returns=["a : file"])
"""
    (made / "check_workflow.py").write_text(workflow)
    loaded.set_workflow("check", "check_workflow.py", engine="local")
    status = loaded.run("check", local=True, watch=False)
    runs = mlrun.get_run_db().list_runs(
        project=loaded.name, labels=[f"workflow={status.run_id}"], sort=False
    )
    states = {run["metadata"]["name"]: run["status"]["state"] for run in runs}
    assert states == {
        "gen-image-generate-gradient": "completed",
        "segment-segment": "completed",
        "give-give": "error",
    }


def test_mlruns_own_command_keeps_the_promise(made):
    copy = Project(made, "")
    for arguments, said in (
        (["-p", "what=two"], "the run was given no log hints"),
        (["-p", "scael=2"], "give takes no parameter scael"),
    ):
        command = ["-m", "mlrun", "run", "-f", "give", "--local", *arguments]
        done = copy.python(*command, check=False)
        assert said in done.stdout + done.stderr, done.stdout + done.stderr
    runs = json.loads(copy.python("main.py", "runs", "-n", "2", "--json").stdout)
    assert [run["state"] for run in runs] == ["error", "error"]
