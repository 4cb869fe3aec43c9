"""Reads a file back, and compares it with the picture that should be in it."""

import io
from collections.abc import Mapping, Set
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from mlrun_images.pictures import metadata, unread
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.formats import becomes, holds_animation, holds_any_size, likeness
from mlrun_images.pictures.modes import DEEP, alpha_kind, scale, to_mode, value_range
from mlrun_images.pictures.picture import Inventory, Picture
from mlrun_images.pictures.reading import read
from mlrun_images.pictures.writing import encoder_options, loop

_SMALL = 4096  # pixels; so small a file is read at once, and odd sizes are where encoders err
_CHEAP = 512 * 512  # pixels; above, it costs next to nothing to open what was written
_ALPHA_OFF = 64  # levels of 255 by which a lossy encoder may miss the transparency of a pixel
_ICONS = {"ICO": ", or at most 256 x 256 pixels", "ICNS": ", or 1024 x 1024 pixels"}
_FIRST = ("icc_profile", "exif", "xmp", "dpi", "comment")  # of what is told to be missing


class ShowsThrough(Exception):
    """Of an animation with transparency, a frame shows through another."""


class Held(NamedTuple):
    """
    What a file holds.

    :param mode:   The mode of its (first) frame.
    :param size:   Its width and height in pixels.
    :param frames: The number of its frames.
    :param notes:  What is missing or different, in words.
    """

    mode: str
    size: tuple[int, int]
    frames: int
    notes: tuple[str, ...] = ()


def compare(wanted: Picture, file: bytes, format: str, options: Mapping[str, Any]) -> Held:
    """
    Find what a file holds of a picture.

    The file is opened again to check its size, and read whole if it is small, or if options or
    several frames went into it. Not opened is what Pillow only writes (PDF, PALM), and not read an
    EPS. A plain picture without anything beside its pixels, of a mode and a format that Pillow was
    asked about (see `becomes`), is believed unless it is small or large.

    :param wanted:  The picture that was written.
    :param file:    The file.
    :param format:  Pillow's name of the format.
    :param options: The options of the encoder that the user gave.

    :raise ShowsThrough: If frames came back without their transparency.
    :raise ImageRefused: If it is another picture.
    :raise Exception:    Whatever Pillow raises if it is no such image.
    """
    first, is_single = wanted.first, len(wanted.frames) == 1
    pixels = first.width * first.height
    is_bare = is_single and not options and not any(wanted.frame.inventory)
    if is_bare and _SMALL < pixels < _CHEAP:
        known = becomes(format, first.mode, alpha_kind(first))
        if known.likeness in ("exact", "close") and holds_any_size(format):
            return Held(known.mode, first.size, 1)
    names = _names([frame.inventory for frame in wanted.frames])
    try:
        opened = open_written(file, format)
    except Image.DecompressionBombError:  # a large image is no bomb
        opened = None
    if opened is None:
        held = set(encoder_options(wanted.frame, format))
        return Held(first.mode, first.size, len(wanted.frames), _missing(names, held))
    with opened:
        first = wanted.images[min(opened.tell(), len(wanted.frames) - 1)]  # a HEIF's primary
        if opened.size != first.size and "sizes" not in options:
            sizes = [f"{width} x {height}" for width, height in (opened.size, first.size)]
            raise ImageRefused(
                f"the image in a {format} file opens as {sizes[0]}, not {sizes[1]}; "
                f"possible: another format{_ICONS.get(format, '')}"
            )
        is_believed = is_single and not options and pixels > _SMALL and holds_any_size(format)
        if format == "EPS" or is_believed:  # an icon's mode is known when its pixels are read
            missing: tuple[str, ...] = ()
            if names:
                found = metadata.inventory(opened, unread.coding(opened), is_read=False)
                missing = _missing(names, _held(wanted, [found]))
            return Held(opened.mode, opened.size, 1, missing)
        back = read(opened)
    missing = _missing(names, _held(wanted, [frame.inventory for frame in back.frames]))
    notes = (*missing, *_different(wanted, back, format, options))
    return Held(back.image.mode, back.image.size, len(back.frames), notes)


def open_written(file: bytes, format: str) -> Image.Image | None:
    """
    Open what was written as an image.

    :param file:   The file.
    :param format: Pillow's name of the format.

    :returns: The image, its pixels still to be read; None if this Pillow does not read the format.

    :raise ImageRefused: If the file is empty.
    :raise Exception:    Whatever Pillow raises if it is no such image.
    """
    if not file:
        raise ImageRefused(f"nothing was written as {format}; possible: another format")
    if format not in Image.OPEN and format != "MPO":
        return None  # PDF, PALM: Pillow only writes them
    return Image.open(io.BytesIO(file), formats=[format if format in Image.OPEN else "JPEG"])


# What is different


