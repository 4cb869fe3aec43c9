#!/bin/sh
# One would guess that the first video stream of an animated AVIF holds its frames.
# FFmpeg gives two streams: the still that stands for the file, of one frame, and the sequence.
# `decode(video=0)`, and imageio's plugin "pyav", end after one frame; `decode(video=1)` has all.
# A check of "how many frames did we log" by FFmpeg says one, and fits the preview.
# Found in PyAV 18.1.0 (FFmpeg, libavformat/mov.c) with Pillow 13.0.0.
. "$(dirname "$0")/common.sh"

packages av==18.1.0 pillow==13.0.0

expected <<'END'
frames.gif: 1 video streams, with frames: [4]
frames.png: 1 video streams, with frames: [4]
frames.avif: 2 video streams, with frames: [1, 4]
END

program <<'END'
import av
from PIL import Image

frames = [Image.new("RGB", (32, 16), (60 * n, 0, 0)) for n in range(4)]
for name in ("frames.gif", "frames.png", "frames.avif"):
    frames[0].save(name, save_all=True, append_images=frames[1:], duration=100)
    with av.open(name) as container:
        streams = len(container.streams.video)
    counts = []
    for stream in range(streams):
        with av.open(name) as container:
            counts.append(sum(1 for _ in container.decode(video=stream)))
    print(f"{name}: {streams} video streams, with frames: {counts}")
END
