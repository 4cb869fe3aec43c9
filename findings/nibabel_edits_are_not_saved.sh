#!/bin/sh
# One would guess that what is changed in the array of `get_fdata` is changed in the image, and in
# the file that is saved. `get_fdata` shows the change for ever after, and `save` writes the values
# from before it. Only an image that was made of 64-bit floats, as in most trials, is saved as it
# was changed. A scan that was masked or blurred in place is written without that. Make a new image
# of the array.
# Found in nibabel 5.4.2, nibabel/dataobj_images.py (get_fdata) and analyze.py (to_file_map).
. "$(dirname "$0")/common.sh"

packages nibabel==5.4.2 numpy==2.4.6

expected <<'END'
made of float64: 1 is made 7, get_fdata() gives 7.0, the file 7.0
a file of float64: 1 is made 7, get_fdata() gives 7.0, the file 1.0
made of float32: 1 is made 7, get_fdata() gives 7.0, the file 1.0
a file of float32: 1 is made 7, get_fdata() gives 7.0, the file 1.0
made of int16: 1 is made 7, get_fdata() gives 7.0, the file 1.0
a file of int16: 1 is made 7, get_fdata() gives 7.0, the file 1.0
END

program <<'END'
import nibabel
import numpy as np


def made(dtype):
    return nibabel.Nifti1Image(np.ones((4, 4, 4), dtype), np.eye(4))


def say(what, image):
    image.get_fdata()[:] = 7
    nibabel.save(image, "edited.nii")
    saved = nibabel.load("edited.nii").get_fdata().max()
    print(f"{what}: 1 is made 7, get_fdata() gives {image.get_fdata().max()}, the file {saved}")


for dtype in (np.float64, np.float32, np.int16):
    say(f"made of {dtype.__name__}", made(dtype))
    nibabel.save(made(dtype), "scan.nii")
    say(f"a file of {dtype.__name__}", nibabel.load("scan.nii"))
END
