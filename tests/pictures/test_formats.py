"""The formats: their names, and every mode in every one of them."""

import io

import numpy as np
import pytest
from PIL import Image

from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.formats import find_format, suffix, writable_formats
from oracle import CLEAR, DEEP, MODES, encoded, levels, limits, off, sample, stretched, values
from saved import save

LOSSY = {"AVIF", "JPEG", "MPO", "WEBP"}
FEW = {"BLP", "ICNS", "MSP", "PALM", "SPIDER", "XBM"}  # take few modes, or sizes
UNREAD = {"EPS", "PDF", "PALM"}  # Pillow writes them, and reads them not at all or with Ghostscript
# what Pillow's conversions between colour spaces lose, in levels
ROUNDED = {"LAB": 6, "HSV": 6, "YCbCr": 4, "CMYK": 2, "RGBa": 4, "La": 4}


def saved(image: Image.Image, format: str) -> tuple[Image.Image, str]:
    """Save, and open again: the image as it opens, and what was changed."""
    before = (image.mode, image.size, image.tobytes(), dict(image.info))
    file = io.BytesIO()
    try:
        _, frames, changes = save(image, file, format, {})
    finally:
        assert (image.mode, image.size, image.tobytes(), image.info) == before
    assert frames == 1
    assert file.tell() or file.getbuffer().nbytes
    if format in UNREAD:
        return image, "unread"
    opened = Image.open(file)
    opened.load()
    return opened, ", ".join(changes)


def check(image: Image.Image, format: str, name: str) -> None:
    """Save an image, and judge what became of it."""
    opened, changes = saved(image, format)
    if changes == "unread":
        return
    if image.mode in DEEP:
        if "scaled" in changes:
            wanted = stretched(image, *limits(image))
            grey = opened if opened.mode in DEEP else opened.convert("L")
            assert np.abs(levels(grey) - wanted).max() < (0.1 if format in LOSSY else 0.005), name
        else:
            assert np.array_equal(values(opened), values(image)), name
        return
    most, mean = off(image, opened, flat="flattened" in changes)
    if format in LOSSY or format == "GIF":
        assert mean < (8 if image.width * image.height > 100 else 25), (name, mean)
    else:
        assert most <= ROUNDED.get(image.mode, 1), (name, most)


@pytest.mark.parametrize("format", writable_formats())
def test_every_mode_in_the_format_comes_back_or_is_refused(format):
    taken = set()
    sizes = [(1024, 1024)] if format == "ICNS" else [(50, 40), (1, 1), (1, 60), (7, 1)]
    for mode in MODES if format != "ICNS" else ["RGBA"]:
        for width, height in sizes:
            for cutout in (False, True) if mode in CLEAR else (False,):
                image = sample(mode, width, height, cutout)
                name = f"{mode} in {format}, {width} x {height}"
                try:
                    check(image, format, name)
                    taken.add(mode)
                except ImageRefused as refused:
                    odd = (width, height) != (50, 40) and "refused the image" in str(refused)
                    assert f"{format} cannot hold mode {mode}" in str(refused) or odd, name
    assert taken == set(MODES) or format in FEW and taken


def transparent_palette(kind: str) -> Image.Image:
    """Stripes of five colours, one or more of them transparent."""
    image = Image.new("P", (50, 10))
    image.putdata([x // 10 for _ in range(10) for x in range(50)])
    colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9, 200, 200, 0]
    if kind == "palette":
        alphas = [255, 0, 90, 255, 30]
        rows = zip(*[iter(colours)] * 3, alphas, strict=True)
        image.putpalette([level for row in rows for level in row], "RGBA")
        return image
    image.putpalette(colours)
    image.info["transparency"] = 2 if kind == "key" else bytes([255, 0, 128])
    return image


def test_transparent_colours_come_back_or_are_laid_on_white():
    grey = sample("L")
    grey.info["transparency"] = grey.getpixel((30, 9))
    colour = sample("RGB")
    colour.info["transparency"] = colour.getpixel((30, 9))
    palettes = {kind: transparent_palette(kind) for kind in ("key", "table", "palette")}
    for name, image in {"L": grey, "RGB": colour, **palettes}.items():
        for format in sorted(set(writable_formats()) - FEW - LOSSY):
            check(image, format, f"{name} in {format}")


def test_an_image_is_the_same_after_it_was_packed_in_every_format():
    image = transparent_palette("key")
    fresh = transparent_palette("key")
    for format in sorted(set(writable_formats()) - FEW):
        saved(image, format)
        for after in ("PNG", "GIF"):
            assert off(fresh, saved(image, after)[0]) == (0, 0), (format, after)
        assert off(encoded([fresh], "GIF"), encoded([image], "GIF")) == (0, 0), format


def test_formats_go_by_name_or_extension_in_any_case():
    names = {
        "jpg": ("JPEG", ".jpg"),
        ".TIF": ("TIFF", ".tif"),
        "jp2": ("JPEG2000", ".jp2"),
        "JPEG2000": ("JPEG2000", ".jp2"),
        "png": ("PNG", ".png"),
        "Spider": ("SPIDER", ".spider"),
        "ppm": ("PPM", ".pgm"),
        " .Webp ": ("WEBP", ".webp"),
    }
    for name, expected in names.items():
        format = find_format(name)
        assert (format, suffix(format, name, "L")) == expected


def test_an_unknown_format_is_refused_with_the_possible_ones():
    for name in ("zip", "", "../x", "hdf5", "psd", None, 5, "png\n\n<b>"):
        with pytest.raises(ImageRefused, match="possible: .*JPEG2000.*PNG"):
            find_format(name)
