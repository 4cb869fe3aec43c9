"""Gives an encoder what comes with a picture, as far as its format has a place for it."""

import contextlib
import struct
from collections.abc import Collection, Mapping
from typing import Any

from PIL import Image, PngImagePlugin

from mlrun_images.pictures.metadata import EXIF_HEAD, EXIF_PARTS, XMP_TAG, dpi, tags_without
from mlrun_images.pictures.modes import DEEP
from mlrun_images.pictures.options import known_options
from mlrun_images.pictures.picture import Frame, Inventory

_ICC_SPACES = {
    b"GRAY": ("1", "L", "LA", *DEEP),
    b"RGB ": ("P", "PA", "RGB", "RGBA"),
    b"CMYK": ("CMYK",),
    b"Lab ": ("LAB",),
}


def fitting_profile(frame: Frame) -> bytes | None:
    """Get a frame's ICC profile, if it is one, and for the colours of the frame's mode."""
    profile = frame.inventory.values.get("icc_profile")
    # the length of its header, and about what a JPEG holds
    if not isinstance(profile, bytes) or not 128 <= len(profile) < 16_000_000:
        return None
    mode = frame.image.mode
    return profile if mode in _ICC_SPACES.get(profile[16:20], (mode,)) else None


def encoder_options(
    frame: Frame, format: str, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """
    Get the encoder options that keep what comes with a frame, as far as the format has a place for
    it. What is not of a type that encoders take is left out.

    :param frame:   The frame, in a mode that the format takes.
    :param format:  Pillow's name of the format.
    :param options: Options that the user gave.

    :returns: Any of ``icc_profile``, ``exif``, ``xmp``, ``comment``, ``dpi``, ``pnginfo``,
              ``tiffinfo`` and ``compression``.
    """
    values, tags = frame.inventory.values, frame.inventory.tags
    exif, xmp = values.get("exif"), _bytes(values.get("xmp"))
    exif = exif if isinstance(exif, bytes) and exif.startswith(EXIF_HEAD) else None
    kept: dict[str, Any] = {
        "icc_profile": fitting_profile(frame),
        "exif": exif,
        "xmp": xmp,
        "comment": _bytes(values.get("comment")),
        "dpi": dpi(values.get("dpi")),
    }
    if format == "PNG":
        kept["pnginfo"] = _png_chunks(frame.inventory, xmp, kept["comment"])
    if format == "TIFF":
        # libtiff, which compresses, takes no directories in EXIF
        compression = {"compression": frame.compression, **(options or {})}["compression"]
        but = EXIF_PARTS if compression not in ("", "raw", None) else ()
        kept |= {"exif": _tiff_tags(exif, xmp, but), "compression": frame.compression}
        if tags is not None:  # the resolution is one of them, in its own unit
            kept |= {"tiffinfo": tags_without(tags, but), "dpi": None}
    known = known_options(format)
    if known is None:  # another package's: of what it may take, these are under the usual names
        known = frozenset(("icc_profile", "exif", "xmp"))
    return {name: value for name, value in kept.items() if value and name in known}


def _bytes(value: Any) -> bytes | None:
    value = value.encode(errors="surrogatepass") if isinstance(value, str) else value
    return value if isinstance(value, bytes) else None


def _tiff_tags(exif: bytes | None, xmp: bytes | None, but: Collection[int]) -> Image.Exif:
    tags = Image.Exif()
    if exif:
        tags.load(exif)
    for tag in but:
        tags.pop(tag, None)
    if xmp:
        tags[XMP_TAG] = xmp
    return tags


def _png_chunks(
    inventory: Inventory, xmp: bytes | None, comment: bytes | None
) -> PngImagePlugin.PngInfo | None:
    """Make the chunks of a PNG that Pillow has no options for: texts, XMP, what colours mean."""
    chunks, values = PngImagePlugin.PngInfo(), inventory.values
    said = {"Comment": comment.decode(errors="replace")} if comment else {}
    for name, text in {**inventory.texts, **said}.items():
        with contextlib.suppress(UnicodeError):  # a name beyond Latin-1, a text that is no Unicode
            if 1 <= len(name) <= 79 and "\0" not in name + text:  # the PNG specification
                chunks.add_text(name, text)
    if xmp:
        chunks.add_itxt("XML:com.adobe.xmp", xmp.decode(errors="ignore"))
    numbers: Any
    for chunk, numbers in (
        (b"gAMA", [values.get("gamma")]),
        (b"cHRM", values.get("chromaticity")),
    ):
        with contextlib.suppress(TypeError, ValueError, OverflowError, struct.error):
            whole = [round(number * 100_000) for number in numbers]
            chunks.add(chunk, struct.pack(f">{len(whole)}I", *whole))
    if isinstance(cicp := values.get("cicp"), bytes):
        chunks.add(b"cICP", cicp)
    if values.get("srgb") in range(4):
        chunks.add(b"sRGB", bytes([values["srgb"]]))
    return chunks if chunks.chunks else None
