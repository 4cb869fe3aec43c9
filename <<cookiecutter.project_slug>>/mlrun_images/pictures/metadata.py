"""
What comes with an image besides its pixels, by name: read from a live image, and given to an
encoder.
"""

import contextlib
import math
import struct
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image, ImageOps, PngImagePlugin

from mlrun_images.pictures.modes import DEEP
from mlrun_images.pictures.options import known_options
from mlrun_images.pictures.picture import Frame, Picture

# names in an image's info that say how a file keeps it, or for which a picture has a place
_STORAGE = frozenset(
    "a_mask adobe adobe_transform background bbox bit_depth bits blend chroma colors compression "
    "data_size default_image disposal duration extension header_size height include_color_table "
    "interlace jfif jfif_density jfif_unit jfif_version layers loop metadata mp mpoffset "
    "orientation original_orientation padding palette palette_padding photoshop pixels_per_meter "
    "planes primary progression progressive resolution rgb_mask rgba_mask rle sizes thumbnails "
    "timestamp transparency version width wmf_bbox y_flip".split()
) | {"XML:com.adobe.xmp", "Raw profile type exif"}
# names that Pillow gives a meaning: as texts of a PNG they would come back as such
_MEANINGS = (
    frozenset("aspect chromaticity comment dpi exif gamma icc_profile srgb xmp".split()) | _STORAGE
)
_XMP = 700  # among a TIFF's tags
_IPTC = 0x0404  # among Photoshop's resources
# words of XMP that speak of a part of the file that Pillow does not give
_PARTS = {
    "its embedded video is": (b"MotionPhoto", b"MicroVideo"),
    "its gain map is": (b"hdrgm:", b"HDRGainMap"),
}
_ICC_SPACES = {
    b"GRAY": ("1", "L", "LA", *DEEP),
    b"RGB ": ("P", "PA", "RGB", "RGBA"),
    b"CMYK": ("CMYK",),
    b"Lab ": ("LAB",),
}
_EXIF_HEAD = b"Exif\0\0"  # without it a JPEG's readers do not see the EXIF; WebP and AVIF give none
_EXIF_TIFF = (270, 271, 272, 305, 306, 315, 33432)  # a TIFF's tags that EXIF has too
_EXIF_PARTS = (34665, 34853)  # EXIF's own, and those of GPS
# a TIFF's tags that describe how its pixels lie (TIFF 6.0), or that a picture has a place for:
# orientation (274), ICC profile (34675), the places of EXIF and of other pages
_TIFF_LAYOUT = frozenset(
    (*range(254, 267), 273, 274, 277, 278, 279, 284, 288, 289, 290, 291, 292, 293, 297, 301)
) | frozenset((*range(317, 348), 512, *range(513, 533), 559, 34665, 34675, 34853, 40965))


_GEOTIFF = dict.fromkeys((33550, 33922, 34264, 34735, 34736, 34737), "GeoTIFF tags")
_TAG_NAMES = {**_GEOTIFF, 33723: "iptc", 34377: "", 296: "", _XMP: ""}
_RESOLUTION = (282, 283)

# Reading


def inventory(image: Image.Image, is_read: bool = True) -> tuple[dict[str, Any], dict[str, str]]:
    """
    Find what comes with an image.

    :param image:   The live image.
    :param is_read: Whether its pixels are read: of a PNG, Pillow reads them to find EXIF behind.

    :returns: What it has by name, as Pillow gives it, and its texts.
    """
    texts = {
        name: text
        for name, text in image.info.items()
        if isinstance(name, str) and isinstance(text, str) and name not in _MEANINGS
    }
    extras = {
        str(name): value
        for name, value in image.info.items()
        if name not in _STORAGE and name not in texts and not _is_empty(value)
    }
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if _spoken_of(image):
        del extras["xmp"]
        xmp = None
    iptc = _IPTC in _mapping(image.info.get("photoshop"))
    looks = is_read or "exif" in image.info or hasattr(image, "tag_v2")
    found = {"exif": _exif(image) if looks else None, "xmp": xmp, "iptc": iptc}
    return extras | {name: value for name, value in found.items() if value}, texts


def left_out(image: Image.Image) -> list[str]:
    """
    Say in words which parts of its file Pillow does not give with an image.

    :param image: The live image, its file still open if it is to be looked into.
    """
    found = []
    if image.format == "PSD" and getattr(image, "n_frames", 0) > 0:
        found.append("its layers are not kept")
    if len(_mapping(image.info.get("sizes"))) > 1:
        found.append("its other sizes are not kept")
    if image.format == "DDS" and _mipmaps(image) > 1:
        found.append("its mipmaps are not kept")
    return found + [f"{part} not kept, nor the XMP that speaks of it" for part in _spoken_of(image)]


def _spoken_of(image: Image.Image) -> list[str]:
    xmp = image.info.get("xmp")
    if image.format not in ("JPEG", "MPO") or not isinstance(xmp, bytes):
        return []
    return [part for part, words in _PARTS.items() if any(word in xmp for word in words)]


def _mapping(value: Any) -> Any:
    return value if isinstance(value, dict | set | list | tuple) else ()


def _mipmaps(image: Image.Image) -> int:
    """Get the number of mipmaps that a DDS has: the eighth number of its head."""
    file = getattr(image, "fp", None)
    if file is None or file.closed:
        return 0
    place = file.tell()
    file.seek(28)
    (count,) = struct.unpack("<I", file.read(4).ljust(4, b"\0"))
    file.seek(place)
    return count


