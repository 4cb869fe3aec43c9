"""The frames of an image: those of an animation, or the pages of a document."""

import contextlib
import itertools
from typing import Any

from PIL import Image, ImageFile

from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.formats import holds_animation
from mlrun_images.packing.modes import DEEP, alpha_kind, to_mode

USUAL_DURATION = (
    100  # milliseconds for which browsers show a GIF's frame that does not say for how long
)


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


def frame_count(image: Image.Image) -> int:
    """Get the number of frames or pages of an image; of a broken file those that can be read."""
    return _known_count(image) or len(copy_frames(image))


def is_whole(image: Image.Image) -> bool:
    """Check if all frames of an image can be found; Pillow tells it once."""
    return _known_count(image) > 0


def _known_count(image: Image.Image) -> int:
    """Get the number of frames that Pillow gives, 0 if the file is broken."""
    position = image.tell()
    try:
        return getattr(image, "n_frames", 1)
    except Exception:
        with contextlib.suppress(Exception):  # it stays where it failed
            image.seek(position)
        return 0


def as_left(image: Image.Image) -> tuple[Image.Image, str]:
    """
    Get an image as the handler left it.

    Pillow reads a frame anew when it is sought. What was drawn on it, or a `thumbnail` of it, would
    be gone.

    :param image: The image; its frame is read anew.

    :returns: The image, or a copy of the frame if it was changed, and then what is left out, in
              words.
    """
    if _is_plain(image):
        return image, ""
    try:
        load(image)
        left = image.copy()  # before the frames are counted: Pillow seeks them
        count = frame_count(image)
        if count == 1 or _is_same(left, _read_anew(image)):
            return image, ""
    except Exception:  # an image that cannot be read is refused where it is packed
        return image, ""
    return left, f"without its other {count - 1} frames: this one was changed in place"


def _is_plain(image: Image.Image) -> bool:
    """Check if an image has one frame, as far as Pillow knows without a look into its file."""
    is_property = hasattr(type(image), "n_frames")
    return not is_property and getattr(image, "n_frames", 1) == 1


def _read_anew(image: Image.Image) -> Image.Image | None:
    position = image.tell()
    try:
        _seek_end(image)
        _seek(image, 1 if position == 0 else 0)
        with contextlib.suppress(Exception):
            image.load()
        _seek(image, position)
        image.load()
        return image
    except Exception:  # Pillow has lost its way in a changed file
        return None


def _is_same(left: Image.Image, read: Image.Image | None) -> bool:
    if read is None or (left.mode, left.size) != (read.mode, read.size):
        return False
    return left.getpalette() == read.getpalette() and left.tobytes() == read.tobytes()


def is_animation(image: Image.Image) -> bool:
    """Check if an image's frames follow each other in time; else they are pages, as of a TIFF."""
    return "duration" in image.info or holds_animation(image.format or "")


def copy_frames(image: Image.Image, count: int | None = None) -> list[Image.Image]:
    """
    Copy all frames, or the first few; the image stays at its own.

    :param image: The image.
    :param count: The number of frames at most.

    :returns: The frames. Of a file whose later frames are broken, those before them.

    :raise Exception: Whatever Pillow raises if not even the first frame can be read.
    """
    position, frames = image.tell(), []
    try:
        _seek_end(image)
        for number in range(count) if count else itertools.count():
            if number != image.tell():  # some formats of one frame refuse to be sought
                _seek(image, number)
            load(image)
            frames.append(image.copy())
    except Exception:  # EOFError behind the last
        if not frames:
            raise
    finally:
        _seek_end(image)
        with contextlib.suppress(Exception):
            _seek(image, position)
    return frames


def _seek(image: Image.Image, number: int) -> None:
    """Seek a frame; in an older Pillow, frames of an APNG write into the state it rewinds to."""
    state = getattr(getattr(image, "png", None), "rewind_state", None)
    before = dict(state["info"]) if isinstance(state, dict) else {}
    image.seek(number)
    if isinstance(state, dict):
        state["info"] = before


def _seek_end(image: Image.Image) -> None:
    if image.format == "PNG":  # Pillow can rewind an APNG only from its end
        with contextlib.suppress(Exception):
            image.seek(frame_count(image) - 1)
            image.load()


def one_mode(frames: list[Image.Image]) -> list[Image.Image]:
    """Bring frames to one mode, as APNG needs: a GIF's are P and then RGB."""
    if len({frame.mode for frame in frames}) == 1:
        return frames
    mode = "RGBA" if any(map(alpha_kind, frames)) else "RGB"
    return [to_mode(frame, mode) if frame.mode not in DEEP else frame for frame in frames]


def timing(image: Image.Image, frames: list[Image.Image], format: str) -> dict[str, Any]:
    """
    Get the encoder options that write all frames, and those that play them as the image does.

    :param image:  The image that the frames are from.
    :param frames: The frames as they are saved; durations stand in their information, in
                   milliseconds.
    :param format: Pillow's name of the format.
    """
    if len(frames) == 1:
        return {}
    options: dict[str, Any] = {"save_all": True, "append_images": frames[1:]}
    options["blend"] = 0  # every frame is a whole picture: none is drawn over the one before
    options["disposal"] = 2 if format == "GIF" and any(map(alpha_kind, frames)) else 0
    if holds_animation(format):
        unsaid = USUAL_DURATION if image.format == "GIF" and format != "GIF" else 0
        most = 655_350 if format == "GIF" else 2**24 - 1  # what the formats hold
        options["duration"] = [min(_duration(frame) or unsaid, most) for frame in frames]
        if format == "PNG" and image.info.get("default_image"):
            options["default_image"] = True  # the picture for readers without animation
            del options["duration"][0]
        # a GIF without a loop plays once, and others would for ever
        if "loop" in image.info or format != "GIF":
            options["loop"] = _loop(image)
    return options


def _loop(image: Image.Image) -> int:
    """Get how often an animation plays, 0 for ever; what formats do not hold is for ever too."""
    loop = image.info.get("loop", 1)
    return loop if isinstance(loop, int) and 0 <= loop < 65536 else 0


def _duration(frame: Image.Image) -> int:
    """Get a frame's duration in milliseconds."""
    try:
        return max(0, round(frame.info.get("duration", USUAL_DURATION) or 0))
    except (TypeError, ValueError, OverflowError):
        return USUAL_DURATION
