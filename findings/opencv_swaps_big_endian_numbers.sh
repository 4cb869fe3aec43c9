#!/bin/sh
# One would guess that an array of big-endian numbers is written as its numbers, or refused. NumPy
# calculates with such arrays as with all others, and FITS files are read as such. OpenCV takes
# their bytes for little-endian ones: 1000 is -6141, in each of its functions, and 0.5 is nearly
# zero. `set_pixel_data` of pydicom stores the bytes too. Pillow, imageio and tifffile write the
# numbers; SimpleITK and pyvips refuse. `array.astype(array.dtype.newbyteorder("="))` is safe.
# What comes out is an image of the right size that is noise, or black.
# Found in opencv-python-headless 5.0.0.93 (modules/python/src2/cv2_convert.cpp looks at the type
# number alone) and pydicom 3.0.2, pydicom/dataset.py (set_pixel_data).
. "$(dirname "$0")/common.sh"

packages opencv-python-headless==5.0.0.93 astropy==8.0.2 pydicom==3.0.2 tifffile==2026.3.3 \
    simpleitk==2.5.7 pillow==13.0.0 numpy==2.4.6

expected <<'END'
>i2, mean 1000.0:
    OpenCV, mean: -6141.0
    OpenCV, written: -6141.0
    tifffile, written: 1000
    Pillow, written: 1000
    SimpleITK: dtype: >i2 is not supported.
    pydicom, set_pixel_data: -6141
>f4, mean 0.5:
    OpenCV, mean: 0.0
    OpenCV, written: 0.0
    tifffile, written: 0.5
    Pillow, written: 0.5
    SimpleITK: dtype: >f4 is not supported.
END

program <<'END'
import cv2
import numpy
import pydicom
import SimpleITK as sitk
import tifffile
from astropy.io import fits
from PIL import Image


def written(write):
    write("image.tif")
    return numpy.asarray(Image.open("image.tif")).flat[0]


def in_dicom(array):
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.set_pixel_data(array, "MONOCHROME2", bits_stored=16)
    return dataset.pixel_array.flat[0]


for value, dtype in ((1000, numpy.int16), (0.5, numpy.float32)):
    fits.writeto("image.fits", numpy.full((6, 8), value, dtype), overwrite=True)
    array = fits.getdata("image.fits")
    print(f"{array.dtype}, mean {array.mean()}:")
    print("    OpenCV, mean:", round(cv2.mean(array)[0], 6))
    print("    OpenCV, written:", round(float(written(lambda name: cv2.imwrite(name, array))), 6))
    print("    tifffile, written:", written(lambda name: tifffile.imwrite(name, array)))
    print("    Pillow, written:", written(Image.fromarray(array).save))
    try:
        sitk.GetImageFromArray(array)
    except TypeError as error:
        print("    SimpleITK:", error)
    if dtype == numpy.int16:
        print("    pydicom, set_pixel_data:", in_dicom(array))
END
