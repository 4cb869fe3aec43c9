"""The packager in MLRun runs: what it logs, and what it keeps when it cannot."""

import gc
import io
import re
import resource
import signal
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import mlrun
import numpy as np
import pytest
from mlrun.runtimes.utils import RunError
from PIL import ExifTags, Image, features

from image_packager import PILImagePackager
from mlrun_images import read_image
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.running import local_run_db
from oracle import DEEP, MODES, encoded, picture, sample, values


@pytest.fixture(autouse=True)
def temp(tmp_path, monkeypatch) -> Path:
    """A temporary folder of the test's own: whatever is left in it was left by the packager."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    local_run_db.activate(folder / "runs.sqlite")
    project = mlrun.new_project("packager-tests", str(folder), save=False)
    project.add_custom_packager("image_packager.PILImagePackager", is_mandatory=True)
    project.spec.artifact_path = str(folder / "artifacts" / "{{run.uid}}")
    project.save_to_db()
    return project


@pytest.fixture
def run(project):
    """Run a handler that returns the outputs: gives the run's object and its artifacts by key."""

    def run(returns: list, *outputs):
        def handler():
            return outputs if len(outputs) > 1 else outputs[0]

        function = mlrun.new_function("images", project=project.metadata.name)
        try:
            function.run(handler=handler, returns=returns, artifact_path=project.spec.artifact_path)
        except RunError:
            pass
        found = project.list_runs(start_time_from=datetime(2020, 1, 1))
        newest = max(found, key=lambda run: run["status"]["start_time"])
        done = mlrun.RunObject.from_dict(newest)
        artifacts = project.list_artifacts(tree=done.metadata.uid).to_objects()
        return done, {artifact.key: artifact for artifact in artifacts}

    return run


def file_of(artifact) -> io.BytesIO:
    """The file of an artifact that is not logged yet."""
    return io.BytesIO(artifact.get_body())


def pack(image, format="png", **options):
    """Pack as a file, and open the file."""
    artifact, _ = PILImagePackager().pack_file(image, "key", format, **options)
    with Image.open(file_of(artifact)) as opened:
        if opened.format != "EPS":  # reading its pixels needs Ghostscript
            opened.load()
        opened.artifact = artifact  # whose file is gone when it is
        return opened


def open_artifact(artifact) -> Image.Image:
    with Image.open(artifact.target_path) as opened:
        opened.load()
        return opened


def left_in(temp: Path) -> list[Path]:
    """What a run left there, MLRun's own record of it included."""
    return list(temp.iterdir())


