"""
Objects of other libraries that are pictures, and the PNG file that the library itself saves of
each.

Each library is imported by the functions that use it.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from oracle import picture

PHOTO = picture(60, 40)


class Object(NamedTuple):
    make: Callable[[], Any]
    save: Callable[[Any, Path], Any]  # writes a PNG file, or gives its bytes


def by(method: str, *arguments: Any, **options: Any) -> Callable[[Any, Path], Any]:
    """Save by a method that takes a path."""
    return lambda value, path: getattr(value, method)(str(path), *arguments, **options)


def gives(method: str, *arguments: Any, **options: Any) -> Callable[[Any, Path], Any]:
    """Save by a method that gives the file's bytes."""
    return lambda value, path: getattr(value, method)(*arguments, **options)


def file_of(image: Image.Image, format: str) -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


def by_pillow(value: Any, path: Path) -> None:
    """Save an image, or a file in memory."""
    image = value if isinstance(value, Image.Image) else Image.open(io.BytesIO(bytes(value)))
    image.save(path)


# Plots


def figure():
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(3, 2))
    drawn.subplots().plot([1, 3, 2])
    return drawn


def axes():
    return figure().axes[0]


def shown_image():
    from matplotlib.figure import Figure

    return Figure(figsize=(3, 2)).subplots().imshow(np.asarray(PHOTO))


def holoviews():
    import holoviews

    return holoviews.Curve([1, 3, 2])


def save_holoviews(value, path):
    import holoviews

    holoviews.save(value, path, backend="matplotlib")


def table():
    import pandas as pd

    return pd.DataFrame({"x": [1, 2, 3, 4], "y": [2, 1, 4, 3], "kind": list("abab")})


def pandas_plot():
    return table().plot("x", "y")


def seaborn_heatmap():
    import seaborn
    from matplotlib.figure import Figure

    return seaborn.heatmap([[1, 2], [3, 4]], ax=Figure(figsize=(3, 2)).subplots())


def seaborn_grid():
    import seaborn

    return seaborn.relplot(table(), x="x", y="y", col="kind", height=2)


def seaborn_plot():
    import seaborn.objects

    return seaborn.objects.Plot(table(), "x", "y").add(seaborn.objects.Dot())


def network():
    import networkx
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(2, 2))
    networkx.draw_circular(networkx.path_graph(4), ax=drawn.subplots())
    return drawn


def plotnine_plot():
    from plotnine import aes, geom_point, ggplot

    return ggplot(table(), aes("x", "y")) + geom_point()


def plotly_figure():
    import plotly.graph_objects

    return plotly.graph_objects.Figure(plotly.graph_objects.Bar(y=[1, 3, 2]))


def altair_chart():
    import altair

    return altair.Chart(table()).mark_bar().encode(x="x:O", y="y:Q")


def altair_layers():
    chart = altair_chart()
    return chart + chart.mark_line()


def pygal_chart():
    import pygal

    chart = pygal.Bar(width=300, height=200)
    chart.add("numbers", [1, 3, 2])
    return chart


def schemdraw_drawing():
    import schemdraw

    drawing = schemdraw.Drawing(canvas="matplotlib", show=False)
    drawing.add(schemdraw.elements.Resistor())
    return drawing


def word_cloud():
    from wordcloud import WordCloud

    return WordCloud(width=80, height=60, random_state=1).generate("some words in a cloud")


def graph(kind: str):
    import graphviz

    if kind == "Source":
        return graphviz.Source("digraph { a -> b }")
    made = getattr(graphviz, kind)()
    made.edge("a", "b")
    return made


def pydot_graph():
    import pydot

    return pydot.graph_from_dot_data("digraph { a -> b }")[0]


def raster():
    import drawsvg

    drawing = drawsvg.Drawing(30, 20)
    drawing.append(drawsvg.Circle(10, 10, 5, fill="red"))
    return drawing.rasterize()


# Codes, molecules, pages


def qr_code(factory: str = "pil.PilImage"):
    import importlib

    import qrcode

    module, _, name = factory.rpartition(".")
    factory = getattr(importlib.import_module(f"qrcode.image.{module}"), name)
    return qrcode.make("text", image_factory=factory)


def segno_code():
    import segno

    return segno.make("text")


def barcode():
    from barcode import Code128
    from barcode.writer import ImageWriter

    return Code128("text", writer=ImageWriter()).render()


def molecule():
    from rdkit import Chem

    return Chem.MolFromSmiles("CCO")


def draw_molecule(value, path):
    from rdkit.Chem import Draw

    Draw.MolToFile(value, str(path))


def molecules():
    from rdkit.Chem import Draw

    return Draw.MolsToGridImage([molecule()] * 2, subImgSize=(90, 60))


