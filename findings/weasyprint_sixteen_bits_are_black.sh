#!/bin/sh
# One would guess that a page with a 16-bit PNG shows it in the PDF as a browser does, or at worst
# cut at 255. WeasyPrint writes the 16-bit pixels as they are, and declares them as RGB of 8 bits.
# Readers cannot decode that, and show all of the image black. Only its log says so, which a program
# does not show. Depth maps, X-rays and microscopy are so in each report. Scale the image to 8 bits.
# Found in weasyprint 70.0, weasyprint/images.py (RasterImage.get_x_object).
. "$(dirname "$0")/common.sh"

packages weasyprint==70.0 pypdfium2==5.15.2 pymupdf==2.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
8 bits, by PDFium: [32, 96, 161, 225] of [32, 96, 161, 225]
8 bits, by MuPDF: [32, 96, 161, 225] of [32, 96, 161, 225]
16 bits, by PDFium: [0, 0, 0, 0] of [32, 96, 161, 225]
16 bits, by MuPDF: [0, 0, 0, 0] of [32, 96, 161, 225]
END

program <<'END'
import numpy as np
import pymupdf
import pypdfium2
import weasyprint
from PIL import Image

STYLE = "@page { size: 80px 40px; margin: 0 } body { margin: 0 } img { display: block }"
depth = np.tile(np.linspace(0, 255, 80).astype(np.uint8), (40, 1))
for bits, image in ((8, depth), (16, depth.astype(np.uint16) * 257)):
    Image.fromarray(image).save("depth.png")
    html = f'<style>{STYLE}</style><img src="depth.png">'
    weasyprint.HTML(string=html, base_url=".").write_pdf("page.pdf")
    pages = {
        "PDFium": pypdfium2.PdfDocument("page.pdf")[0].render(scale=4 / 3).to_pil(),
        "MuPDF": pymupdf.open("page.pdf")[0].get_pixmap(dpi=96).pil_image(),
    }
    for reader, page in pages.items():
        grey = np.asarray(page.convert("L"))[20, 10:80:20].tolist()
        print(f"{bits} bits, by {reader}: {grey} of {depth[20, 10:80:20].tolist()}")
END
