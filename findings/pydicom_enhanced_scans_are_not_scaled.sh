#!/bin/sh
# One would guess that `apply_modality_lut` gives the Hounsfield units of any CT. In an enhanced CT,
# with all slices in one file, slope and intercept lie in a sequence for all frames, or for each of
# them. They are not looked for there: the stored numbers come back as they are, in integers, and
# nothing warns. Water, which is 0, is 1024, and a window for bones shows something else. SimpleITK
# applies them.
# Found in pydicom 3.0.2, pydicom/pixels/processing.py (apply_modality_lut).
. "$(dirname "$0")/common.sh"

packages pydicom==3.0.2 simpleitk==2.5.7 numpy==2.4.6

expected <<'END'
a CT: pydicom 0.0 in float64, SimpleITK 0
an enhanced CT: pydicom 1024 in uint16, SimpleITK 0
END

program <<'END'
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.pixels import apply_modality_lut
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, generate_uid


def made(storage, **elements):
    scan = pydicom.Dataset()
    scan.file_meta = pydicom.dataset.FileMetaDataset()
    scan.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    scan.SOPClassUID, scan.SOPInstanceUID = storage, generate_uid()
    scan.Rows = scan.Columns = 4
    scan.SamplesPerPixel, scan.PhotometricInterpretation = 1, "MONOCHROME2"
    scan.BitsAllocated = scan.BitsStored = 16
    scan.HighBit, scan.PixelRepresentation = 15, 0
    scan.PixelData = np.full((4, 4), 1024, np.uint16).tobytes()
    for name, value in elements.items():
        setattr(scan, name, value)
    return scan


def say(what, scan):
    scan.save_as("scan.dcm", enforce_file_format=True)
    read = pydicom.dcmread("scan.dcm")
    units = apply_modality_lut(read.pixel_array, read)
    other = sitk.GetArrayFromImage(sitk.ReadImage("scan.dcm"))
    print(f"{what}: pydicom {units.ravel()[0]} in {units.dtype}, SimpleITK {other.ravel()[0]}")


water = {"RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "HU"}
units = pydicom.Dataset()
for name, value in water.items():
    setattr(units, name, value)
shared = pydicom.Dataset()
shared.PixelValueTransformationSequence = [units]
say("a CT", made(CTImageStorage, **water))
say("an enhanced CT", made(EnhancedCTImageStorage, NumberOfFrames=1,
                           SharedFunctionalGroupsSequence=[shared]))  # fmt: skip
END
