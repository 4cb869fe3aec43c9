"""
Writes a picture by Pillow's encoder, which gets plain pixels, and all else as options.

An encoder ignores an option that it does not know, so a typing error would go unseen: its source
says for which it asks.
"""

import contextlib
import functools
import inspect
import io
import re
import struct
import sys
from collections.abc import Collection, Mapping, Set
from typing import Any

from PIL import Image, PngImagePlugin, TiffImagePlugin

from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.formats import holds_animation
from mlrun_images.pictures.metadata import (
    EXIF_HEAD,
    EXIF_PARTS,
    PNG_XMP,
    XMP_TAG,
    dpi,
    tags_without,
)
from mlrun_images.pictures.modes import alpha_kind
from mlrun_images.pictures.picture import Frame, Inventory, Picture

_ASKED = re.compile(  # encoderinfo["x"], info.get("x"), "x" in info
    r'(?:encoderinfo\[|(?:encoderinfo|(?<![.\w])info)\.get\(\s*)"([a-zA-Z]\w+)"'
    r'|"([a-zA-Z]\w+)" (?:not )?in (?:im\.encoder|encoder)?info\b'
)
# options that encoders of Pillow ask for in other ways, or hand on to the JPEG encoder
_HIDDEN = {
    "PDF": "title author subject keywords creator producer creationDate modDate quality optimize "
    "progressive subsampling qtables",
    "TIFF": "description software date_time artist copyright resolution_unit resolution "
    "x_resolution y_resolution",
}
_COMPRESSIONS = TiffImagePlugin.COMPRESSION_INFO_REV  # by Pillow's names
_SEVERAL = ("save_all", "append_images", "blend", "disposal")


def write(
    picture: Picture,
    format: str,
    options: Mapping[str, Any],
    defaults: Mapping[str, Any],
    refused: Set[str] = frozenset(),
) -> bytes:
    """
    Write a picture.

    :param picture:  The picture, as the format holds it.
    :param format:   Pillow's name of the format.
    :param options:  Options of the encoder; they win over what comes with the picture.
    :param defaults: Options in place of the encoder's own defaults.
    :param refused:  Names of options that the encoder does not take.

    :returns: The file.

    :raise Exception: If the encoder refuses the picture or an option.
    """
    own = {**_own_defaults(picture, format, options), **defaults, **_timing(picture, format)}
    of_pages = len(picture.frames) > 1 and format in ("TIFF", "PDF")
    pages = []
    for frame in picture.frames if of_pages else [picture.frame]:
        page = {**own, **encoder_options(frame, format, options)}
        for name in refused:
            page.pop(name, None)
        page |= options
        if not page.get("exif", True):
            del page["exif"]  # none; not all encoders take an empty one
        pages.append(page)
    file = io.BytesIO()
    if all(page == pages[0] for page in pages[1:]):
        picture.first.save(file, format, **pages[0])
    else:
        _write_pages(picture, format, file, pages)
    return file.getvalue()


def _write_pages(
    picture: Picture, format: str, file: io.BytesIO, pages: list[dict[str, Any]]
) -> None:
    """Write a TIFF or a PDF whose pages have options of their own, as resolution or compression."""
    tiff = TiffImagePlugin.AppendingTiffWriter(file) if format == "TIFF" else None
    with tiff or contextlib.nullcontext(file) as target:
        for number, (image, options) in enumerate(zip(picture.images, pages, strict=True)):
            single = {name: options[name] for name in options if name not in _SEVERAL}
            if tiff:
                image.save(target, format, **single)
                tiff.newFrame()
            else:
                image.save(target, format, **{"append": number > 0, **single})


def _timing(picture: Picture, format: str) -> dict[str, Any]:
    """Get the options that write all frames, and those that play them as the picture does."""
    if len(picture.frames) == 1:
        return {}
    images = picture.images
    options: dict[str, Any] = {"save_all": True, "append_images": images[1:]}
    options["blend"] = 0  # every frame is a whole picture: none is drawn over the one before
    options["disposal"] = 2 if format == "GIF" and any(map(alpha_kind, images)) else 0
    if _known_options(format) is None:
        options["primary_index"] = picture.current  # of a HEIF
    if holds_animation(format):
        options["duration"] = [frame.duration for frame in picture.frames]
        if format == "PNG" and picture.has_cover:
            options["default_image"] = True  # the picture for readers without animation
            del options["duration"][0]
        # a GIF without a loop plays once, and others would for ever
        times = loop(picture)
        if picture.loop is not None or format != "GIF" or times != 1:
            options["loop"] = times
    return options


def loop(picture: Picture) -> int:
    """Get how often an animation plays, 0 for ever; what formats do not hold is for ever too."""
    # without it a GIF plays once, and an AVIF, of which Pillow tells none, for ever
    times = int(picture.format == "GIF") if picture.loop is None else picture.loop
    return times if isinstance(times, int) and 0 <= times < 65536 else 0


