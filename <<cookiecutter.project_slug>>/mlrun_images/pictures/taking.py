"""
What a person returns as a picture, as a Pillow image: an image, an image file in memory, a figure,
a chart, and whatever shows itself as a picture in a notebook.
"""

import base64
import importlib
import io
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageFile

from mlrun_images.pictures.opening import missing_plugin, open_image

_REPRESENTATIONS = ("_repr_png_", "_repr_jpeg_", "_repr_mimebundle_")  # Jupyter's convention
_MIME_TYPES = ("image/png", "image/jpeg")
FILES = bytes | bytearray | memoryview | io.BytesIO  # an image file in memory
# formats whose files nothing else begins like: one that cannot be read is kept as it is
_CERTAIN = ("AVIF", "EPS", "GIF", "JPEG", "JPEG2000", "PNG", "TIFF", "WEBP")
_HEAD = 32  # bytes by which Pillow's plugins recognize a file


def _by_pygame(value: Any) -> bytes:
    file = io.BytesIO()
    importlib.import_module("pygame.image").save(value, file, "surface.png")
    return file.getvalue()


def _by_vips(value: Any) -> Image.Image:
    several = value.get_n_pages() > 1 and value.get_page_height() < value.height
    if several and value.format == "uchar" and "delay" in value.get_fields():
        return open_image(value.write_to_buffer(".webp", lossless=True))
    is_whole = value.format in ("uchar", "ushort") and not several  # what a PNG holds
    return open_image(value.write_to_buffer(".png" if is_whole else ".tif"))


def _by_wand(value: Any) -> bytes:
    several = "gif" if value.format == "GIF" else "tiff"  # with the times that its frames had
    return value.make_blob(several if len(value.sequence) > 1 else "png")


def _by_holoviews(value: Any) -> bytes:
    library = importlib.import_module("holoviews")
    if isinstance(value, library.DynamicMap) and not value.kdims:
        value = value[()]
    format = "gif" if type(value) is library.HoloMap else "png"
    return library.renderer("matplotlib")(value, fmt=format)[0]


def _written(method: str, **options: Any) -> Callable[[Any], Image.Image]:
    """Make a function that has a value write a PNG into a file."""

    def write(value: Any) -> Image.Image:
        file = io.BytesIO()
        getattr(value, method)(file, **options)
        return open_image(file.getvalue())

    return write


_figure = _written("savefig", format="png")


def _figure_of(value: Any) -> Image.Image:
    return _figure(value.figure.canvas.figure)  # not the part of a figure that it may lie in


# documented calls that make a picture, by the package and the name of the class
_CALLS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("altair", "TopLevelMixin"): _written("save", format="png"),
    ("cairo", "ImageSurface"): _written("write_to_png"),
    ("cairocffi", "ImageSurface"): _written("write_to_png"),
    ("graphviz", "Dot"): lambda value: value.pipe(format="png"),
    ("graphviz", "Source"): lambda value: value.pipe(format="png"),
    ("holoviews", "Dimensioned"): _by_holoviews,
    ("matplotlib", "Axes"): _figure_of,
    ("matplotlib", "AxesImage"): _figure_of,
    ("mss", "ScreenShot"): lambda value: Image.frombytes(
        "RGB", value.size, value.bgra, "raw", "BGRX"
    ),
    ("pikepdf", "PdfImageBase"): lambda value: value.as_pil_image(),
    ("pillow_heif", "BaseImage"): lambda value: value.to_pillow(),
    ("pillow_heif", "HeifFile"): lambda value: value.to_pillow(),
    ("plotly", "BaseFigure"): lambda value: value.to_image(format="png"),
    ("plotnine", "ggplot"): _written("save", format="png", verbose=False),
    ("psd_tools", "Layer"): lambda value: value.composite(),
    ("psd_tools", "PSDImage"): lambda value: value.composite(),
    ("pydot", "Dot"): lambda value: value.create_png(),
    ("pygame", "Surface"): _by_pygame,
    ("pymupdf", "Page"): lambda value: value.get_pixmap().tobytes("png"),
    ("pymupdf", "Pixmap"): lambda value: value.tobytes("png"),
    ("pypdfium2", "PdfBitmap"): lambda value: value.to_pil(),
    ("pypdfium2", "PdfPage"): lambda value: value.render().to_pil(),
    ("pyvips", "Image"): _by_vips,
    ("qrcode", "BaseImage"): lambda value: value.get_image(),
    ("rdkit", "Mol"): lambda value: importlib.import_module("rdkit.Chem.Draw").MolToImage(value),
    ("seaborn", "Plot"): _written("save", format="png"),
    ("segno", "QRCode"): _written("save", kind="png"),
    ("skia", "Image"): lambda value: bytes(value.encodeToData()),
    ("skia", "Surface"): lambda value: bytes(value.makeImageSnapshot().encodeToData()),
    ("wand", "BaseImage"): _by_wand,
    ("wordcloud", "WordCloud"): lambda value: value.to_image(),
}


