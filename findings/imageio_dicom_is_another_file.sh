#!/bin/sh
# One would guess that `iio.imread("b.dcm")` gives the image in b.dcm. It looks through all files
# that lie in its folder and below, groups those that are DICOM by their series, and gives the first
# series: for each file of a folder the same. `imageio.v2.imread` gives the file's own image, as
# does `plugin="pydicom"`, which is not taken by itself where pydicom is installed. The old plugin
# warns that it is deprecated, and not that it reads another file.
# A folder of single X-rays is one X-ray many times, and each read looks at all of them.
# Found in imageio 2.38.1, imageio/plugins/dicom.py and _dicom.py (process_directory).
. "$(dirname "$0")/common.sh"

packages imageio==2.38.1 pydicom==3.0.2 pillow==13.0.0 numpy==2.4.6

expected <<'END'
imageio.v3, patients/a.dcm: the image of a.dcm
imageio.v3, patients/b.dcm: the image of a.dcm
imageio.v3, patients/below/c.dcm: the image of c.dcm
imageio.v2, patients/a.dcm: the image of a.dcm
imageio.v2, patients/b.dcm: the image of b.dcm
imageio.v2, patients/below/c.dcm: the image of c.dcm
plugin='pydicom', patients/a.dcm: the image of a.dcm
plugin='pydicom', patients/b.dcm: the image of b.dcm
plugin='pydicom', patients/below/c.dcm: the image of c.dcm
END

program <<'END'
import contextlib
import io
import pathlib

import imageio.v2
import imageio.v3 as iio
import numpy
import pydicom


def save(path, value):
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.SOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = f"1.2.3.{value}"
    dataset.StudyInstanceUID = f"1.2.4.{value}"
    dataset.SeriesInstanceUID = f"1.2.5.{value}"
    dataset.InstanceNumber = 1
    dataset.set_pixel_data(numpy.full((6, 8), value, numpy.uint16), "MONOCHROME2", bits_stored=16)
    dataset.save_as(path, enforce_file_format=True)


def say(what, read, path):
    with contextlib.redirect_stdout(io.StringIO()):
        value = read(path).flat[0]
    print(f"{what}, {path}: the image of {'abc'[value - 1]}.dcm")


pathlib.Path("patients", "below").mkdir(parents=True)
paths = ["patients/a.dcm", "patients/b.dcm", "patients/below/c.dcm"]
for value, path in enumerate(paths, 1):
    save(path, value)
for path in paths:
    say("imageio.v3", iio.imread, path)
for path in paths:
    say("imageio.v2", imageio.v2.imread, path)
for path in paths:
    say("plugin='pydicom'", lambda path: iio.imread(path, plugin="pydicom"), path)
END
