"""What comes with an image besides its pixels, by name, as it is read from a live image."""

import contextlib
import math
from collections.abc import Collection, Mapping
from typing import Any

from PIL import ExifTags, Image, ImImagePlugin, TiffTags

from mlrun_images.pictures.picture import Inventory
from mlrun_images.pictures.turning import upright

EXIF_HEAD = b"Exif\0\0"  # without it a JPEG's readers do not see the EXIF; WebP and AVIF give none
XMP_TAG = 700  # of a TIFF
# names in an image's info that say how a file keeps it, or for which a picture has a place
_STORAGE = frozenset(
    "a_mask adobe adobe_transform background bbox bit_depth bits blend chroma colors compression "
    "data_size default_image disposal duration extension header_size height include_color_table "
    "interlace jfif jfif_density jfif_unit jfif_version layers loop metadata mp mpoffset "
    "orientation original_orientation padding palette palette_padding pixels_per_meter "
    "planes primary progression progressive resolution rgb_mask rgba_mask rle scale sizes "
    "thumbnails timestamp transparency version width wmf_bbox y_flip".split()
) | {ImImagePlugin.FRAMES, ImImagePlugin.LUT, ImImagePlugin.MODE, ImImagePlugin.SIZE}
PNG_XMP = "XML:com.adobe.xmp"
_PNG_NAMES = frozenset((PNG_XMP, "Raw profile type exif"))  # no texts of the image
_NO_VALUES = _STORAGE | _PNG_NAMES
# names that Pillow gives a meaning: as texts of a PNG they would come back as such
_MEANINGS = _NO_VALUES.union(
    "aspect chromaticity comment dpi exif gamma icc_profile srgb xmp".split()
)
_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
_IPTC = 0x0404  # among Photoshop's resources
_RESOURCES = (_IPTC, 0x03ED, 0x0425)  # those told elsewhere: IPTC, its digest, the resolution
# words of XMP that speak of a part of the file that Pillow does not give
_PARTS = {
    "its embedded video is": (b"MotionPhoto", b"MicroVideo"),
    "its gain map is": (b"hdrgm:", b"HDRGainMap"),
}
_EXIF_TIFF = (270, 271, 272, 305, 306, 315, 33432)  # a TIFF's tags that EXIF has too
EXIF_PARTS = {34665: "exif of the camera", 34853: "exif of GPS"}  # directories in EXIF
_ICC, _DENSITY = 34675, 282
_RESOLUTION = "resolution"
# a TIFF's tags that describe how its pixels lie (TIFF 6.0), or that a picture has a place for:
# orientation (274), ICC profile (34675), the places of EXIF and of other pages
_TIFF_LAYOUT = frozenset(
    (*range(254, 267), 273, 274, 277, 278, 279, 284, 288, 289, 290, 291, 292, 293, 297, 301)
) | frozenset((*range(317, 348), 512, *range(513, 533), 559, 34665, 34675, 34853, 40965))
# those that have another name than their number, or are named elsewhere
_TAG_NAMES = dict.fromkeys((33550, 33922, 34264, 34735, 34736, 34737), "GeoTIFF tags") | {
    33723: "iptc", 34377: "photoshop", _DENSITY: _RESOLUTION, _DENSITY + 1: _RESOLUTION,
    **dict.fromkeys((*_EXIF_TIFF, *EXIF_PARTS, 296, XMP_TAG), ""),
}  # fmt: skip


def inventory(image: Image.Image, cicp: bytes | None = None, is_read: bool = True) -> Inventory:
    """
    Find what comes with an image's current frame.

    :param image:   The live image.
    :param cicp:    What `unread.coding` gave before its pixels were read.
    :param is_read: Whether its pixels are read: of a PNG, Pillow reads them to find EXIF behind.
    """
    info, tags = image.info, getattr(image, "tag_v2", None)
    named = _PNG_NAMES if image.format == "PNG" else _MEANINGS
    texts = {
        name: text
        for name, text in info.items()
        if isinstance(name, str) and isinstance(text, str) and name not in named
    }
    values = {str(name): value for name, value in info.items() if name not in texts}
    looks = is_read or "exif" in info or tags is not None
    values["exif"] = _exif(image) if looks else None
    values["xmp"] = None if spoken_of(image) else _xmp(image)
    resources = _mapping(info.get("photoshop"))
    values["iptc"] = _IPTC in resources
    values["photoshop"] = [one for one in resources if one not in _RESOURCES]
    values["dpi"] = None if _made_up_dpi(image) else dpi(info.get("dpi")) or info.get("dpi")
    values["cicp"] = cicp
    if "Comment" in texts:  # the name that the PNG specification has for it
        values["comment"] = texts.pop("Comment")
    if tags is not None:
        if _ICC not in tags and image.tell():
            values.pop("icc_profile", None)  # Pillow leaves that of a page on the next
        values |= upright({"xmp": values["xmp"]})  # Pillow has turned the pixels
    kept = {
        name: value
        for name, value in values.items()
        if name not in _NO_VALUES and not _is_nothing(name, value)
    }
    return Inventory(kept, texts, tags if tags is None else _page_tags(image, values["xmp"]))


