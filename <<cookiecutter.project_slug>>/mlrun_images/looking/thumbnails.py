"""Small pictures of image files, made one large image at a time and kept for the next page."""

import base64
import io
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageOps, features

from mlrun_images.access import LARGEST, Access
from mlrun_images.errors import Refused, one_line
from mlrun_images.looking.thumbnail_cache import ThumbnailCache
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.modes import (
    DEEP,
    alpha_kind,
    averageable,
    by_profile,
    fitting,
    scale,
    shrink,
    to_mode,
)
from mlrun_images.pictures.opening import open_image

SIDE = 192  # longest side in pixels
PIXELATED = 64  # an image of at most so many pixels a side is drawn larger, pixel by pixel
LARGE = 4_000_000  # pixels; of larger images one is decoded at a time
TOO_LARGE = 100_000_000  # pixels; up to 400 MB when decoded
EPS = (b"%!PS", b"\xc5\xd0\xd3\xc6")  # how such a file begins


def add_thumbnails(tiles: list[dict[str, Any]], access: Access, kept: Path | None = None) -> None:
    """
    Add the thumbnail to each tile.

    :param tiles:  Images as `summarize_artifact` gives them, with the `location` that `Access`
                   found, or a `fault`. Each gets `src` (a data URI), `shown` (width and height in
                   pixels as drawn) and `classes`; or a `fault` that says in one line why there is
                   no thumbnail.
    :param access: What may be read.
    :param kept:   The file that keeps thumbnails from one page to the next. Without it, or where it
                   cannot be used, every thumbnail is made anew.
    """
    located = {str(tile["location"]): tile for tile in tiles if "location" in tile}
    versions = {path: _version(tile) for path, tile in located.items()}
    with ThumbnailCache(kept) as cache:
        thumbnails = cache.read(versions)
        missing = [path for path in located if path not in thumbnails]
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            made = pool.map(lambda path: _thumbnail(located[path], access), missing)
            first = dict(zip(missing, made, strict=True))
        # one after the other, in this thread: each thread would keep the memory of its largest
        new = {
            path: _thumbnail(located[path], access, large=True) or {} if body is None else body
            for path, body in first.items()
        }
        thumbnails |= new
        cache.write(versions, {path: body for path, body in new.items() if "src" in body})
    for tile in tiles:
        tile |= thumbnails.get(str(tile.get("location")), {})


def _thumbnail(tile: dict[str, Any], access: Access, large: bool = False) -> dict[str, Any] | None:
    """The thumbnail, or why there is none; None for a large image, unless it is one's turn."""
    try:
        with access.open(tile["location"]) as file:
            page = str(tile["location"]).lower().endswith(".html")
            return make(_embedded(file) if page else file, large)
    except _Large:
        return None
    except Exception as error:
        return {"fault": one_line(error)}


class _Large(Exception):
    """The image is made into a thumbnail when no other is."""


def make(file: BinaryIO, large: bool = True) -> dict[str, Any]:
    """
    Make a thumbnail.

    :param file:  An image file.
    :param large: Whether the image may be large.

    :returns: `src`, `shown` and `classes`, as `add_thumbnails` gives them.

    :raise Refused: If the image is too large, or its format is drawn by a program.
    :raise Exception: What Pillow raises for a file that it cannot read.
    """
    with _opened(file) as image:
        full = image.size
        if full[0] * full[1] > LARGE and not large:
            raise _Large
        small = _reduced(image)
    zoom = max(1, SIDE // max(small.size)) if max(full) <= PIXELATED else 1
    clear = small.mode == "RGBA"
    return {
        "src": _data_uri(small, lossless=zoom > 1),
        "shown": (small.width * zoom, small.height * zoom),
        "classes": " ".join(["pixels"] * (zoom > 1) + ["clear"] * clear),
    }


def _opened(file: BinaryIO) -> Image.Image:
    """The image, of which no pixel is decoded yet: its size is looked at first."""
    try:
        image = open_image(file)
    except ImageRefused as refusal:
        file.seek(0)
        if file.read(4) in EPS:
            raise Refused("an EPS is a program, which only Ghostscript draws") from None
        raise Refused(one_line(refusal)) from None
    except Image.DecompressionBombError as error:
        raise Refused(f"too large to preview: {one_line(error)}") from None
    pixels = _decode_small(image)
    if pixels > TOO_LARGE:
        image.close()
        raise Refused(f"too large to preview: {pixels:,} pixels, of at most {TOO_LARGE:,}")
    return image


def _decode_small(image: Image.Image) -> int:
    """
    Where the format can, have it decoded at a fraction of its size. Gives the pixels to decode.
    """
    power = 0
    if image.format == "JPEG2000":
        power = max(0, min((min(image.size) // (2 * SIDE)).bit_length() - 1, 5))
        setattr(image, "reduce", power)  # noqa: B010  (for other formats it is a method)
    elif not image.info.get("progressive"):  # of a progressive JPEG all is decoded in any case
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
    return image.width * image.height >> 2 * power


def _reduced(image: Image.Image) -> Image.Image:
    """The image as RGB or RGBA, at the size of a thumbnail, upright, in the colours of sRGB."""
    image.load()
    is_turned = image.format == "TIFF"  # as it is decoded; Pillow 10 would do it twice
    profile = image.info.get("icc_profile")
    if image.mode in DEEP:
        if image.width * image.height > LARGE:  # scaling takes several copies
            image = image.resize(fitting(image.size, 4 * SIDE), Image.Resampling.NEAREST)
        image, profile = scale(image)[0], None
    image = shrink(averageable(image), SIDE)
    image = image if is_turned else ImageOps.exif_transpose(image)
    converted = by_profile(image, profile) if profile else None
    return converted or to_mode(image, "RGBA" if alpha_kind(image) else "RGB")


def _embedded(page: BinaryIO) -> BinaryIO:
    """The image within the page of a plot."""
    data = page.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Refused(f"the page is larger than {LARGEST // 1024**2} MB")
    embedded = re.search(rb"data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)", data)
    if not embedded:
        raise Refused("the page holds no image")
    return io.BytesIO(base64.b64decode(embedded[1]))


def _data_uri(image: Image.Image, lossless: bool) -> str:
    """The image as PNG, or as WebP where that is smaller and exact pixels do not matter."""
    formats: dict[str, dict[str, Any]] = {"PNG": {}}
    if features.check("webp") and not lossless:
        formats["WEBP"] = {"quality": 85, "method": 2}
    encoded = []
    for format, options in formats.items():
        file = io.BytesIO()
        image.save(file, format, exif=b"", icc_profile=None, **options)
        encoded.append((file.tell(), format, file.getvalue()))
    _, format, data = min(encoded)
    return f"data:image/{format.lower()};base64,{base64.b64encode(data).decode()}"


def _version(tile: dict[str, Any]) -> str:
    """What changes with the image: its size and when it was written."""
    location = tile["location"]
    if not isinstance(location, Path):
        return f"{tile['size']} {tile['updated']}"
    try:
        status = location.stat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"
