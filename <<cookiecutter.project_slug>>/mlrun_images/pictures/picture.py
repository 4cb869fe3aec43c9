"""What an image is, apart from the live Pillow object that it was read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image

BANDS = "Pillow mode"  # the text of a PNG that says which mode's bands it holds


@dataclass(frozen=True)
class Frame:
    """
    One frame of an animation, or one page of a document.

    :param image:       Its pixels: an image of Pillow's own class, with nothing in its info but a
                        transparent colour.
    :param duration:    How long it is shown, in ms; None if nothing says so.
    :param dpi:         Its resolution in dots an inch, along x and y; None if it has none.
    :param tags:        The tags of a TIFF's page that do not describe how its pixels lie.
    :param compression: The compression of a TIFF's page, by Pillow's name.
    :param profile:     Its ICC profile, as Pillow gives it; None if it has none.
    :param exif:        Its EXIF, as Pillow gives it; None if it has none.
    """

    image: Image.Image
    duration: float | None = None
    dpi: tuple[float, float] | None = None
    tags: Mapping[int, Any] | None = None
    compression: str = ""
    profile: Any = None
    exif: Any = None


@dataclass(frozen=True)
class Picture:
    """
    An image as it was returned: its frames, and what came with them. Nothing of it changes.

    :param frames:      All frames; at least one.
    :param current:     The number of the frame at which the image was left, from 0.
    :param is_animated: Whether the frames follow each other in time; else they are pages.
    :param format:      Pillow's name of the format it was read from; empty for none.
    :param loop:        How often an animation plays, 0 for ever; None if nothing says so.
    :param has_cover:   Whether the first frame is for readers without animation (APNG).
    :param orientation: How EXIF turns it: 1 (upright) to 8.
    :param extras:      What else came with it, by name: ``icc_profile``, ``exif``, ``xmp``,
                        ``comment``, ``gamma`` and whatever stands in Pillow's `info`.
    :param texts:       Its texts by name, as those of a PNG.
    :param left_out:    Which parts of its file Pillow does not give, in words: "its layers are not
                        kept".
    :param notes:       What could not be read, in words.
    """

    frames: tuple[Frame, ...]
    current: int = 0
    is_animated: bool = False
    format: str = ""
    loop: int | None = None
    has_cover: bool = False
    orientation: int = 1
    extras: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def image(self) -> Image.Image:
        """The pixels of the current frame."""
        return self.frames[self.current].image

    @property
    def images(self) -> list[Image.Image]:
        """The pixels of all frames."""
        return [frame.image for frame in self.frames]

    def only_current(self) -> "Picture":
        """The same picture with the current frame alone."""
        return self.with_frames(self.frames[self.current : self.current + 1])

    def with_frames(self, frames: tuple[Frame, ...]) -> "Picture":
        """The same picture with other frames."""
        current = self.current if len(frames) == len(self.frames) else 0
        return replace(self, frames=frames, current=current)

    def with_images(self, images: list[Image.Image]) -> "Picture":
        """The same picture with other pixels, frame by frame."""
        pairs = zip(self.frames, images, strict=True)
        return replace(self, frames=tuple(replace(frame, image=image) for frame, image in pairs))
