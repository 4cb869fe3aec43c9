"""Saves images with all that comes with them, and looks at what was written."""

import contextlib
import io
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.fitting import FLATTENED, fit, fit_frames, opaque
from mlrun_images.packing.formats import (
    can_read,
    fidelity,
    holds_animation,
    likeness,
    round_trip,
)
from mlrun_images.packing.frames import (
    copy_frames,
    frame_count,
    load,
    one_mode,
    timing,
)
from mlrun_images.packing.metadata import keeps_orientation, lost, metadata, orientation, upright
from mlrun_images.packing.modes import (
    DEEP,
    alpha_kind,
    to_mode,
    whole_palette,
)
from mlrun_images.packing.options import check_options, known_options

_SMALL = 4096  # pixels; so small a file is read at once, and odd sizes are where encoders err
_ALPHA_OFF = 64  # levels of 255 by which a lossy encoder may miss the transparency of a pixel
_TURNED = "turned as its EXIF says"


def save(
    image: Image.Image,
    file: IO[bytes],
    format: str,
    options: dict[str, Any],
    vmin: float | None = None,
    vmax: float | None = None,
    defaults: dict[str, Any] | None = None,
) -> tuple[Image.Image, int, list[str]]:
    """
    Save an image with its frames, durations, loop, ICC profile, EXIF, DPI, comment and texts, where
    the format can.

    What comes with the pixels never costs them: what the encoder refuses is dropped, and named
    among the changes. An image that its EXIF turns is turned itself where the format keeps no EXIF.

    :param image:    The image; its pixels, information and current frame are as before when this
                     returns.
    :param file:     The file to write, open for writing and reading.
    :param format:   Pillow's name of the format.
    :param options:  Options of Pillow's encoder; they win over what is kept from the image.
    :param vmin:     Of a deep image, the value that becomes black. Without both it is scaled only
                     if it must be.
    :param vmax:     Of a deep image, the value that becomes white.
    :param defaults: Options in place of the encoder's own defaults: the file is not read again for
                     them.

    :returns: The (first) image as saved, the number of frames that the file holds, and the changes
              in words.

    :raise ImageRefused: If an option or the image is not one that the encoder takes, or what was
                         written is not the image.
    """
    Image.init()
    check_options(format, options)
    load(image)
    saving = _Saving(image, file, format, options, defaults or {})
    saving.prepare(vmin, vmax)
    while True:  # each failure leaves less to fail
        try:
            return saving.write()
        except _ShowsThrough:
            saving.flatten()
        except Exception as error:
            saving.reduce(error)


def open_written(file: IO[bytes], format: str) -> Image.Image | None:
    """
    Open what was written as an image, to look at it before it is believed.

    :param file:   The file, open for reading.
    :param format: Pillow's name of the format.

    :returns: The image, its pixels still to be read; None if this Pillow does not read the format.

    :raise ImageRefused: If the file is empty.
    :raise Exception:    Whatever Pillow raises if it is no such image.
    """
    if not file.seek(0, io.SEEK_END):
        raise ImageRefused(f"nothing was written as {format}; possible: another format")
    file.seek(0)
    if format not in Image.OPEN and format != "MPO":
        return None  # PDF, PALM: Pillow only writes them
    return Image.open(file, formats=[format if format in Image.OPEN else "JPEG"])


class _ShowsThrough(Exception):
    """Of an animation with transparency, a frame shows through another."""


class _Lying(Exception):
    """The orientation that was written is not read."""


