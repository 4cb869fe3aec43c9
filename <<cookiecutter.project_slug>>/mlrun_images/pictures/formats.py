"""
The formats that Pillow writes: their names, their extensions, and what becomes of an image in each.

Nothing here is a list of formats. Names and extensions come from Pillow's registries. What a format
does to a mode is found by saving a small probe in memory and opening it again. So an older, a newer
or a smaller build of Pillow gives other answers, not wrong ones.
"""

import contextlib
import functools
import io
import threading
import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageStat

from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.modes import DEEP, flatten, from_values

# formats that Pillow opens by starting Ghostscript, or by opening a file of any format within
PROGRAMS = ("EPS", "IPTC")
MODES = "1 L LA La P PA RGB RGBA RGBa RGBX CMYK YCbCr LAB HSV I F I;16 I;16L I;16B I;16N".split()
_COMMON = ("RGB", "L", "P", "1")  # every format takes one of these
_NETPBM = {"1": ".pbm", "L": ".pgm", "I": ".pgm", "I;16": ".pgm", "F": ".pfm"}
_PLAIN = ("1", "L", "LA", "RGB", "RGBA")  # modes without a palette
# modes that Pillow reads back from a format and other readers do not, or show in other colours
_UNSEEN = {
    "DDS": ("L", "LA"),
    "HEIF": ("La", "RGBa"),  # of pillow-heif
    "JPEG2000": ("LA", "CMYK"),
    "PCX": ("1",),
    "TGA": ("1", "LA"),
    "TIFF": ("LAB", "PA", "YCbCr"),
    "XBM": ("1",),
}
_CONVERTED = ("CMYK", "YCbCr", "LAB", "HSV")  # colours that an encoder should not convert by itself
_SAME = 8  # mean difference of two pictures, in levels of 255, up to which a lossy format made it
_alone = threading.Lock()


# Names


def find_format(name: str) -> str:
    """
    Find the format that Pillow can write by Pillow's own name or a registered extension, in any
    case.

    :param name: For example ``png``, ``JPEG``, ``jpg``, ``.TIF``, ``jp2``.

    :returns: Pillow's name of the format, for example ``JPEG2000``.

    :raise ImageRefused: If there is no such format, or Pillow cannot write it.
    """
    text = str(name).strip().lower().lstrip(".")
    for register in (Image.preinit, Image.init):  # the usual formats; all of them takes longer
        register()
        named = text.upper() if text.upper() in Image.SAVE else Image.EXTENSION.get(f".{text}")
        if named in Image.SAVE and _can_write(named):
            return named
    raise ImageRefused(
        f"Pillow cannot write a format {name!r}; possible: {', '.join(writable_formats())}"
    )


@functools.cache
def writable_formats() -> tuple[str, ...]:
    """Get the names of the formats that this Pillow writes: it registers some that it never can."""
    Image.init()
    return tuple(filter(_can_write, sorted(Image.SAVE)))


def suffix(format: str, asked: str, mode: str) -> str:
    """
    Get the file extension that the format's readers expect.

    :param format: Pillow's name of the format.
    :param asked:  The format as the user gave it: an extension of the format is taken as it is.
    :param mode:   The mode of the image as it is saved: PPM is four formats, by mode.

    :returns: For example ``.jpg``, the only one of JPEG's that MLRun shows in a notebook; the asked
              extension, else the usual one, else the first that Pillow knows.
    """
    if format == "JPEG":
        return ".jpg"
    asked = "." + str(asked).strip().lower().lstrip(".")
    if format == "PPM":
        return _NETPBM.get(mode, ".ppm") if asked != ".pnm" or mode == "F" else asked
    usual = f".{format.lower()}"
    for extension in (asked, usual, *Image.EXTENSION):
        if extension and Image.EXTENSION.get(extension) == format:  # SPIDER's may be empty
            return extension
    return usual


# What a format takes


def round_trip(image: Image.Image, format: str, **options: Any) -> Image.Image | None:
    """
    Save an image in memory and open it again, to see what a format does to it.

    :param image:   The image.
    :param format:  Pillow's name of the format.
    :param options: Options of Pillow's encoder.

    :returns: The image as it opens, its first frame read; None if it was written but cannot be
              read.

    :raise Exception: Whatever Pillow's encoder raises.
    """
    file = io.BytesIO()
    image.save(file, format, **options)
    try:
        opened = Image.open(file)
        opened.load()
        return opened
    except Exception:
        return None


@functools.cache
def _can_write(format: str) -> bool:
    return any(becomes(format, mode).likeness != "no" for mode in _COMMON)


@functools.cache
def can_read(format: str) -> bool:
    """Check if this Pillow opens what it writes in a format."""
    for mode in _COMMON:
        with contextlib.suppress(Exception):
            if round_trip(_probe(mode), format):
                return True
    return False


class Becomes(NamedTuple):
    """
    What becomes of a mode in a format.

    :param likeness: ``exact`` (every pixel's value), ``close`` (lossy), ``unread`` (written, but
                     this build cannot read the format: PDF, PALM, EPS without Ghostscript) or
                     ``no`` (refused, or another picture comes back).
    :param mode:     The mode as which the file opens; empty if it does not.
    :param is_seen:  Whether common readers other than Pillow show it too.
    """

    likeness: str = "no"
    mode: str = ""
    is_seen: bool = True


