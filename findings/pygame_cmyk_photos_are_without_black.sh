#!/bin/sh
# One would guess that a CMYK photo is shown in its colours, or is refused, since a surface knows
# red, green, blue and alpha alone. From JPEG the four inks are taken for blue, green, red and
# alpha: red is blue, and what is printed in black ink is white and transparent. From TIFF the same
# image is right. There, in turn, colours come out multiplied by their alpha, and are darker where
# they are shown or saved; from PNG they are not.
# Found in pygame-ce 2.5.8 (pygame.image.load), with its SDL_image: IMG_jpg.c (a CMYK file is read
# as it is into a BGRA surface) and IMG_tif.c (TIFFReadRGBAImageOriented).
. "$(dirname "$0")/common.sh"

packages pygame-ce==2.5.8 Pillow==13.0.0

expected <<'END'
red: (255, 0, 0, 255), JPEG (0, 0, 255, 255), TIFF (255, 0, 0, 255)
cyan: (0, 255, 255, 255), JPEG (255, 255, 0, 255), TIFF (0, 255, 255, 255)
black: (0, 0, 0, 255), JPEG (255, 255, 255, 0), TIFF (0, 0, 0, 255)
half-transparent: (200, 100, 50, 128), PNG (200, 100, 50, 128), TIFF (100, 50, 25, 128)
END

program <<'END'
import os

from PIL import Image

os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
import pygame  # noqa: E402


def shown(name):
    pygame.image.save(pygame.image.load(name), "shown.png")
    return Image.open("shown.png").convert("RGBA").getpixel((8, 8))


for name, inks in (("red", (0, 255, 255, 0)), ("cyan", (255, 0, 0, 0)), ("black", (0, 0, 0, 255))):
    image = Image.new("CMYK", (16, 16), inks)
    image.save("photo.jpg", quality=100)
    image.save("photo.tif")
    print(f"{name}: {image.convert('RGBA').getpixel((8, 8))},",
          f"JPEG {shown('photo.jpg')}, TIFF {shown('photo.tif')}")
image = Image.new("RGBA", (16, 16), (200, 100, 50, 128))
image.save("logo.png")
image.save("logo.tif")
print(f"half-transparent: {image.getpixel((8, 8))},",
      f"PNG {shown('logo.png')}, TIFF {shown('logo.tif')}")
END
