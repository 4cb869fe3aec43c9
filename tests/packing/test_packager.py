"""The packager: every mode in every format, alone and in MLRun runs."""

import base64
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
from PIL import Image, ImageCms, ImageOps, ImageSequence, PngImagePlugin

from image_packager import PILImagePackager
from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.fitting import lossless
from mlrun_images.packing.formats import MODES, fidelity, probe, writable_formats
from mlrun_images.packing.frames import copy_frames
from mlrun_images.packing.modes import DEEP, alpha_kind, flatten
from mlrun_images.running import local_run_db

RED_TO_BLUE = [Image.new("RGB", (20, 10), (255 - 60 * i, 0, 60 * i)) for i in range(4)]


@pytest.fixture(autouse=True)
def temp(tmp_path, monkeypatch) -> Path:
    """A temporary folder of the test's own: whatever is left in it was left by the packager."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def set_limit():
    """Set MLRun's limit for a preview, in bytes, for one test."""
    limits = mlrun.mlconf.artifacts.limits
    before = limits.max_preview_size

    def set_limit(size: int) -> None:
        limits.max_preview_size = size

    yield set_limit
    set_limit(before)


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
        newest = project.list_runs(start_time_from=datetime(2020, 1, 1)).to_objects()
        done = max(newest, key=lambda run: run.status.start_time)
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


def reopen(packed):
    """Open the file of a packed image for its frames."""
    opened = Image.open(file_of(packed.artifact))
    opened.artifact = packed.artifact
    return opened


def page(image, **options) -> tuple[str, Image.Image]:
    """Pack as a plot: the page, and the image in it."""
    artifact, _ = PILImagePackager().pack_plot(image, "key", **options)
    (data,) = re.findall(r'src="data:image/png;base64,([^"]+)"', artifact.get_body())
    return artifact.get_body(), Image.open(io.BytesIO(base64.b64decode(data)))


def open_artifact(artifact) -> Image.Image:
    with Image.open(artifact.target_path) as opened:
        opened.load()
        return opened


def picture(width: int, height: int) -> Image.Image:
    """An image of many colours."""
    across = Image.linear_gradient("L").resize((width, height))
    return Image.merge(
        "RGB",
        (across.transpose(Image.Transpose.FLIP_TOP_BOTTOM), across, Image.new("L", across.size)),
    )


def left_in(temp: Path) -> list[Path]:
    """What a run left there, MLRun's own record of it included."""
    return list(temp.iterdir())


def values(image) -> np.ndarray:
    order = {"I;16B": ">u2", "I;16": "<u2", "I;16L": "<u2", "I;16N": "=u2"}.get(image.mode)
    return np.frombuffer(image.tobytes(), order) if order else np.asarray(image).ravel()


def look(image) -> bytes:
    """What one sees, on white and on black."""
    return flatten(image).tobytes() + flatten(image, "black").tobytes()


def animation(format: str) -> Image.Image:
    file = io.BytesIO()
    timing = {"duration": [100, 200, 300, 400], "loop": 3, "lossless": True}
    RED_TO_BLUE[0].save(file, format, save_all=True, append_images=RED_TO_BLUE[1:], **timing)
    return Image.open(file)


# Every mode, every format