def _own_defaults(picture: Picture, format: str, options: Mapping[str, Any]) -> dict[str, Any]:
    known = _known_options(format) or frozenset()
    image = picture.first
    defaults: dict[str, Any] = {}
    if "sizes" in known and image.width <= 256 and image.height <= 256:
        # else an icon has Pillow's usual sizes, without the image's own
        defaults["sizes"] = [image.size]
    if options.get("lossless") and "exact" in known:
        defaults["exact"] = True  # else WebP changes the colours below full transparency
    if format == "TGA":
        defaults["orientation"] = 1  # ImageMagick 6 does not turn rows that begin at the bottom
    if format == "AVIF" and len(picture.frames) > 1 and "range" in known:
        defaults["range"] = "limited"  # Chromium 156 shows an animation of full range as limited
    return defaults


# What comes with the pixels


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
    if not any(frame.inventory) and not frame.compression:
        return {}  # as with most images: this is asked of each
    values, tags = frame.inventory.values, frame.inventory.tags
    exif, xmp = values.get("exif"), _bytes(values.get("xmp"))
    exif = exif if isinstance(exif, bytes) and exif.startswith(EXIF_HEAD) else None
    kept: dict[str, Any] = {
        "icc_profile": frame.profile,
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
        left_out = EXIF_PARTS if compression not in ("", "raw", None) else ()
        kept["compression"] = frame.compression
        kept["exif"] = _tiff_tags(exif, xmp, left_out) if exif or xmp else None
        if tags is not None:  # the resolution is one of them, in its own unit
            kept |= {"tiffinfo": tags_without(tags, left_out), "dpi": None}
    known = _known_options(format)
    if known is None:  # another package's: of what it may take, these are under the usual names
        known = frozenset(("icc_profile", "exif", "xmp"))
    return {name: value for name, value in kept.items() if value and name in known}


def _bytes(value: Any) -> bytes | None:
    value = value.encode(errors="surrogatepass") if isinstance(value, str) else value
    return value if isinstance(value, bytes) else None


def _tiff_tags(exif: bytes | None, xmp: bytes | None, left_out: Collection[int]) -> Image.Exif:
    tags = Image.Exif()
    if exif:
        tags.load(exif)
    for tag in left_out:
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
        chunks.add_itxt(PNG_XMP, xmp.decode(errors="ignore"))
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


# The options of encoders


@functools.cache
def _known_options(format: str) -> frozenset[str] | None:
    """
    Get the names of the options of one of Pillow's encoders.

    :param format: Pillow's name of the format.

    :returns: The names; None for a format that another package registered, or of a Pillow without
              its source.
    """
    module = Image.SAVE[format].__module__
    source = _source_of(module)
    if not source or not module.startswith("PIL."):
        return None
    if format == "MPO":  # which hands on to the JPEG encoder
        source += _source_of(Image.SAVE["JPEG"].__module__)
    names = {name for pair in _ASKED.findall(source) for name in pair if name}
    several = {"save_all", "append_images"} if format in Image.SAVE_ALL else set()
    return frozenset(names | set(_HIDDEN.get(format, "").split()) | several)


def check_options(format: str, options: Mapping[str, Any]) -> None:
    """
    Check that an encoder has the options: of another package, that its source has such words.

    :raise ImageRefused: If it does not have one of them; or a TIFF's compression, as Pillow would
                         write it without any.
    """
    compression = options.get("compression") if format == "TIFF" else None
    if compression is not None and compression not in tuple(_COMPRESSIONS):
        possible = ", ".join(_COMPRESSIONS)
        raise ImageRefused(f"TIFF has no compression {compression!r}; possible: {possible}")
    known = _known_options(format)
    words = _words_of(_package_of(format)) if known is None else known
    unknown = [] if words is None else [name for name in options if name not in words]
    if unknown:
        theirs = f"what {_package_of(format)} takes"
        possible = theirs if known is None else ", ".join(sorted(known)) or "none"
        raise ImageRefused(f"{format} has no option {', '.join(unknown)}; possible: {possible}")


def _package_of(format: str) -> str:
    return Image.SAVE[format].__module__.partition(".")[0]


@functools.cache
def _words_of(package: str) -> frozenset[str] | None:
    modules = [name for name in sys.modules if name.partition(".")[0] == package]
    return frozenset(re.findall(r"\w+", "\n".join(map(_source_of, modules)))) or None


def _source_of(module: str) -> str:
    """Get the source of a module; empty if it has none, as a compiled one."""
    try:
        return inspect.getsource(sys.modules[module])
    except (KeyError, OSError, TypeError):
        return ""
