"""The page of a plot artifact: the image and a caption, with no script and nothing loaded."""

import base64
import html
import io
from dataclasses import dataclass
from pathlib import Path
from string import Template

import mlrun
from PIL import Image

from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.files import ImageFile
from mlrun_images.packing.fitting import fit
from mlrun_images.packing.frames import copy_frames, frame_count, one_mode, timing
from mlrun_images.packing.metadata import metadata, orientation, upright
from mlrun_images.packing.modes import DEEP, alpha_kind, scale, to_mode

PREVIEW = 512  # pixels of the longest side, where the whole image is too large for the page
ENLARGED = 256  # pixels of the longest side to which a small image is drawn; its data is not
ANIMATION_PIXELS = 8_000_000  # of all frames of a preview; above, it shows the first frame

_PAGE = Template(Path(__file__).with_name("plot.html").read_text())


@dataclass(frozen=True)
class Page:
    """
    The page of an image.

    :param html:    The page.
    :param caption: What the page says below the image's title.
    :param image:   The (first) image in it.
    :param frames:  The number of frames in it.
    :param changes: What was changed, in words; empty if the page holds all of the image.
    """

    html: str
    caption: str
    image: Image.Image
    frames: int
    changes: str = ""


def whole_page(image: Image.Image, file: ImageFile, title: str) -> Page | None:
    """
    Make the page that holds an image with all its pixels and metadata.

    :param image: The image, turned as its EXIF says.
    :param file:  The image as a file without loss.
    :param title: The page's title; it is escaped.

    :returns: The page; None if the file is not one that browsers show (PNG), if they would show
              deep values too dark, or if the page would be larger than MLRun's limit for a preview.
    """
    if file.format != "PNG" or not file.is_whole or file.frames != frame_count(image):
        return None
    if image.mode in DEEP or len(file.data) * 4 / 3 > _limit():  # base64 writes 4 bytes for 3
        return None
    caption = _caption(image, [f"{file.frames} frames" if file.frames > 1 else ""])
    page = _render(file.data, image.size, title, caption)
    return Page(page, caption, file.image, file.frames) if _is_allowed(page) else None


def preview_page(
    image: Image.Image,
    max_size: int,
    title: str,
    note: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
) -> Page:
    """
    Make the page of an image that is reduced to fit, turned as its EXIF says.

    :param image:    The image; it is not changed.
    :param max_size: The longest side in pixels; a smaller image is not enlarged.
    :param title:    The page's title; it is escaped.
    :param note:     What else the caption says.
    :param vmin:     Of a deep image, the value that is shown black; None: its least.
    :param vmax:     Of a deep image, the value that is shown white; None: its greatest.

    :returns: The page, at most as large as MLRun's ``artifacts.limits.max_preview_size`` (bytes).
              It is animated if that stays small.

    :raise ImageRefused: If no page is within the limit.
    """
    frames, count = _shown_frames(image, max_size)
    while True:
        reduced_frames = [_reduce(frame, max_size, vmin, vmax) for frame in frames]
        shown, changes = reduced_frames[0]
        pictures = one_mode([frame for frame, _ in reduced_frames])
        png = _encode(image, pictures)
        reduced = shown.width * shown.height < image.width * image.height
        size = f"shown at {shown.width} x {shown.height}" if reduced else ""
        notes = [text for text in (size, *changes, count, note) if text]
        caption = _caption(image, notes)
        full = f"{image.width} x {image.height} pixels"
        page = _render(png, shown.size, title, caption, full)
        if _is_allowed(page):
            return Page(page, caption, pictures[0], len(pictures), "; ".join(notes))
        if len(frames) > 1:
            frames, count = frames[:1], f"first of {frame_count(image)} frames"
        elif max(shown.size) > 1:
            max_size = max(1, max(shown.size) * 2 // 3)
        else:
            raise ImageRefused(
                f"MLRun's limit of {_limit()} bytes for a preview leaves no room for one; "
                "possible: file"
            )


def _limit() -> int:
    return mlrun.mlconf.artifacts.limits.max_preview_size


def _is_allowed(page: str) -> bool:
    return len(page) <= _limit() and len(page.encode()) <= _limit()


def _render(png: bytes, size: tuple[int, int], title: str, caption: str, full: str = "") -> str:
    zoom = max(1, ENLARGED // max(size))
    return _PAGE.substitute(
        title=html.escape(title),
        caption=html.escape(caption),
        width=size[0] * zoom,
        height=size[1] * zoom,
        reduced=f' data-reduced-from="{full}"' if full else "",
        zoom="image-rendering: pixelated;" if zoom > 1 else "",
        data=base64.b64encode(png).decode(),
    )


def _shown_frames(image: Image.Image, max_size: int) -> tuple[list[Image.Image], str]:
    """Get the frames of a preview, and what the caption says of them."""
    count = frame_count(image)
    if count == 1:
        return [image], ""
    factor = min(1.0, max_size / max(image.size))
    pixels = count * image.width * image.height * factor * factor
    if "duration" in image.info and pixels <= ANIMATION_PIXELS:
        return copy_frames(image), f"{count} frames"
    return copy_frames(image, 1), f"first of {count} frames"


def _reduce(
    image: Image.Image, max_size: int, vmin: float | None, vmax: float | None
) -> tuple[Image.Image, list[str]]:
    """Bring an image to a size and a mode that a page shows; tell how deep values were scaled."""
    changes, way = [], orientation(image)  # a conversion may lose an EXIF that the handler set
    if image.mode in DEEP:
        image, change = scale(image, vmin=vmin, vmax=vmax)
        changes.append(change)
    if max(image.size) > max_size:
        if alpha_kind(image):
            image = to_mode(image, "RGBA")
        elif image.mode not in ("L", "RGB"):
            image = to_mode(image, "L" if image.mode == "1" else "RGB")
        image = image.copy()
        image.thumbnail((max_size, max_size), reducing_gap=1.5)
    image, _ = fit(image, "PNG")
    return upright(image, way), changes


def _encode(image: Image.Image, frames: list[Image.Image]) -> bytes:
    file = io.BytesIO()
    profile = metadata(image, frames[0].mode, "PNG").get("icc_profile")
    options = {"compress_level": 1, "icc_profile": profile} | timing(image, frames, "PNG")
    frames[0].save(file, "PNG", **options)
    return file.getvalue()


def _caption(image: Image.Image, notes: list[str]) -> str:
    size = f"{image.width} x {image.height} pixels"
    return ", ".join(filter(None, [size, f"mode {image.mode}", image.format, *notes]))