@pytest.mark.parametrize("format", writable_formats())
def test_every_mode_in_the_format_comes_back_or_is_refused(format):
    side = 1024 if format == "ICNS" else 50
    for mode in MODES if side == 50 else ["RGBA"]:
        for alpha in (
            ("smooth", "cutout") if mode in ("LA", "La", "PA", "RGBA", "RGBa") else ("", "key")
        ):
            image = probe(mode, alpha if mode not in DEEP else "", side)
            before = (image.mode, image.size, image.tobytes(), dict(image.info))
            try:
                artifact, instructions = PILImagePackager().pack_file(image, "key", format.lower())
            except ImageRefused as refused:
                assert f"{format} cannot hold mode {mode}" in str(refused), (mode, str(refused))
                assert fidelity(format, mode, alpha_kind(image)) == "no"
                continue
            finally:
                assert (image.mode, image.size, image.tobytes(), image.info) == before
            assert instructions["format"] == format.lower()
            if format not in Image.OPEN and format != "MPO":
                assert len(artifact.get_body()) > 100
                continue
            with Image.open(file_of(artifact)) as opened:
                assert opened.size == image.size
                if (
                    format == "EPS"
                    or "changes" in instructions
                    and "same values" not in instructions["changes"]
                ):
                    continue
                if (
                    fidelity(format, mode, alpha_kind(image)) == "exact"
                    and fidelity(format, "L") != "close"
                ):
                    if mode in DEEP:
                        assert np.array_equal(values(opened), values(image)), mode
                    else:
                        assert look(opened) == look(image), (mode, alpha)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_a_page_and_a_lossless_file(mode):
    image = probe(mode)
    body, shown = page(image)
    assert shown.size == image.size
    assert f"mode {mode}" in body
    if mode not in DEEP:
        assert look(shown) == look(image)
    kept, format, _ = lossless(image)
    back = pack(kept, format)
    if mode in DEEP:
        assert np.array_equal(values(back), values(image))
    elif mode == "RGBX":
        assert look(back) == look(image)  # X is padding
    else:
        assert back.tobytes() == image.tobytes()


def test_formats_go_by_name_or_extension_in_any_case():
    names = {
        "jpg": ("JPEG", ".jpg"),
        ".TIF": ("TIFF", ".tif"),
        "jp2": ("JPEG2000", ".jp2"),
        "JPEG2000": ("JPEG2000", ".jp2"),
    }
    names |= {
        "png": ("PNG", ".png"),
        "Spider": ("SPIDER", ".spider"),
        "ppm": ("PPM", ".pgm"),
        " .Webp ": ("WEBP", ".webp"),
    }
    for name, (format, suffix) in names.items():
        opened = pack(Image.new("L", (9, 9)), name)
        assert (opened.format, f".{opened.artifact.format}") == (format, suffix)


@pytest.mark.parametrize("name", ["zip", "", "../x", "hdf5", "psd", None, 5, "png\n\n<b>"])
def test_an_unknown_format_is_refused_with_the_possible_ones(name):
    with pytest.raises(ImageRefused, match="possible: .*JPEG2000.*PNG"):
        pack(picture(9, 9), name)


def test_encoder_options_pass_through():
    noise = Image.effect_noise((64, 64), 90).convert("RGB")
    low, high = (pack(noise, "jpeg", quality=quality).artifact for quality in (10, 90))
    assert len(low.get_body()) < len(high.get_body()) / 2
    clear = Image.merge("RGBA", [*noise.split(), Image.new("L", noise.size)])
    assert pack(clear, "webp", lossless=True).tobytes() == clear.tobytes()


@pytest.mark.parametrize(
    ("format", "option", "value", "said"),
    [
        ("jpeg", "qualty", 90, "no option qualty; possible: .*quality"),
        ("png", "quality", 90, "no option quality; possible: .*compress_level"),
        ("xbm", "quality", 90, "no option quality"),
        ("jpeg", "quality", "hihg", "option quality='hihg'"),
        ("png", "compress_level", 99, "option compress_level=99"),
        ("webp", "method", "x", "option method='x'"),
    ],
)
def test_a_wrong_option_is_named(format, option, value, said, temp):
    with pytest.raises(ImageRefused, match=said):
        pack(picture(40, 40), format, **{option: value})
    assert not list(temp.iterdir())


# Conversions


def test_transparency_is_flattened_on_white():
    half = Image.new("RGBA", (8, 8), (0, 0, 0, 128))
    for image in (half, half.convert("RGBa"), half.convert("LA"), half.convert("LA").convert("La")):
        assert pack(image, "bmp").convert("RGB").getpixel((0, 0)) == (127, 127, 127)
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.info["transparency"] = 1
    assert pack(palette, "bmp").convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert pack(palette, "tiff").convert("RGBA").getpixel((0, 0))[3] == 0


def test_premultiplied_colours_are_divided():
    image = Image.new("RGBA", (8, 8), (200, 100, 0, 128))
    red, green, blue, alpha = pack(image.convert("RGBa"), "png").getpixel((0, 0))
    assert (abs(red - 200) < 2, abs(green - 100) < 2, blue, alpha) == (True, True, 0, 128)


