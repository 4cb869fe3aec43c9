#!/bin/sh
# One would guess that a logo on a transparent ground is printed as the logo, as paper has no
# ground. zpl and zplgrf drop alpha and print the hidden colour: if that is black, as it mostly is,
# the label is one black box. brother_ql lays RGBA and LA on white, and prints the box where the
# same logo has a palette, as small PNGs and GIFs do. zebrafy and python-escpos lay all of them on
# white. Use `Image.alpha_composite` on white first. No printer is needed to see it: the code that
# would be sent is read again.
# Found in zpl 0.1.13, zpl/label.py (_convert_image), zplgrf 1.6.0, zplgrf/__init__.py (from_image),
# and brother_ql-next 0.12.0, brother_ql/conversion.py (convert).
. "$(dirname "$0")/common.sh"

packages zpl==0.1.13 zplgrf==1.6.0 brother_ql-next==0.12.0 zebrafy==2.0.0 python-escpos==3.1 \
    pillow==13.0.0

expected <<'END'
a quarter is black and the rest is transparent; of 100 dots are printed
zpl: RGBA 100, LA 100, palette 100
zplgrf: RGBA 100, LA 100, palette 100
brother_ql: RGBA 25, LA 25, palette 100
zebrafy: RGBA 25, LA 25, palette 25
escpos: RGBA 25, LA 25, palette 25
END

program <<'END'
import io

import zpl
import zplgrf
from brother_ql.conversion import convert
from brother_ql.raster import BrotherQLRaster
from escpos.printer import Dummy
from PIL import Image
from zebrafy import ZebrafyImage, ZebrafyZPL

SIDE = 696


def png(image):
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def of_zpl(code):
    (image,) = ZebrafyZPL(code).to_images()
    return image.convert("L").histogram()[0] / image.width / image.height


def by_zpl(image):
    label = zpl.Label(SIDE / 6, SIDE / 6, 6)
    label.origin(0, 0)
    label.write_graphic(image, SIDE // 6)
    label.endorigin()
    return of_zpl(label.dumpZPL())


def by_zplgrf(image):
    image = zplgrf.GRF.from_image(png(image), "LOGO").to_image()
    return image.histogram()[0] / image.width / image.height


def by_zebrafy(image):
    return of_zpl(ZebrafyImage(png(image)).to_zpl())


def by_brother_ql(image):
    class Printer(BrotherQLRaster):
        def add_raster_data(self, image):
            self.image = image

    printer = Printer("QL-820NWB")
    convert(printer, [image], "62", rotate=0)
    return printer.image.histogram()[-1] / SIDE / SIDE


def by_escpos(image):
    printer = Dummy(profile="TM-T88V")
    printer.image(image.resize((64, 64)))
    return int.from_bytes(printer.output[-512:]).bit_count() / 64 / 64


logo = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
logo.paste((0, 0, 0, 255), (0, 0, SIDE // 4, SIDE))
images = {"RGBA": logo, "LA": logo.convert("LA"), "palette": logo.quantize(8)}
print("a quarter is black and the rest is transparent; of 100 dots are printed")
for printed in (by_zpl, by_zplgrf, by_brother_ql, by_zebrafy, by_escpos):
    dots = ", ".join(f"{what} {100 * printed(image):.0f}" for what, image in images.items())
    print(f"{printed.__name__[3:]}: {dots}")
END
