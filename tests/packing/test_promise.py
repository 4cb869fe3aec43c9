"""
Every door keeps the promise: what a handler returns is there and viewable, or its run fails and
says why.
"""

import json
from pathlib import Path

import mlrun
import numpy as np
import pytest
from PIL import Image

from conftest import Project
from with_handlers import BLUE, RED, colours, opened, page_pixels


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


@pytest.mark.parametrize("what", ["two", "list"])
def test_without_any_log_hints_several_images_are_kept_and_the_run_fails(run, what):
    status, artifacts = run("give", params={"what": what})
    assert status["state"] == "error"
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


@pytest.mark.parametrize("what", ["bytes", "bytes-io", "view", "big-tiff", "jp2"])
def test_an_image_file_in_memory_is_the_image_in_it(run, what):
    status, artifacts = run("give", params={"what": what}, returns=["a"])
    assert (status["state"], artifacts["a"].kind) == ("completed", "plot")
    assert page_pixels(artifacts["a"])[0].tolist() == [[[255, 0, 0]] * 6] * 4
    status, artifacts = run("give", params={"what": what}, returns=["a : file[format='bmp']"])
    assert (status["state"], colours(artifacts)) == ("completed", {RED})


def test_half_of_an_image_file_in_memory_fails_the_run(run):
    status, artifacts = run("give", params={"what": "half"}, returns=["a"])
    assert status["state"] == "error" and "'a': asked for plot, but" in status["error"]


def test_a_pickle_is_one_where_it_is_asked_for(run):
    status, artifacts = run("give", params={"what": "list"}, returns=["a : object"])
    assert (status["state"], list(artifacts)) == ("completed", ["a"])


@pytest.mark.parametrize("hint", ["a : file[format='png']", "a : plot", "a : plot[max_size=9]"])
def test_an_array_asked_for_as_an_image_is_kept_and_the_run_says_what_to_return(run, hint):
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


@pytest.mark.parametrize("hint", ["a", "a : plot"])
def test_the_page_of_a_figure_names_its_class(run, hint):
    status, artifacts = run("give", params={"what": "figure"}, returns=[hint])
    assert (status["state"], artifacts["a"].kind) == ("completed", "plot")
    assert artifacts["a"].labels["class"].endswith("Figure")


@pytest.mark.parametrize("what, name", [("number", "an int"), ("text", "a str")])
def test_what_mlrun_skips_fails_the_run(run, what, name):
    status, _ = run("give", params={"what": what}, returns=["a : plot"])
    assert status["state"] == "error"
    assert f"asked for as plot, but the handler returned {name}" in status["error"]


def test_a_page_says_what_of_the_image_it_is_without(run):
    status, artifacts = run("give", params={"what": "named-badly"}, returns=["a"])
    assert (status["state"], artifacts["a"].kind) == ("completed", "plot")
    assert artifacts["a"].metadata.description == "without texts"


# Files that the handler opened


@pytest.mark.parametrize("what, size", [("reduced", (20, 15)), ("painted", (40, 30))])
@pytest.mark.parametrize("format", "GIF PNG TIFF WEBP".split())
def test_a_frame_that_was_changed_in_place_is_logged_as_it_was_left(run, format, what, size):
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


@pytest.mark.parametrize("hint", ["a : file[format='tiff']", "a : file[format='png']"])
def test_a_file_with_a_broken_page_is_logged(run, hint):
    status, _ = run("broken", returns=[hint])
    assert status["state"] == "completed", status["error"]


def test_the_pages_before_a_broken_one_are_kept(run):
    status, artifacts = run("broken", returns=["a"])
    assert status["state"] == "completed", status["error"]
    with Image.open(artifacts["a-original"].target_path) as image:
        assert (image.size, image.n_frames, image.getpixel((5, 5))) == ((40, 30), 2, (255, 0, 0))


# A place of its own


@pytest.mark.parametrize("given", ["{tmp}/a b", "file://{tmp}/c", "relative/d"])
def test_two_runs_with_one_artifact_path_do_not_write_the_same_file(run, made, tmp_path, given):
    given = given.format(tmp=tmp_path)
    paths = set()
    for width in (3, 4):
        hint = "a : file[format='png']"
        _, artifacts = run("gen-image", params={"width": width}, returns=[hint], output_path=given)
        path = Path(artifacts["a"].target_path.removeprefix("file://"))
        assert path.is_relative_to(made / given.removeprefix("file://"))
        assert opened(artifacts["a"]).width == width
        paths.add(path)
    assert len(paths) == 2


@pytest.mark.parametrize("name", ["a#1", "a?1"])
def test_an_artifact_path_that_mlrun_cuts_off_is_refused(run, tmp_path, name):
    status, artifacts = run("gen-image", output_path=f"{tmp_path}/{name}")
    assert (status["state"], artifacts) == ("error", {})
    assert status["error"].startswith("MLRun cannot use an artifact path with # or ? in it")


# A default page holds every pixel


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


@pytest.mark.parametrize(
    "parameter, said",
    [("what=two", "the run was given no log hints"), ("scael=2", "give takes no parameter scael")],
)
def test_mlruns_own_command_keeps_the_promise(made, parameter, said):
    copy = Project(made, "")
    command = ["-m", "mlrun", "run", "-f", "give", "--local", "-p", parameter]
    done = copy.python(*command, check=False)
    assert said in done.stdout + done.stderr, done.stdout + done.stderr
    (run,) = json.loads(copy.python("main.py", "runs", "-n", "1", "--json").stdout)
    assert run["state"] == "error"