Drawn = dict[int, tuple[Any, Image.Image | None]]  # by the ids of values: these, and their pictures
_NO_PICTURES = (("holoviews", "Dataset"), ("matplotlib", "Colormap"))  # data, settings


def may_be_picture(value: Any) -> bool:
    """Check by a value's class, or its file's first bytes, if `take` may make a picture of it."""
    kind = type(value)
    if issubclass(kind, Image.Image):
        return True
    try:
        if issubclass(kind, FILES):
            return _is_image_file(value)
        if kind.__module__ == "builtins":
            return False
        if any(name in _NO_PICTURES for name in _names_of(kind)[:2]):  # or made of one at once
            return False
        return _call_of(kind) is not None or any(hasattr(kind, name) for name in _REPRESENTATIONS)
    except Exception:  # a file that is closed, a class whose attributes raise
        return False


def take(value: Any, drawn: Drawn | None = None) -> Image.Image | None:
    """
    Get the picture that a value is.

    :param value: Anything.
    :param drawn: What values showed themselves as in a notebook: each is asked once, and added.

    :returns: The image; None if the value is no picture.

    :raise ImageRefused: If it is the file of a format for which Pillow needs a plugin.
    :raise Exception:    Whatever the value raises when it is asked to draw itself.
    """
    if isinstance(value, Image.Image):
        return value
    if not may_be_picture(value):
        return None
    if isinstance(value, FILES):
        return open_image(file_bytes(value))
    call = _call_of(type(value))
    if call:
        return _opened(call(value))
    drawn = {} if drawn is None else drawn
    if id(value) not in drawn:
        drawn[id(value)] = value, None  # one that raises is not asked again
        drawn[id(value)] = value, _represented(value)
    return drawn[id(value)][1]


def is_picture(value: Any, drawn: Drawn | None = None) -> bool:
    """
    Check if a value is a picture.

    Images, image files, figures and objects of known classes are: one that cannot draw itself, as
    what draws it is not installed, is to be told. Any other is asked; one that raises instead is
    none.

    :param value: Anything.
    :param drawn: As for `take`.
    """
    if not may_be_picture(value):
        return False
    if isinstance(value, Image.Image | FILES) or _call_of(type(value)):
        return True
    try:
        return take(value, drawn) is not None
    except Exception:
        return False


def file_bytes(value: bytes | bytearray | memoryview | io.BytesIO) -> bytes:
    """Get the bytes of a file in memory."""
    return value.getvalue() if isinstance(value, io.BytesIO) else bytes(value)


def class_name(value: Any) -> str:
    """Get the name of a value's class, with its module unless that is Python's own."""
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def _is_image_file(value: Any) -> bool:
    """Check if Pillow's plugins recognize a file in memory, or one that is missing would."""
    view = value.getbuffer() if isinstance(value, io.BytesIO) else memoryview(value)
    if view.ndim != 1:
        return False
    Image.init()
    head = bytes(view[:_HEAD])
    if missing_plugin(head) and head[:1] != b"\xff":  # two bytes are too few to know JPEG XL by
        return True
    accepting = [format for format in Image.ID if _accepts(format, head)]
    if not accepting or any(format in _CERTAIN for format in accepting):
        return bool(accepting)
    try:
        return not isinstance(open_image(file_bytes(value)), ImageFile.StubImageFile)
    except Exception:
        return False


def _accepts(format: str, head: bytes) -> bool:
    accept = Image.OPEN[format][1]
    try:
        found = accept(head) if accept else False
        return bool(found) and not isinstance(found, str)  # a text says why it does not
    except Exception:
        return False


def _call_of(kind: type) -> Callable[[Any], Any] | None:
    if hasattr(kind, "savefig"):
        return _figure
    return next((_CALLS[name] for name in _names_of(kind) if name in _CALLS), None)


def _names_of(kind: type) -> list[tuple[str, str]]:
    """Get the packages and names of a class and of those that it is made of."""
    return [(base.__module__.partition(".")[0], base.__name__) for base in kind.__mro__]


def _represented(value: Any) -> Image.Image | None:
    """Get the picture as which a value shows itself in a notebook, if it does."""
    for name in _REPRESENTATIONS[:2]:
        method = getattr(type(value), name, None)
        if method is not None and (image := _opened(method(value))):
            return image
    method = getattr(type(value), "_repr_mimebundle_", None)
    bundle = method(value, include=None, exclude=None) if method else None  # as IPython does
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    if not isinstance(bundle, dict):
        return None
    return next((image for kind in _MIME_TYPES if (image := _opened(bundle.get(kind)))), None)


def _opened(made: Any) -> Image.Image | None:
    """Open what a call gave: an image, a file, or its text in base64; with metadata or without."""
    made = made[0] if isinstance(made, tuple) and made else made
    if isinstance(made, str):
        made = base64.b64decode(made)
    if isinstance(made, bytes | bytearray | memoryview):
        return open_image(bytes(made))
    return made if isinstance(made, Image.Image) else None
