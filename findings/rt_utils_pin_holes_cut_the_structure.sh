#!/bin/sh
# One would guess that `use_pin_hole=True`, for programs that do not know a hole in a contour, joins
# a hole to the outside by a cut as thin as a mask can have. OpenCV is told to draw it two wide, and
# draws three, so the structure loses a strip of three pixels up to its edge: a hole of one pixel in
# a square of 10 by 10 takes 13 more away. Without the option the mask comes back as it was.
# The structure's volume, and the dose taken from it, change in each slice that has a hole.
# Found in rt_utils 1.2.7, rt_utils/image_helper.py (draw_line_upwards_from_point).
. "$(dirname "$0")/common.sh"

packages rt_utils==1.2.7 pydicom==3.0.2 opencv-python-headless==5.0.0.93 numpy==2.4.6

expected <<'END'
mask: 99
read back: 99
read back, with a pin hole: 86
    ###.######
    ##...#####
    ##...#####
    ##...#####
    ##...#####
    ###.######
    ##########
    ##########
    ##########
    ##########
END

program <<'END'
import contextlib
import io
import pathlib

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from rt_utils import RTStructBuilder

SIZE = 20
NEEDED = ("StudyDate", "StudyTime", "StudyDescription", "SeriesDescription", "PatientName",
          "PatientBirthDate", "PatientSex", "PatientAge", "PatientSize", "PatientWeight",
          "PatientID", "StudyID")
pathlib.Path("scan").mkdir()
study, series, frame = generate_uid(), generate_uid(), generate_uid()
for z in range(3):
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, generate_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID = study, series
    image.FrameOfReferenceUID, image.Modality, image.InstanceNumber = frame, "CT", z + 1
    image.PixelSpacing, image.SliceThickness = [1, 1], 1
    image.ImagePositionPatient, image.ImageOrientationPatient = [0, 0, z], [1, 0, 0, 0, 1, 0]
    image.Rows = image.Columns = SIZE
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation, image.SamplesPerPixel = 15, 0, 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.PixelData = bytes(2 * SIZE * SIZE)
    for name in NEEDED:
        setattr(image, name, "")
    image.save_as(f"scan/{z}.dcm", enforce_file_format=True)


def back(mask, **options):
    with contextlib.redirect_stdout(io.StringIO()):
        structures = RTStructBuilder.create_new("scan")
        structures.add_roi(mask=mask, name="organ", **options)
        structures.save("structures.dcm")
        return RTStructBuilder.create_from("scan", "structures.dcm").get_roi_mask_by_name("organ")


mask = np.zeros((SIZE, SIZE, 3), bool)
mask[5:15, 5:15, 1] = True
mask[9, 9, 1] = False
holed = back(mask, use_pin_hole=True)
print("mask:", mask.sum())
print("read back:", back(mask).sum())
print("read back, with a pin hole:", holed.sum())
for row in holed[5:15, 5:15, 1]:
    print("   ", "".join(".#"[int(pixel)] for pixel in row))
END
