"""Image files in memory: as asked, or without loss."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from mlrun_images.packing.fitting import lossless
from mlrun_images.packing.formats import find_format, suffix
from mlrun_images.packing.frames import load
from mlrun_images.packing.saving import save


@dataclass(frozen=True)
class ImageFile:
    """
    An image file in memory.

    :param data:      The bytes of the file.
    :param asked:     The format as it was asked for.
    :param format:    Pillow's name of the format.
    :param extension: The file's extension, without the dot.
    :param image:     The (first) image as it was written.
    :param frames:    The number of frames.
    :param changes:   What was changed, in words; empty if nothing was.
    :param is_whole:  Whether the file holds all pixels of all frames, as they were.
    """

    data: bytes
    asked: str
    format: str
    extension: str
    image: Image.Image
    frames: int
    changes: str
    is_whole: bool


def write_file(
    image: Image.Image,
    asked: str,
    options: dict[str, Any],
    changes: Iterable[str] = (),
    defaults: dict[str, Any] | None = None,
    vmin: float | None = None,
    vmax: float | None = None,
) -> ImageFile:
    """
    Write an image as a file in memory: Pillow does not see that a full disk took only half of one.

    :param image:    The image; it is not changed.
    :param asked:    Pillow's name of the format or an extension, in any case.
    :param options:  Options of Pillow's encoder.
    :param changes:  What was changed before.
    :param defaults: Options in place of the encoder's own defaults.
    :param vmin:     Of a deep image, the value that becomes black; None: as the format takes it.
    :param vmax:     Of a deep image, the value that becomes white.

    :raise ImageRefused: If Pillow cannot write the format, or its encoder refuses the image or an
                         option.
    """
    format = find_format(asked)
    file = io.BytesIO()
    saved, frames, changed = save(image, file, format, options, vmin, vmax, defaults)
    extension = suffix(format, asked, saved.mode).removeprefix(".")
    notes = [*filter(None, changes), *changed]
    whole = all(note.startswith("without ") for note in notes)  # it may lack metadata
    return ImageFile(
        file.getvalue(), asked, format, extension, saved, frames, "; ".join(notes), whole
    )


def write_lossless(image: Image.Image, quick: bool = False) -> ImageFile:
    """
    Write an image as PNG, or as TIFF where PNG does not hold its values or its pages.

    :param image: The image; it is not changed.
    :param quick: Compress a PNG quickly rather than well.

    :raise ImageRefused: If the image is empty or cannot be read.
    """
    try:
        kept, format, change = lossless(image)
        defaults = {"compress_level": 1} if quick and format == "PNG" else {}
        return write_file(kept, format.lower(), {}, [change], defaults)
    except Exception:  # of the frames, an ICC profile, EXIF, a text or the transparency
        load(image)
        bare = image.copy()
        bare.info.clear()
        kept, format, change = lossless(bare)
        notes = ["pixels of the current frame only", change]
        return write_file(kept, format.lower(), {}, notes)
