"""Fits what each frame or page has of its own: its duration, and a TIFF's compression."""

from collections.abc import Mapping
from typing import Any

from mlrun_images.pictures.formats import holds_animation
from mlrun_images.pictures.picture import Frame, Picture

USUAL_DURATION = 100  # ms for which browsers show a GIF's frame that does not say for how long
_BITS = ("group3", "group4", "tiff_ccitt")  # compressions of black and white
_LOSSLESS = ("", "raw", "tiff_adobe_deflate", "tiff_lzw", "packbits", *_BITS)


def fit_times(picture: Picture, format: str) -> tuple[Picture, list[str]]:
    """
    Bring durations to what the format holds.

    A GIF has hundredths of a second; what is cut off a frame is added to the next. Browsers
    play frames of less than 20 ms slowly, so none is shorter.
    """
    if len(picture.frames) == 1 or not holds_animation(format):
        return picture, []
    gif = format == "GIF"
    step, least = (10, 20) if gif else (1, 1)  # ms
    most = {"GIF": 655_350, "PNG": 65_535}.get(format, 2**24 - 1)
    unsaid = USUAL_DURATION if picture.format == "GIF" and not gif else 0
    frames, wanted, played = [], 0.0, 0
    for frame in picture.frames:
        said = USUAL_DURATION if frame.duration is None else frame.duration
        given = min(said or unsaid, most)
        wanted += given
        whole = max(least, int((wanted - played) / step + 0.5) * step) if given else 0
        played += whole
        frames.append(frame._replace(duration=min(whole, most)))
    pairs = zip(picture.frames, frames, strict=True)
    off = any(one.duration and abs(one.duration - (two.duration or 0)) >= 1 for one, two in pairs)
    note = "durations in hundredths of a second, of at least 20 ms"
    return picture.with_frames(frames), [note] if gif and off else []


def fit_compression(
    picture: Picture, format: str, options: Mapping[str, Any]
) -> tuple[Picture, list[str]]:
    """Keep the compression of a TIFF's pages in a TIFF, unless it loses something."""
    if format != "TIFF" or "compression" in options:
        return picture, []
    lossy = {frame.compression for frame in picture.frames if not _is_lossless(frame)}
    if not lossy:
        return picture, []
    frames = [
        frame if _is_lossless(frame) else frame._replace(compression="tiff_adobe_deflate")
        for frame in picture.frames
    ]
    return picture.with_frames(frames), [f"compression {min(lossy)} as Deflate, without loss"]


def _is_lossless(frame: Frame) -> bool:
    """Check if Pillow writes the frame's pixels without loss in its own compression."""
    name = frame.compression
    return name in _LOSSLESS and (frame.image.mode == "1" or name not in _BITS)
