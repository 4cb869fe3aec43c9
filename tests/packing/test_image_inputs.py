"""Images that come into a handler: from files, artifacts and pages, and nothing is unpickled."""

import os
import pickle
from pathlib import Path

import mlrun
import pytest
from PIL import Image

from programs import eps, ghostscript, iptc
from with_handlers import TYPED_FUNCTIONS, opened


class Trap:
    """A pickle that makes a file when it is read."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture
def good(tmp_path):
    Image.new("L", (7, 2)).save(tmp_path / "a.png")
    return str(tmp_path / "a.png")


@pytest.fixture
def trap(tmp_path):
    """A pickle that is named as an image. It is not read."""
    sprung = tmp_path / "sprung"
    (tmp_path / "trap.png").write_bytes(pickle.dumps(Trap(sprung)))
    yield str(tmp_path / "trap.png")
    assert not sprung.exists()


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


@pytest.mark.parametrize("name", ["trap.pkl", "trap.png", "trap"])
@pytest.mark.parametrize("function", ["segment", "count"])
def test_nothing_is_unpickled(run, trap, tmp_path, function, name):
    path = str(Path(trap).rename(tmp_path / name))
    inputs = {"segment": {"image": path}, "count": {"images": [path]}}
    status, _ = run(function, inputs=inputs[function], returns=["a"])
    assert status["state"] == "error"
    assert "it is no image that Pillow reads" in status["error"]
    assert "\n" not in status["error"]


def test_a_pickled_artifact_is_not_read(run):
    _, pickles = run("give", params={"what": "list"}, returns=["a : object"])
    status, _ = run("segment", inputs={"image": pickles["a"].uri})
    assert "a pickled object, which is not read" in status["error"]


@pytest.mark.parametrize("data", [eps(), iptc(eps())], ids=["eps", "iptc"])
def test_no_input_starts_a_program(run, tmp_path, monkeypatch, data):
    started = ghostscript(tmp_path, monkeypatch)
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


def one(path):
    return path


def two(path):
    return [path, path]


MORE = ["list", 7, 7]
HINTED: list[tuple] = [(name, one, 7) for name in ("checked", *TYPED_FUNCTIONS[:7])]
HINTED += [("two", two, ["tuple", 7, 7]), ("several", two, MORE), ("several", one, ["list", 7])]
HINTED += [("rows", lambda path: [two(path)], ["list", MORE])]
HINTED += [("named", lambda path: {"a": path}, {"a": 7})]


@pytest.mark.parametrize("name, given, expected", HINTED)
def test_every_type_hint_of_images_is_read_and_nothing_is_unpickled(
    run, good, trap, name, given, expected
):
    function = name.replace("_", "-")
    status, _ = run(function, inputs={"image": given(good)}, returns=["n"])
    assert (status["state"], status["results"]) == ("completed", {"n": expected})
    status, _ = run(function, inputs={"image": given(trap)}, returns=["n"])
    assert status["error"] == f"image: {trap}: it is no image that Pillow reads"


@pytest.mark.parametrize(
    "name, options, expected",
    [
        ("optional", {}, "none"),
        ("union", {"params": {"image": 5}}, 5),
    ],
)
def test_what_may_be_no_image_need_not_be_one(run, name, options, expected):
    assert run(name, returns=["n"], **options)[0]["results"] == {"n": expected}


def test_what_is_no_image_by_its_type_hint_is_mlruns(run, good, trap):
    status, _ = run("anything", inputs={"image": trap}, returns=["n"])
    assert status["results"] == {"n": "DataItem"}
    status, _ = run("by-hand", inputs={"image : mlrun.DataItem": good}, returns=["n"])
    assert status["results"] == {"n": 7}


def test_an_image_by_the_type_hint_of_the_run_is_read(run, trap):
    status, _ = run("give", inputs={"what : PIL.Image.Image": trap}, returns=["n"])
    assert status["error"] == f"what: {trap}: it is no image that Pillow reads"


def test_a_page_with_several_images_is_refused(run, tmp_path):
    picture = '<img src="data:image/png;base64,AAAA">'
    (tmp_path / "a.html").write_text(f"<html>{picture}{picture}</html>")
    status, _ = run("segment", inputs={"image": str(tmp_path / "a.html")})
    assert status["error"].endswith("a.html: the page holds 2 images")


@pytest.mark.parametrize("count", [1, 2])
def test_a_list_for_one_image_is_refused(run, good, count):
    status, _ = run("segment", inputs={"image": [good] * count})
    assert status["error"] == f"image is one image, but a list of {count} was given for it"


@pytest.mark.parametrize(
    "name, given",
    [("segment", one), ("segment", lambda path: 5), ("segment", two), ("several", two),
     ("union", lambda path: "a")],
)  # fmt: skip
def test_an_image_that_is_a_parameter_is_refused(run, good, name, given):
    status, _ = run(name, params={"image": given(good)}, returns=["n"])
    assert status["error"] == "image is an image: give its path as an input, not as a parameter"


@pytest.mark.parametrize(
    "name, given, said",
    [
        ("several", lambda path: {"a": path}, "is no dictionary of images, but one was given"),
        ("two", lambda path: {"a": path}, "is no dictionary of images, but one was given"),
        ("named", lambda path: [path], "is a dictionary of images, but a list of 1 was given"),
        ("named", one, "is a dictionary of images, but one image was given"),
    ],
)
def test_a_collection_of_another_kind_is_refused(run, good, name, given, said):
    status, _ = run(name, inputs={"image": given(good)}, returns=["n"])
    assert status["error"] == f"image {said} for it"


def test_an_input_that_is_cut_off_is_refused_in_one_line(run, tmp_path):
    whole, cut = tmp_path / "whole.png", tmp_path / "cut.png"
    Image.effect_noise((200, 200), 90).save(whole)
    cut.write_bytes(whole.read_bytes()[:5000])
    status, _ = run("segment", inputs={"image": str(cut)})
    assert status["error"].startswith(f"image: {cut}: ")
    assert "image file is truncated" in status["error"] and "\n" not in status["error"]


def test_an_input_that_is_a_program_is_refused_in_one_line(run, tmp_path):
    program = tmp_path / "a.eps"
    Image.effect_noise((200, 200), 90).save(program)
    status, _ = run("segment", inputs={"image": str(program)})
    assert status["error"] == f"image: {program}: it is no image that Pillow reads"
