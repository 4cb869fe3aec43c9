"""Images that a handler logs while it runs."""

import contextlib
import io
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import mlrun
import pytest
from PIL import Image
from test_packager import open_artifact, project, temp  # noqa: F401
from test_returned import BLUE, RED, run  # noqa: F401

import image_packager
from mlrun_images import log_image, show
from mlrun_images.errors import Refused
from oracle import picture


def test_images_are_logged_at_once_as_a_series(run):  # noqa: F811
    def handler():
        image = Image.new("RGB", (8, 8))
        for step in range(0, 300, 100):
            image.paste((step // 2, 0, 0), (0, 0, 8, 8))
            log_image(image, "sample", step=step, caption="after warm-up", format="png")
        return BLUE

    status, artifacts = run(handler, ["a : file"])
    assert status.state == "completed", status.error
    assert sorted(artifacts) == ["a", "sample_0", "sample_100", "sample_200"]
    for step in (0, 100, 200):
        artifact = artifacts[f"sample_{step}"]
        assert (artifact.labels["series"], artifact.labels["step"]) == ("sample", str(step))
        assert artifact.metadata.description == "after warm-up"
        assert open_artifact(artifact).getpixel((0, 0)) == (step // 2, 0, 0)


def test_threads_and_forked_processes_of_a_handler_log_to_its_run(run):  # noqa: F811
    def handler():
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda step: log_image(RED, "thread", step=step), range(8)))
        child = multiprocessing.get_context("fork").Process(target=log_image, args=(RED, "child"))
        child.start()
        child.join(60)
        return child.exitcode

    status, artifacts = run(handler, ["code"])
    assert (status.state, status.results["code"]) == ("completed", 0), status.error
    assert set(artifacts) == {"child", *(f"thread_{step}" for step in range(8))}
    assert all(artifact.kind == "plot" for artifact in artifacts.values())


def test_forked_processes_do_not_take_each_others_keys(run):  # noqa: F811
    def handler():
        with multiprocessing.get_context("fork").Pool(3) as pool:
            pool.starmap(log_image, [(RED, "same")] * 3)

    status, artifacts = run(handler, ["a : result"])
    assert status.state == "error" and "the key is taken" in status.error
    assert sorted(artifacts)[:1] == ["same"] and len(artifacts) > 1


def test_a_collection_is_refused(run):  # noqa: F811
    status, _ = run(lambda: log_image([RED], "a"), ["a"])
    assert "log_image takes one picture, not a list" in status.error


def test_what_cannot_be_logged_as_asked_is_kept_and_the_run_fails_in_the_end(run):  # noqa: F811
    def handler():
        log_image(picture(30, 20), "one", format="zip")
        log_image(RED, "two")
        log_image(BLUE, "two")
        log_image("no picture", "three")
        return 5

    status, artifacts = run(handler, ["a : result"])
    assert status.state == "error"
    for said in ("'zip'", "the key is taken", "'three': asked for plot"):
        assert said in status.error
    assert open_artifact(artifacts["one"]).tobytes() == picture(30, 20).tobytes()
    assert open_artifact(artifacts["two-2"]).tobytes() == BLUE.tobytes()
    assert status.results["a"] == 5


def test_outside_of_a_run_and_with_a_step_that_is_none_it_is_refused(run):  # noqa: F811
    with pytest.raises(Refused, match="no run is under way here"):
        log_image(RED, "a")
    for step in (-1, 1.5, "1"):
        status, _ = run(lambda step=step: log_image(RED, "a", step=step), ["a"])
        assert f"step={step!r} is no whole number" in status.error


def test_a_run_shows_its_pictures_whatever_their_format(run, project):  # noqa: F811
    run(lambda: (RED, [BLUE, RED]), ["a : file[format='webp']", "*b : file[format='tiff']"])
    newest = max(
        project.list_runs(start_time_from=mlrun.utils.now_date().replace(year=2020)).to_objects(),
        key=lambda run: run.status.start_time,
    )
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        show(newest)
    assert printed.getvalue().count("HTML") == 3


def test_an_artifact_type_of_the_projects_own_is_recorded_as_such(run, monkeypatch):  # noqa: F811
    def pack_small(self, obj, key):
        return self.image_file(obj.reduce(2), key)

    monkeypatch.setattr(image_packager.PILImagePackager, "pack_small", pack_small, raising=False)

    def handler():
        log_image(Image.new("L", (8, 8)), "logged", artifact_type="small")
        return Image.new("L", (8, 8))

    status, artifacts = run(handler, ["returned : small"])
    assert status.state == "completed", status.error
    for key in ("logged", "returned"):
        assert artifacts[key].spec.unpackaging_instructions["artifact_type"] == "small"
        assert open_artifact(artifacts[key]).size == (4, 4)
