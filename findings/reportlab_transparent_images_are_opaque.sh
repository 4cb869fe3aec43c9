#!/bin/sh
# One would guess that a transparent PNG, drawn on a page, lets what is below it through.
# `drawImage` leaves alpha out unless it is told `mask="auto"`: what shows are the colours that the
# transparent pixels happen to have, black in most images. Images in paragraphs (platypus) are told
# so by default.
# Found in reportlab 5.1.0, reportlab/pdfgen/canvas.py (drawImage).
. "$(dirname "$0")/common.sh"

packages reportlab==5.1.0 pymupdf==2.0 Pillow==13.0.0

expected <<'END'
drawImage on green: red
drawImage with mask="auto" on green: green
END

program <<'END'
import pymupdf
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save("image.png")
NAMES = {(255, 0, 0): "red", (0, 255, 0): "green"}


def say(what, **options):
    page = Canvas("page.pdf", pagesize=(20, 20))
    page.setFillColorRGB(0, 1, 0)
    page.rect(0, 0, 20, 20, fill=1)
    page.drawImage("image.png", 0, 0, 20, 20, **options)
    page.save()
    seen = pymupdf.open("page.pdf")[0].get_pixmap().pixel(10, 10)
    print(f"{what} on green: {NAMES.get(seen, seen)}")


say("drawImage")
say('drawImage with mask="auto"', mask="auto")
END
