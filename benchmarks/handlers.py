"""Handlers to measure runs with: `run.py` copies this file into the project that it renders."""

import time

from PIL import Image


def one(number: int = 0) -> Image.Image:
    """Make one image of 32 x 32, a colour for each number."""
    return Image.new("RGB", (32, 32), (number % 256, number // 256 % 256, 7))


def many(count: int) -> list[Image.Image]:
    """Make different images of 32 x 32."""
    return [one(number) for number in range(count)]


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
