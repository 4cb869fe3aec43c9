#!/bin/sh
# One would guess that `imread` of an animation gives all its frames, or in each format the first.
# imageio gives all frames of GIF and APNG, and one of WebP and AVIF, where `index=...` gives all. A
# GIF of one frame still gets the axis of frames; a PNG of one frame does not. A handler that reads
# its inputs by imageio logs a still image once somebody prefers WebP.
# Found in imageio 2.38.1, imageio/plugins/pillow.py (read).
. "$(dirname "$0")/common.sh"

packages imageio==2.38.1 pillow==13.0.0

expected <<'END'
gif: four frames as (4, 16, 32, 3), with index=... as (4, 16, 32, 3); one frame as (1, 16, 32, 3)
png: four frames as (4, 16, 32, 3), with index=... as (4, 16, 32, 3); one frame as (16, 32, 3)
webp: four frames as (16, 32, 3), with index=... as (4, 16, 32, 3); one frame as (16, 32, 3)
avif: four frames as (16, 32, 3), with index=... as (4, 16, 32, 3); one frame as (16, 32, 3)
END

program <<'END'
import imageio.v3 as iio
from PIL import Image

frames = [Image.new("RGB", (32, 16), (60 * n, 0, 0)) for n in range(4)]
for name in ("gif", "png", "webp", "avif"):
    frames[0].save(f"many.{name}", save_all=True, append_images=frames[1:], duration=100)
    frames[0].save(f"one.{name}")
    shapes = [iio.imread(f"many.{name}").shape, iio.imread(f"many.{name}", index=...).shape]
    print(f"{name}: four frames as {shapes[0]}, with index=... as {shapes[1]};",
          f"one frame as {iio.imread(f'one.{name}').shape}")
END
