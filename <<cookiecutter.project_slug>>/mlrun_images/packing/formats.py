"""
What Pillow's formats take, found by asking Pillow, and the conversions that bring an image there.

Nothing here is a list of formats: names and extensions come from Pillow's registries, option names from its plugins'
source, and what a format does to a mode from saving a small probe in memory and opening it again. So an older, a newer
or a smaller build of Pillow gives other answers, not wrong ones.
"""

import functools
import inspect
import io
import re
import sys
import warnings
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageStat

MODES = "1 L LA La P PA RGB RGBA RGBa RGBX CMYK YCbCr LAB HSV I F I;16 I;16L I;16B I;16N".split()
DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")  # one band of more than 8 bits
ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")  # with a band of transparency
_GREY = ("1", "L", "LA", "La")
_NETPBM = {
    "1": ".pbm",
    "L": ".pgm",
    "I": ".pgm",
    "I;16": ".pgm",
    "F": ".pfm",
}  # PPM is four formats, by mode
_OPTION = re.compile(
    r'(?<!self\.)info(?:\.(?:get|pop)\(|\[)\s*"(\w+)"|"(\w+)" (?:not )?in (?:\w+\.)*\w*info\b|\([A-Z_]+, "(\w+)"\)'
)


class ImageRefused(ValueError):
    """An image that cannot be logged as asked: one line with what was wrong and what is possible."""


# What a format takes


def find_format(name: str) -> str:
    """
    Find the format that Pillow can write by Pillow's own name or a registered extension, in any case.

    :param name: For example ``png``, ``JPEG``, ``jpg``, ``.TIF``, ``jp2``.

    :returns: Pillow's name of the format, for example ``JPEG2000``.

    :raise ImageRefused: If there is no such format, or Pillow cannot write it.
    """
    Image.init()
    text = str(name).strip().lower().lstrip(".")
    format = text.upper() if text.upper() in Image.SAVE else Image.EXTENSION.get(f".{text}", "")
    if format not in Image.SAVE or not _can_write(format):
        raise ImageRefused(
            f"Pillow cannot write a format {name!r}; possible: {', '.join(writable_formats())}"
        )
    return format


@functools.cache
def writable_formats() -> tuple[str, ...]:
    """Get Pillow's names of the formats that this build writes (it registers some that it never can)."""
    Image.init()
    return tuple(filter(_can_write, sorted(Image.SAVE)))


def _can_write(format: str) -> bool:
    return any(fidelity(format, mode) != "no" for mode in ("RGB", "L", "P", "1"))


def suffix(format: str, asked: str, mode: str) -> str:
    """Get the file extension that the format's readers expect: the asked one if it is one, else the usual one."""
    asked = "." + str(asked).strip().lower().lstrip(".")
    if format == "PPM":
        return _NETPBM.get(mode, ".ppm") if asked != ".pnm" or mode == "F" else asked
    extensions = [
        extension for extension, name in Image.EXTENSION.items() if name == format and extension
    ]
    usual = f".{format.lower()}"
    return next(
        name for name in (asked, usual, *extensions, usual) if name in extensions or not extensions
    )


@functools.cache
def known_options(format: str) -> frozenset[str] | None:
    """
    Get the names of a format's encoder options, or None if Pillow's source is not there to be asked.

    Pillow ignores options that it does not know, so a typing error would go unseen. An encoder reads its options from
    ``encoderinfo``: the names are those that the functions of its plugin look up there.
    """
    try:
        source = _functions_source(sys.modules[Image.SAVE[format].__module__])
        if (
            "JpegImagePlugin._save" in source or 'SAVE["JPEG"]' in source
        ):  # MPO and PDF hand over to JPEG
            source += _functions_source(sys.modules[Image.SAVE["JPEG"].__module__])
    except (OSError, KeyError):
        return None
    names = {name for match in _OPTION.findall(source) for name in match if name}
    if re.search(
        r"info(?:\.get\(|\[)[a-z]", source
    ):  # looked up in a loop, over the keys of a dictionary: PDF
        names |= set(re.findall(r'"(\w+)":', source))
    return frozenset(names | ({"save_all", "append_images"} if format in Image.SAVE_ALL else set()))


