#!/bin/sh
# One would guess that a page shows the file as it is when it is drawn. ReportLab and fpdf2 keep
# what they have read under the file's name, and draw that again. A loop that saves each plot as
# plot.png and draws it on a page of its own gives a document with the first plot on all pages.
# Neither reads the file a second time, or says so. Given as images, not as a name, all are drawn.
# A report of a run shows one image for each epoch, and they are all that of the first.
# Found in reportlab 5.1.0, reportlab/pdfgen/canvas.py (drawImage), and fpdf2 2.8.9,
# fpdf/image_parsing.py (preload_image).
. "$(dirname "$0")/common.sh"

packages reportlab==5.1.0 fpdf2==2.8.9 pypdfium2==5.15.2 pillow==13.0.0

expected <<'END'
saved as plot.png and drawn: red, green, blue
reportlab, by name: red, red, red
reportlab, by image: red, green, blue
fpdf2, by name: red, red, red
fpdf2, by image: red, green, blue
END

program <<'END'
import pypdfium2
from fpdf import FPDF
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

COLOURS = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255)}


def by_reportlab(image):
    canvas = Canvas("report.pdf", pagesize=(100, 100))
    for colour in COLOURS:
        Image.new("RGB", (100, 100), colour).save("plot.png")
        canvas.drawImage(image("plot.png"), 0, 0)
        canvas.showPage()
    canvas.save()


def by_fpdf2(image):
    document = FPDF(unit="pt", format=(100, 100))
    for colour in COLOURS:
        Image.new("RGB", (100, 100), colour).save("plot.png")
        document.add_page()
        document.image(image("plot.png"), 0, 0, 100, 100)
    document.output("report.pdf")


def say(name, write, image):
    write(image)
    document = pypdfium2.PdfDocument("report.pdf")
    pages = [page.render().to_pil().getpixel((50, 50)) for page in document]
    names = {value: colour for colour, value in COLOURS.items()}
    print(f"{name}: {', '.join(names[page] for page in pages)}")


print(f"saved as plot.png and drawn: {', '.join(COLOURS)}")
say("reportlab, by name", by_reportlab, lambda name: name)
say("reportlab, by image", by_reportlab, lambda name: ImageReader(Image.open(name)))
say("fpdf2, by name", by_fpdf2, lambda name: name)
say("fpdf2, by image", by_fpdf2, Image.open)
END
