#!/bin/sh
# One would guess that `page.images` gives an image of a PDF in its values, or says that it cannot.
# img2pdf keeps a PNG of 16 bits as it is. pypdf takes each of its bytes for a pixel: the upper half
# of the image fills the whole, and beside each pixel stands its lower byte, which looks like noise.
# The lower half is lost. The size is right, and nothing warns. pikepdf gives the 16 bits, and
# PyMuPDF the upper byte of each.
# Found in pypdf 7.1.1, pypdf/generic/_image_xobject.py (_xobj_to_image).
. "$(dirname "$0")/common.sh"

packages pypdf==7.1.1 img2pdf==0.6.3 pikepdf==10.18.0 pymupdf==2.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
the image: I;16, (4, 4)
    [0, 4000, 8000, 12000]
    [16000, 20000, 24000, 28000]
    [32000, 36000, 40000, 44000]
    [48000, 52000, 56000, 60000]
pypdf: L, (4, 4)
    [0, 0, 15, 160]
    [31, 64, 46, 224]
    [62, 128, 78, 32]
    [93, 192, 109, 96]
pikepdf: I;16, (4, 4)
    [0, 4000, 8000, 12000]
    [16000, 20000, 24000, 28000]
    [32000, 36000, 40000, 44000]
    [48000, 52000, 56000, 60000]
PyMuPDF: L, (4, 4)
    [0, 15, 31, 46]
    [62, 78, 93, 109]
    [125, 140, 156, 171]
    [187, 203, 218, 234]
END

program <<'END'
import io

import img2pdf
import numpy
import pikepdf
import pymupdf
import pypdf
from PIL import Image

depth = numpy.arange(16, dtype=numpy.uint16).reshape(4, 4) * 4000
Image.fromarray(depth).save("depth.png")
with open("depth.pdf", "wb") as file:
    file.write(img2pdf.convert("depth.png"))


def say(what, image):
    print(f"{what}: {image.mode}, {image.size}")
    for row in numpy.asarray(image).tolist():
        print("   ", row)


say("the image", Image.open("depth.png"))
say("pypdf", pypdf.PdfReader("depth.pdf").pages[0].images[0].image)
with pikepdf.open("depth.pdf") as document:
    (image,) = document.pages[0].images.values()
    say("pikepdf", pikepdf.PdfImage(image).as_pil_image())
with pymupdf.open("depth.pdf") as document:
    image = document.extract_image(document[0].get_images()[0][0])
    say("PyMuPDF", Image.open(io.BytesIO(image["image"])))
END