def test_a_lazy_image_of_a_subclass_is_packed(tmp_path):
    picture(40, 40).save(tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as image:
        (tmp_path / "a.jpg").unlink()
        assert type(image).__name__ == "JpegImageFile"
        packager = PILImagePackager()
        assert packager.is_packable(image)
        assert packager.is_packable(image, "plto")
        assert not packager.is_packable("text")
        assert pack(image).size == (40, 40)


def test_the_tutorials_calls_work():
    artifact, instructions = PILImagePackager().pack_file(
        obj=picture(256, 256), key="x", format="jpeg"
    )
    assert (artifact.kind, artifact.key, instructions) == ("artifact", "x", {"format": "jpeg"})
    artifact, _ = PILImagePackager().pack_plot(picture(256, 256), "x")
    artifact.before_log()
    assert (artifact.kind, artifact.key, artifact.spec.viewer, artifact.format) == (
        "plot",
        "x",
        "chart",
        "html",
    )


# Runs


def test_a_run_logs_images_as_asked(run, temp):
    hints = ["page", "photo : file[format='jpeg', quality=90]", "exact : file[format='tif']"]
    gradient, deep = picture(30, 20), sample("I")
    done, artifacts = run(hints, gradient, gradient, deep)
    assert done.status.state == "completed"
    assert {key: artifact.kind for key, artifact in artifacts.items()} == {
        "page": "plot",
        "photo": "artifact",
        "exact": "artifact",
    }
    assert open_artifact(artifacts["photo"]).format == "JPEG"
    assert np.array_equal(values(open_artifact(artifacts["exact"])), values(deep))
    assert Path(artifacts["page"].target_path).read_text().startswith("<!doctype html>")
    assert artifacts["photo"].spec.unpackaging_instructions["instructions"] == {"format": "jpeg"}
    assert left_in(temp) == []
    assert "matplotlib" not in sys.modules


@pytest.mark.parametrize(
    ("hint", "image", "said"),
    [
        ("a : file[format='zip']", picture(9, 9), "'zip'; possible: AVIF|'zip'; possible: B"),
        ("a : plto", sample("RGBA"), "artifact type 'plto'; possible: file, plot"),
        ("a : object", sample("L"), "artifact type 'object'"),
        ("a : result", sample("PA"), "artifact type 'result'"),
        (
            "a : file[format='jpeg', qualty=9]",
            sample("CMYK"),
            "no option qualty; possible: .*quality",
        ),
        ("a : file[format='jpeg', quality='x']", sample("RGB"), "option quality='x'"),
        ("a : plot[max=5]", sample("F"), "no option max; possible: max_size"),
        ("a : plot[max_size=0]", sample("I;16"), "max_size=0"),
        (
            "a : file[format='xbm']",
            sample("HSV"),
            "XBM cannot hold mode HSV; possible: 1; .*bands stored as RGB",
        ),
        ("a : file[obj=1]", sample("RGB"), "obj and key are no options"),
    ],
)
def test_what_cannot_be_logged_as_asked_is_kept_and_the_run_fails(run, temp, hint, image, said):
    done, artifacts = run([hint, "next : file"], image, picture(5, 5))
    assert done.status.state == "error"
    assert re.search(said, done.status.error)
    assert "\n" not in done.status.error
    assert done.status.error.startswith(f"'a': asked for {hint[4:].split('[')[0]}")
    assert re.search(r"kept as (PNG|TIFF).* under the key a$", done.status.error)
    kept = open_artifact(artifacts["a"])
    assert (
        np.array_equal(values(kept), values(image))
        if image.mode in DEEP
        else kept.tobytes() == image.tobytes()
    )
    assert open_artifact(artifacts["next"]).tobytes() == picture(5, 5).tobytes()
    gc.collect()
    assert left_in(temp) == []


def test_an_image_that_cannot_be_kept_fails_the_run_and_the_others_are_logged(run, tmp_path):
    Image.effect_noise((200, 200), 90).save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:5000])
    with Image.open(tmp_path / "cut.png") as cut:
        empty = Image.new("RGB", (0, 5))
        done, artifacts = run(
            ["cut", "empty : file", "*both", "good"],
            cut,
            empty,
            [empty, sample("L")],
            sample("RGB"),
        )
    assert done.status.state == "error"
    assert sorted(artifacts) == ["both_1", "good"]
    for text in (
        "'cut': asked for plot, but",
        "'empty': asked for file, but the image is empty (0 x 5",
        "'both_0'",
    ):
        assert text in done.status.error
    assert done.status.error.count("nothing could be kept") == 3
    assert done.status.error.count("the image is empty") == 2  # each of the two says so once


def test_of_many_messages_the_first_are_in_the_runs_error_and_the_rest_are_counted(run):
    keys = [f"a{number}" for number in range(30)]
    done, artifacts = run([f"{key} : plto" for key in keys], *[picture(2, 2)] * 30)
    assert len(artifacts) == 30
    *messages, rest = done.status.error.split(" | ")
    assert (len(messages), rest) == (20, "and 10 more")


def test_many_images_under_a_plain_hint_are_one_message(run):
    done, artifacts = run(["s"], [picture(2, 2) for _ in range(30)])
    assert list(artifacts) and set(artifacts) == {f"s_{number}" for number in range(30)}
    assert done.status.error == (
        "'s': 30 images inside of 'list' not logged; possible: *s, and only images in it; "
        "kept under the keys s_0 to s_29"
    )
    assert len(done.status.results["s"]) == 1000  # a list's text


