"""The calls by which known libraries make pictures, on classes of the same names."""

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from mlrun_images.pictures.taking import is_picture, take
from oracle import off, picture

PHOTO = picture(30, 20)


def png() -> bytes:
    file = io.BytesIO()
    PHOTO.save(file, "PNG")
    return file.getvalue()


def writes(self, file: io.BytesIO, *arguments, **options) -> None:
    file.write(png())


def gives_bytes(self, *arguments, **options) -> bytes:
    return png()


def gives_image(self) -> Image.Image:
    return PHOTO


class Bitmap:
    to_pil = gives_image


class Pixmap:
    tobytes = gives_bytes


class Figure:
    savefig = writes


PART = SimpleNamespace(canvas=SimpleNamespace(figure=Figure()))  # of a figure


class Snapshot:
    encodeToData = gives_bytes


CLASSES: dict[tuple[str, str], dict[str, Any]] = {
    ("altair.vegalite.v6.api", "TopLevelMixin"): {"save": writes},
    ("cairo", "ImageSurface"): {"write_to_png": writes},
    ("cairocffi.surfaces", "ImageSurface"): {"write_to_png": writes},
    ("graphviz.graphs", "Dot"): {"pipe": gives_bytes},
    ("graphviz.sources", "Source"): {"pipe": gives_bytes},
    ("holoviews.core.dimension", "Dimensioned"): {},
    ("matplotlib.axes._axes", "Axes"): {"figure": PART},
    ("matplotlib.image", "AxesImage"): {"figure": PART},
    ("mss.screenshot", "ScreenShot"): {
        "size": PHOTO.size,
        "bgra": Image.merge("RGBX", [*PHOTO.split()[::-1], PHOTO.getchannel("R")]).tobytes(),
    },
    ("pikepdf.models.image", "PdfImageBase"): {"as_pil_image": gives_image},
    ("pillow_heif.heif", "BaseImage"): {"to_pillow": gives_image},
    ("pillow_heif.heif", "HeifFile"): {"to_pillow": gives_image},
    ("plotly.basedatatypes", "BaseFigure"): {"to_image": gives_bytes},
    ("plotnine.ggplot", "ggplot"): {"save": writes},
    ("psd_tools.api.layers", "Layer"): {"composite": gives_image},
    ("psd_tools.api.psd_image", "PSDImage"): {"composite": gives_image},
    ("pydot.core", "Dot"): {"create_png": gives_bytes},
    ("pygame.surface", "Surface"): {},
    ("pymupdf", "Page"): {"get_pixmap": lambda self: Pixmap()},
    ("pymupdf", "Pixmap"): {"tobytes": gives_bytes},
    ("pypdfium2._helpers.bitmap", "PdfBitmap"): {"to_pil": gives_image},
    ("pypdfium2._helpers.page", "PdfPage"): {"render": lambda self: Bitmap()},
    ("pyvips.vimage", "Image"): {
        "format": "uchar",
        "get_n_pages": lambda self: 1,
        "write_to_buffer": gives_bytes,
    },
    ("qrcode.image.base", "BaseImage"): {"get_image": gives_image},
    ("rdkit.Chem.rdchem", "Mol"): {},
    ("seaborn._core.plot", "Plot"): {"save": writes},
    ("segno", "QRCode"): {"save": writes},
    ("skia", "Image"): {"encodeToData": gives_bytes},
    ("skia", "Surface"): {"makeImageSnapshot": lambda self: Snapshot()},
    ("wand.image", "BaseImage"): {"format": "PNG", "sequence": [1], "make_blob": gives_bytes},
    ("wordcloud.wordcloud", "WordCloud"): {"to_image": gives_image},
}


@pytest.mark.parametrize("names", CLASSES, ids=".".join)
def test_an_object_of_a_known_class_makes_its_picture(monkeypatch, names):
    module, name = names
    drawing = SimpleNamespace(MolToImage=lambda molecule: PHOTO)
    monkeypatch.setitem(sys.modules, "rdkit.Chem.Draw", drawing)
    saving = SimpleNamespace(save=lambda surface, file, name: writes(surface, file))
    monkeypatch.setitem(sys.modules, "pygame.image", saving)
    render = SimpleNamespace(
        DynamicMap=Snapshot,
        HoloMap=Bitmap,
        renderer=lambda name: lambda value, fmt: (png(), {"file-ext": fmt}),
    )
    monkeypatch.setitem(sys.modules, "holoviews", render)
    base = type(name, (), {"__module__": module, **CLASSES[names]})
    value = type("Subclass", (base,), {"__module__": "elsewhere"})()
    taken = take(value)
    assert is_picture(value) and taken and off(PHOTO, taken) == (0, 0)


def film_of(library: str, format: str, **attributes: Any) -> Any:
    """A value of a library that has several frames, and gives the file that it is asked for."""

    def give(self, suffix: str, **options) -> bytes:
        file = io.BytesIO()
        plain = {"append_images": [PHOTO.rotate(180)], "save_all": True, **options}
        PHOTO.save(file, {".tif": "tiff"}.get(suffix, suffix.removeprefix(".")), **plain)
        return file.getvalue()

    module, name, method = {
        "vips": ("pyvips", "Image", "write_to_buffer"),
        "wand": ("wand", "BaseImage", "make_blob"),
    }[library]
    return type(name, (), {"__module__": module, "format": format, method: give, **attributes})()


@pytest.mark.parametrize(
    "library, format, fields, written",
    [
        ("vips", "uchar", ["delay"], "WEBP"),
        ("vips", "uchar", [], "TIFF"),
        ("vips", "float", ["delay"], "TIFF"),
        ("wand", "GIF", [], "GIF"),
        ("wand", "MIFF", [], "TIFF"),
    ],
)
def test_all_frames_of_a_library_are_taken(library, format, fields, written):
    attributes = {
        "vips": {
            "get_n_pages": lambda self: 2,
            "get_page_height": lambda self: 40,
            "height": 80,
            "get_fields": lambda self: fields,
        },
        "wand": {"sequence": [1, 2]},
    }[library]
    taken: Any = take(film_of(library, format, **attributes))
    assert (taken.format, taken.n_frames) == (written, 2)


@pytest.mark.parametrize(
    "module, name", [("matplotlib.colors", "Colormap"), ("holoviews.core.data", "Dataset")]
)
def test_settings_and_data_that_show_themselves_are_none(module, name):
    base = type("Dimensioned", (), {"__module__": "holoviews.core", "_repr_png_": gives_bytes})
    kind = type(name, (base,), {"__module__": module})
    for value in (kind(), type("Own", (kind,), {})()):
        assert take(value) is None and not is_picture(value)


def test_a_class_of_the_same_name_elsewhere_is_none():
    value = type("WordCloud", (), {"__module__": "clouds", "to_image": gives_image})()
    assert take(value) is None and not is_picture(value)
