#!/bin/sh
# One would guess that blurring a plain image of 100 in floats gives 100, as it does in 8 bits.
# Floats are taken to end at 1: a blur, or another brightness, cuts them there, so that depth in
# metres and scans in Hounsfield units are 1 all over. A flip leaves them, so that what was drawn by
# chance decides which samples are lost. `RandomGamma` of 16 bits takes the power of the number
# itself: 1000 is 1000000, in floats. Nothing warns.
# Found in albumentations 2.0.8 with albucore 0.0.24, albucore/utils.py (clipped).
. "$(dirname "$0")/common.sh"

packages albumentations==2.0.8 albucore==0.0.24 numpy==2.4.6

expected <<'END'
100 in uint8:
    flip: 100 in uint8
    blur: 100 in uint8
    no other brightness: 100 in uint8
    brightness + 0.1: 125 in uint8
    gamma of 2: 39 in uint8
1000 in uint16:
    flip: 1000 in uint16
    blur: 1000 in uint16
    no other brightness: 1000 in uint16
    brightness + 0.1: 7553 in uint16
    gamma of 2: 1000000 in float64
100 in float32:
    flip: 100 in float32
    blur: 1 in float32
    no other brightness: 1 in float32
    brightness + 0.1: 1 in float32
    gamma of 2: 10000 in float32
100 in float64:
    flip: 100 in float64
    blur: 1 in float64
    no other brightness: 1 in float64
    brightness + 0.1: 1 in float64
    gamma of 2: 10000 in float64
END

program <<'END'
import os

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
import albumentations as A  # noqa: E402
import numpy as np  # noqa: E402

changes = {
    "flip": A.HorizontalFlip(p=1),
    "blur": A.GaussianBlur(p=1),
    "no other brightness": A.RandomBrightnessContrast((0, 0), (0, 0), p=1),
    "brightness + 0.1": A.RandomBrightnessContrast((0.1, 0.1), (0, 0), p=1),
    "gamma of 2": A.RandomGamma((200, 200), p=1),
}
for dtype, value in (("uint8", 100), ("uint16", 1000), ("float32", 100), ("float64", 100)):
    image = np.full((8, 8, 3), value, dtype)
    print(f"{value} in {dtype}:")
    for what, change in changes.items():
        changed = A.Compose([change])(image=image)["image"]
        print(f"    {what}: {changed.max():.0f} in {changed.dtype}")
END
