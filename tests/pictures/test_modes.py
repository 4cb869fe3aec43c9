"""Conversions between modes: what one sees is kept, as far as the format goes."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.modes import scale, to_mode
from oracle import DEEP, MODES, encoded, levels, off, picture, sample, stretched, values
from saved import kept, save


def saved(image: Image.Image, format: str, **limits) -> tuple[Image.Image, str]:
    file = io.BytesIO()
    _, _, changes = save(image, file, format, {}, **limits)
    opened = Image.open(file)
    opened.load()
    return opened, ", ".join(changes)


def test_transparency_is_laid_on_white():
    half = Image.new("RGBA", (8, 8), (0, 0, 0, 128))
    for image in (half, half.convert("RGBa"), half.convert("LA"), half.convert("LA").convert("La")):
        opened, changes = saved(image, "BMP")
        assert opened.convert("RGB").getpixel((0, 0)) == (127, 127, 127)
        assert "transparency flattened on white" in changes
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.info["transparency"] = 1
    assert saved(palette, "BMP")[0].convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert saved(palette, "TIFF")[0].convert("RGBA").getpixel((0, 0))[3] == 0


def test_premultiplied_colours_are_divided():
    image = Image.new("RGBA", (8, 8), (200, 100, 0, 128))
    red, green, blue, alpha = saved(image.convert("RGBa"), "PNG")[0].getpixel((0, 0))
    assert (abs(red - 200) < 2, abs(green - 100) < 2, blue, alpha) == (True, True, 0, 128)


def test_lab_goes_through_its_colour_profile():
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    to_lab = ImageCms.buildTransform(srgb, lab, "RGB", "LAB")
    image = ImageCms.applyTransform(Image.new("RGB", (8, 8), (200, 30, 60)), to_lab)
    colour = np.array(saved(image, "PNG")[0].getpixel((0, 0)))
    assert np.abs(colour - (200, 30, 60)).max() < 6


def test_deep_values_are_kept_where_the_format_holds_them():
    floats = np.array([[-1.5, 0, 2.5], [np.nan, np.inf, -np.inf]], np.float32)
    kept = [
        (floats, "TIFF", ""),
        (np.array([[-(2**31), 0, 2**31 - 1]], np.int32), "TIFF", ""),
        (np.array([[0, 500, 65535]], np.int32), "PNG", "I to I;16, same values"),
        (np.array([[0, 500, 65535]], np.float32), "PNG", "F to I;16, same values"),
        (np.array([[255, 255]], np.float32), "PNG", "F to I;16, same values"),
        (np.array([[9, 65535]], np.uint16), "PNG", ""),
    ]
    for array, format, change in kept:
        opened, changes = saved(Image.fromarray(array), format)
        assert np.array_equal(values(opened), array.astype(float), equal_nan=True)
        assert changes == change


def test_deep_values_are_scaled_where_it_does_not():
    floats = Image.fromarray(np.array([[-1.5, 0, 2.5], [np.nan, np.inf, -np.inf]], np.float32))
    opened, changes = saved(floats, "BMP")
    assert np.asarray(opened).tolist() == [[0, 95, 255], [0, 255, 0]]
    assert changes == "F to L, scaled from -1.5..2.5 to 0..255"
    integers = Image.fromarray(np.array([[-(2**31), 0, 2**31 - 1]], np.int32))
    assert values(saved(integers, "PNG")[0]).tolist() == [[0, 32767, 65535]]
    for low, high in ((0.5, 100), (0, 70000), (-1, 5)):
        beyond = Image.fromarray(np.array([[low, high]], np.float32))
        opened, changes = saved(beyond, "PNG")
        assert f"scaled from {low:g}..{high:g} to 0..65535" in changes
        assert values(opened).tolist() == [[0, 65535]]


def test_an_image_of_one_value_is_scaled_by_its_modes_own_range():
    floats = {np.nan: 0, np.inf: 255, -np.inf: 0, 0.0: 0, 0.5: 127, 1.0: 255, 255.0: 255, -3.0: 0}
    arrays = [(np.full((8, 8), value, np.float32), grey) for value, grey in floats.items()]
    arrays += [(np.full((8, 8), value, "u2"), value // 257) for value in (0, 9 * 257, 65535)]
    arrays += [(np.full((8, 8), value, "i4"), value // 257) for value in (0, 9 * 257, 65535)]
    arrays += [(np.full((8, 8), -(2**31), "i4"), 0), (np.full((8, 8), 2**31 - 1, "i4"), 255)]
    for array, grey in arrays:
        for format in ("BMP", "JPEG"):
            opened, _ = saved(Image.fromarray(array), format)
            assert np.abs(np.asarray(opened.convert("L"), float) - grey).max() <= 1, array[0, 0]


def test_vmin_and_vmax_make_images_comparable():
    dark, light = np.array([[0, 0.25]], np.float32), np.array([[0.75, 2.0]], np.float32)
    for array, grey in ((dark, [0, 63]), (light, [191, 255])):
        opened, changes = saved(Image.fromarray(array), "BMP", vmin=0, vmax=1)
        assert np.asarray(opened).tolist() == [grey]
        assert "scaled from 0..1 to 0..255" in changes
    bits = Image.fromarray(np.array([[0, 2048, 4095]], np.uint16))  # of a camera of 12 bits
    opened, changes = saved(bits, "PNG", vmin=0, vmax=4095)
    assert np.abs(levels(opened) - stretched(bits, 0, 4095)).max() < 1e-4
    assert "scaled from 0..4095 to 0..65535" in changes


def test_one_limit_alone_leaves_the_other_to_the_image():
    image = Image.fromarray(np.array([[1, 2, 3]], np.float32))
    cases = [
        ({"vmin": 2}, [0, 0, 255]),
        ({"vmax": 2}, [0, 255, 255]),
        ({"vmin": 7}, [0, 0, 0]),
        ({"vmax": -7}, [255, 255, 255]),
    ]
    for limits, grey in cases:
        assert np.asarray(scale(image, **limits)[0]).tolist() == [grey], limits
    low = scale(Image.fromarray(np.array([[1.0, 2.0]], np.float32)), vmax=1.5)[0]
    assert np.asarray(low).tolist() == [[0, 255]]


def test_limits_that_are_none_are_refused():
    deep = Image.fromarray(np.array([[1, 2]], np.float32))
    for vmin, vmax in ((1, 1), (2, 1), ("a", 2), (0, float("nan")), (float("-inf"), 0), ([1], 2)):
        with pytest.raises(ImageRefused, match="vmin=.*possible: two numbers, the lesser first"):
            save(deep, io.BytesIO(), "PNG", {}, vmin, vmax)
    with pytest.raises(ImageRefused, match="not scale an image of mode RGB; possible: I, F, I;16"):
        save(picture(9, 9), io.BytesIO(), "PNG", {}, vmin=0)


def test_the_greatest_value_is_white_whatever_the_range():
    for low, high in ((0, 65535), (3, 59), (0.1, 0.7), (-1e9, 3e7), (1e-30, 3e-30)):
        image = Image.fromarray(np.array([[low, high]], np.float32))
        for top in (255, 65535):
            assert values(scale(image, top)[0]).tolist() == [[0, top]], (low, high)


def test_values_beyond_the_palette_are_kept():
    mask = Image.frombytes("P", (4, 2), bytes([0, 1, 2, 3, 4, 255, 255, 255]))
    mask.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    opened, _ = saved(mask, "PNG")
    assert opened.tobytes() == mask.tobytes()
    assert off(mask, opened) == (0, 0)
    assert len(mask.palette.palette) == 15


def test_an_image_is_the_same_after_it_was_converted():
    """Pillow writes the transparency into the palette of what it converts."""
    image = picture(20, 10).quantize(8)
    image.info["transparency"] = 2
    fresh = image.copy()
    to_mode(image, "RGBA")
    assert off(encoded([fresh], "GIF"), encoded([image], "GIF")) == (0, 0)


def test_a_grey_image_saved_as_gif_is_as_before():
    image = Image.new("L", (9, 9), 5)
    saved(image, "GIF")
    assert image.palette is None


def test_a_transparency_that_is_none_costs_no_pixels():
    for value in (b"abc", "x", (1, 2), 300, -1, None, (300, 0, 0), True, 1.5):
        for image in (picture(9, 9), picture(9, 9).convert("L")):
            same = image.copy()
            image.info["transparency"] = value
            for format in ("PNG", "GIF", "TIFF", "WEBP", "JPEG", "TGA"):
                assert off(same, saved(image, format)[0])[1] < 25, (value, format)
            assert image.info["transparency"] == value


def test_every_mode_is_kept_without_loss():
    for mode in MODES:
        image = sample(mode)
        opened, file = kept(image)
        if mode in DEEP:
            assert np.array_equal(values(opened), values(image)), mode
        elif mode == "RGBX":
            assert off(image, opened) == (0, 0)  # X is padding
        else:
            assert opened.tobytes() == image.tobytes(), (mode, file.changes)
