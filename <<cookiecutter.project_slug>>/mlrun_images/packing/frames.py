"""The frames of an image: of an animation, or the pages of a document."""

import itertools

from PIL import Image, ImageSequence

from mlrun_images.packing.modes import DEEP, alpha_kind, to_mode


def frame_count(image: Image.Image) -> int:
    """Get the number of frames or pages of an image, 1 for most."""
    return getattr(image, "n_frames", 1)


def copy_frames(image: Image.Image, count: int | None = None) -> list[Image.Image]:
    """Copy all frames, or the first few; the image stays at its own."""
    position = image.tell()
    try:
        _seek_end(image)
        return [frame.copy() for frame in itertools.islice(ImageSequence.Iterator(image), count)]
    finally:
        _seek_end(image)
        image.seek(position)


def _seek_end(image: Image.Image) -> None:
    if image.format == "PNG":  # Pillow can rewind an APNG only from its end
        image.seek(frame_count(image) - 1)
        image.load()


def one_mode(frames: list[Image.Image]) -> list[Image.Image]:
    """Bring frames to one mode (a GIF's are P and then RGB): APNG needs it, older Pillows fail without."""
    if len({frame.mode for frame in frames}) == 1:
        return frames
    mode = "RGBA" if any(map(alpha_kind, frames)) else "RGB"
    return [to_mode(frame, mode) if frame.mode not in DEEP else frame for frame in frames]