def test_lab_goes_through_its_colour_profile():
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    image = ImageCms.applyTransform(Image.new("RGB", (8, 8), (200, 30, 60)), to_lab)
    assert all(
        abs(a - b) < 6
        for a, b in zip(pack(image, "png").getpixel((0, 0)), (200, 30, 60), strict=True)
    )


def test_deep_values_are_exact_in_tiff_and_scaled_in_others():
    floats = Image.fromarray(np.array([[-1.5, 0, 2.5], [np.nan, np.inf, -np.inf]], np.float32))
    assert np.array_equal(np.asarray(pack(floats, "tiff")), np.asarray(floats), equal_nan=True)
    scaled = pack(floats, "bmp")
    assert np.asarray(scaled).tolist() == [[0, 95, 255], [0, 255, 0]]
    assert "scaled from -1.5..2.5 to 0..255" in scaled.artifact.metadata.description
    assert "scaled from -1.5..2.5 to 0..255" in page(floats)[0]
    assert page(floats)[1].tobytes() == scaled.tobytes()
    integers = Image.fromarray(np.array([[-(2**31), 0, 2**31 - 1]], np.int32))
    assert np.array_equal(np.asarray(pack(integers, "tiff")), np.asarray(integers))
    assert values(pack(integers, "png")).tolist() == [0, 32767, 65535]
    assert values(pack(Image.fromarray(np.array([[0, 500, 65535]], np.int32)), "png")).tolist() == [
        0,
        500,
        65535,
    ]


def test_an_image_of_one_value_is_shown_in_its_modes_own_range():
    cases = {np.nan: 0, np.inf: 255, -np.inf: 0, 0.5: 127, 1.0: 255, 255.0: 255}
    arrays = [(np.full((4, 4), value, np.float32), grey) for value, grey in cases.items()]
    arrays += [(np.full((4, 4), 65535, np.uint16), 255), (np.full((4, 4), 257 * 9, np.int32), 9)]
    for array, grey in arrays:
        image = Image.fromarray(array)
        assert (np.asarray(page(image)[1]) == grey).all(), (array[0, 0], grey)
        assert (np.asarray(pack(image, "bmp")) == grey).all(), (array[0, 0], grey)


def test_values_beyond_the_palette_are_kept():
    mask = Image.frombytes("P", (4, 2), bytes([0, 1, 2, 3, 4, 255, 255, 255]))
    mask.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    for opened in (pack(mask), page(mask)[1]):
        assert opened.tobytes() == mask.tobytes()
    assert len(mask.getpalette()) == 15


# Frames and what comes with an image


@pytest.mark.parametrize("source", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("target", ["gif", "png", "webp"])
def test_frames_durations_and_loop_are_kept(source, target):
    image = animation(source)
    image.seek(2)
    opened = reopen(pack(image, target, **({"lossless": True} if target == "webp" else {})))
    assert image.tell() == 2
    frames = [frame.convert("RGB").getpixel((3, 3)) for frame in ImageSequence.Iterator(opened)]
    assert frames == [frame.getpixel((3, 3)) for frame in RED_TO_BLUE]
    durations = []
    for frame in ImageSequence.Iterator(opened):
        frame.load()
        durations.append(frame.info["duration"])
    assert durations == [100, 200, 300, 400]
    assert opened.info["loop"] == 3


def test_a_format_of_one_frame_says_which():
    image = animation("GIF")
    image.seek(1)
    opened = pack(image, "bmp")
    assert opened.convert("RGB").getpixel((0, 0)) == RED_TO_BLUE[1].getpixel((0, 0))
    assert "frame 2 of 4 only" in opened.artifact.metadata.description
    assert opened.artifact.labels["frames"] == "1"


def test_pages_of_different_sizes_stay_so(tmp_path):
    sizes = [(20, 10), (7, 30)]
    pages = [Image.new("L", size) for size in sizes]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    with Image.open(tmp_path / "pages.tif") as image:
        opened = reopen(pack(image, "tiff"))
        assert [frame.size for frame in ImageSequence.Iterator(opened)] == sizes
        assert "frame 1 of 2 only" in pack(image, "png").artifact.metadata.description


def test_a_transparent_animation_shows_no_frame_through_another(tmp_path):
    frames = [Image.new("RGBA", (20, 10)) for _ in range(3)]
    for i, frame in enumerate(frames):
        frame.paste((200, 0, 0, 255), (5 * i, 0, 5 * i + 5, 10))
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:], duration=50, loop=0)
    with Image.open(tmp_path / "a.png") as image:
        for format in ("gif", "png", "webp"):
            opened = reopen(pack(image, format, **({"lossless": True} if format == "webp" else {})))
            shown = [flatten(frame).tobytes() for frame in copy_frames(opened)]
            assert shown == [flatten(frame).tobytes() for frame in frames], format


