#!/bin/sh
# One would guess that a PGM file shows the same image to all who read it. fabio ends the header
# with a space and a line break, where the format has one character: others take the second for the
# first byte of the image. In 16 bits each number is made of the halves of two, which is noise, and
# in 8 bits the image is a pixel to the right. It also writes the greatest value of the image as
# that of white, so that a dark image is bright elsewhere. Floats are cut to integers. fabio itself
# reads its files as they were meant.
# Found in fabio 2026.6.0, fabio/pnmimage.py (PnmImage.write, check_data).
. "$(dirname "$0")/common.sh"

packages fabio==2026.6.0 Pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6

expected <<'END'
8 bits: first row [10, 20, 30, 100]
    fabio [10, 20, 30, 100]
    Pillow, L [26, 26, 51, 76]
    OpenCV [10, 10, 20, 30]
16 bits: first row [1000, 1001, 1002, 3000]
    fabio [1000, 1001, 1002, 3000]
    Pillow, I [55989, 65535, 65535, 65535]
    OpenCV [2563, 59395, 59651, 59915]
floats: first row [0.25, 0.5, 0.75, 1.75]
    fabio [0, 0, 0, 1]
    Pillow, L [255, 0, 0, 0]
    OpenCV [10, 0, 0, 0]
END

program <<'END'
import cv2
import fabio
import numpy as np
from PIL import Image
from fabio.pnmimage import PnmImage


def say(what, image):
    PnmImage(data=image).write("image.pgm")
    print(f"{what}: first row {image[0].tolist()}")
    print(f"    fabio {fabio.open('image.pgm').data[0].tolist()}")
    with Image.open("image.pgm") as opened:
        print(f"    Pillow, {opened.mode} {np.asarray(opened)[0].tolist()}")
    print(f"    OpenCV {cv2.imread('image.pgm', cv2.IMREAD_UNCHANGED)[0].tolist()}")


say("8 bits", np.tile(np.uint8([10, 20, 30, 100]), (4, 1)))
say("16 bits", np.tile(np.uint16([1000, 1001, 1002, 3000]), (4, 1)))
say("floats", np.tile(np.float32([0.25, 0.5, 0.75, 1.75]), (4, 1)))
END
