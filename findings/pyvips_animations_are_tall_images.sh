#!/bin/sh
# One would guess that an animation which was read by libvips is written as one, whatever was done.
# libvips reads it as one tall image, beside plain fields for a frame's height and the durations.
# What changes the image does not change those: at half the size there are half as many frames, each
# showing two, and the last two frames have the durations of the first two.
# AVIF keeps the first frame alone. A preview made this way plays, and plays something else.
# Found in pyvips 3.2.0 with pyvips-binary 8.18.7 (libvips, foreign/nsgifload.c and heifsave.c).
. "$(dirname "$0")/common.sh"

packages pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0

expected <<'END'
as it was: 4 frames of (32, 16), durations [100, 200, 300, 400]
half the size: 2 frames of (16, 16), durations [100, 200]
the last two: 2 frames of (32, 16), durations [100, 200]
as AVIF: 1 frames of (32, 16), durations [1000]
END

program <<'END'
import pyvips
from PIL import Image

frames = [Image.new("RGB", (32, 16), (60 * n, 0, 0)) for n in range(4)]
durations = [100, 200, 300, 400]
frames[0].save("film.gif", save_all=True, append_images=frames[1:], duration=durations)


def say(what, image, name):
    image.write_to_file(name)
    film = Image.open(name)
    durations = []
    for frame in range(film.n_frames):
        film.seek(frame)
        film.load()
        durations.append(film.info["duration"])
    print(f"{what}: {film.n_frames} frames of {film.size}, durations {durations}")


def read(**options):
    return pyvips.Image.new_from_file("film.gif", **options)


say("as it was", read(n=-1), "again.gif")
say("half the size", read(n=-1).resize(0.5), "half.gif")
say("the last two", read(page=2, n=2), "last.gif")
say("as AVIF", read(n=-1), "film.avif")
END
