"""The page of a plot artifact: the image and a caption, with no script and nothing loaded."""

import base64
import html
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import NamedTuple

from mlrun_images.pictures.comparing import Held
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.files import ImageFile
from mlrun_images.pictures.fitting import fit
from mlrun_images.pictures.modes import DEEP, scale, shrink, value_range
from mlrun_images.pictures.picture import Frame, Inventory, Picture
from mlrun_images.pictures.turning import turn
from mlrun_images.pictures.writing import write

PREVIEW = 512  # pixels of the longest side, where the whole image is too large for the page
ENLARGED = 256  # pixels of the longest side to which a small image is drawn; its data is not
ANIMATION_PIXELS = 8_000_000  # of all frames of a preview; above, it shows the current frame

_PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))


class Page(NamedTuple):
    """
    The page of an image.

    :param html:    The page.
    :param caption: What the page says below the image's title.
    :param held:    What the image in it is.
    :param changes: What was changed or left out, in words; empty if the page holds all of it.
    """

    html: str
    caption: str
    held: Held
    changes: tuple[str, ...] = ()


def whole_page(picture: Picture, file: ImageFile, title: str, limit: int) -> Page | None:
    """
    Make the page that holds a picture with all its pixels, and the metadata that PNG keeps.

    :param picture: The picture.
    :param file:    The picture as a file without loss.
    :param title:   The page's title; it is escaped.
    :param limit:   Bytes that the page may have.

    :returns: The page; None if the file is not one that browsers show (PNG), if they would show
              deep values too dark, or if the page would be larger than the limit.
    """
    if file.format != "PNG" or not file.is_whole or picture.image.mode in DEEP:
        return None
    if len(file.data) * 4 / 3 > limit:  # base64 writes 4 bytes for 3
        return None
    frames = file.held.frames
    caption = _caption(picture, [f"{frames} frames" if frames > 1 else ""])
    page = _render(file.data, file.held.size, title, caption, _frame(picture))
    is_allowed = len(page.encode()) <= limit
    return Page(page, caption, file.held, file.changes) if is_allowed else None


def preview_page(
    picture: Picture,
    max_size: int,
    title: str,
    limit: int,
    vmin: float | None = None,
    vmax: float | None = None,
    note: str = "",
    original: str = "",
) -> Page:
    """
    Make the page of a picture that is reduced to fit, turned as its EXIF says.

    :param picture:  The picture.
    :param max_size: The longest side in pixels; a smaller picture is not enlarged.
    :param title:    The page's title; it is escaped.
    :param limit:    Bytes that the page may have.
    :param vmin:     Of a deep picture, the value that is shown black; None: its least.
    :param vmax:     Of a deep picture, the value that is shown white; None: its greatest.
    :param note:     What else the caption says.
    :param original: The `store://` URI of the picture itself, for whoever reads the page.

    :returns: The page. It is animated if that stays small; else it shows the current frame.

    :raise ImageRefused: If no page is within the limit.
    """
    picture = turn(picture)
    full, count = picture.image, len(picture.frames)
    shown, frames = _shown(picture, max_size)
    while True:
        reduced, changes = _reduce(shown, max_size, vmin, vmax)
        png = write(reduced, "PNG", {}, {"compress_level": 1})
        image = reduced.first
        is_smaller = image.width * image.height < full.width * full.height
        size = f"shown at {image.width} x {image.height}" * is_smaller
        notes = [text for text in (size, *changes, frames, *picture.notes, note) if text]
        caption = _caption(picture, notes)
        source = f' data-reduced-from="{full.width} x {full.height} pixels"'
        source += f' data-original="{html.escape(original)}"' if original else ""
        source += _frame(picture)
        page = _render(png, image.size, title, caption, source)
        if len(page.encode()) <= limit:
            held = Held(image.mode, image.size, len(reduced.frames))
            return Page(page, caption, held, tuple(notes))
        if len(shown.frames) > 1:
            shown, frames = shown.only_current(), _which(picture.current, count)
        elif max(image.size) > 1:
            max_size = max(1, max(image.size) * 2 // 3)
        else:
            raise ImageRefused(
                f"MLRun's limit of {limit} bytes for a preview leaves no room for one; "
                "possible: file"
            )


def _frame(picture: Picture) -> str:
    """Note in the page at which frame the picture was left."""
    return f' data-frame="{picture.current}"' if picture.current else ""


def _shown(picture: Picture, max_size: int) -> tuple[Picture, str]:
    """Get the frames of a preview, and what the caption says of them."""
    count, image = len(picture.frames), picture.image
    if count == 1:
        return picture, ""
    factor = min(1.0, max_size / max(image.size))
    pixels = count * image.width * image.height * factor * factor
    if picture.is_animated and pixels <= ANIMATION_PIXELS:
        return picture, f"{count} frames"
    return picture.only_current(), _which(picture.current, count)


def _which(number: int, count: int) -> str:
    return f"frame {number + 1} of {count}" if number else f"first of {count} frames"


def _reduce(
    picture: Picture, max_size: int, vmin: float | None, vmax: float | None
) -> tuple[Picture, list[str]]:
    """Bring a picture to a size and a mode that a page shows; tell how values were changed."""
    deep = [image for image in picture.images if image.mode in DEEP]
    limits = value_range(deep, vmin, vmax) if deep else (None, None)
    scaled = [
        scale(image, 255, *limits) if image.mode in DEEP else (image, "")
        for image in picture.images
    ]
    eight = picture.with_images(image for image, _ in scaled)
    fitted, changes = fit(eight._replace(notes=()), "PNG", {})
    told = [change for change in changes if "by its profile" in change]
    profiles = [frame.inventory.values.get("icc_profile") for frame in fitted.frames]
    small = [
        Frame(shrink(frame.image, max_size), Inventory({"icc_profile": profile}), frame.duration)
        for frame, profile in zip(fitted.frames, profiles, strict=True)
    ]
    return fitted.with_frames(small), [*sorted({said for _, said in scaled if said}), *told]


# The page's text


def _render(png: bytes, size: tuple[int, int], title: str, caption: str, source: str = "") -> str:
    zoom = max(1, ENLARGED // max(size))
    return _PAGE.substitute(
        title=html.escape(title),
        caption=html.escape(caption),
        width=size[0] * zoom,
        height=size[1] * zoom,
        source=source,
        zoom="image-rendering: pixelated;" if zoom > 1 else "",
        data=base64.b64encode(png).decode(),
    )


def _caption(picture: Picture, notes: Iterable[str]) -> str:
    image = picture.image
    size = f"{image.width} x {image.height} pixels"
    return ", ".join(filter(None, [size, f"mode {image.mode}", picture.format, *notes]))
