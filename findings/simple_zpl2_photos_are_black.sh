#!/bin/sh
# One would guess that a label printer's package dithers grey, or cuts it in the middle. simple_zpl2
# prints a black dot for all that is darker than 250 of 255: a photo is a black box, and so is a
# plot on a light grey ground. zebrafy, for the same printers, dithers. Give an image of one bit:
# `image.convert("1")`.
# Found in simple_zpl2 0.3.0, simple_zpl2/utils.py (convert_pil_image).
. "$(dirname "$0")/common.sh"

packages simple_zpl2==0.3.0 zebrafy==2.0.0 pillow==13.0.0

expected <<'END'
of 100 dots are printed, by simple_zpl2 and by zebrafy
grey of 255: 0 and 0
grey of 250: 0 and 1
grey of 249: 100 and 2
grey of 128: 100 and 50
a ramp from black to white: 98 and 50
END

program <<'END'
from PIL import Image
from simple_zpl2 import ZPLDocument
from zebrafy import ZebrafyImage, ZebrafyZPL


def by_simple_zpl2(image):
    document = ZPLDocument()
    document.add_graphic_field(image, *image.size)
    (field,) = [line for line in document.zpl_text.split() if line.startswith("^GFA")]
    data = field.rsplit(",", 1)[1]
    return 100 * int(data, 16).bit_count() / len(data) / 4


def by_zebrafy(image):
    (printed,) = ZebrafyZPL(ZebrafyImage(image).to_zpl()).to_images()
    return 100 * printed.convert("L").histogram()[0] / printed.width / printed.height


print("of 100 dots are printed, by simple_zpl2 and by zebrafy")
images = {f"grey of {value}": Image.new("L", (64, 64), value) for value in (255, 250, 249, 128)}
images["a ramp from black to white"] = Image.linear_gradient("L")
for what, image in images.items():
    print(f"{what}: {by_simple_zpl2(image):.0f} and {by_zebrafy(image):.0f}")
END
