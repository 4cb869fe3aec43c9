#!/bin/sh
# One would guess that `pixel_array` is in the colours that `PhotometricInterpretation` names, and
# convert them by it, as was necessary before version 3. Since then what is stored as YBR comes out
# as RGB, and the data set still says YBR_FULL. Converted by what it says, red becomes green, and
# slides of stained tissue another stain. The function `pydicom.pixels.pixel_array` with `raw=True`
# gives what the file holds.
# Found in pydicom 3.0.2, pydicom/pixels/decoders/base.py (Decoder.as_array).
. "$(dirname "$0")/common.sh"

packages pydicom==3.0.2 numpy==2.4.6

expected <<'END'
stored: [200  50  50]
pixel_array: [200  50  51] and the data set says YBR_FULL
converted by what it says: [ 92 255  62]
raw=True: [ 95 103 203] is [200  50  51]
END

program <<'END'
import numpy as np
import pydicom
from pydicom.pixels import convert_color_space, pixel_array
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

colours = np.full((4, 4, 3), (200, 50, 50), np.uint8)
made = pydicom.Dataset()
made.file_meta = pydicom.dataset.FileMetaDataset()
made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
made.SOPClassUID, made.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
made.Rows = made.Columns = 4
made.SamplesPerPixel, made.PlanarConfiguration = 3, 0
made.PhotometricInterpretation = "YBR_FULL"
made.BitsAllocated = made.BitsStored = 8
made.HighBit, made.PixelRepresentation = 7, 0
made.PixelData = convert_color_space(colours, "RGB", "YBR_FULL").tobytes()
made.save_as("photo.dcm", enforce_file_format=True)

read = pydicom.dcmread("photo.dcm")
array = read.pixel_array
print("stored:", colours[0, 0])
print("pixel_array:", array[0, 0], "and the data set says", read.PhotometricInterpretation)
again = convert_color_space(array, read.PhotometricInterpretation, "RGB")
print("converted by what it says:", again[0, 0])
raw = pixel_array("photo.dcm", raw=True)
print("raw=True:", raw[0, 0], "is", convert_color_space(raw, "YBR_FULL", "RGB")[0, 0])
END