def _functions_source(module: Any) -> str:
    functions = [
        f
        for _, f in inspect.getmembers(module, inspect.isfunction)
        if f.__module__ == module.__name__
    ]
    return "\n".join(inspect.getsource(function) for function in functions)


@functools.cache
def fidelity(format: str, mode: str, alpha: str = "") -> str:
    """
    Ask Pillow what becomes of an image of this mode: save a probe in memory with default options and open it again.

    :param format: Pillow's name of the format.
    :param mode:   The image's mode.
    :param alpha:  The image's transparency: what `alpha_kind` says, or ``cutout`` for one of 0 and 255 only.

    :returns: ``exact`` (every pixel's value), ``close`` (lossy), ``unread`` (written, but this build cannot read the
              format: PDF, PALM, EPS without Ghostscript) or ``no`` (refused, or another picture comes back).
    """
    for side in (32, 1024):  # ICNS always opens as 1024 x 1024
        file = io.BytesIO()
        try:
            image = probe(mode, alpha, side)
            image.save(file, format)
        except Exception:
            return "no"
        try:
            opened = Image.open(file)
            opened.load()
        except Exception:
            return "no" if can_read(format) else "unread"
        if opened.size == image.size:
            with warnings.catch_warnings(action="ignore"):
                return likeness(image, opened)
    return "no"


@functools.cache
def can_read(format: str) -> bool:
    """Check if this Pillow opens what it writes in a format."""
    for mode in ("RGB", "L", "P", "1"):
        image, file = probe(mode), io.BytesIO()
        try:
            image.save(file, format)
            Image.open(file).load()
            return True
        except Exception:
            continue
    return False