def saved(format: str, frames: list[Image.Image], **options) -> Image.Image:
    file = io.BytesIO()
    frames[0].save(file, format, save_all=True, append_images=frames[1:], **options)
    return Image.open(file)


def test_transparent_frames_are_kept_or_the_artifact_says_that_they_are_not():
    blue, clear = Image.new("RGBA", (8, 8), "blue"), Image.new("RGBA", (8, 8))
    clear.paste("red", (0, 0, 4, 4))
    animation = saved("PNG", [blue, clear, blue], duration=50, disposal=1)
    for format in writable_formats():
        if format in Image.SAVE_ALL and format in Image.OPEN:
            artifact, instructions = PILImagePackager().pack_file(animation, "key", format)
            shown = [look(frame) for frame in copy_frames(Image.open(file_of(artifact)))]
            exact = shown == [look(frame) for frame in copy_frames(animation)]
            told = (
                "flattened" in instructions.get("changes", "")
                or fidelity(format, "RGBA") == "close"
            )
            assert exact or told, format


def test_deep_pages_beside_others_are_not_made_shallow():
    pages = saved(
        "TIFF",
        [Image.new("RGB", (9, 9), "red"), Image.fromarray(np.full((9, 9), 40000, np.uint16))],
    )
    assert pack(pages, "png").artifact.metadata.description == "frame 1 of 2 only"


def test_a_default_image_before_an_animation_has_no_duration():
    animation = saved("PNG", RED_TO_BLUE, duration=[100, 200, 300], default_image=True)
    opened, durations = reopen(pack(animation)), []
    for frame in ImageSequence.Iterator(opened):
        frame.load()
        durations.append(frame.info.get("duration"))
    assert durations == [None, 100, 200, 300]


def test_options_that_give_another_picture_are_told():
    assert (
        "another picture by the options"
        in pack(probe("P"), "png", bits=1).artifact.metadata.description
    )
    other = pack(animation("GIF"), "gif", append_images=[Image.new("P", (20, 10))])
    assert "frame 1 of 4 only" in other.artifact.metadata.description


def test_a_file_that_cannot_be_read_again_is_refused():
    with pytest.raises(ImageRefused, match="option extra="):
        pack(picture(9, 9), "jpeg", extra=b"\xff\xd9" + bytes(99))


