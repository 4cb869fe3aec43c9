"""
Reads a live Pillow image once: all that it is, and all that came with it.

Nothing else in the project asks a live image. Its other frames are read from its file by a second
image, so that none that the handler drew on is sought away.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageFile

from mlrun_images.pictures import metadata, unread
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.formats import holds_animation
from mlrun_images.pictures.modes import alpha_kind, drop_false_transparency, whole_palette
from mlrun_images.pictures.picture import Frame, Picture

_FAULT = "_mlrun_images_fault"  # of an image: a frame that could not be read, and why
_BEGAN = time.time()  # of this process, or soon after: in seconds
_UNTOUCHED = ("RGB", "RGBA", "CMYK", "F", "I")  # modes of which no encoder changes an image


def read(image: Image.Image) -> Picture:
    """
    Read an image.

    :param image: The image. It is as before when this returns.

    :returns: The picture. Of a file whose later frames are broken it has those before them; of an
              image whose frame was changed in place, or that has layers, it has that frame alone.

    :raise ImageRefused: If the image is empty, or its file was closed before it was read.
    :raise Exception:    Whatever Pillow raises if not even the current frame can be read.
    """
    if isinstance(image, ImageFile.ImageFile) and not hasattr(image, "fp"):
        image = _same_pixels(image)  # it was pickled or copied, and has no file
    if type(image) is Image.Image and not image.info and not image.getexif():
        load(image)
        return Picture((Frame(_plain(image)),))  # it was made: nothing came with it
    left_out, cicp = tuple(unread.left_out(image)), unread.coding(image)
    _load_once(image)
    frame = _frame(image, cicp)  # before others are sought: reading turns a TIFF
    frames, current, note = [frame], 0, ""
    # an attribute tells if there are other frames, or only the file; layers are parts of one
    if image.format != "PSD" and (
        hasattr(type(image), "n_frames") or getattr(image, "n_frames", 1) != 1
    ):
        frames, current, note = _all_frames(image, frame)
    if len(frames) > 1 and _is_written_since(image):
        left_out += ("other frames as its closed file has them now",)
    is_animated = "duration" in image.info or bool(image.format and holds_animation(image.format))
    loop, has_cover = image.info.get("loop"), bool(image.info.get("default_image"))
    return Picture(
        tuple(frames), current, is_animated, image.format or "", loop, has_cover, left_out,
        (note,) if note else (),
    )  # fmt: skip


def _load_once(image: Image.Image) -> None:
    """
    Read the pixels of the current frame; of one that is broken, say so each time.

    Pillow 13 says so once. Asked again, it gives the pixels that it could read, and black ones.
    """
    number, (frame, fault) = image.tell(), vars(image).get(_FAULT, (None, None))
    if fault and frame == number:
        raise fault
    try:
        load(image)
    except Exception as error:
        vars(image)[_FAULT] = number, error
        raise


def load(image: Image.Image) -> None:
    """
    Read the pixels of an image's current frame, if its file is still to be read.

    :param image: The image. A file that is broken only behind this frame is no fault of it.

    :raise ImageRefused: If the image is empty, or its file was closed before it was read.
    :raise Exception:    Whatever Pillow raises for a broken file.
    """
    if 0 in image.size:
        raise ImageRefused(
            f"the image is empty ({image.width} x {image.height} pixels); possible: 1 x 1 or more"
        )
    # Pillow lets go of a file that it has read, even in vain
    closed = isinstance(image, ImageFile.ImageFile) and not _is_open(image.fp)
    try:
        image.load()
    except SyntaxError:
        if image.format != "PNG":
            raise
        image.load()  # its chunks behind the pixels are broken; those were read
    except Exception as error:
        if closed:
            raise ImageRefused(
                "its file is closed: return im.copy(), made while the file is open"
            ) from error
        raise


def _is_open(file: Any) -> bool:
    try:
        return file is not None and not file.closed
    except ValueError:  # from what Pillow puts in place of a closed file
        return False


def _plain(image: Image.Image) -> Image.Image:
    """
    Get a loaded image's pixels, which no encoder changes: as Pillow's own class, with nothing in
    its info but a transparent colour. They are a copy unless that is so already.
    """
    if type(image) is Image.Image and not image.info and image.mode in _UNTOUCHED:
        return _same_pixels(image)  # encoders leave notes on what they are given
    copy = whole_palette(drop_false_transparency(Image.Image.copy(image)))
    if copy.mode == "P" and copy.palette and copy.palette.mode == "RGBA":
        copy = whole_palette(copy, 256 if "transparency" in copy.info else 0)
        copy.apply_transparency()  # encoders take it in place of the palette's alpha
    kept = alpha_kind(copy) in ("key", "table")
    copy.info = {"transparency": copy.info["transparency"]} if kept else {}
    return copy


def _same_pixels(image: Image.Image) -> Image.Image:
    """Make an image of Pillow's own class on the pixels of another."""
    same = object.__new__(Image.Image)
    vars(same).update(vars(image), info=dict(image.info))
    return same


