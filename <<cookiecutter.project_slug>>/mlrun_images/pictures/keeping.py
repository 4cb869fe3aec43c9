"""Gives an encoder what comes with a picture, as far as its format has a place for it."""

import struct
from typing import Any

from PIL import Image, PngImagePlugin

from mlrun_images.pictures.metadata import EXIF_HEAD
from mlrun_images.pictures.modes import DEEP
from mlrun_images.pictures.options import known_options
from mlrun_images.pictures.picture import Frame, Picture

_XMP = 700  # among a TIFF's tags
_ICC_SPACES = {
    b"GRAY": ("1", "L", "LA", *DEEP),
    b"RGB ": ("P", "PA", "RGB", "RGBA"),
    b"CMYK": ("CMYK",),
    b"Lab ": ("LAB",),
}


def fits_profile(profile: Any, mode: str) -> bool:
    """Check if an ICC profile is one, and for the colours of a mode."""
    # the length of its header, and about what a JPEG holds
    if not isinstance(profile, bytes) or not 128 <= len(profile) < 16_000_000:
        return False
    return mode in _ICC_SPACES.get(profile[16:20], (mode,))


def encoder_options(picture: Picture, format: str) -> dict[str, Any]:
    """
    Get the encoder options that keep what comes with a picture, as far as the format has a place
    for it.

    :param picture: The picture, in a mode that the format takes.
    :param format:  Pillow's name of the format.

    :returns: Any of ``icc_profile``, ``exif``, ``xmp``, ``comment``, ``pnginfo``. What is not of a
              type that encoders take is left out. See `page_options` for what each page has.
    """
    extras = picture.extras
    first = picture.frames[0]
    profile, exif = extras.get("icc_profile"), _of_type(extras.get("exif"), bytes) or b""
    kept = {
        "icc_profile": profile if fits_profile(profile, first.image.mode) else None,
        "exif": exif if exif.startswith(EXIF_HEAD) else None,
        "xmp": _of_type(extras.get("xmp"), bytes | str),
        "comment": _of_type(extras.get("comment"), bytes | str),
        "pnginfo": _png_chunks(picture) if format == "PNG" else None,
    }
    if isinstance(kept["xmp"], str):
        kept["xmp"] = kept["xmp"].encode(errors="surrogatepass")
    if format == "TIFF":
        kept["exif"] = _tiff_tags(kept["exif"], kept["xmp"])
    if format == "TIFF" and len(picture.frames) > 1:
        kept["icc_profile"] = None  # each page has its own
    known = known_options(format)
    if known is None:  # another package's: of what it may take, these are under the usual names
        known = frozenset(("icc_profile", "exif", "xmp"))
    return {name: value for name, value in kept.items() if value and name in known}


def page_options(frame: Frame, format: str) -> dict[str, Any]:
    """
    Get the encoder options of one page: its resolution and, of a TIFF's page in a TIFF, its tags
    and its compression.

    :param frame:  The page.
    :param format: Pillow's name of the format.
    """
    known = known_options(format) or frozenset()
    options: dict[str, Any] = {}
    if format == "TIFF" and frame.tags is not None:
        options["tiffinfo"] = frame.tags
    elif frame.dpi and "dpi" in known:
        options["dpi"] = frame.dpi
    if format == "TIFF" and fits_profile(frame.profile, frame.image.mode):
        options["icc_profile"] = frame.profile
    if format == "TIFF" and frame.compression:
        options["compression"] = frame.compression
    return options


def _tiff_tags(exif: bytes | None, xmp: bytes | None) -> Image.Exif | None:
    tags = Image.Exif()
    if exif:
        tags.load(exif)
    if xmp:
        tags[_XMP] = xmp
    return tags if tags else None


def _of_type(value: Any, types: Any) -> Any:
    return value if isinstance(value, types) else None


def _png_chunks(picture: Picture) -> PngImagePlugin.PngInfo | None:
    """Make the chunks of a PNG that Pillow has no options for: texts, XMP, gamma and primaries."""
    chunks = PngImagePlugin.PngInfo()
    for name, text in picture.texts.items():
        try:
            if 1 <= len(name) <= 79 and "\0" not in name + text:  # the PNG specification
                chunks.add_text(name, text)
        except UnicodeError:  # a name beyond Latin-1, a text that is no Unicode
            continue
    extras = picture.extras
    xmp = extras.get("xmp")
    if xmp := xmp.decode(errors="ignore") if isinstance(xmp, bytes) else _of_type(xmp, str):
        chunks.add_itxt("XML:com.adobe.xmp", xmp)
    for name, chunk, parts in (
        ("gamma", b"gAMA", lambda value: [value]),
        ("chromaticity", b"cHRM", list),
    ):
        try:
            numbers = [round(number * 100_000) for number in parts(extras[name])]
            chunks.add(chunk, struct.pack(f">{len(numbers)}I", *numbers))
        except (KeyError, TypeError, ValueError, OverflowError, struct.error):
            continue
    if extras.get("srgb") in range(4):
        chunks.add(b"sRGB", bytes([extras["srgb"]]))
    return chunks if chunks.chunks else None
