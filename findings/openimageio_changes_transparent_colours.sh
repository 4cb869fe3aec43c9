#!/bin/sh
# One would guess that an RGBA array goes into a PNG and comes out of one as it is.
# OpenImageIO works with colours that are multiplied by alpha: it multiplies what it reads from a
# PNG, and divides what it writes. Plain RGBA comes out too bright, and invisible pixels turn black.
# The specification's "oiio:UnassociatedAlpha" stops both.
# An overlay with soft edges, written by it and logged, has other edges.
# Found in OpenImageIO 3.2.2.0 (src/png.imageio).
. "$(dirname "$0")/common.sh"

packages openimageio==3.2.2.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
(200, 100, 50, 128) written: (255, 199, 100, 128)
(200, 100, 50, 128) written as unassociated: (200, 100, 50, 128)
(200, 100, 50, 128) read: [100, 50, 25, 128]
(200, 100, 50, 0) read: [0, 0, 0, 0]
END

program <<'END'
import numpy
import OpenImageIO as oiio
from PIL import Image

colour = (200, 100, 50, 128)


def written(**attributes):
    spec = oiio.ImageSpec(4, 4, 4, "uint8")
    for name, value in attributes.items():
        spec.attribute("oiio:" + name, value)
    output = oiio.ImageOutput.create("out.png")
    output.open("out.png", spec)
    output.write_image(numpy.full((4, 4, 4), colour, numpy.uint8))
    output.close()
    return Image.open("out.png").getpixel((0, 0))


def read(colour):
    Image.new("RGBA", (4, 4), colour).save("in.png")
    return oiio.ImageInput.open("in.png").read_image("uint8")[0, 0].tolist()


print(f"{colour} written:", written())
print(f"{colour} written as unassociated:", written(UnassociatedAlpha=1))
print(f"{colour} read:", read(colour))
print("(200, 100, 50, 0) read:", read((200, 100, 50, 0)))
END
