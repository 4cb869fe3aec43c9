"""What an image is, apart from the live Pillow object that it was read from."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from PIL import Image

from mlrun_images.pictures.modes import DEEP

_ICC_SPACES = {
    b"GRAY": ("1", "L", "LA", *DEEP),
    b"RGB ": ("P", "PA", "RGB", "RGBA"),
    b"CMYK": ("CMYK",),
    b"Lab ": ("LAB",),
}
BANDS = "Pillow mode"  # the text of a PNG that says which mode's bands it holds


class Inventory(NamedTuple):
    """
    What came with a frame besides its pixels.

    :param values: By name: ``icc_profile``, ``exif``, ``xmp``, ``dpi`` (dots an inch along x and
                   y), ``comment``, ``gamma`` and whatever stands in Pillow's `info`.
    :param texts:  Its texts by name, as those of a PNG.
    :param tags:   The tags of a TIFF's page that do not describe how its pixels lie, as Pillow's
                   directory, which knows their types; None of what is no TIFF.
    """

    values: Mapping[str, Any] = {}
    texts: Mapping[str, str] = {}
    tags: Mapping[int, Any] | None = None

    def without(self, *names: str) -> "Inventory":
        """The same inventory without some values."""
        kept = {name: value for name, value in self.values.items() if name not in names}
        return self._replace(values=kept)


class Frame(NamedTuple):
    """
    One frame of an animation, or one page of a document.

    :param image:       Its pixels: an image of Pillow's own class, with nothing in its info but a
                        transparent colour.
    :param inventory:   What came with them.
    :param duration:    How long it is shown, in ms; None if nothing says so.
    :param compression: The compression of a TIFF's page, by Pillow's name.
    :param orientation: How EXIF turns it: 1 (upright) to 8.
    """

    image: Image.Image
    inventory: Inventory = Inventory()
    duration: float | None = None
    compression: str = ""
    orientation: int = 1

    @property
    def profile(self) -> bytes | None:
        """Its ICC profile, if it is one, and for the colours of its mode."""
        profile = self.inventory.values.get("icc_profile")
        # the length of its header, and about what a JPEG holds
        if not isinstance(profile, bytes) or not 128 <= len(profile) < 16_000_000:
            return None
        mode = self.image.mode
        return profile if mode in _ICC_SPACES.get(profile[16:20], (mode,)) else None


class Picture(NamedTuple):
    """
    An image as it was returned: its frames, and what came with them. Nothing of it changes.

    :param frames:      All frames; at least one.
    :param current:     The number of the frame at which the image was left, from 0.
    :param is_animated: Whether the frames follow each other in time; else they are pages.
    :param format:      Pillow's name of the format it was read from; empty for none.
    :param loop:        How often an animation plays, 0 for ever; None if nothing says so.
    :param has_cover:   Whether the first frame is for readers without animation (APNG).
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
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def frame(self) -> Frame:
        """The current frame; of an animation, what came with it came with all."""
        return self.frames[self.current]

    @property
    def image(self) -> Image.Image:
        """The pixels of the current frame."""
        return self.frame.image

    @property
    def first(self) -> Image.Image:
        """The pixels of the first frame, at which a file opens."""
        return self.frames[0].image

    @property
    def images(self) -> list[Image.Image]:
        """The pixels of all frames."""
        return [frame.image for frame in self.frames]

    def only_current(self) -> "Picture":
        """The same picture with the current frame alone."""
        return self.with_frames([self.frame])

    def with_frames(self, frames: Iterable[Frame]) -> "Picture":
        """The same picture with other frames."""
        frames = tuple(frames)
        current = self.current if len(frames) == len(self.frames) else 0
        return self._replace(frames=frames, current=current)

    def with_images(self, images: Iterable[Image.Image]) -> "Picture":
        """The same picture with other pixels, frame by frame."""
        pairs = zip(self.frames, images, strict=True)
        return self.with_frames(frame._replace(image=image) for frame, image in pairs)