def snapshot(image: Image.Image) -> Image.Image | None:
    """
    Copy an image as it is now, its current frame alone.

    :param image: The image, which may be painted anew.

    :returns: The copy; None if it cannot be read, which `read` says too.
    """
    with contextlib.suppress(Exception):
        _load_once(image)
        copy = Image.Image.copy(image)
        vars(copy)["_exif"] = vars(image).get("_exif")  # what it was given, Pillow leaves out
        return copy
    return None


def _frame(image: Image.Image, cicp: bytes | None = None) -> Frame:
    inventory = metadata.inventory(image, cicp)
    is_page = inventory.tags is not None
    return Frame(
        _plain(image),
        inventory,
        metadata.duration(image.info.get("duration")),
        str(image.info.get("compression", "")) if is_page else "",
        metadata.orientation(image),
    )


# All frames


def _all_frames(image: Image.Image, left: Frame) -> tuple[list[Frame], int, str]:
    """
    Read all frames of an image.

    :param image: The image.
    :param left:  The current frame as the handler left it.

    :returns: The frames, the number of the current one, and what could not be read.
    """
    here, count = image.tell(), 0
    frames: list[Frame] = []
    with contextlib.suppress(Exception), _second(image) as second:
        with contextlib.suppress(Exception):  # its file is broken
            count = getattr(second, "n_frames", 1)
        frames = _sought(second, count) if count != 1 else [left]
    if not frames:  # its file is closed, and gone
        is_one = getattr(image, "_n_frames", None) == 1  # known of a TIFF that was read
        return [left], 0, "" if is_one else "other frames cannot be read"
    if len(frames) <= here or not _is_same(left.image, frames[here].image):
        others = max(count, len(frames)) - 1
        changed = f"without its other {others} frames: this one was changed in place"
        return [left], 0, changed if others > 0 else ""
    frames[here] = left
    if count == 0:
        return frames, here, "later frames cannot be read"
    broken = f"the first {len(frames)} of {count} frames: others cannot be read"
    return frames, here, broken if len(frames) < count else ""


def _is_written_since(image: Image.Image) -> bool:
    """Check if an image's file is closed, and was written or moved since this process began."""
    file = getattr(image, "_fp", None)
    if file is None or _is_open(file):
        return False
    status = os.stat(image.filename)  # type: ignore[attr-defined]
    return max(status.st_mtime, status.st_ctime) > _BEGAN


@contextlib.contextmanager
def _second(image: Image.Image) -> Iterator[Image.Image]:
    """Open an image's file once more; where its plugin lets go of it, copy the image."""
    file = getattr(image, "_fp", None)
    if file is None:  # of WebP, AVIF and plugins, which decode any frame by its number
        second, position = object.__new__(type(image)), image.tell()
        vars(second).update(vars(image))
        second.im = image.im.copy()  # frames are decoded into it; another thread may read the first
        try:
            with contextlib.suppress(Exception):  # so that the current frame is read anew
                _seek(second, 1 if position == 0 else 0)
            yield second
        finally:
            with contextlib.suppress(Exception):  # the two have one decoder
                _seek(second, position)
        return
    if not _is_open(file):
        with type(image)(image.filename) as second:  # type: ignore[attr-defined,call-arg]
            yield second
        return
    place = file.tell()
    try:
        file.seek(0)
        yield type(image)(file)  # type: ignore[call-arg]
    finally:
        file.seek(place)


def _sought(image: Image.Image, count: int) -> list[Frame]:
    """Read frames to the last, or to the one before a broken one; a count of 0 is not known."""
    frames: list[Frame] = []
    with contextlib.suppress(Exception):  # EOFError behind the last
        while len(frames) < count or count == 0:
            _seek(image, len(frames))
            frames.append(_frame(image))
    return frames


def _seek(image: Image.Image, number: int) -> None:
    if number != image.tell():  # some formats of one frame refuse to be sought
        image.seek(number)
    load(image)


def _is_same(one: Image.Image, other: Image.Image) -> bool:
    same = (one.mode, one.size, one.getpalette()) == (other.mode, other.size, other.getpalette())
    return same and one.tobytes() == other.tobytes()