def _different(
    wanted: Picture, found: Picture, format: str, options: Mapping[str, Any]
) -> list[str]:
    """Compare frames, durations, loop and pixels with those that were written."""
    if found.notes:
        raise ImageRefused(f"frame {len(found.frames) + 1} of the file cannot be read")
    count = len(wanted.frames)
    moves = holds_animation(format) and count > 1
    notes = _different_motion(wanted, found, options) if moves else []
    if len(found.frames) < count:
        notes.append(f"{count} frames stored as {len(found.frames)}: equal ones are one")
    before, after = wanted.first, found.first
    if before.size != after.size:
        return notes  # an icon of other sizes
    lossy = becomes(format, "L").likeness == "close"  # black and white alone can come back exact
    if options:
        pair = _in_8_bits(before, after)
        pair = (_blurred(pair[0]), _blurred(pair[1])) if lossy else pair
        return notes + ["another picture by the options"] * (likeness(*pair) == "no")
    exact = becomes(format, before.mode, alpha_kind(before)).likeness == "exact" and not lossy
    if exact and count == 1 and likeness(before, after) != "exact":
        raise ImageRefused(
            f"another picture comes back from a {format} file; possible: another format"
        )
    return notes


def _different_motion(wanted: Picture, found: Picture, options: Mapping[str, Any]) -> list[str]:
    """Compare the loop and the durations of an animation with those that were written."""
    if not _same_alpha(wanted.images, found.images):
        raise ShowsThrough
    notes = []
    asked = wanted.loop is not None and "loop" not in options and len(found.frames) > 1
    if asked and loop(found) != wanted.loop:
        notes.append("without loop")
    if "duration" not in options and not _same_time(wanted, found):
        notes.append("other durations")
    return notes


def _in_8_bits(before: Image.Image, after: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Scale two deep images alike: of what is lost by options only the look counts."""
    if before.mode not in DEEP or after.mode not in DEEP:
        return before, after
    limits = value_range([before], None, None)
    return scale(before, 255, *limits)[0], scale(after, 255, *limits)[0]


def _blurred(image: Image.Image) -> Image.Image:
    """Take the mean of each 8 x 8 pixels: a lossy format keeps it, also of noise."""
    if image.mode in DEEP:
        return image
    size = (-(-image.width // 8), -(-image.height // 8))
    return to_mode(image, "RGBA").resize(size, Image.Resampling.BOX)


def _same_alpha(frames: list[Image.Image], looks: list[Image.Image]) -> bool:
    """
    Check if frames came back with their transparency; equal ones that follow each other may have
    become one.

    :param frames: The frames as written.
    :param looks:  The frames as they open.
    """
    if not any(map(alpha_kind, frames)):
        return True
    wanted, found = (
        [np.asarray(to_mode(image, "RGBA").getchannel("A"), np.int16) for image in images]
        for images in (frames, looks)
    )
    reached = {-1}  # the looks at which the frame before may have been
    for alpha in wanted:
        steps = {at for place in reached for at in (place, place + 1) if 0 <= at < len(found)}
        reached = {at for at in steps if np.abs(alpha - found[at]).max() <= _ALPHA_OFF}
    return len(looks) - 1 in reached


def _same_time(wanted: Picture, found: Picture) -> bool:
    """Check if an animation plays as long, to a ms a frame."""
    times, back = (
        [frame.duration or 0 for frame in one.frames[one.has_cover :]] for one in (wanted, found)
    )
    return abs(sum(times) - sum(back)) <= len(times)


# What is missing


def _names(found: list[Inventory]) -> set[str]:
    return set().union(*map(metadata.names, found))


def _held(wanted: Picture, found: list[Inventory]) -> set[str]:
    """Name what a file holds, but a resolution or a profile of its own: some make one up."""
    number = wanted.current if wanted.current < len(found) else 0
    asked, given = wanted.frame.inventory.values, found[number].values
    dots = [metadata.dpi(values.get("dpi")) for values in (asked, given)]
    near = dots[0] and dots[1] and all(abs(a - b) < 1 for a, b in zip(*dots, strict=True))
    others = set() if near else {"dpi"}
    others |= {"icc_profile"} if asked.get("icc_profile") != given.get("icc_profile") else set()
    return _names(found) - others


def _missing(names: Set[str], held: Set[str]) -> tuple[str, ...]:
    """Tell what should have come with a picture and is not in its file: all texts in one word."""
    texts = {name for name in names if name.startswith("text ")}
    missing = names - held
    if texts and texts <= missing:
        missing = missing - texts | {"texts"}
    if "exif" in missing:
        missing = missing - set(metadata.EXIF_PARTS.values())
    first = [name for name in _FIRST if name in missing]
    others = [*first, *sorted(missing - set(first))]
    return (f"without {', '.join(others)}",) if others else ()
