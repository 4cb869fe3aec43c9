#!/bin/sh
# One would guess that the values of an image that was read have the first row first, as the array
# of a texture of the same file has. `pyvista.read` begins with the last row, since the origin lies
# at the lower left, and nothing in the values tells. An array that is made the values of an image,
# and saved, is a file that stands on its head; only reading it back by pyvista turns it again, so
# that a trial with it alone shows nothing. SimpleITK, whose images look alike, begins with the
# first row.
# Found in vtk 9.7.2 (IO/Image/vtkPNGReader.cxx and vtkPNGWriter.cxx), which pyvista 0.49.1 calls.
. "$(dirname "$0")/common.sh"

packages pyvista==0.49.1 vtk==9.7.2 simpleitk==2.5.7 pillow==13.0.0 numpy==2.4.6

expected <<'END'
rows.png: rows of [10, 20, 30]
pyvista.read: rows of [30, 20, 10]
pyvista.read_texture: rows of [10, 20, 30]
SimpleITK: rows of [10, 20, 30]
ImageData of these rows, saved: rows of [30, 20, 10]
the same, by pyvista.read: rows of [10, 20, 30]
END

program <<'END'
import numpy as np
import pyvista
import SimpleITK as sitk
from PIL import Image

rows = np.array([[10, 10], [20, 20], [30, 30]], np.uint8)


def say(what, array):
    print(f"{what}: rows of {np.asarray(array).reshape(3, 2)[:, 0].tolist()}")


Image.fromarray(rows).save("rows.png")
say("rows.png", Image.open("rows.png"))
say("pyvista.read", pyvista.read("rows.png").active_scalars)
say("pyvista.read_texture", pyvista.read_texture("rows.png").to_array())
say("SimpleITK", sitk.GetArrayFromImage(sitk.ReadImage("rows.png")))
image = pyvista.ImageData(dimensions=(2, 3, 1))
image["values"] = rows.ravel()
image.save("saved.png")
say("ImageData of these rows, saved", Image.open("saved.png"))
say("the same, by pyvista.read", pyvista.read("saved.png").active_scalars)
END
