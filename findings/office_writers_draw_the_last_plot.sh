#!/bin/sh
# One would guess that each sheet gets the plot.png that was there when it was inserted. XlsxWriter,
# openpyxl and odfpy keep the name, and read the file when all is saved: a loop that saves plot.png
# anew for each sheet or paragraph gives the last plot on all of them, under the right headings.
# python-docx and python-pptx read it at once. Give each plot its own name.
# Found in xlsxwriter 3.3.1, xlsxwriter/packager.py (_add_image_files), openpyxl 3.1.5,
# openpyxl/drawing/image.py (Image._data), and odfpy 1.4.1, odf/opendocument.py (addPicture).
. "$(dirname "$0")/common.sh"

packages xlsxwriter==3.3.1 openpyxl==3.1.5 odfpy==1.4.1 python-docx==1.2.0 \
    python-pptx==1.0.2 pillow==13.0.0

expected <<'END'
xlsxwriter: 3 pictures in the file, blue, blue, blue
openpyxl: 3 pictures in the file, blue, blue, blue
odfpy: 3 pictures in the file, blue, blue, blue
python-docx: 3 pictures in the file, red, green, blue
python-pptx: 3 pictures in the file, red, green, blue
END

program <<'END'
import io
import zipfile

import docx
import openpyxl
import pptx
import xlsxwriter
from odf.draw import Frame, Image as Picture
from odf.opendocument import OpenDocumentText
from odf.text import P
from openpyxl.drawing.image import Image as Drawing
from PIL import Image

COLOURS = ("red", "green", "blue")


def plots():
    for colour in COLOURS:
        Image.new("RGB", (40, 30), colour).save("plot.png")
        yield "plot.png"


def say(what, name):
    names = {Image.new("RGB", (1, 1), colour).getpixel((0, 0)): colour for colour in COLOURS}
    with zipfile.ZipFile(name) as file:
        pictures = [file.read(part) for part in sorted(file.namelist()) if part.endswith(".png")]
    seen = [names[Image.open(io.BytesIO(picture)).getpixel((0, 0))] for picture in pictures]
    print(f"{what}: {len(seen)} pictures in the file, {', '.join(seen)}")


with xlsxwriter.Workbook("xlsxwriter.xlsx") as book:
    for plot in plots():
        book.add_worksheet().insert_image("A1", plot)
say("xlsxwriter", "xlsxwriter.xlsx")

book = openpyxl.Workbook()
for plot in plots():
    book.create_sheet().add_image(Drawing(plot), "A1")
book.save("openpyxl.xlsx")
say("openpyxl", "openpyxl.xlsx")

text = OpenDocumentText()
for plot in plots():
    frame = Frame(width="4cm", height="3cm", anchortype="paragraph")
    frame.addElement(Picture(href=text.addPicture(plot)))
    paragraph = P()
    paragraph.addElement(frame)
    text.text.addElement(paragraph)
text.save("odfpy.odt")
say("odfpy", "odfpy.odt")

text = docx.Document()
for plot in plots():
    text.add_picture(plot)
text.save("python-docx.docx")
say("python-docx", "python-docx.docx")

slides = pptx.Presentation()
for plot in plots():
    slides.slides.add_slide(slides.slide_layouts[6]).shapes.add_picture(plot, 0, 0)
slides.save("python-pptx.pptx")
say("python-pptx", "python-pptx.pptx")
END