@pytest.mark.parametrize(
    "hint, said, keys",
    [
        ("a", "image_0 to image_3", ["a", "image_0", "image_1", "image_2", "image_3"]),
        (
            "image_1",
            "image_0, image_1-2, image_2, image_3",
            ["image_0", "image_1", "image_1-2", "image_2", "image_3"],
        ),
    ],
)
def test_images_of_several_outputs_without_a_hint_are_kept_by_one_numbering(run, hint, said, keys):
    sizes = [(4, height) for height in (2, 3, 4, 5)]
    images = [picture(*size) for size in sizes]
    done, artifacts = run([hint], picture(9, 9), images[:2], {"x": images[2]}, 5, images[3])
    assert sorted(artifacts) == keys
    assert f"4 images not logged, since no log hint was given; kept under the keys {said}" in (
        done.status.error
    )
    kept = [Image.open(artifacts[key].target_path).size for key in keys if key != hint]
    assert sorted(kept) == sizes and "image_0" not in done.status.results


def test_a_file_in_an_output_is_not_read(run):
    file = io.StringIO("a line\n")
    done, _ = run(["a"], {"file": file, "image": picture(2, 2)})
    assert (done.status.state, file.read()) == ("error", "a line\n")


def test_the_bytes_of_an_image_file_are_an_image(run):
    modern = [name for name in ("WEBP", "AVIF") if name.lower() in features.get_supported()]
    for format in ["PNG", "JPEG", "GIF", "TIFF", *modern]:
        file = io.BytesIO()
        picture(20, 10).save(file, format)
        done, artifacts = run(["a : file"], file.getvalue())
        state, image = done.status.state, open_artifact(artifacts["a"])
        assert (state, image.size) == ("completed", (20, 10)), format


def test_every_mode_comes_back_from_its_page_whatever_the_page_shows(run):
    images = {f"a{number}": sample(mode) for number, mode in enumerate(MODES)}
    done, artifacts = run(list(images), *images.values())
    assert done.status.state == "completed", done.status.error
    for key, image in images.items():
        for way in (done.outputs[key], artifacts[key].uri, artifacts[key].target_path):
            back = read_image(mlrun.get_dataitem(way))
            same = values(back) if image.mode in DEEP else back.tobytes()
            before = values(image) if image.mode in DEEP else image.tobytes()
            assert np.array_equal(same, before) or image.mode == "RGBX", (image.mode, way)
            assert back.mode == image.mode or image.mode in ("RGBX", "I;16", "I;16B"), (
                image.mode,
                way,
            )


@pytest.mark.parametrize("format", ["GIF", "PNG", "TIFF"])
def test_all_frames_come_back_from_a_page(run, format):
    frames = [Image.effect_noise((500, 400), 90).convert("P") for _ in range(40)]
    image = encoded(frames, format, **({"duration": 50} if format != "TIFF" else {}))
    done, _ = run(["a"], image)
    back = read_image(mlrun.get_dataitem(done.outputs["a"]))
    assert (done.status.state, back.n_frames, back.size) == ("completed", 40, (500, 400))


def test_a_page_of_a_chosen_size_is_alone_also_where_it_cannot_hold_the_values(run):
    done, artifacts = run(["a : plot[max_size=256]"], sample("F"))
    assert (done.status.state, list(artifacts)) == ("completed", ["a"])


def test_a_page_of_all_frames_has_no_original_beside_it_for_their_times(run):
    frames = [picture(20, 10), picture(20, 10).rotate(180)]
    done, artifacts = run(["a"], encoded(frames, "WEBP", duration=[70_000, 50]))
    assert (done.status.state, list(artifacts)) == ("completed", ["a"])
    assert artifacts["a"].metadata.description == "durations of 1 to 65535 ms"


def test_an_original_beside_its_page_is_turned_as_the_page_is(run):
    image = sample("I;16", 30, 20)
    image.getexif()[ExifTags.Base.Orientation] = 6
    done, artifacts = run(["a"], image)
    assert artifacts["a"].labels["height"] == "30"
    original = open_artifact(artifacts["a-original"])
    assert np.array_equal(values(original), np.rot90(values(image), -1))
    assert original.getexif().get(ExifTags.Base.Orientation, 1) == 1


def test_an_array_of_objects_is_not_pickled(run):
    done, artifacts = run(["a : plot"], np.array([{}, 5], object))
    assert (done.status.state, artifacts) == ("error", {})
    assert "nothing could be kept: Object arrays cannot be saved" in done.status.error


