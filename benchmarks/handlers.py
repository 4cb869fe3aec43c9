"""Handlers to measure runs with: `run.py` copies this file into the project that it renders."""

import sys
import time

from PIL import Image


def one(number: int = 0) -> Image.Image:
    """Make one image of 32 x 32, a colour for each number."""
    return Image.new("RGB", (32, 32), (number % 256, number // 256 % 256, 7))


def many(count: int) -> list[Image.Image]:
    """Make different images of 32 x 32."""
    return [one(number) for number in range(count)]


def logged(count: int) -> None:
    """Log different images of 32 x 32 while it runs, as a series."""
    from mlrun_images import log_image

    for number in range(count):
        log_image(one(number), "sample", step=number, format="png")


def photos(count: int) -> list[Image.Image]:
    """Make different images of 192 x 128 that look like photographs to an encoder."""
    grain = Image.effect_noise((1024, 1024), 40)
    pictures = []
    for number in range(count):
        x, y = number * 37 % 800, number * 91 % 800
        colour = Image.new("RGB", (192, 128), (number % 256, number * 7 % 256, 99))
        noise = Image.merge("RGB", [grain.crop((x + n, y, x + n + 192, y + 128)) for n in range(3)])
        pictures.append(Image.blend(colour, noise, 0.4))
    return pictures


def busy(number: int, seconds: float) -> Image.Image:
    """Compute for some seconds of a core's time, then make an image."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(10_000))
    return one(number)


def large() -> Image.Image:
    """Get an image whose PNG is too large for a page."""
    from content import noise

    return noise(4096)


def fail() -> Image.Image:
    """Fail, as handlers do."""
    raise ValueError("made to fail")


def lines(count: int) -> float:
    """Print lines, and give the seconds that it took."""
    start = time.perf_counter()
    for number in range(count):
        print("line", number)
    sys.stdout.flush()
    return time.perf_counter() - start