class _Saving:
    """One image on its way into a file: its frames as they are written, and what goes with them."""

    def __init__(
        self,
        image: Image.Image,
        file: IO[bytes],
        format: str,
        options: dict[str, Any],
        defaults: dict[str, Any],
    ) -> None:
        self.image = image
        self.file = file
        self.format = format
        self.options = options
        self.defaults = defaults
        self.orientation = orientation(image)  # before a frame is sought: reading turns a TIFF
        self.frames: list[Image.Image] = []
        self.kept: dict[str, Any] = {}
        self.changes: list[str] = []
        self.reduced = False

    def prepare(self, vmin: float | None, vmax: float | None) -> None:
        """Find the frames, in a mode that the format takes, and what is kept with them."""
        self.frames, self.changes = fit_frames(self.image, self.format, self.options, vmin, vmax)
        if not keeps_orientation(self.format):
            self._turn()
        self.kept = metadata(self.image, self.frames[0].mode, self.format)

    def flatten(self) -> None:
        """Lay all frames on white."""
        self.frames = one_mode([opaque(frame) for frame in self.frames])
        self.changes.append(FLATTENED)

    def reduce(self, error: Exception) -> None:
        """
        Leave away what the encoder does not take alone, and all that it finds in the image besides
        the pixels.

        :param error: What went wrong.

        :raise ImageRefused: If that are the options, or there is nothing to leave away.
        """
        wrong = [name for name in self.options if not self._accepts(name, self.options[name])]
        if self.reduced and not wrong and isinstance(error, ImageRefused):
            raise error
        if wrong or self.reduced:
            values = ", ".join(f"{name}={self.options[name]!r}" for name in wrong)
            blame = f"option {values}" if wrong else "the image"
            reason = str(error) or type(error).__name__
            if isinstance(error, UnidentifiedImageError):
                reason = "what it wrote is no such image"
            raise ImageRefused(
                f"Pillow's {self.format} encoder refused {blame}: {reason}"
            ) from error
        self.reduced = True
        self.kept = {name: value for name, value in self.kept.items() if self._accepts(name, value)}
        pairs = [fit(_bare_copy(frame), self.format) for frame in self.frames]
        self.frames = [frame for frame, _ in pairs]
        self.changes += sorted({change for _, change in pairs if change})
        if "exif" not in self.kept or isinstance(error, _Lying):
            self._turn()

    def _turn(self) -> None:
        if self.orientation != 1:
            self.frames = [upright(frame, self.orientation) for frame in self.frames]
            self.kept.pop("exif", None)
            self.changes.append(_TURNED)
            self.orientation = 1

    def _accepts(self, name: str, value: Any) -> bool:
        """Check if the encoder takes an option alone, for a small image."""
        try:
            small = self.frames[0].resize((32, 32), Image.Resampling.NEAREST)
            opened = round_trip(small, self.format, **{name: value})
            return opened is not None or not can_read(self.format)
        except Exception:
            return False

    def write(self) -> tuple[Image.Image, int, list[str]]:
        """
        Write the file anew, and look at it.

        :returns: The first frame, the number of frames in the file, and all changes in words.

        :raise Exception: If the encoder refuses something, or the file is not of these frames.
        """
        first, *_ = self.frames
        own = self.kept | timing(self.image, self.frames, self.format)
        own |= _defaults(self.format, first, self.options) | self.defaults
        self.file.seek(0)
        self.file.truncate()
        with _pixels_only([self.image, *self.frames]):
            first.save(self.file, self.format, **(own | self.options))
        try:
            count, notes = self._look()
        except Image.DecompressionBombError:  # a large image is no bomb
            count, notes = len(self.frames), []
        return first, count, [*self.changes, *notes]

    def _look(self) -> tuple[int, list[str]]:
        """Open what was written; read it if it is small, has options or more than one frame."""
        opened = open_written(self.file, self.format)
        missing = lost(self.image, self.kept, opened)
        notes = [f"without {', '.join(missing)}"] if missing else []
        if opened is None:
            return len(self.frames), notes
        with opened:
            self._check_size(opened)
            if self.format == "EPS":  # reading its pixels needs Ghostscript
                return 1, notes
            size = self.frames[0].width * self.frames[0].height
            if not self.options and len(self.frames) == 1 and size > _SMALL:
                return 1, notes
            return frame_count(opened), notes + self._compare(opened)

    def _check_size(self, opened: Image.Image) -> None:
        size, keeps = self.frames[0].size, keeps_orientation(self.format)
        turned = self.orientation > 4 and keeps == "turned"
        if (
            opened.size not in (size, size[::-1] if turned else size)
            and "sizes" not in self.options
        ):
            found, wanted = (f"{width} x {height}" for width, height in (opened.size, size))
            raise ImageRefused(
                f"the image in a {self.format} file opens as {found}, not {wanted}; "
                "possible: another format"
            )
        tagged = self.orientation != 1 and keeps == "read" and "exif" not in self.options
        if tagged and orientation(opened) != self.orientation:
            raise _Lying

    def _compare(self, opened: Image.Image) -> list[str]:
        """Read all frames, and compare them with those that were written."""
        frames = self.frames
        looks = copy_frames(opened)
        if len(looks) < frame_count(opened):
            raise ImageRefused(f"frame {len(looks) + 1} of the file cannot be read")
        if len(frames) > 1 and holds_animation(self.format) and not _same_alpha(frames, looks):
            raise _ShowsThrough
        notes = []
        if len(looks) < len(frames):
            notes.append(f"{len(frames)} frames stored as {len(looks)}: equal ones are one")
        before, after = upright(frames[0], self.orientation), upright(looks[0])
        if before.size != after.size:
            return notes  # an icon of other sizes
        if self.options:
            other = likeness(before, after) == "no"
            return notes + ["another picture by the options"] * other
        lossy = fidelity(self.format, "L") == "close"  # black and white alone can come back exact
        exact = fidelity(self.format, before.mode, alpha_kind(before)) == "exact" and not lossy
        if exact and len(frames) == 1 and likeness(before, after) != "exact":
            raise ImageRefused(
                f"another picture comes back from a {self.format} file; possible: another format"
            )
        return notes