def pdf() -> bytes:
    return file_of(PHOTO, "PDF")


def pdfium_page():
    import pypdfium2

    return pypdfium2.PdfDocument(pdf())[0]


def pdfium_bitmap():
    return pdfium_page().render(scale=2)


def save_page(value, path):
    value.render().to_pil().save(path)


def mupdf_page():
    import pymupdf

    return pymupdf.open("pdf", pdf())[0]


def pdf_image():
    import pikepdf

    document = pikepdf.open(io.BytesIO(pdf()))
    image = pikepdf.PdfImage(next(iter(document.pages[0].images.values())))
    image.document = document  # which is read as the image is asked for
    return image


def plumber_image():
    import pdfplumber

    return pdfplumber.open(io.BytesIO(pdf())).pages[0].to_image()


# Images


def psd(layer: bool = False):
    from psd_tools import PSDImage

    document = PSDImage.new("RGB", PHOTO.size)
    made = document.create_pixel_layer(PHOTO, name="photo")
    return made if layer else document


def save_psd(value, path):
    value.composite().save(path)


def vips_image(depth: int = 8):
    import pyvips

    levels = np.asarray(PHOTO)
    return pyvips.Image.new_from_array(levels if depth == 8 else levels.astype(np.uint16) * 257)


def wand_image():
    from wand.image import Image as WandImage

    return WandImage(blob=file_of(PHOTO, "PNG"))


FRAMES = [PHOTO, PHOTO.rotate(180), PHOTO.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]


def film(format: str) -> bytes:
    file = io.BytesIO()
    timed = {"duration": [50, 100, 150]} if format == "GIF" else {}
    FRAMES[0].save(file, format, save_all=True, append_images=FRAMES[1:], **timed)
    return file.getvalue()


def vips_film(format: str):
    import pyvips

    return pyvips.Image.new_from_buffer(film(format), "", n=-1)


def wand_film(format: str):
    from wand.image import Image as WandImage

    return WandImage(blob=film(format))


def holoviews_film(format: str):
    import holoviews

    return holoviews.HoloMap({n: holoviews.Curve([1, n]) for n in range(3)})


FILMS = {"pyvips": vips_film, "wand": wand_film, "holoviews": holoviews_film}


def settings():
    """What shows what it looks like, and is no picture."""
    import holoviews
    import matplotlib

    data = holoviews.Dataset({"x": [1, 2], "y": [2, 3]}, ["x"], ["y"])
    return [matplotlib.colormaps["viridis"], data]


def screenshot():
    from mss.screenshot import ScreenShot

    red, green, blue = PHOTO.split()
    pixels = Image.merge("RGBX", [blue, green, red, red]).tobytes()
    return ScreenShot(bytearray(pixels), {"left": 0, "top": 0, "width": 60, "height": 40})


def save_screenshot(value, path):
    import mss.tools

    mss.tools.to_png(value.rgb, value.size, output=str(path))


def skia_surface():
    import skia

    surface = skia.Surface(60, 40)
    surface.getCanvas().clear(skia.ColorRED)
    surface.getCanvas().drawCircle(20, 20, 10, skia.Paint(Color=0x800000FF, AntiAlias=True))
    return surface


def skia_image():
    return skia_surface().makeImageSnapshot()


def cairo_surface():
    import cairocffi

    surface = cairocffi.ImageSurface(cairocffi.FORMAT_ARGB32, 30, 20)
    context = cairocffi.Context(surface)
    context.set_source_rgba(1, 0, 0, 0.5)
    context.arc(10, 10, 8, 0, 6)
    context.fill()
    return surface


def heif(kind: str):
    import pillow_heif

    file = pillow_heif.from_pillow(PHOTO)
    return file if kind == "file" else file[0]


def save_heif(value, path):
    value.to_pillow().save(path)


def pygame_surface():
    import pygame

    return pygame.image.frombytes(PHOTO.tobytes(), PHOTO.size, "RGB")


def save_surface(value, path):
    import pygame

    pygame.image.save(value, str(path))


def notebook_image(format: str):
    from IPython.display import Image as NotebookImage

    return NotebookImage(data=file_of(PHOTO, format), format=format)


def save_notebook_image(value, path):
    Image.open(io.BytesIO(value.data)).save(path)


def opencv_file():
    import cv2

    return cv2.imencode(".png", np.asarray(PHOTO)[..., ::-1])[1].tobytes()


def imageio_file():
    import imageio.v3

    return imageio.v3.imwrite("<bytes>", np.asarray(PHOTO), extension=".webp", lossless=True)


def tifffile_file():
    import tifffile

    file = io.BytesIO()
    tifffile.imwrite(file, np.asarray(PHOTO), photometric="rgb")
    return file.getvalue()


