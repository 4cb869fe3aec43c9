#!/bin/sh
# One would guess that an image that is read as 8 bits is scaled to them, or cut at 255. `imread`
# of ITK and `ReadImage` of SimpleITK cast each number to the type that was asked for: 256 is 0,
# and 3000 is 184; 40000 of 16 bits without a sign is -25536 with one. A type is asked for to suit
# a filter or a network, and nothing warns. Read without it, and use a filter that rescales or
# clamps.
# Found in itk-io 5.4.7, itk/support/extras.py (imread), and simpleitk 2.5.7, SimpleITK/extra.py
# (ReadImage).
. "$(dirname "$0")/common.sh"

packages itk-io==5.4.7 simpleitk==2.5.7 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
written: [200, 256, 3000, 40000, 65535]
itk, uint8: [200, 0, 184, 64, 255]
SimpleITK, uint8: [200, 0, 184, 64, 255]
itk, int16: [200, 256, 3000, -25536, -1]
SimpleITK, int16: [200, 256, 3000, -25536, -1]
END

program <<'END'
import itk
import numpy as np
import SimpleITK
from PIL import Image

image = np.tile(np.uint16([200, 256, 3000, 40000, 65535]), (4, 1))
Image.fromarray(image).save("deep.png")
print("written:", image[0].tolist())
kinds = ((itk.UC, SimpleITK.sitkUInt8), (itk.SS, SimpleITK.sitkInt16))
for itk_kind, kind in kinds:
    read = itk.array_from_image(itk.imread("deep.png", itk_kind))
    print(f"itk, {read.dtype}:", read[0].tolist())
    read = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage("deep.png", kind))
    print(f"SimpleITK, {read.dtype}:", read[0].tolist())
END