def test_an_image_larger_than_pillow_likes_to_open_is_no_bomb(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    artifact, _ = PILImagePackager().pack_file(picture(10, 10), "key")
    monkeypatch.undo()
    assert Image.open(file_of(artifact)).tobytes() == picture(10, 10).tobytes()


def test_a_grey_image_saved_as_gif_is_as_before():
    image = Image.new("L", (9, 9), 5)
    pack(image, "gif")
    assert image.palette is None


def test_profile_exif_dpi_and_texts_are_kept(tmp_path):
    exif, texts = Image.Exif(), PngImagePlugin.PngInfo()
    exif[0x0112], exif[0x010E] = 6, "a description"
    texts.add_text("Author", "Zoë")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture(40, 20).save(
        tmp_path / "a.png", exif=exif, dpi=(300, 300), icc_profile=profile, pnginfo=texts
    )
    for format in ("png", "jpeg", "tiff", "webp"):
        with Image.open(tmp_path / "a.png") as image:
            opened = pack(image, format)
        assert opened.info.get("icc_profile") == profile, format
        assert opened.getexif()[0x010E] == "a description"
        assert format == "webp" or round(opened.info["dpi"][0]) == 300
        assert format != "png" or opened.text["Author"] == "Zoë"
    with Image.open(tmp_path / "a.png") as image:
        assert (
            "without icc_profile, exif, texts" in pack(image, "bmp").artifact.metadata.description
        )
        assert page(image)[1].size == (20, 40)  # turned as EXIF says
        assert image.size == (40, 20)


def test_a_profile_of_other_colours_is_not_kept():
    image = Image.new("CMYK", (8, 8))
    image.info["icc_profile"] = bytes(16) + b"CMYK" + bytes(120)
    opened = pack(image, "png")
    assert "icc_profile" not in opened.info
    assert "without icc_profile" in opened.artifact.metadata.description
    assert "icc_profile" in image.info
    assert pack(image, "tiff").info["icc_profile"] == image.info["icc_profile"]


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


# The page


def test_a_page_is_self_contained_and_holds_every_pixel():
    body, shown = page(picture(1000, 500))
    assert shown.tobytes() == picture(1000, 500).tobytes()
    for text in ("<!doctype html>", '<html lang="en">', "1000 x 500 pixels, mode RGB"):
        assert text in body
    assert "<script" not in body
    assert "http" not in body
    small, shown = page(picture(10, 5))
    assert (shown.size, shown.convert("RGB").tobytes()) == ((10, 5), picture(10, 5).tobytes())
    assert "pixelated" in small
    assert "pixelated" not in body


def test_a_page_is_reduced_where_the_hint_says_so():
    body, shown = page(picture(1000, 500), max_size=512)
    assert shown.size == (512, 256)
    assert "1000 x 500 pixels, mode RGB, shown at 512 x 256" in body


@pytest.mark.parametrize("size", [(3000, 1), (1, 3000), (600, 513)])
def test_the_longest_side_is_bounded(size):
    for mode in ("RGB", "P", "1", "RGBA", "I;16", "LAB"):
        assert max(page(Image.new(mode, size), max_size=100)[1].size) == 100


@pytest.mark.parametrize("value", [0, -1, "big", 2.5, True])
def test_a_wrong_bound_is_refused(value):
    with pytest.raises(ImageRefused, match="max_size="):
        page(picture(9, 9), max_size=value)


def test_a_page_never_exceeds_mlruns_limit(set_limit):
    noise = Image.effect_noise((900, 900), 90)
    set_limit(50_000)
    body, shown = page(noise, max_size=900)
    assert len(body.encode()) <= 50_000
    assert max(shown.size) > 100
    set_limit(500)
    with pytest.raises(ImageRefused, match="500 bytes"):
        page(noise)


def test_a_page_shows_an_animation():
    image = animation("GIF")
    image.seek(1)
    body, shown = page(image)
    assert (shown.n_frames, shown.info["loop"], image.tell()) == (4, 3, 1)
    assert "4 frames" in body


def test_a_preview_shows_of_a_large_animation_the_first_frame(set_limit):
    frames = [Image.effect_noise((500, 500), 90) for _ in range(40)]
    large = saved("GIF", frames, duration=50)
    set_limit(500_000)
    body, shown = page(large)
    assert getattr(shown, "n_frames", 1) == 1
    assert "first of 40 frames" in body


def test_a_title_is_text():
    artifact, _ = PILImagePackager().pack_plot(picture(9, 9), "<script>alert(1)</script>\"'")
    assert "<script" not in artifact.get_body()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;" in artifact.get_body()


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
    gradient, deep = picture(30, 20), probe("I")
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
        ("a : plto", probe("RGBA"), "artifact type 'plto'; possible: file, plot"),
        ("a : object", probe("L"), "artifact type 'object'"),
        ("a : result", probe("PA"), "artifact type 'result'"),
        (
            "a : file[format='jpeg', qualty=9]",
            probe("CMYK"),
            "no option qualty; possible: .*quality",
        ),
        ("a : file[format='jpeg', quality='x']", probe("RGB"), "option quality='x'"),
        ("a : plot[max=5]", probe("F"), "no option max; possible: max_size"),
        ("a : plot[max_size=0]", probe("I;16"), "max_size=0"),
        (
            "a : file[format='xbm']",
            probe("HSV"),
            "XBM cannot hold mode HSV; possible: 1; .*bands stored as RGB",
        ),
        ("a : file[obj=1]", probe("RGB"), "obj and key are no options"),
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
            ["cut", "empty : file", "*both", "good"], cut, empty, [empty, probe("L")], probe("RGB")
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


@pytest.mark.parametrize("key", ["a/b", "../../x", "<b>x</b>", "a b", "k" * 300, ".", "é", "-"])
def test_a_key_that_mlrun_refuses_is_replaced_by_a_safe_one(run, project, key):
    done, artifacts = run([mlrun.LogHint(key=key), "next"], probe("RGB"), probe("L"))
    (name,) = set(artifacts) - {"next"}
    assert done.status.state == "error"
    assert done.status.error.endswith(f"kept as PNG under the key {name}")
    assert open_artifact(artifacts[name]).tobytes() == probe("RGB").tobytes()
    folder = Path(project.spec.artifact_path).parent / done.metadata.uid
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {
        f"{name}.png",
        "next.html",
    }


def test_a_tag_that_mlrun_refuses_costs_no_image(run):
    done, artifacts = run(
        [mlrun.LogHint(key="a", tag="not a tag!"), "next"], probe("RGB"), probe("L")
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
    done, artifacts = run([hint], images(probe("RGB"), probe("L")))
    assert done.status.state == "error"
    kept = [
        open_artifact(artifact).tobytes()
        for artifact in artifacts.values()
        if artifact.kind == "artifact"
    ]
    assert {probe("RGB").tobytes(), probe("L").tobytes()} <= set(kept)
    assert re.search("was not logged|is taken|returned None", done.status.error)


@pytest.mark.parametrize("hints", [["a : file", "a : file"], ["*a : file", "a_0 : file"]])
def test_a_key_that_is_taken_costs_no_image(run, hints):
    first = [probe("RGB")] if hints[0].startswith("*") else probe("RGB")
    done, artifacts = run(hints, first, probe("L"))
    assert (done.status.state, len(artifacts)) == ("error", 2)
    assert "the key is taken by another output" in done.status.error
    kept = {open_artifact(artifact).tobytes() for artifact in artifacts.values()}
    assert kept == {probe("RGB").tobytes(), probe("L").tobytes()}


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


def test_a_disk_that_takes_only_half_of_the_file_is_an_error(run):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, limits[1]))
    try:
        done, artifacts = run(["a : file"], Image.effect_noise((4000, 4000), 90))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (done.status.state, artifacts) == ("error", {})
    assert "File too large" in done.status.error