def _is_empty(value: Any) -> bool:
    return value is None or isinstance(value, bytes | str | tuple | list | dict) and not value


def duration(value: Any) -> float | None:
    """Get a frame's duration in ms; None if it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def dpi(value: Any) -> tuple[float, float] | None:
    """Get a resolution as two numbers of dots an inch; None if it is none, as a TIFF's 0/0."""
    try:
        across, down = (float(number) for number in value if not isinstance(number, str))
    except (TypeError, ValueError, ArithmeticError):
        return None
    possible = 0 < across < 65536 and 0 < down < 65536  # a JPEG holds 16 bits
    return (across, down) if possible else None


def page_tags(image: Image.Image) -> Mapping[int, Any] | None:
    """
    Get the tags of a TIFF's current page that do not describe how its pixels lie.

    :param image: The live image.

    :returns: Pillow's directory of the tags with their types; None of what is no TIFF.
    """
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        return None
    kept = type(tags)(prefix=tags.prefix)
    for tag in tags:
        if tag not in _TIFF_LAYOUT and not isinstance(tags[tag], dict):
            kept.tagtype[tag] = tags.tagtype[tag]
            kept[tag] = tags[tag]
    return kept


def tag_names(tags: Mapping[int, Any] | None, dots: tuple[float, float] | None) -> set[str]:
    """
    Name the tags of a TIFF's page, but those that EXIF has another name for.

    :param tags: The tags.
    :param dots: The page's dots an inch: a resolution in no unit is named as well.
    """
    named = {**_TAG_NAMES, **dict.fromkeys(_RESOLUTION, "" if dots else "resolution")}
    return {named.get(tag, f"TIFF tag {tag}") for tag in tags or () if tag not in _EXIF_TIFF} - {""}


def orientation(image: Image.Image) -> int:
    """
    Get the orientation that EXIF gives.

    :param image: The live image, its pixels read. Pillow has turned those of a TIFF, and an older
                  one leaves it in its EXIF.

    :returns: 1 (upright, also where Pillow cannot read the EXIF) to 8; above 4 width and height
              swap.
    """
    if hasattr(image, "tag_v2"):
        return 1
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:
        return 1
    return value if value in range(1, 9) else 1


def _exif(image: Image.Image) -> Any:
    """Get an image's EXIF as bytes; what Pillow cannot read as it is, None if there is none."""
    given = raw = image.info.get("exif")
    try:
        if hasattr(image, "tag_v2"):
            return _exif_of_tiff(image)
        if not isinstance(raw, bytes) or not raw:
            # of an image that the handler gave one, or of a PNG with a text or XMP for it
            return image.getexif().tobytes() if image.getexif() else None
        raw = raw if raw.startswith(_EXIF_HEAD) else _EXIF_HEAD + raw
        written = Image.Exif()
        written.load(raw)
        same = written.get(ExifTags.Base.Orientation, 1) == orientation(image)
        return raw if same else image.getexif().tobytes()
    except Exception:
        return given


def _exif_of_tiff(image: Image.Image) -> bytes | None:
    exif = Image.Exif()
    for tag in _EXIF_TIFF:
        if tag in image.tag_v2:  # type: ignore[attr-defined]
            exif[tag] = image.tag_v2[tag]  # type: ignore[attr-defined]
    with contextlib.suppress(Exception):  # they are read from its file, which may be closed
        for tag in _EXIF_PARTS:
            if part := image.getexif().get_ifd(tag):
                exif[tag] = dict(part)
    return exif.tobytes() if exif else None


# Turning


def without_orientation(picture: Picture) -> dict[str, Any]:
    """
    Take out of EXIF and XMP how they turn a picture whose pixels are turned.

    :param picture: The picture.

    :returns: What comes with it: without EXIF, if that said nothing else.
    """
    extras = dict(picture.extras)
    carrier = Image.new("1", (1, 1))
    carrier.info = {name: extras[name] for name in ("exif", "xmp") if name in extras}
    try:
        turned = ImageOps.exif_transpose(carrier)
        says = bool(turned.getexif())
    except Exception:
        turned, says = carrier, True
    for name in ("exif", "xmp"):
        if name in extras:
            extras[name] = turned.info.get(name)
    if not says:
        extras.pop("exif", None)
    return extras


# Writing


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
    profile, exif = extras.get("icc_profile"), _of_type(extras.get("exif"), bytes) or b""
    kept = {
        "icc_profile": profile if fits_profile(profile, picture.frames[0].image.mode) else None,
        "exif": exif if exif.startswith(_EXIF_HEAD) else None,
        "xmp": _of_type(extras.get("xmp"), bytes | str),
        "comment": _of_type(extras.get("comment"), bytes | str),
        "pnginfo": _png_chunks(picture) if format == "PNG" else None,
    }
    if isinstance(kept["xmp"], str):
        kept["xmp"] = kept["xmp"].encode(errors="surrogatepass")
    if format == "TIFF":
        kept["exif"] = _tiff_tags(kept["exif"], kept["xmp"])
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
        except (KeyError, TypeError, struct.error):
            continue
    if extras.get("srgb") in range(4):
        chunks.add(b"sRGB", bytes([extras["srgb"]]))
    return chunks if chunks.chunks else None