def dataset(decode: bool = True):
    import datasets

    images = datasets.Dataset.from_dict({"image": [PHOTO, PHOTO.rotate(180)]})
    return images.cast_column("image", datasets.Image(decode=decode))


def save_figure_of(value, path):
    value.figure.savefig(path)


OBJECTS = {
    "matplotlib figure": Object(figure, by("savefig")),
    "matplotlib axes": Object(axes, save_figure_of),
    "matplotlib image": Object(shown_image, save_figure_of),
    "holoviews curve": Object(holoviews, save_holoviews),
    "holoviews layout": Object(lambda: holoviews() + holoviews(), save_holoviews),
    "pandas plot": Object(pandas_plot, save_figure_of),
    "seaborn heatmap": Object(seaborn_heatmap, save_figure_of),
    "seaborn grid": Object(seaborn_grid, by("savefig")),
    "seaborn plot": Object(seaborn_plot, by("save")),
    "networkx drawing": Object(network, by("savefig")),
    "plotnine plot": Object(plotnine_plot, by("save", verbose=False)),
    "plotly figure": Object(plotly_figure, by("write_image")),
    "altair chart": Object(altair_chart, by("save")),
    "altair layers": Object(altair_layers, by("save")),
    "pygal chart": Object(pygal_chart, by("render_to_png")),
    "schemdraw drawing": Object(schemdraw_drawing, gives("get_imagedata", "png")),
    "wordcloud": Object(word_cloud, by("to_file")),
    "graphviz digraph": Object(lambda: graph("Digraph"), gives("pipe", "png")),
    "graphviz graph": Object(lambda: graph("Graph"), gives("pipe", "png")),
    "graphviz source": Object(lambda: graph("Source"), gives("pipe", "png")),
    "pydot graph": Object(pydot_graph, by("write_png")),
    "drawsvg raster": Object(raster, lambda value, path: value.png_data),
    "qrcode image": Object(qr_code, by("save")),
    "qrcode styled image": Object(lambda: qr_code("styledpil.StyledPilImage"), by("save")),
    "segno code": Object(segno_code, by("save")),
    "barcode": Object(barcode, by("save")),
    "rdkit molecule": Object(molecule, draw_molecule),
    "rdkit grid": Object(molecules, by("save")),
    "pypdfium2 page": Object(pdfium_page, save_page),
    "pypdfium2 bitmap": Object(pdfium_bitmap, lambda value, path: value.to_pil().save(path)),
    "pymupdf page": Object(mupdf_page, lambda value, path: value.get_pixmap().save(path)),
    "pymupdf pixmap": Object(lambda: mupdf_page().get_pixmap(), by("save")),
    "pikepdf image": Object(pdf_image, lambda value, path: value.as_pil_image().save(path)),
    "pdfplumber image": Object(plumber_image, by("save")),
    "psd-tools document": Object(psd, save_psd),
    "psd-tools layer": Object(lambda: psd(layer=True), save_psd),
    "pyvips image": Object(vips_image, by("write_to_file")),
    "pyvips deep image": Object(lambda: vips_image(16), by("write_to_file")),
    "wand image": Object(wand_image, lambda value, path: value.save(filename=str(path))),
    "mss screenshot": Object(screenshot, save_screenshot),
    "skia image": Object(skia_image, by("save")),
    "skia surface": Object(skia_surface, lambda v, path: v.makeImageSnapshot().save(str(path))),
    "cairocffi surface": Object(cairo_surface, by("write_to_png")),
    "pillow-heif file": Object(lambda: heif("file"), save_heif),
    "pillow-heif image": Object(lambda: heif("image"), save_heif),
    "pygame surface": Object(pygame_surface, save_surface),
    "notebook png": Object(lambda: notebook_image("png"), save_notebook_image),
    "notebook jpeg": Object(lambda: notebook_image("jpeg"), save_notebook_image),
    "opencv file": Object(opencv_file, by_pillow),
    "imageio file": Object(imageio_file, by_pillow),
    "tifffile file": Object(tifffile_file, by_pillow),
    "dataset image": Object(lambda: dataset()[0]["image"], by("save")),
}


def scikit_image_array():
    import skimage.data

    return skimage.data.camera()[:40, :60]


def imageio_array():
    import imageio.v2

    return imageio.v2.imread(file_of(PHOTO, "PNG"))


def opencv_array():
    import cv2

    return cv2.cvtColor(np.asarray(PHOTO), cv2.COLOR_RGB2BGR)


def tifffile_array():
    import tifffile

    return tifffile.imread(io.BytesIO(tifffile_file()))


# numbers are no picture until somebody says which colours they are
NUMBERS = {
    "scikit-image": scikit_image_array,
    "imageio": imageio_array,
    "opencv": opencv_array,
    "tifffile": tifffile_array,
}
