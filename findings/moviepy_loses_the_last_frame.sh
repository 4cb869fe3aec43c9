#!/bin/sh
# One would guess that a video of 10 frames has 10 frames. A clip's length is the sum of 10 times a
# tenth of a second, which is 0.9999999999999999, and the number of frames to write is that times
# the rate, cut to an integer: 9. So it is by most rates at some numbers of frames, also for GIF
# and for files of images. The same number is taken when a video is read again frame by frame, so
# that a whole one loses its last frame there. Which frame has which time is right in both.
# Found in moviepy 2.2.1, moviepy/video/io/ImageSequenceClip.py (ImageSequenceClip.__init__) and
# moviepy/Clip.py (iter_frames).
. "$(dirname "$0")/common.sh"

packages moviepy==2.2.1 imageio==2.38.1 imageio-ffmpeg==0.8.1 Pillow==11.3.0 numpy==2.4.6

expected <<'END'
10 frames, 10 a second: MP4 9, GIF 9, the last is 80
10 frames, 24 a second: MP4 10, GIF 10, the last is 90
12 frames, 25 a second: MP4 11, GIF 11, the last is 100
25 frames, 24 a second: MP4 24, GIF 24, the last is 230
25 frames, 30 a second: MP4 24, GIF 24, the last is 230
25 frames, 50 a second: MP4 25, GIF 25, the last is 240
END

program <<'END'
import imageio_ffmpeg
import numpy as np
from moviepy import ImageSequenceClip
from PIL import Image


def clip(count, rate):
    frames = [np.full((16, 16, 3), 10 * number, np.uint8) for number in range(count)]
    return ImageSequenceClip(frames, fps=rate)


for count, rate in ((10, 10), (10, 24), (12, 25), (25, 24), (25, 30), (25, 50)):
    clip(count, rate).write_videofile("video.mp4", logger=None)
    clip(count, rate).write_gif("video.gif", logger=None)
    video = imageio_ffmpeg.count_frames_and_secs("video.mp4")[0]
    with Image.open("video.gif") as image:
        last = image.n_frames - 1
        image.seek(last)
        grey = image.convert("L").getpixel((0, 0))
    print(f"{count} frames, {rate} a second: MP4 {video}, GIF {last + 1}, the last is {grey}")
END
