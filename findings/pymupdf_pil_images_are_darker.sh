#!/bin/sh
# One would guess that `pixmap.save("a.png")` and `pixmap.pil_save("b.png")` write the same image.
# A pixmap holds colours multiplied by their alpha. `save` divides them again. `pil_image`,
# `pil_save` and `pil_tobytes` give the products to Pillow as if they were plain RGBA or LA, so
# that half-transparent colours have half of their value, and are drawn too dark over a page. The
# mode "RGBa" is what the bytes are: with it all is right. A page rendered with `alpha=True`, for
# its transparent background, has dark edges at coloured lines as soon as it is a PIL image.
# Found in pymupdf 2.0, pymupdf/__init__.py (Pixmap.pil_image).
. "$(dirname "$0")/common.sh"

packages pymupdf==2.0 pillow==13.0.0

expected <<'END'
RGBA, image.png: (200, 100, 50, 128), over white (227, 177, 152)
RGBA, save.png: (199, 100, 50, 128), over white (227, 177, 152)
RGBA, pil_save.png: (100, 50, 25, 128), over white (177, 152, 140)
LA, image.png: (200, 128), over white (227, 227, 227)
LA, save.png: (199, 128), over white (227, 227, 227)
LA, pil_save.png: (100, 128), over white (177, 177, 177)
LA, as RGB, read as RGBa: (199, 199, 199, 128)
END

program <<'END'
import pymupdf
from PIL import Image

for mode, colour in (("RGBA", (200, 100, 50, 128)), ("LA", (200, 128))):
    Image.new(mode, (16, 16), colour).save("image.png")
    pixmap = pymupdf.Pixmap("image.png")
    pixmap.save("save.png")
    pixmap.pil_save("pil_save.png")
    for name in ("image.png", "save.png", "pil_save.png"):
        image = Image.open(name)
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        print(f"{mode}, {name}: {image.getpixel((0, 0))}, over white {white.getpixel((0, 0))[:3]}")
size = (pixmap.width, pixmap.height)
pixmap = pymupdf.Pixmap(pymupdf.csRGB, pixmap)
plain = Image.frombytes("RGBa", size, pixmap.samples).convert("RGBA")
print("LA, as RGB, read as RGBa:", plain.getpixel((0, 0)))
END
