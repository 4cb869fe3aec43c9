#!/bin/sh
# One would guess that `wandb.Image` scales an array of floats from 0 to 1, or clips what is too
# much. It casts to 8 bits, whatever comes: 0.99 is 0, and 16 bits keep their low byte, so 1000 is
# 232. A mask of booleans is 0 and 1. PIL images are not cast. A handler that logs by W&B and by
# MLRun shows black, or stripes, in one of them.
# Found in wandb 0.31.0, wandb/sdk/data_types/image.py (_convert_to_uint8).
. "$(dirname "$0")/common.sh"

packages wandb==0.31.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
float32 [0, 0.5, 0.99, 1]: [0, 0, 0, 1]
uint16 [0, 100, 1000, 65535]: [0, 100, 232, 255]
bool [0, 1, 1, 1]: [0, 1, 1, 1]
int64 [-1, 0, 100, 300]: [255, 0, 100, 44]
END

program <<'END'
import numpy
import wandb

for values, dtype in (
    ([0, 0.5, 0.99, 1], "float32"),
    ([0, 100, 1000, 65535], "uint16"),
    ([0, 1, 1, 1], "bool"),
    ([-1, 0, 100, 300], "int64"),
):
    pixels = wandb.Image(numpy.array([values], dtype)).image
    print(f"{dtype} {values}: {[pixels.getpixel((x, 0)) for x in range(4)]}")
END