def probe(mode: str, alpha: str = "", side: int = 32) -> Image.Image:
    """Make a small smooth image of a mode, of more colours than a palette holds."""
    across = Image.linear_gradient("L").resize((side, side))
    down = across.transpose(Image.Transpose.ROTATE_90)
    if mode in DEEP:
        image = from_values(
            np.arange(side * side).reshape(side, side) * (60 if ";" in mode else 1000003), mode
        )
        image.info.update({"transparency": 0} if alpha else {})
        return image
    if mode == "P":
        image = across.copy()
        image.putpalette([value for i in range(256) for value in (i, 255 - i, i // 2)])
    elif mode == "1":
        image = (
            ImageChops.difference(across, down)
            .point(lambda value: 255 * (value % 100 > 50))
            .convert("1")
        )
    else:
        bands = [across, down, down, across][: len(Image.new(mode, (1, 1)).getbands())]
        if alpha == "cutout":
            bands[-1] = across.point(lambda value: 255 * (value > 99))
        image = Image.merge(mode, bands)
    if alpha == "key":
        colour: Any = image.getpixel((0, 0))
        image.info["transparency"] = colour
        image.paste(colour, (0, 0, side, side // 2))
    elif alpha == "table":
        image.info["transparency"] = bytes(range(256))
    elif alpha == "palette":
        image.putpalette([value for i in range(256) for value in (i, 255 - i, i // 2, i)], "RGBA")
    return image


def likeness(before: Image.Image, after: Image.Image) -> str:
    if before.mode in DEEP or after.mode in DEEP:
        same = len(before.getbands()) == 1 and before.info.get("transparency") == after.info.get(
            "transparency"
        )
        return "exact" if same and np.array_equal(np.asarray(before), np.asarray(after)) else "no"
    pairs = [(flatten(before, paper), flatten(after, paper)) for paper in ("white", "black")]
    difference = max(max(ImageStat.Stat(ImageChops.difference(*pair)).mean) for pair in pairs)
    return "no" if difference > 8 else "close" if difference else "exact"


def fit(image: Image.Image, format: str) -> tuple[Image.Image, str]:
    """
    Bring an image to the nearest mode that a format takes: its own, else with the same colours and transparency, else
    flattened on white; deep modes: the same values in another mode, else scaled.

    :param image:  The image; it is not changed, and returned as it is where the format takes it.
    :param format: Pillow's name of the format.

    :returns: The image to save, and what was changed in words (empty: nothing).

    :raise ImageRefused: If the format takes no mode near the image's.
    """
    image = _whole_palette(image)
    alpha = alpha_kind(image)
    grey = image.mode in _GREY
    if takes(format, image, image.mode, alpha):
        return image, ""
    if image.mode in DEEP:
        fitted, change = _fit_deep(image, format)
        return fitted, change + (", without the transparent value" if alpha else "")
    if alpha:
        for mode in ("LA", "RGBA") if grey else ("RGBA",):
            if takes(format, image, mode, "smooth"):
                return to_mode(image, mode), f"{image.mode} to {mode}"
    for mode in ("1", "L", "RGB") if image.mode == "1" else ("L", "RGB") if grey else ("RGB",):
        if takes(format, image, mode, ""):
            opaque = to_mode(flatten(image), mode) if alpha else to_mode(image, mode)
            return opaque, f"{image.mode} to {mode}" + (
                ", transparency flattened on white" if alpha else ""
            )
    raise _cannot_hold(format, image.mode)


def _whole_palette(image: Image.Image) -> Image.Image:
    """Add black for the values beyond the palette (255 in many masks): encoders cut them to the palette's bits."""
    if image.mode != "P" or not image.palette:
        return image
    mode = image.palette.mode
    colours = image.getpalette(mode) or []
    missing = int(np.asarray(image).max()) + 1 - len(colours) // len(mode)
    if missing > 0:
        image = image.copy()
        image.putpalette(colours + [0, 0, 0, 255][: len(mode)] * missing, mode)
    return image


def _fit_deep(image: Image.Image, format: str) -> tuple[Image.Image, str]:
    for mode in ("I;16", "I", "F"):
        if fidelity(format, mode) == "exact" and mode != image.mode:
            values = np.asarray(image)
            low, high = {"I;16": (0, 65535), "I": (-(2**31), 2**31), "F": (-(2**24), 2**24)}[mode]
            if image.mode != "F" and low <= values.min() and values.max() <= high:
                return from_values(values, mode), f"{image.mode} to {mode}, same values"
    top = 65535 if fidelity(format, "I;16") == "exact" and image.mode in ("I", "F") else 255
    small, change = scale(image, top)
    try:
        fitted, more = fit(small, format)
    except ImageRefused:
        raise _cannot_hold(format, image.mode) from None
    return fitted, ", ".join(filter(None, (f"{image.mode} to {small.mode}", change, more)))


def _cannot_hold(format: str, mode: str) -> ImageRefused:
    modes = [mode for mode in MODES if fidelity(format, mode) != "no"]
    return ImageRefused(f"{format} cannot hold mode {mode}; possible: {', '.join(modes)}")


def takes(format: str, image: Image.Image, mode: str, alpha: str) -> bool:
    """Check if a format takes the image in a mode; GIF only if the transparency is full or none everywhere."""
    if fidelity(format, mode, alpha) != "no":
        return True
    if alpha != "smooth" or fidelity(format, mode, "cutout") == "no":
        return False
    levels = to_mode(image, "RGBA").getchannel("A").histogram()
    return not any(levels[1:255])


def lossless(image: Image.Image) -> tuple[Image.Image, str, str]:
    """
    Find how to keep an image without loss whatever its mode: as PNG, else as TIFF, else its bands under another name.

    :returns: The image to save, Pillow's name of the format, and the change in words (empty: none).
    """
    pages = frame_count(image) > 1 and "duration" not in image.info
    formats = ("TIFF", "PNG") if pages else ("PNG", "TIFF")
    for format in formats:
        if fidelity(format, image.mode, alpha_kind(image)) == "exact":
            return image, format, ""
    if image.mode in DEEP:
        mode = image.mode if image.mode in ("I", "F") else "I;16"
        change = (
            "without the transparent value"
            if image.mode == mode
            else f"{image.mode} to {mode}, same values"
        )
        return from_values(np.asarray(image), mode), "TIFF", change
    bands = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[len(image.getbands())]
    renamed = Image.merge(bands, image.split())
    return renamed, "PNG", f"its {image.mode} bands stored as {bands}"


# Conversions between modes, which keep, as far as they can, what one sees


def alpha_kind(image: Image.Image) -> str:
    """Get how an image is transparent: ``smooth`` (a band), ``key``, ``table``, ``palette``, or an empty text."""
    if image.mode in ALPHA:
        return "smooth"
    if "transparency" in image.info:
        return "table" if isinstance(image.info["transparency"], bytes) else "key"
    return "palette" if image.mode == "P" and image.palette and image.palette.mode == "RGBA" else ""


def frame_count(image: Image.Image) -> int:
    """Get the number of frames or pages of an image, 1 for most."""
    return getattr(image, "n_frames", 1)


def to_mode(image: Image.Image, mode: str) -> Image.Image:
    """
    Convert between 8-bit modes through Pillow's own conversions (LAB by way of ImageCms and sRGB).

    :raise ImageRefused: For LAB where Pillow was built without ImageCms.
    """
    if image.mode == "LAB":
        image = _lab_to_rgb(image)
    elif image.mode in ("La", "RGBa"):
        image = image.convert(
            {"La": "LA", "RGBa": "RGBA"}[image.mode]
        )  # the only conversion that these have
    elif image.mode == "PA" and mode != "PA":
        image = image.convert("RGBA")
    return image if image.mode == mode else image.convert(mode)


def flatten(image: Image.Image, paper: str = "white") -> Image.Image:
    """Lay an 8-bit image on a sheet of one colour; the result has mode RGB."""
    if not alpha_kind(image):
        return to_mode(image, "RGB")
    image = to_mode(image, "RGBA")
    sheet = Image.new("RGB", image.size, paper)
    sheet.paste(image, mask=image)
    sheet.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return sheet


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    try:
        from PIL import ImageCms

        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.buildTransform(lab, srgb, "LAB", "RGB").apply(image)
    except ImportError as error:
        raise ImageRefused(
            f"mode LAB needs Pillow's ImageCms ({error}); possible: TIFF, which holds LAB"
        ) from error


def scale(image: Image.Image, top: int = 255) -> tuple[Image.Image, str]:
    """
    Scale a deep image from its own least and greatest value to 0..top; NaN and -inf become 0, +inf becomes `top`.

    :param image: An image of one band of integers or floats.
    :param top:   255 (result in mode L) or 65535 (I;16).

    :returns: The image, and the change in words.
    """
    values = np.asarray(image)
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    result = np.empty(values.shape, np.uint8 if top == 255 else np.uint16)
    factor = top / (high - low) if high > low else 0.0
    for row in range(0, len(values), 64):  # in strips: no copy of the whole image in 64-bit floats
        strip = (values[row : row + 64].astype(np.float64) - low) * np.float64(factor or 1.0)
        result[row : row + 64] = np.clip(np.nan_to_num(strip, nan=0, posinf=top, neginf=0), 0, top)
    scaled = Image.fromarray(result)
    scaled.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return scaled, f"scaled from {low:g}..{high:g} to 0..{top}"


def from_values(values: np.ndarray, mode: str) -> Image.Image:
    """Make a deep image of rows of values that its mode can hold."""
    kinds = {"I": "=i4", "F": "=f4", "I;16B": ">u2", "I;16N": "=u2"}
    data = np.ascontiguousarray(values, kinds.get(mode, "<u2"))
    return Image.frombytes(mode, (values.shape[1], values.shape[0]), data.tobytes())
