"""The page of a plot artifact."""

import base64
import io
import re

import mlrun
import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from image_packager import PILImagePackager
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.page import preview_page
from mlrun_images.pictures.reading import read
from oracle import DEEP, MODES, encoded, levels, limits, off, picture, sample, stretched

RED_TO_BLUE = [Image.new("RGB", (20, 10), (255 - 60 * i, 0, 60 * i)) for i in range(4)]


@pytest.fixture
def set_limit():
    """Set MLRun's limit for a preview, in bytes, for one test."""
    limits = mlrun.mlconf.artifacts.limits
    before = limits.max_preview_size

    def set_limit(size: int) -> None:
        limits.max_preview_size = size

    yield set_limit
    set_limit(before)


def page(image, **options) -> tuple[str, Image.Image]:
    """Pack as a plot: the page, and the image in it."""
    artifact, _ = PILImagePackager().pack_plot(image, "key", **options)
    (data,) = re.findall(r'src="data:image/png;base64,([^"]+)"', artifact.get_body())
    return artifact.get_body(), Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_page_is_self_contained_and_holds_every_pixel():
    body, shown = page(picture(1000, 500))
    assert shown.tobytes() == picture(1000, 500).tobytes()
    for text in ("<!doctype html>", '<html lang="en">', "1000 x 500 pixels, mode RGB"):
        assert text in body
    assert "<script" not in body
    assert "http" not in body
    small, shown = page(picture(10, 5))
    assert (shown.size, shown.convert("RGB").tobytes()) == ((10, 5), picture(10, 5).tobytes())
    # the rule of the figure itself, beside that of the gallery's view of it
    assert small.count("pixelated") == 2
    assert body.count("pixelated") == 1


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
    for key in ("key", "é" * 50):  # a page of all pixels that is one byte too large
        set_limit(10_000_000)
        artifact, _ = PILImagePackager().pack_plot(picture(600, 600), key)
        limit = len(artifact.get_body().encode()) - 1
        set_limit(limit)
        artifact, _ = PILImagePackager().pack_plot(picture(600, 600), key)
        assert len(artifact.get_body().encode()) <= limit and artifact.labels["width"] == "512"
    set_limit(500)
    with pytest.raises(ImageRefused, match="500 bytes"):
        page(noise)


def test_a_page_shows_an_animation():
    image = encoded(RED_TO_BLUE, "GIF", duration=[100, 200, 300, 400], loop=3)
    image.seek(1)
    body, shown = page(image)
    assert (shown.n_frames, shown.info["loop"], image.tell()) == (4, 3, 1)
    assert "4 frames" in body


def test_a_preview_shows_of_a_large_animation_the_first_frame(set_limit):
    frames = [Image.effect_noise((500, 500), 90) for _ in range(40)]
    large = encoded(frames, "GIF", duration=50)
    set_limit(500_000)
    body, shown = page(large)
    assert getattr(shown, "n_frames", 1) == 1
    assert "first of 40 frames" in body


def test_a_title_is_text():
    artifact, _ = PILImagePackager().pack_plot(picture(9, 9), "<script>alert(1)</script>\"'")
    assert "<script" not in artifact.get_body()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;" in artifact.get_body()


def test_title_and_caption_are_apart_where_the_style_is_stripped():
    text, _ = page(Image.new("RGB", (4, 3)))
    lines = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL).replace("<br>", "\n")
    title, caption = re.sub("<[^>]*>", "", lines).strip().splitlines()[-2:]
    assert title and caption.startswith("4 x 3 pixels")


def test_every_mode_has_a_page():
    for mode in MODES:
        image = sample(mode)
        body, shown = page(image)
        assert f"mode {mode}" in body
        if mode in DEEP:
            wanted = stretched(image, *limits(image))
            assert np.abs(levels(shown.convert("L")) - wanted).max() < 0.005, mode
            assert "scaled from" in body
        else:
            assert off(image, shown)[0] <= (6 if mode in ("LAB", "HSV", "YCbCr") else 4), mode


def test_an_image_of_one_value_is_shown_by_its_modes_own_range():
    for value, grey in ((np.nan, 0), (np.inf, 255), (-np.inf, 0), (0.5, 127), (255, 255)):
        shown = page(Image.fromarray(np.full((4, 4), value, np.float32)))[1]
        assert (np.asarray(shown) == grey).all(), value
    shown = page(Image.fromarray(np.full((8, 8), 65535, np.uint16)))[1]
    assert (np.asarray(shown) == 255).all()


def test_values_beyond_the_palette_are_shown_as_pillow_shows_them():
    mask = Image.frombytes("P", (4, 2), bytes([0, 1, 2, 3, 4, 255, 255, 255]))
    mask.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    assert off(mask, page(mask)[1]) == (0, 0)


def test_a_turned_image_is_shown_upright():
    exif = Image.Exif()
    for orientation, turned in (
        (3, lambda rows: rows[::-1, ::-1]),
        (6, lambda rows: np.rot90(rows, -1)),
    ):
        exif[0x0112] = orientation
        image = encoded([picture(30, 20)], "PNG", exif=exif)
        wanted = Image.fromarray(turned(np.asarray(picture(30, 20))).copy())
        shown = page(image)[1]
        assert off(wanted, shown) == (0, 0)
        assert shown.getexif().get(0x0112, 1) == 1
        assert image.size == (30, 20)


def test_a_page_keeps_the_colours_of_a_profile():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = picture(9, 9)
    image.info["icc_profile"] = profile
    assert page(image)[1].info["icc_profile"] == profile
    image.info["icc_profile"] = 5
    assert off(picture(9, 9), page(image)[1]) == (0, 0)


@pytest.mark.parametrize("mode", MODES)
def test_a_preview_is_turned_as_an_exif_says_that_the_handler_set(mode):
    image = sample(mode, 30, 20)
    image.getexif()[ExifTags.Base.Orientation] = 6
    assert preview_page(read(image), 512, "a", 10**7).held.size == (20, 30)
    assert preview_page(read(image), 15, "a", 10**7).held.size == (10, 15)