@pytest.mark.parametrize(
    "key", ["a/b", "../../x", "<b>x</b>", "a b", "k" * 300, ".", "é", "-", "\ud800"]
)
def test_a_key_that_mlrun_refuses_is_replaced_by_a_safe_one(run, project, key):
    done, artifacts = run([mlrun.LogHint(key=key), "next"], sample("RGB"), sample("L"))
    (name,) = set(artifacts) - {"next"}
    assert done.status.state == "error"
    assert done.status.error.endswith(f"kept as PNG under the key {name}")
    assert open_artifact(artifacts[name]).tobytes() == sample("RGB").tobytes()
    folder = Path(project.spec.artifact_path).parent / done.metadata.uid
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {
        f"{name}.png",
        "next.html",
    }


def test_a_tag_that_mlrun_refuses_costs_no_image(run):
    done, artifacts = run(
        [mlrun.LogHint(key="a", tag="not a tag!"), "next"], sample("RGB"), sample("L")
    )
    assert (done.status.state, sorted(artifacts)) == ("error", ["a", "next"])
    assert "does not take the tag 'not a tag!'" in done.status.error


@pytest.mark.parametrize(
    ("hint", "images"),
    [
        ("*a : file", lambda a, b: [a, None, b]),
        ("1*a : file", lambda a, b: [[a, b], [a]]),
        ("a : file", lambda a, b: [a, b]),
        ("a", lambda a, b: [a, b]),
        ("a", lambda a, b: {"x": [a], "y": b}),
        ("*a : file", lambda a, b: {1: a, "1": b}),
    ],
)
def test_images_that_mlrun_passes_over_are_kept_and_the_run_fails(run, hint, images):
    done, artifacts = run([hint], images(sample("RGB"), sample("L")))
    assert done.status.state == "error"
    kept = [
        open_artifact(artifact).tobytes()
        for artifact in artifacts.values()
        if artifact.kind == "artifact"
    ]
    assert {sample("RGB").tobytes(), sample("L").tobytes()} <= set(kept)
    assert re.search("not logged|is taken|returned None", done.status.error)


@pytest.mark.parametrize("hints", [["a : file", "a : file"], ["*a : file", "a_0 : file"]])
def test_a_key_that_is_taken_costs_no_image(run, hints):
    first = [sample("RGB")] if hints[0].startswith("*") else sample("RGB")
    done, artifacts = run(hints, first, sample("L"))
    assert (done.status.state, len(artifacts)) == ("error", 2)
    assert "the key is taken by another output" in done.status.error
    kept = {open_artifact(artifact).tobytes() for artifact in artifacts.values()}
    assert kept == {sample("RGB").tobytes(), sample("L").tobytes()}


def closed_gif(folder: Path) -> Image.Image:
    picture(9, 9).save(folder / "closed.gif")
    with Image.open(folder / "closed.gif") as image:
        image.load()
    return image


def image_with(**info) -> Image.Image:
    image = picture(9, 9)
    image.info.update(info)
    return image


@pytest.mark.parametrize(
    "make",
    [
        closed_gif,
        lambda folder: image_with(**{"ключ": "value"}),
        lambda folder: image_with(icc_profile=5),
        lambda folder: image_with(transparency=b"abc"),
        lambda folder: image_with(exif=b"no exif"),
    ],
)
def test_an_image_with_odd_information_is_logged_or_kept(run, tmp_path, make):
    done, artifacts = run(["a : file", "b : plot"], make(tmp_path), make(tmp_path))
    assert "nothing could be kept" not in (done.status.error or "")
    assert {"a", "b"} <= set(artifacts)
    assert open_artifact(artifacts["a"]).convert("RGB").size == (9, 9)


def test_deep_values_are_kept_with_a_transparent_one_beside_them(run):
    image = Image.fromarray(np.array([[70000, -5, 3]], np.int32))
    image.info["transparency"] = 3
    done, artifacts = run(["a : plto"], image)
    assert np.array_equal(values(open_artifact(artifacts["a"])), values(image))
    assert "without the transparent value" in done.status.error


