"""An image written as a file, as the packager does it."""

import io
from typing import Any

from PIL import Image

from mlrun_images.pictures.files import ImageFile, write_file, write_lossless
from mlrun_images.pictures.formats import find_format
from mlrun_images.pictures.reading import read


def save(
    image: Image.Image, file: io.BytesIO, format: str, options: dict[str, Any], *limits, **more
) -> tuple[ImageFile, int, list[str]]:
    """Write an image into a file: gives it, the number of its frames, and what was changed."""
    names = dict(zip(("vmin", "vmax"), limits, strict=False))
    written = write_file(read(image), find_format(format), options, **names, **more)
    file.seek(0)
    file.truncate()
    file.write(written.data)
    file.seek(0)
    return written, written.held.frames, list(written.changes)


def kept(image: Image.Image) -> tuple[Image.Image, ImageFile]:
    """Keep an image without loss: gives it as it opens, and the file."""
    written = write_lossless(read(image))
    return Image.open(io.BytesIO(written.data)), written
