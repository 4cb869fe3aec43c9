#!/bin/sh
# One would guess that an image is saved with the type of its array.
# nibabel saves with the type that its header names. A header that is passed on from another image,
# as its examples do, keeps that one's: floats from 0 to 1 are packed into 8 bits with a scale.
# They come back as floats, near enough to look right. `set_data_dtype` keeps them.
# A probability map, made from a mask's image and logged, has 256 steps.
# Found in nibabel 5.4.2, nibabel/spatialimages.py and arraywriters.py.
. "$(dirname "$0")/common.sh"

packages nibabel==5.4.2 numpy==2.4.6

expected <<'END'
a header of its own: stored as float32, 10000 values became 10000, off by 0.0000
the mask's header: stored as uint8, 10000 values became 256, off by 0.0020
with the type set: stored as float32, 10000 values became 10000, off by 0.0000
END

program <<'END'
import nibabel
import numpy

mask = nibabel.Nifti1Image(numpy.ones((100, 100, 1), numpy.uint8), numpy.eye(4))
likelihood = numpy.linspace(0, 1, 10_000, dtype=numpy.float32).reshape(100, 100, 1)


def say(name, image):
    nibabel.save(image, "image.nii")
    read = nibabel.load("image.nii").get_fdata()
    steps = len(numpy.unique(read))
    print(f"{name}: stored as {image.get_data_dtype()}, 10000 values became {steps},",
          f"off by {abs(read - likelihood).max():.4f}")


say("a header of its own", nibabel.Nifti1Image(likelihood, mask.affine))
say("the mask's header", nibabel.Nifti1Image(likelihood, mask.affine, mask.header))
image = nibabel.Nifti1Image(likelihood, mask.affine, mask.header)
image.set_data_dtype(numpy.float32)
say("with the type set", image)
END
