"""Opens image files, and finds the image in the page of a plot. No file starts a program."""

import base64
import contextlib
import importlib
import io
import re
import sys
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from PIL import Image

from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.formats import PROGRAMS
from mlrun_images.pictures.picture import BANDS

_EMBEDDED = re.compile(rb'src="data:image/[\w.+-]+;base64,([A-Za-z0-9+/=]+)"')
_NOTES = re.compile(r'data-(reduced-from|original|frame)="([^"]+)"')
# modes whose bands a PNG may hold, and their number; which, depends on this Pillow
_BANDS = {"CMYK": 4, "HSV": 3, "LAB": 3, "La": 2, "RGBX": 4, "RGBa": 4, "YCbCr": 3}


class Embedded(NamedTuple):
    """
    The image in the page of a plot.

    :param file:         The bytes of the image's file.
    :param reduced_from: The image that was logged, in words, if this is a preview of it.
    :param original:     The `store://` URI of the image that was logged; empty if there is none.
    :param frame:        The number of the frame at which it was left, from 0.
    """

    file: bytes
    reduced_from: str = ""
    original: str = ""
    frame: int = 0


def is_page(data: bytes) -> bool:
    """Check if bytes are a page, and not an image file."""
    return data.lstrip()[:1] == b"<"


def embedded(page: bytes) -> Embedded:
    """
    Find the image in the page of a plot.

    :param page: The HTML page.

    :raise ImageRefused: If the page holds no image, or several.
    """
    found = _EMBEDDED.findall(page)
    if len(found) != 1:
        raise ImageRefused(f"the page holds {len(found) or 'no'} image{'s' * (len(found) > 1)}")
    notes = dict(_NOTES.findall(_EMBEDDED.sub(b"", page).decode(errors="replace")))
    original, frame = notes.get("original", ""), notes.get("frame", "")
    return Embedded(
        base64.b64decode(found[0]),
        notes.get("reduced-from", ""),
        original if original.startswith("store://") else "",
        int(frame) if frame.isdecimal() and len(frame) < 10 else 0,
    )


def open_image(file: bytes | BinaryIO) -> Image.Image:
    """
    Open an image file. Plugins that `image_packager.py` registers count.

    :param file: The bytes of the file; or the file, open for reading.

    :raise ImageRefused: If it is no image that Pillow reads without starting a program.
    """
    source: BinaryIO = io.BytesIO(file) if isinstance(file, bytes) else file
    Image.init()
    source.seek(0)
    try:
        return Image.open(source, formats=[one for one in Image.OPEN if one not in PROGRAMS])
    except Image.UnidentifiedImageError:
        if _load_plugins():
            return open_image(source)
    source.seek(0)
    plugin = missing_plugin(source.read(32))
    reason = f"it is {plugin}, imported in image_packager.py" if plugin else ""
    raise ImageRefused(reason or "it is no image that Pillow reads")


def _load_plugins() -> bool:
    """Import the project's packager, which may bring formats; tell whether it brought any."""
    before = len(Image.OPEN)
    if "image_packager" not in sys.modules:
        with contextlib.suppress(Exception):  # in a process of another project, or of none
            importlib.import_module("image_packager")
    return len(Image.OPEN) > before


def missing_plugin(head: bytes) -> str:
    """
    Find out if a file is of a format that this Pillow lacks and a known plugin reads.

    :param head: The file's first bytes.

    :returns: The format and its plugin in words; empty if it is of no such format.
    """
    for format, plugin, is_one in _PLUGINS:
        if format not in Image.OPEN and is_one(head):
            return f"{format}, which Pillow reads with the package {plugin}"
    return ""


def _is_of_brand(*brands: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[4:8] == b"ftyp" and head[8:12] in brands


_PLUGINS = (
    ("HEIF", "pillow-heif", _is_of_brand(b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim")),
    ("AVIF", "pillow-avif-plugin", _is_of_brand(b"avif", b"avis")),
    ("JXL", "pillow-jxl-plugin", lambda head: head.startswith((b"\xff\n", b"\0\0\0\fJXL "))),
)


def as_returned(image: Image.Image, frame: int = 0) -> Image.Image:
    """
    Get an image in the mode that it had when it was kept without loss.

    :param image: The image as its file opens. One of a PNG that holds the bands of another mode
                  (HSV, La, RGBa) says so in a text.
    :param frame: The number of the frame at which it was left, from 0; the file may have fewer.
    """
    if frame:
        with contextlib.suppress(EOFError):
            image.seek(frame)
    image.load()
    mode = image.info.get(BANDS)
    if _BANDS.get(str(mode)) != len(image.getbands()):
        return image
    merged = Image.merge(str(mode), image.split())
    merged.info = {name: value for name, value in image.info.items() if name != BANDS}
    return merged
