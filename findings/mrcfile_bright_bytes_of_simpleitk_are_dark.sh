#!/bin/sh
# One would guess that a picture of 8 bits has the same values in an MRC file. Bytes of that format
# have a sign since 2014: mrcfile reads them so, and writes unsigned ones in 16 bits. SimpleITK
# writes unsigned bytes as they are: 200 is read as -56, and what is bright in a micrograph is the
# darkest. In the other direction all is right, and so are 16 bits. Write 16 bits or floats.
# Found in simpleitk 2.5.7 (ITK, Modules/IO/MRC/src/itkMRCImageIO.cxx) and mrcfile 1.5.4,
# mrcfile/utils.py.
. "$(dirname "$0")/common.sh"

packages mrcfile==1.5.4 simpleitk==2.5.7 numpy==2.4.6

expected <<'END'
[-1, 0, 100] in int8: from mrcfile to SimpleITK [-1, 0, 100] in int8
[0, 100, 200] in uint8: from mrcfile to SimpleITK [0, 100, 200] in uint16
    from SimpleITK to mrcfile [0, 100, -56] in int8
[-1, 0, 200] in int16: from mrcfile to SimpleITK [-1, 0, 200] in int16
    from SimpleITK to mrcfile [-1, 0, 200] in int16
END

program <<'END'
import mrcfile
import numpy as np
import SimpleITK as sitk


def said(array):
    return f"{array.ravel().tolist()} in {array.dtype}"


for dtype, values in (("int8", [-1, 0, 100]), ("uint8", [0, 100, 200]), ("int16", [-1, 0, 200])):
    array = np.array([values], dtype)
    with mrcfile.new("mrcfile.mrc", array, overwrite=True):
        pass
    image = sitk.GetArrayFromImage(sitk.ReadImage("mrcfile.mrc"))
    print(f"{said(array)}: from mrcfile to SimpleITK {said(image)}")
    if dtype != "int8":
        sitk.WriteImage(sitk.GetImageFromArray(array[np.newaxis]), "simpleitk.mrc")
        print(f"    from SimpleITK to mrcfile {said(mrcfile.read('simpleitk.mrc'))}")
END
