#!/bin/sh
# One would guess that frames of a video are as players show it. A phone held upright films on its
# side, and the file says by how much to turn. OpenCV and FFmpeg's own program turn the frames; PyAV
# does not, nor does imageio by its plugin of that name: an array of another shape, on its side. The
# angle is in `frame.rotation`, in degrees, for the caller to apply.
# Found in av 18.1.0, av/video/frame.py (VideoFrame.rotation, to_image).
. "$(dirname "$0")/common.sh"

packages av==18.1.0 opencv-python-headless==5.0.0.93 imageio==2.38.1 imageio-ffmpeg==0.8.1 numpy==2.4.6

expected <<'END'
PyAV: 64 x 48, rotation 90
imageio, plugin "pyav": 64 x 48
imageio, plugin "FFMPEG": 48 x 64
OpenCV: 48 x 64
END

program <<'END'
import subprocess

import av
import cv2
import imageio.v3 as imageio
import imageio_ffmpeg
import numpy as np

frames = np.zeros((4, 48, 64, 3), np.uint8)
imageio.imwrite("film.mp4", frames, plugin="pyav", codec="libx264", fps=10)
ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-display_rotation", "90"]
subprocess.run([*ffmpeg, "-i", "film.mp4", "-c", "copy", "phone.mp4"], check=True)


def size(array):
    return f"{array.shape[1]} x {array.shape[0]}"


with av.open("phone.mp4") as film:
    frame = next(film.decode(video=0))
    print(f"PyAV: {size(frame.to_ndarray(format='rgb24'))}, rotation {frame.rotation}")
for plugin in ("pyav", "FFMPEG"):
    read = imageio.imread("phone.mp4", index=0, plugin=plugin)
    print(f'imageio, plugin "{plugin}": {size(read)}')
print("OpenCV:", size(cv2.VideoCapture("phone.mp4").read()[1]))
END
