#!/bin/sh
# One would guess that the masks of a scan of five slices are read back as five, in their order.
# Slices without a pixel of mask are left out of the file, and frames are sorted by their place in
# the patient: `pixel_array` has two, and the last slice first. Laid over the scan by number they
# are on the wrong slices. `omit_empty_frames=False` writes all five, still in the other order;
# `get_volume()` of highdicom puts them in their places.
# Found in highdicom 0.28.2, highdicom/seg/sop.py (Segmentation).
. "$(dirname "$0")/common.sh"

packages highdicom==0.28.2 pydicom==3.0.2 numpy==2.4.6

expected <<'END'
pixels of mask in the slices: [0, 0, 4, 16, 0]
frames by default: [16, 4]
omit_empty_frames=False: [0, 16, 4, 0, 0]
END

program <<'END'
import warnings

warnings.simplefilter("ignore")
import highdicom  # noqa: E402
import numpy as np  # noqa: E402
import pydicom  # noqa: E402
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid  # noqa: E402

STUDY, SERIES, PLACE = generate_uid(), generate_uid(), generate_uid()
TISSUE = highdicom.sr.CodedConcept("85756007", "SCT", "Tissue")


def made_slice(number):
    scan = pydicom.Dataset()
    scan.file_meta = pydicom.dataset.FileMetaDataset()
    scan.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    scan.SOPClassUID, scan.SOPInstanceUID = CTImageStorage, generate_uid()
    scan.StudyInstanceUID, scan.SeriesInstanceUID = STUDY, SERIES
    scan.FrameOfReferenceUID, scan.PositionReferenceIndicator = PLACE, ""
    scan.Modality, scan.SeriesNumber, scan.InstanceNumber = "CT", 1, number + 1
    scan.PatientName, scan.PatientID = "A^B", "1"
    for name in ("PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
                 "StudyTime", "ReferringPhysicianName"):  # fmt: skip
        setattr(scan, name, "")
    scan.Rows = scan.Columns = 8
    scan.PixelSpacing, scan.SliceThickness = [1, 1], 1
    scan.ImagePositionPatient, scan.ImageOrientationPatient = [0, 0, number], [1, 0, 0, 0, 1, 0]
    scan.SamplesPerPixel, scan.PhotometricInterpretation = 1, "MONOCHROME2"
    scan.BitsAllocated = scan.BitsStored = 16
    scan.HighBit, scan.PixelRepresentation = 15, 0
    scan.PixelData = bytes(2 * 8 * 8)
    return scan


scans = [made_slice(number) for number in range(5)]
masks = np.zeros((5, 8, 8), np.uint8)
masks[2, :2, :2] = masks[3, :4, :4] = 1
segment = highdicom.seg.SegmentDescription(1, "tissue", TISSUE, TISSUE, "MANUAL")


def say(what, **options):
    made = highdicom.seg.Segmentation(
        scans, masks, "BINARY", [segment], generate_uid(), 2, generate_uid(), 1,
        "maker", "model", "1", "1", **options,
    )  # fmt: skip
    made.save_as("masks.dcm")
    read = pydicom.dcmread("masks.dcm").pixel_array
    print(f"{what}: {read.sum(axis=(1, 2)).tolist()}")


print("pixels of mask in the slices:", masks.sum(axis=(1, 2)).tolist())
say("frames by default")
say("omit_empty_frames=False", omit_empty_frames=False)
END