def becomes(
    format: str, mode: str, alpha: str = "", options: Mapping[str, Any] | None = None
) -> Becomes:
    """
    Ask Pillow what becomes of an image of this mode in a format.

    :param format:  Pillow's name of the format.
    :param mode:    The image's mode.
    :param alpha:   The image's transparency: what `alpha_kind` says, or ``cutout`` for a band of 0
                    and 255 only.
    :param options: Options of the encoder: with ``lossless=True`` a format may hold more.
    """
    usual = _becomes(format, mode, alpha, ())
    try:
        if not options or usual.likeness in ("exact", "unread"):
            return usual
        asked = _becomes(format, mode, alpha, tuple(sorted(options.items())))
    except TypeError:  # a value that is no key: a list, an image
        return usual
    return asked if asked.likeness == "exact" or usual.likeness == "no" else usual


@functools.lru_cache(maxsize=10_000)
def _becomes(format: str, mode: str, alpha: str, options: tuple) -> Becomes:
    is_seen = mode not in _UNSEEN.get(format, ())
    for side in (32, 1024):  # ICNS always opens as 1024 x 1024
        try:
            image = _probe(mode, alpha, side)
            opened = round_trip(image, format, **dict(options))
        except Exception:
            return Becomes()
        if opened is None:
            return Becomes() if can_read(format) else Becomes("unread", mode, is_seen)
        if opened.size == image.size:
            if mode in _CONVERTED and opened.mode != mode:
                return Becomes()
            # the filters of warnings are the process's, and images are encoded in threads
            with _alone, warnings.catch_warnings(action="ignore"):
                return Becomes(likeness(image, opened), opened.mode, is_seen)
    return Becomes()


# An encoder that refuses the probe says no to what follows


@functools.cache
def holds_any_size(format: str) -> bool:
    """Check if an image of any size comes back from a format in that size: not from ICO, ICNS."""
    with contextlib.suppress(Exception):
        opened = round_trip(_probe("RGB", side=300).crop((0, 0, 300, 200)), format)
        return opened is not None and opened.size == (300, 200)
    return False


@functools.cache
def holds_pages(format: str) -> bool:
    """Check if a format holds images of different sizes, as pages of a TIFF or a PDF are."""
    with contextlib.suppress(Exception):
        pages = [_probe("RGB", side=64), _probe("RGB")]
        opened = round_trip(pages[0], format, save_all=True, append_images=pages[1:])
        if opened is None:
            return not can_read(format)
        opened.seek(1)
        return opened.size == pages[1].size
    return False


@functools.cache
def holds_animation(format: str) -> bool:
    """Check if a format holds frames that follow each other in time: GIF, APNG, WebP, AVIF."""
    with contextlib.suppress(Exception):
        frames = [_probe("RGB"), _probe("L").convert("RGB")]
        options = {"save_all": True, "append_images": frames[1:], "duration": 100}
        opened = round_trip(frames[0], format, **options)
        return opened is not None and "duration" in opened.info
    return False


def likeness(before: Image.Image, after: Image.Image) -> str:
    """
    Compare an image with what became of it, on white and on black.

    :returns: ``exact``, ``close`` (as a lossy format leaves it) or ``no``; for deep images
              ``exact`` or ``no``.
    """
    if before.mode in DEEP or after.mode in DEEP:
        clear = before.info.get("transparency") == after.info.get("transparency")
        single = len(before.getbands()) == len(after.getbands()) == 1
        values = np.asarray(before), np.asarray(after)
        same = single and clear and np.array_equal(*values, equal_nan=True)
        return "exact" if same else "no"
    if before.mode == after.mode in _PLAIN and before.tobytes() == after.tobytes():
        if before.info.get("transparency") == after.info.get("transparency"):
            return "exact"  # most images: no need to look at every pixel
    pairs = [(flatten(before, paper), flatten(after, paper)) for paper in ("white", "black")]
    difference = max(max(ImageStat.Stat(ImageChops.difference(*pair)).mean) for pair in pairs)
    return "no" if difference > _SAME else "close" if difference else "exact"


# Small images by which Pillow is asked


def _probe(mode: str, alpha: str = "", side: int = 32) -> Image.Image:
    """
    Make a small smooth image of a mode, of more colours than a palette holds.

    :param mode:  One of Pillow's modes.
    :param alpha: Its transparency: what `alpha_kind` says, or ``cutout`` for a band of 0 and 255
                  only.
    :param side:  Its width and height in pixels.
    """
    across = Image.linear_gradient("L").resize((side, side))
    down = across.transpose(Image.Transpose.ROTATE_90)
    if mode in DEEP:
        step = 60 if ";" in mode else 1000003
        image = from_values(np.arange(side * side).reshape(side, side) * step, mode)
        image.info.update({"transparency": 0} if alpha else {})
        return image
    colours = [value for i in range(256) for value in (i, 255 - i, i // 2)]
    if mode == "P":
        image = across.copy()
        image.putpalette(colours)
    elif mode == "1":
        stripes = ImageChops.difference(across, down).point(lambda value: 255 * (value % 100 > 50))
        image = stripes.convert("1")
    else:
        bands = [across, down, down, across][: len(Image.new(mode, (1, 1)).getbands())]
        if alpha == "cutout":
            bands[-1] = across.point(lambda value: 255 * (value > 99))
        image = Image.merge(mode, bands)
        if mode == "PA":
            image.putpalette(colours)
    _make_transparent(image, alpha)
    return image


def _make_transparent(image: Image.Image, alpha: str) -> None:
    if alpha == "key":
        colour: Any = image.getpixel((0, 0))
        image.info["transparency"] = colour
        image.paste(colour, (0, 0, image.width, image.height // 2))
    elif alpha == "table":
        image.info["transparency"] = bytes(range(256))
    elif alpha == "palette":
        image.putpalette([value for i in range(256) for value in (i, 255 - i, i // 2, i)], "RGBA")
