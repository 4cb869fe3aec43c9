"""
Reads images as inputs: of handlers with `image: Image.Image` or `images: list[Image.Image]`.

MLRun hands an input with a type hint to a packager, and where that one fails it *unpickles* the file,
which runs code that is in it. So the inputs of images are read before MLRun does: nothing is unpickled.
"""

import base64
import inspect
import io
import re
import typing
from typing import Any

import mlrun
from PIL import Image

from mlrun_images.packing import mlrun_calls
from mlrun_images.packing.errors import ImageRefused
from mlrun_images.text import one_line

# what Pillow reads by starting another program
PROGRAMS = ("EPS",)
_EMBEDDED = re.compile(rb'src="data:image/[\w.+-]+;base64,([A-Za-z0-9+/=]+)"')
_REDUCED = re.compile(rb'data-reduced-from="([^"]+)"')


def read_inputs(run: mlrun_calls.StartingRun) -> dict[int, Image.Image]:
    """
    Read the inputs of a run's handler that are hinted as images.

    :param run: The run that starts.

    :returns: The images, by the identity of the data items that MLRun will ask for.

    :raise ImageRefused: If an input is not there or no image, in one line that names it.
    """
    images: dict[int, Image.Image] = {}
    for name, hint in run.types.items():
        given = run.arguments.get(name)
        if given is None or not is_image_hint(hint):
            continue
        if isinstance(given, str):
            raise ImageRefused(f"{name} is an image: give its path as an input, not as a parameter")
        if isinstance(given, list | dict) and inspect.isclass(hint) and not typing.get_args(hint):
            raise ImageRefused(f"{name} is one image, but {len(given)} were given for it")
        for item in _data_items(given):
            try:
                images[id(item)] = read_image(item)
            except Exception as error:
                raise ImageRefused(
                    f"{name}: {item.artifact_url}: {one_line(str(error) or repr(error))}"
                ) from error
    return images


def is_image_hint(hint: Any) -> bool:
    """Check if a type hint is PIL's Image, a subclass of it, or a collection or union of them."""
    if inspect.isclass(hint) and not typing.get_args(hint):
        return issubclass(hint, Image.Image)
    return any(is_image_hint(argument) for argument in typing.get_args(hint))


def _data_items(given: Any) -> list[mlrun.DataItem]:
    if isinstance(given, mlrun.DataItem):
        return [given]
    if isinstance(given, list | dict):
        items = given.values() if isinstance(given, dict) else given
        return [item for one in items for item in _data_items(one)]
    return []


def read_image(item: mlrun.DataItem) -> Image.Image:
    """
    Read an image: an artifact of the types file and plot, a path or a URL.

    :param item: The data item. Of a plot whose page holds a reduced image, the original is read.

    :returns: The image, decoded; for several frames the first is shown, and the others can be reached.

    :raise ImageRefused: If it is no image, or a reduced page whose original was not kept.
    """
    notes = _instructions(item)
    if notes.get("artifact_type") == "object":
        raise ImageRefused("it is a pickled object, which is not read; log it as a file or a plot")
    original = (notes.get("instructions") or {}).get("original")
    if original:
        item = mlrun.get_dataitem(original)
    image = open_image(item.get())
    image.load()
    return image


def open_image(data: bytes) -> Image.Image:
    """
    Open an image file, or the image in the page of a plot.

    :param data: The bytes of the file or page.

    :raise ImageRefused: If the bytes are no image, or the page holds a reduced one.
    """
    data = page_image(data) if data.lstrip()[:1] == b"<" else data
    Image.init()
    formats = [format for format in Image.OPEN if format not in PROGRAMS]
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except Image.UnidentifiedImageError:
        raise ImageRefused("it is no image that Pillow reads") from None


def page_image(page: bytes) -> bytes:
    """
    Get the image file that is embedded in the page of a plot.

    :param page: The HTML page.

    :raise ImageRefused: If the page holds no image, or one of fewer pixels than were logged.
    """
    embedded = _EMBEDDED.search(page)
    if not embedded:
        raise ImageRefused("the page holds no image")
    if reduced := _REDUCED.search(page):
        raise ImageRefused(
            f"the page is a preview of {reduced[1].decode(errors='replace')}; log a file: 'KEY : file'"
        )
    return base64.b64decode(embedded[1])


def _instructions(item: mlrun.DataItem) -> dict[str, Any]:
    """Get the unpackaging instructions of a data item's artifact; empty for a path or URL."""
    artifact = item.meta
    return (artifact.spec.unpackaging_instructions if artifact else None) or {}
