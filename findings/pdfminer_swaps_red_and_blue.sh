#!/bin/sh
# One would guess that an image taken out of a PDF has the colours of the page. `ImageWriter` of
# pdfminer.six, which is what `pdf2txt.py --output-dir` uses, writes the rows of a PDF, which are
# red, green and blue, into a BMP file, where they are blue, green and red. So it is with each
# image in colours that is not JPEG: those of matplotlib and reportlab. The numbers of a palette,
# as matplotlib writes up to 256 colours, are taken for colours, three to a pixel, and the lower
# two thirds are black. Cyan of a JPEG in CMYK is black too.
# Found in pdfminer.six 20260107, pdfminer/image.py (ImageWriter.export_image, _save_bmp,
# _save_jpeg).
. "$(dirname "$0")/common.sh"

packages pdfminer.six==20260107 reportlab==5.1.0 matplotlib==3.11.2 pypdfium2==5.15.2 \
    Pillow==13.0.0 numpy==2.4.6

expected <<'END'
reportlab, red: shown (255, 10, 0), taken BMP RGB (0, 10, 255)
matplotlib, many reds: shown (255, 10, 0), taken BMP RGB (0, 10, 255)
matplotlib, 200 greys: shown (100, 100, 100), taken BMP RGB (0, 0, 0)
Pillow, cyan of CMYK: shown (0, 174, 239), taken JPEG RGB (0, 0, 0)
END

program <<'END'
import warnings
from pathlib import Path

import matplotlib

matplotlib.use("pdf")

import matplotlib.pyplot as plt
import numpy as np
import pypdfium2
from pdfminer.high_level import extract_pages
from pdfminer.image import ImageWriter
from pdfminer.layout import LTFigure, LTImage
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

warnings.simplefilter("ignore")


def images(items):
    for item in items:
        if isinstance(item, LTImage):
            yield item
        elif isinstance(item, LTFigure):
            yield from images(item)


def say(what, path):
    page = pypdfium2.PdfDocument(path)[0]
    shown = page.render().to_pil().convert("RGB")
    middle = shown.getpixel((shown.width // 2, shown.height // 2))
    for page in extract_pages(path):
        for image in images(page):
            name = ImageWriter("out").export_image(image)
            with Image.open(Path("out", name)) as taken:
                where = (taken.width // 2, taken.height // 2)
                colour = taken.convert("RGB").getpixel(where)
                print(f"{what}: shown {middle}, taken {taken.format} {taken.mode} {colour}")


def drawn(path, image):
    canvas = Canvas(path, pagesize=(40, 40))
    canvas.drawImage(ImageReader(image), 0, 0, 40, 40)
    canvas.save()
    return path


def plotted(path, values, **options):
    figure = plt.figure(figsize=(2, 2))
    figure.figimage(np.broadcast_to(values, (200, 200, *np.shape(values)[2:])), **options)
    figure.savefig(path, dpi=100)
    plt.close(figure)
    return path


red = Image.new("RGB", (40, 40), (255, 10, 0))
say("reportlab, red", drawn("a.pdf", red))
many = np.random.default_rng(0).integers(0, 20, (200, 200, 3), np.uint8)
many[..., 0] = 255
many[80:120, 80:120] = (255, 10, 0)
say("matplotlib, many reds", plotted("b.pdf", many))
greys = np.add.outer(np.arange(200), np.zeros(200)).astype(np.uint8)
say("matplotlib, 200 greys", plotted("c.pdf", greys, cmap="gray", vmin=0, vmax=255))
Image.new("CMYK", (40, 40), (255, 0, 0, 0)).save("d.pdf")
say("Pillow, cyan of CMYK", "d.pdf")
END
