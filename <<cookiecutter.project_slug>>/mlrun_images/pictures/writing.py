"""Gives a picture to Pillow's encoder: its bytes, and nothing that the options do not say."""

import contextlib
import io
from collections.abc import Mapping, Set
from typing import Any

from PIL import TiffImagePlugin

from mlrun_images.pictures.formats import holds_animation
from mlrun_images.pictures.keeping import encoder_options
from mlrun_images.pictures.modes import alpha_kind
from mlrun_images.pictures.options import known_options
from mlrun_images.pictures.picture import Picture

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
    own = _own_defaults(picture, format, options) | dict(defaults) | _timing(picture, format)
    of_pages = len(picture.frames) > 1 and format in ("TIFF", "PDF")
    pages = []
    for frame in picture.frames if of_pages else [picture.frame]:
        kept = own | encoder_options(frame, format, options)
        page = {name: kept[name] for name in kept if name not in refused} | dict(options)
        if not page.get("exif", True):
            del page["exif"]  # none; not all encoders take an empty one
        pages.append(page)
    file = io.BytesIO()
    if all(page == pages[0] for page in pages):
        picture.images[0].save(file, format, **pages[0])
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
    images = picture.images
    if len(images) == 1:
        return {}
    options: dict[str, Any] = {"save_all": True, "append_images": images[1:]}
    options["blend"] = 0  # every frame is a whole picture: none is drawn over the one before
    options["disposal"] = 2 if format == "GIF" and any(map(alpha_kind, images)) else 0
    if known_options(format) is None:
        options["primary_index"] = picture.current  # of a HEIF
    if holds_animation(format):
        options["duration"] = [frame.duration for frame in picture.frames]
        if format == "PNG" and picture.has_cover:
            options["default_image"] = True  # the picture for readers without animation
            del options["duration"][0]
        # a GIF without a loop plays once, and others would for ever
        if picture.loop is not None or format != "GIF":
            options["loop"] = loop(picture)
    return options


def loop(picture: Picture) -> int:
    """Get how often an animation plays, 0 for ever; what formats do not hold is for ever too."""
    times = 1 if picture.loop is None else picture.loop
    return times if isinstance(times, int) and 0 <= times < 65536 else 0


def _own_defaults(picture: Picture, format: str, options: Mapping[str, Any]) -> dict[str, Any]:
    known = known_options(format) or frozenset()
    image = picture.images[0]
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