@pytest.mark.parametrize("mode", DEEP)
def test_deep_values_with_a_transparent_one_are_kept_in_the_format_asked_for(run, mode):
    image = sample(mode)
    image.info["transparency"] = 3
    done, artifacts = run(["a : file[format='tiff']"], image)
    assert done.status.state == "completed"
    assert np.array_equal(values(open_artifact(artifacts["a"])), values(image))
    assert "without the transparent value" in artifacts["a"].metadata.description


def test_a_disk_that_takes_only_half_of_the_file_is_an_error(run):
    # the run database has the records of the tests before in its log, which may be longer than this
    mlrun.get_run_db().store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000, limits[1]))
    try:
        done, artifacts = run(["a : file[format='bmp']"], Image.new("L", (5000, 6000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (done.status.state, artifacts) == ("error", {})
    assert "File too large" in done.status.error


def test_collections_are_packed_one_by_one(run):
    images = [sample("RGB"), sample("HSV"), sample("1")]
    by_name = {"x": sample("L"), "not safe": sample("L")}
    done, artifacts = run(["*list : file[format='xbm']", "*dict : file"], images, by_name)
    assert done.status.state == "error"
    assert (
        open_artifact(artifacts["list_0"]).format
        == open_artifact(artifacts["list_1"]).format
        == "PNG"
    )
    assert open_artifact(artifacts["list_2"]).format == "XBM"
    assert len(artifacts) == 5
    assert done.status.error.count("; kept as ") == 2
    assert any(key.startswith("dict_not-safe-") for key in artifacts)


def test_images_are_found_by_their_labels_and_those_of_the_hint_win(run, project):
    wide = Image.new("LA", (77, 3))
    hint = mlrun.LogHint(key="b", labels={"mode": "mine", "more": "1"})
    done, artifacts = run(["a : file", hint], wide, wide)
    assert artifacts["a"].labels == {
        "width": "77",
        "height": "3",
        "mode": artifacts["a"].labels["mode"],
    } | {
        "format": "PNG",
        "frames": "1",
    }
    found = project.list_artifacts(labels=["width=77", "mode=LA"]).to_objects()
    assert [artifact.key for artifact in found] == ["a"]
    found = project.list_artifacts(labels={"width": "77", "mode": "mine"}).to_objects()
    assert [artifact.key for artifact in found] == ["b"]
    assert found[0].labels["more"] == "1"


def test_nothing_is_left_in_the_temporary_folder_when_mlrun_cannot_log(run, project, temp):
    blocked = Path(project.spec.artifact_path).parent / "blocked"
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("a file where the folder should be")
    done, _ = run(
        [mlrun.LogHint(key="a", artifact_type="file", artifact_path=str(blocked))], sample("RGB")
    )
    assert done.status.state == "error"
    gc.collect()
    assert left_in(temp) == []


def test_outside_a_run_what_cannot_be_packed_is_raised(temp):
    with pytest.raises(ImageRefused, match="plto"):
        PILImagePackager().pack(sample("RGB"), "a", "plto")
    assert left_in(temp) == []


def test_a_log_hint_is_refused_before_there_is_an_image_only_if_no_image_fits_it():
    check = PILImagePackager().check_hint
    for options in (
        {"format": "xbm"},  # of mode 1 only
        {"format": "jpeg", "quality": 9},
        {"format": "png", "vmin": 0, "vmax": 9},  # of deep modes only
        {"format": "icns"},
        {"format": "pdf"},
    ):
        check("file", options)
    check("plot", {"max_size": 9, "vmin": 1, "vmax": 2.5})
    check(None, {})
    for kind, options, said in (
        ("plto", {}, "possible: file, plot"),
        ("file", {"format": "nope"}, "possible: AVIF|possible: B"),
        ("file", {"format": "jpeg", "qualty": 9}, "no option qualty"),
        ("file", {"format": "jpeg", "quality": "hihg"}, "quality='hihg'"),
        ("file", {"format": "png", "vmin": 5, "vmax": 5}, "vmin"),
        ("plot", {"max_size": 0}, "max_size=0"),
    ):
        with pytest.raises(ImageRefused, match=said):
            check(kind, options)