# What comes back


def _same_alpha(frames: list[Image.Image], looks: list[Image.Image]) -> bool:
    """
    Check if frames came back with their transparency; equal ones that follow each other may have
    become one.

    :param frames: The frames as written.
    :param looks:  The frames as they open.
    """
    if not any(map(alpha_kind, frames)):
        return True
    number = 0
    for frame in frames:
        if not _is_near(frame, looks[number]):
            number += 1
            if number == len(looks) or not _is_near(frame, looks[number]):
                return False
    return number == len(looks) - 1


def _is_near(frame: Image.Image, look: Image.Image) -> bool:
    alphas = [np.asarray(to_mode(one, "RGBA").getchannel("A"), np.int16) for one in (frame, look)]
    return frame.size == look.size and np.abs(alphas[0] - alphas[1]).max() <= _ALPHA_OFF


# What goes with the frames


def _defaults(format: str, image: Image.Image, options: dict[str, Any]) -> dict[str, Any]:
    known = known_options(format) or frozenset()
    defaults: dict[str, Any] = {}
    if "sizes" in known and image.width <= 256 and image.height <= 256:
        # else an icon has Pillow's usual sizes, without the image's own
        defaults["sizes"] = [image.size]
    if options.get("lossless") and "exact" in known:
        defaults["exact"] = True  # else WebP changes the colours below full transparency
    return defaults


def _bare_copy(frame: Image.Image) -> Image.Image:
    """
    Copy a frame as a plain image.

    It has nothing of its file but the duration, no `save` of its class, no transparent colour but a
    band of transparency, and no short palette.
    """
    kind = alpha_kind(frame)
    banded = kind in ("key", "table", "palette") and frame.mode not in DEEP
    copy = to_mode(frame, "RGBA") if banded else whole_palette(Image.Image.copy(frame), 256)
    copy.info = dict(_pixel_info(frame))
    if "duration" in frame.info:
        copy.info["duration"] = frame.info["duration"]
    return copy


@contextlib.contextmanager
def _pixels_only(images: list[Image.Image]) -> Iterator[None]:
    """Hide images' information from the encoders: the options say what is kept of it."""
    before = [(image, image.info, image.palette) for image in images]
    try:
        for image in images:
            image.info = _pixel_info(image)
        yield
    finally:
        for image, info, palette in before:
            image.info = info
            image.palette = palette  # the GIF encoder gives a grey image one


def _pixel_info(image: Image.Image) -> dict[Any, Any]:
    clear = alpha_kind(image) in ("key", "table")
    return {"transparency": image.info["transparency"]} if clear else {}