def names(found: Inventory) -> set[str]:
    """Name what came with a frame."""
    if not any(found):
        return set()  # as with most images: this is asked of each
    tags = {_TAG_NAMES.get(tag, f"TIFF tag {tag}") for tag in found.tags or ()}
    if dpi(found.values.get("dpi")) or (found.tags or {}).get(_DENSITY) == 1:
        tags.discard(_RESOLUTION)  # it is told as dpi; without a unit 1 says nothing
    texts = {f"text {name!r:.60}" for name in found.texts}
    return (set(found.values) | _part_names(found.values.get("exif")) | texts | tags) - {""}


def _part_names(exif: Any) -> set[str]:
    """Name the directories that EXIF has: of those a format may keep only some."""
    if not exif:
        return set()
    with contextlib.suppress(Exception):
        parts = Image.Exif()
        parts.load(exif)
        return {name for tag, name in EXIF_PARTS.items() if parts.get_ifd(tag)}
    return set()


def _xmp(image: Image.Image) -> Any:
    """Get an image's XMP; an older Pillow gives it only among a JPEG's segments, a TIFF's tags."""
    found = image.info.get("xmp") or image.info.get(PNG_XMP)
    found = found or getattr(image, "tag_v2", {}).get(XMP_TAG)
    for name, segment in () if found else getattr(image, "applist", ()):
        if name == "APP1" and segment.startswith(_XMP_HEAD):
            return segment[len(_XMP_HEAD) :]
    return found


def spoken_of(image: Image.Image) -> list[str]:
    """Name the parts of a JPEG that its XMP speaks of, and that Pillow does not give."""
    xmp = _xmp(image) if image.format in ("JPEG", "MPO") else None
    if not isinstance(xmp, bytes):
        return []
    return [part for part, words in _PARTS.items() if any(word in xmp for word in words)]


def _mapping(value: Any) -> Any:
    return value if isinstance(value, dict | set | list | tuple) else ()


def _made_up_dpi(image: Image.Image) -> bool:
    """Check if Pillow made up a resolution: a TIFF's without one, a JPEG's without one in EXIF."""
    info = image.info
    if hasattr(image, "tag_v2"):
        return info.get("dpi") == (1, 1) and _DENSITY not in image.tag_v2
    if image.format not in ("JPEG", "MPO") or info.get("dpi") != (72, 72) or "exif" not in info:
        return False
    with contextlib.suppress(Exception):
        return info.get("jfif_unit") not in (1, 2) and _DENSITY not in image.getexif()
    return False


def _is_nothing(name: str, value: Any) -> bool:
    if name == "nclx_profile" and isinstance(value, dict):
        return value.get("color_primaries") in (1, 2)  # a HEIF's colours are sRGB's, or unsaid
    empty = isinstance(value, bytes | str | tuple | list | dict) and not value
    return value is None or value is False or empty


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


def tags_without(tags: Any, without: Collection[int]) -> Any:
    """Copy Pillow's directory of a TIFF's tags, but for some."""
    kept = type(tags)(prefix=tags.prefix)
    for tag in tags:
        if tag not in without:
            kept.tagtype[tag] = tags.tagtype[tag]
            kept[tag] = tags[tag]
    return kept


def _page_tags(image: Image.Image, xmp: Any) -> Mapping[int, Any]:
    kept = tags_without(image.tag_v2, _TIFF_LAYOUT)  # type: ignore[attr-defined]
    if XMP_TAG in kept:
        kept[XMP_TAG] = xmp
    for tag, part in _exif_parts(image).items():
        kept.tagtype[tag] = TiffTags.LONG  # of the place where a directory lies
        kept[tag] = part
    return kept


def orientation(image: Image.Image) -> int:
    """
    Get the orientation that EXIF gives.

    :param image: The live image, its pixels read. Pillow has turned those of a TIFF, and an older
                  one leaves it in its EXIF.

    :returns: 1 (upright, also where Pillow cannot read the EXIF) to 8; above 4 width and height
              swap.
    """
    value = 1
    with contextlib.suppress(Exception):
        if not hasattr(image, "tag_v2") and (exif := image.getexif()):
            value = exif.get(ExifTags.Base.Orientation, 1)
    return value if value in range(1, 9) else 1


def _exif(image: Image.Image) -> Any:
    """
    Get an image's EXIF as bytes; what Pillow cannot read or write as it is, None if there is none.
    """
    given, now = image.info.get("exif"), None
    with contextlib.suppress(Exception):
        if hasattr(image, "tag_v2"):
            return _exif_of_tiff(image) or given
        now = image.getexif()  # as the handler left it; of a PNG, a text or XMP may have it
        if not isinstance(given, bytes) or not given:
            return now.tobytes() if now else given
        raw = given if given.startswith(EXIF_HEAD) else EXIF_HEAD + given
        written = Image.Exif()
        written.load(raw)
        if written.tobytes() == now.tobytes():
            return raw
        return now.tobytes() if now else None
    return given or now or None


def _exif_of_tiff(image: Image.Image) -> bytes | None:
    tags, exif = image.tag_v2, Image.Exif()  # type: ignore[attr-defined]
    exif.update({tag: tags[tag] for tag in _EXIF_TIFF if tag in tags} | _exif_parts(image))
    return exif.tobytes() if exif else None


def _exif_parts(image: Image.Image) -> dict[int, dict[int, Any]]:
    """Get the directories of EXIF and of GPS that a TIFF has."""
    with contextlib.suppress(Exception):  # they are read from its file, which may be closed
        parts = {tag: dict(image.getexif().get_ifd(tag)) for tag in EXIF_PARTS}
        return {tag: part for tag, part in parts.items() if part}
    return {}