def test_collections_are_packed_one_by_one(run):
    images = [probe("RGB"), probe("HSV"), probe("1")]
    by_name = {"x": probe("L"), "not safe": probe("L")}
    done, artifacts = run(["*list : file[format='xbm']", "*dict : file"], images, by_name)
    assert done.status.state == "error"
    assert (
        open_artifact(artifacts["list_0"]).format
        == open_artifact(artifacts["list_1"]).format
        == "PNG"
    )
    assert open_artifact(artifacts["list_2"]).format == "XBM"
    assert len(artifacts) == 5
    assert done.status.error.count("; kept as ") == 3


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
        [mlrun.LogHint(key="a", artifact_type="file", artifact_path=str(blocked))], probe("RGB")
    )
    assert done.status.state == "error"
    gc.collect()
    assert left_in(temp) == []


def test_outside_a_run_what_cannot_be_packed_is_raised(temp):
    with pytest.raises(ImageRefused, match="plto"):
        PILImagePackager().pack(probe("RGB"), "a", "plto")
    assert left_in(temp) == []


def test_a_turned_image_is_shown_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3
    image = Image.new("L", (30, 20))
    image.paste(255, (0, 0, 15, 20))
    image.save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as turned:
        assert page(turned)[1].tobytes() == ImageOps.exif_transpose(turned).tobytes()
