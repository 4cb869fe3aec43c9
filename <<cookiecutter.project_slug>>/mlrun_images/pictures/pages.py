"""Fits what each frame or page has of its own: its duration, and a TIFF's compression."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlrun_images.pictures.formats import holds_animation
from mlrun_images.pictures.picture import Frame, Picture

USUAL_DURATION = 100  # ms for which browsers show a GIF's frame that does not say for how long
_LOSSLESS = ("tiff_adobe_deflate", "tiff_lzw", "packbits", "group3", "group4", "tiff_ccitt")


def fit_times(picture: Picture, format: str) -> tuple[Picture, list[str]]:
    """
    Bring durations to what the format holds.

    A GIF has hundredths of a second; what is cut off a frame is added to the next. Browsers
    play frames of less than 20 ms slowly, so none is shorter.
    """
    if len(picture.frames) == 1 or not holds_animation(format):
        return picture, []
    gif = format == "GIF"
    unsaid = USUAL_DURATION if picture.format == "GIF" and not gif else 0
    most = 655_350 if gif else 2**24 - 1  # what the formats hold, in ms
    frames, wanted, played = [], 0.0, 0
    for frame in picture.frames:
        said = USUAL_DURATION if frame.duration is None else frame.duration
        given = min(said or unsaid, most)
        wanted += given
        step = 10 if gif else 1
        whole = int((wanted - played) / step + 0.5) * step
        whole = max(20 if gif else 1, whole) if given else 0
        played += whole
        frames.append(replace(frame, duration=min(whole, most)))
    pairs = zip(picture.frames, frames, strict=True)
    off = [abs(one.duration - (two.duration or 0)) for one, two in pairs if one.duration]
    note = "durations in hundredths of a second, of at least 20 ms"
    return picture.with_frames(tuple(frames)), [note] if gif and any(ms >= 1 for ms in off) else []


def fit_compression(
    picture: Picture, format: str, options: Mapping[str, Any]
) -> tuple[Picture, list[str]]:
    """Keep the compression of a TIFF's pages in a TIFF, unless it loses something."""
    if format != "TIFF" or "compression" in options:
        return picture, []
    frames = tuple(_pressed(frame) for frame in picture.frames)
    lossy = sorted(
        before.compression
        for before, after in zip(picture.frames, frames, strict=True)
        if before.compression != after.compression and after.compression
    )
    notes = [f"compression {lossy[0]} as Deflate, without loss"] if lossy else []
    return picture.with_frames(frames), notes


def _pressed(frame: Frame) -> Frame:
    """The frame with a compression that Pillow writes without loss of its pixels."""
    if frame.compression in ("", "raw"):
        return replace(frame, compression="")
    bits = frame.compression.startswith(("group", "tiff_ccitt"))
    if frame.compression in _LOSSLESS and (not bits or frame.image.mode == "1"):
        return frame
    return replace(frame, compression="tiff_adobe_deflate")
