#!/bin/sh
# One would guess that floats from 0 to 1 become a video that shows them, or are refused, as imageio
# refuses them as PNG, GIF and WebP. Its PyAV plugin puts them into frames of 8 bits as they are: a
# video of floats, or of booleans, is black, and 16 bits keep their low byte. Nothing is said.
# What a model gives is floats: one frame as PNG raises, the whole as MP4 is there, and black.
# Found in imageio 2.38.1, imageio/plugins/pyav.py (write_frame).
. "$(dirname "$0")/common.sh"

packages imageio==2.38.1 av==18.1.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
200 of uint8 as video.mp4: [200, 200, 200]
200 of uint8 as video.gif: [200, 200, 200]
0.99 of float32 as video.mp4: [0, 0, 0]
0.99 of float32 as video.gif: TypeError
1000 of uint16 as video.mp4: [231, 231, 231]
1000 of uint16 as video.gif: TypeError
True of bool as video.mp4: [1, 1, 1]
True of bool as video.gif: TypeError
END

program <<'END'
import imageio.v3 as iio
import numpy


def say(value, dtype):
    frames = numpy.full((5, 48, 64, 3), value, dtype)
    for name, options in (("video.mp4", {"plugin": "pyav", "codec": "libx264"}), ("video.gif", {})):
        try:
            iio.imwrite(name, frames, **options)
            result = iio.imread(name, plugin="pyav")[0, 0, 0].tolist()
        except TypeError:
            result = "TypeError"
        print(f"{value} of {numpy.dtype(dtype)} as {name}: {result}")


say(200, numpy.uint8)
say(0.99, numpy.float32)
say(1000, numpy.uint16)
say(True, bool)
END
