"""
Reads a live Pillow image once: all that it is, and all that came with it.

Nothing else in the project asks a live image. What reading moves is put back: the frame at which
the image was left, and what the handler drew on it.
"""

import contextlib
import itertools
from collections.abc import Iterator

from PIL import Image, ImageFile

from mlrun_images.pictures import metadata
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.formats import holds_animation
from mlrun_images.pictures.modes import alpha_kind, drop_false_transparency, whole_palette
from mlrun_images.pictures.picture import Frame, Picture

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
    left_out = metadata.left_out(image)
    load(image)
    frames: list[Frame] = [_frame(image)]
    current, is_animated = 0, _is_animated(image)
    notes: list[str] = []
    loop, has_cover = image.info.get("loop"), bool(image.info.get("default_image"))
    extras, texts = metadata.inventory(image)  # before a frame is sought: reading turns a TIFF
    orientation = metadata.orientation(image)
    if _may_have_more(image):
        frames, current, notes = _all_frames(image, frames[0])
    return Picture(
        tuple(frames), current, is_animated, image.format or "", loop, has_cover, orientation,
        extras, texts, tuple(left_out), tuple(notes),
    )  # fmt: skip


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
    closed = _is_closed(image)  # Pillow lets go of a file that it has read, even in vain
    try:
        image.load()
    except SyntaxError:  # a PNG's chunks behind the pixels; those were read
        image.load()
    except Exception as error:
        if closed:
            raise ImageRefused(
                "its file is closed: return im.copy(), made while the file is open"
            ) from error
        raise


def _is_closed(image: Image.Image) -> bool:
    try:
        return isinstance(image, ImageFile.ImageFile) and (image.fp is None or image.fp.closed)
    except ValueError:  # from what an older Pillow puts in place of a closed file
        return True


def plain(image: Image.Image) -> Image.Image:
    """
    Get an image's pixels as an image of Pillow's own class, with nothing in its info but a
    transparent colour.

    :param image: The image, loaded; it is not changed, nor is what is returned, by any encoder.

    :returns: A copy; the image itself if it is plain.
    """
    if type(image) is Image.Image and not image.info and image.mode in _UNTOUCHED:
        return image
    copy = whole_palette(drop_false_transparency(Image.Image.copy(image)))
    kept = alpha_kind(copy) in ("key", "table")
    copy.info = {"transparency": copy.info["transparency"]} if kept else {}
    return copy


def _frame(image: Image.Image) -> Frame:
    tags = metadata.page_tags(image)
    return Frame(
        plain(image),
        metadata.duration(image.info.get("duration")),
        metadata.dpi(image.info.get("dpi")),
        tags,
        str(image.info.get("compression", "")) if tags is not None else "",
        metadata.profile(image),
        image.info.get("exif"),
    )


def _is_animated(image: Image.Image) -> bool:
    return "duration" in image.info or holds_animation(image.format or "")


# All frames


def _may_have_more(image: Image.Image) -> bool:
    """Check if an image may have other frames: an attribute tells, or only its file."""
    if image.format == "PSD":
        return False  # its layers are parts of one picture
    return hasattr(type(image), "n_frames") or getattr(image, "n_frames", 1) != 1


def _all_frames(image: Image.Image, left: Frame) -> tuple[list[Frame], int, list[str]]:
    """
    Read all frames by seeking them, and put the image back.

    :param image: The image.
    :param left:  The current frame as the handler left it.

    :returns: The frames, the number of the current one, and what could not be read.
    """
    here = image.tell()
    with _put_back(image):
        count = _known_count(image)  # for which Pillow may seek
        frames = _sought(image, count) if count != 1 else [left]
    if len(frames) <= here or not _is_same(left.image, frames[here].image):
        others = max(count, len(frames)) - 1
        note = f"without its other {others} frames: this one was changed in place"
        return [left], 0, [note] if others > 0 else []
    if count == 0:
        return frames, here, ["later frames cannot be read"]
    if len(frames) < count:
        first = f"the first {len(frames)} of {count} frames: others cannot be read"
        return frames, here, [first]
    return frames, here, []


def _known_count(image: Image.Image) -> int:
    """Get the number of frames that Pillow gives, 0 if the file is broken."""
    position = image.tell()
    try:
        return getattr(image, "n_frames", 1)
    except Exception:
        with contextlib.suppress(Exception):  # it stays where it failed
            image.seek(position)
        return 0


def _sought(image: Image.Image, count: int) -> list[Frame]:
    """Read frames from the first to the last, or to the one before a broken one."""
    frames: list[Frame] = []
    with contextlib.suppress(Exception):  # EOFError behind the last
        _seek_away(image, count)
        for number in range(count) if count else itertools.count():
            if number != image.tell():  # some formats of one frame refuse to be sought
                _seek(image, number)
            load(image)
            frames.append(_frame(image))
    return frames


@contextlib.contextmanager
def _put_back(image: Image.Image) -> Iterator[None]:
    """Put an image back to the frame, and to the pixels, that it had."""
    position, info, left = image.tell(), dict(image.info), Image.Image.copy(image)
    try:
        yield
    finally:
        with contextlib.suppress(Exception):
            _seek_away(image, _known_count(image))
            _seek(image, position)
            image.load()
        if not _is_same(left, image):
            image.__setstate__(left.__getstate__())
        image.info = info


def _is_same(one: Image.Image, other: Image.Image) -> bool:
    if (one.mode, one.size) != (other.mode, other.size):
        return False
    try:
        return one.getpalette() == other.getpalette() and one.tobytes() == other.tobytes()
    except Exception:  # Pillow has lost its way in a changed file
        return False


def _seek(image: Image.Image, number: int) -> None:
    """
    Seek a frame.

    Pillow (to 13.0 at least) rewinds an APNG without its palette; and in an older one its frames
    write into the state that it rewinds to.
    """
    palette = image.getpalette() if image.format == "PNG" and image.mode == "P" else None
    state = getattr(getattr(image, "png", None), "rewind_state", None)
    before = dict(state["info"]) if isinstance(state, dict) else {}
    image.seek(number)
    if isinstance(state, dict):
        state["info"] = before
    if palette and number == 0:
        image.putpalette(palette)


def _seek_away(image: Image.Image, count: int) -> None:
    """Seek another frame than the first, so that the first is read anew."""
    last = count - 1 if image.format == "PNG" else 1  # Pillow can rewind an APNG only from its end
    if image.tell() == 0 or image.format == "PNG":
        with contextlib.suppress(Exception):  # a broken one
            _seek(image, last)
            image.load()
