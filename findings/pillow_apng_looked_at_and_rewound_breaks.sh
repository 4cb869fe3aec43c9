#!/bin/sh
# One would guess that an animation may be read from its start again after a look at a later frame.
# An animated PNG of three or more frames cannot, in Pillow, unless the look was at its last frame:
# after frames 1 and 0 any further frame, and saving them all, raises SyntaxError. GIF and WebP can.
# With two frames frame 1 is the last, so a test with a small animation does not show it.
# A check of an image before it is logged ("are there more frames?") so makes it impossible to log.
# Found in Pillow 13.0.0, PIL/PngImagePlugin.py (_seek, PngStream.rewind).
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0

expected <<'END'
image.png, 2 frames, after a look at 1: 2 frames saved
image.png, 3 frames, after a look at 1: SyntaxError: APNG contains frame sequence errors
image.png, 3 frames, after a look at 2: 3 frames saved
image.gif, 3 frames, after a look at 1: 3 frames saved
image.webp, 3 frames, after a look at 1: 3 frames saved
END

program <<'END'
from PIL import Image


def say(name, count, looked_at):
    frames = [Image.new("RGB", (8, 8), (50 * n, 0, 0)) for n in range(count)]
    frames[0].save(name, save_all=True, append_images=frames[1:], duration=100)
    image = Image.open(name)
    for frame in (looked_at, 0):
        image.seek(frame)
        image.load()
    try:
        image.save("again." + name, save_all=True)
        result = f"{Image.open('again.' + name).n_frames} frames saved"
    except SyntaxError as error:
        result = f"SyntaxError: {error}"
    print(f"{name}, {count} frames, after a look at {looked_at}: {result}")


say("image.png", 2, 1)
say("image.png", 3, 1)
say("image.png", 3, 2)
say("image.gif", 3, 1)
say("image.webp", 3, 1)
END
