"""Makes of a picture one that a format holds, and says in words what was changed."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.formats import MODES, becomes, holds_animation, holds_pages
from mlrun_images.pictures.modes import (
    DEEP,
    alpha_kind,
    by_profile,
    flatten,
    from_values,
    scale,
    to_mode,
    value_range,
)
from mlrun_images.pictures.picture import Frame, Picture
from mlrun_images.pictures.turning import TURNED, must_turn, turn

FLATTENED = "transparency flattened on white"
TIMES = "durations "  # so begins a change that leaves all pixels as they were
_WITHOUT = "without the transparent value"
# the modes that come next, of grey images; all others become RGB
_CLEAR = {mode: ("LA", "RGBA") for mode in ("1", "L", "LA", "La")}
_OPAQUE = {"1": ("1", "L", "RGB"), "L": ("L", "RGB"), "LA": ("L", "RGB"), "La": ("L", "RGB")}
_USUAL_DURATION = 100  # ms for which browsers show a GIF's frame that does not say for how long
_BITS = ("group3", "group4", "tiff_ccitt")  # compressions of black and white
_ZIPS = ("tiff_deflate", "tiff_adobe_deflate", "tiff_lzw", "packbits", "zstd", "lzma")
_LOSSLESS = ("", "raw", *_ZIPS, *_BITS)
_RANGES = {"I;16": (0, 65535), "I": (-(2**31), 2**31 - 1), "F": (-(2**24), 2**24)}


def fit(
    picture: Picture,
    format: str,
    options: Mapping[str, Any],
    vmin: float | None = None,
    vmax: float | None = None,
    is_seen: bool = True,
) -> tuple[Picture, list[str]]:
    """
    Make of a picture one that a format holds.

    All frames are kept if the format and the options have room for several, and for such: an
    animation's need one size, and pages no animation. Else it is the current one. Each is brought
    to the nearest mode that the format takes. Pixels are turned as EXIF says.

    :param picture: The picture.
    :param format:  Pillow's name of the format.
    :param options: Options of its encoder.
    :param vmin:    Of a deep picture (I;16, I, F), the value that becomes black. Without both it is
                    scaled only if it must be.
    :param vmax:    Of a deep picture, the value that becomes white.
    :param is_seen: Take only modes that common readers show, and not all that Pillow reads back.

    :returns: The picture to write, and what was changed in words (empty: nothing).

    :raise ImageRefused: If the format takes no mode near the picture's, or `vmin` and `vmax` are no
                         range.
    """
    chosen, notes = _choose(picture, format, options)
    is_turned = must_turn(chosen, format, options)
    upright = turn(chosen) if is_turned else chosen
    fitted, changes = _Fitter(upright, format, options, (vmin, vmax), is_seen).fit()
    changes = [*[TURNED] * is_turned, *changes, *notes]
    if len(fitted.frames) > 1 and holds_animation(format):
        fitted = _fit_times(fitted, format, changes)
    if format == "TIFF" and "compression" not in options:
        fitted = _fit_compression(fitted, changes)
    return fitted, changes


def flattened(picture: Picture) -> Picture:
    """Lay all frames of a picture on white, in one mode."""
    return _one_mode(_laid_on_white(picture))


# Frames


def _choose(picture: Picture, format: str, options: Mapping[str, Any]) -> tuple[Picture, list[str]]:
    """Choose the frames that the format has room for."""
    count, notes = len(picture.frames), list(picture.notes)
    if count == 1:
        return picture, notes
    several = format in Image.SAVE_ALL and options.get("save_all", True)
    if several and "append_images" not in options and holds_pages(format):
        exifs = {str(frame.inventory.values.get("exif")) for frame in picture.frames}
        if format != "TIFF" and len(exifs) > 1:
            picture = picture.with_frames(
                frame._replace(inventory=frame.inventory.without("exif"))
                for frame in picture.frames
            )
            notes.append("without the EXIF of its frames, which differ")
        return picture, notes + ["frames as pages without durations"] * picture.is_animated
    if several and "append_images" not in options and picture.is_animated:
        if picture.has_cover and format != "PNG":
            current = max(0, picture.current - 1)
            picture = picture._replace(frames=picture.frames[1:], current=current, has_cover=False)
            notes.append("without its cover for readers of one frame")
        alike = len({(image.size, image.mode in DEEP) for image in picture.images}) == 1
        if alike and holds_animation(format):
            return picture, notes
    broken = [note for note in picture.notes if not note.startswith("the first ")]
    return picture.only_current(), [f"frame {picture.current + 1} of {count} only", *broken]


# Modes


@dataclass
class _Fitter:
    """
    Brings a picture to modes that a format holds. It gets what `fit` does, and limits as a pair.
    """

    picture: Picture
    format: str
    options: Mapping[str, Any]
    limits: tuple[float | None, float | None]
    is_seen: bool

    def fit(self) -> tuple[Picture, list[str]]:
        """Fit frames alike: if one must be flattened or scaled, so are all, from one range."""
        fit = self._fit if self.limits == (None, None) else self._scaled
        pairs = [fit(frame) for frame in self.picture.frames]
        several = len(pairs) > 1
        if not several and not pairs[0][1]:
            return self.picture, []
        flat = [FLATTENED] if several and any(FLATTENED in said for _, said in pairs) else []
        if flat:
            pairs = [fit(frame) for frame in _laid_on_white(self.picture).frames]
        fitted = self.picture.with_frames([frame for frame, _ in pairs])
        if several and (fitted.is_animated or not holds_pages(self.format)):
            fitted = _one_mode(fitted)
        return fitted, sorted({said for _, said in pairs if said}) + flat

    def _fit(self, frame: Frame) -> tuple[Frame, str]:
        """
        Bring one frame to the nearest mode that the format takes.

        That is its own mode, else one with the same colours and transparency, else without
        transparency, on white. A deep frame keeps its values in another deep mode, else it is
        scaled.
        """
        image = frame.image
        alpha, mode = alpha_kind(image), image.mode
        if self._takes(image, mode, alpha):
            return frame, ""
        if mode in DEEP:
            fitted, said = self._fit_deep(frame, alpha)
            return fitted, ", ".join([*filter(None, [said]), *[_WITHOUT] * bool(alpha)])
        clear = _CLEAR.get(mode, ("RGBA",)) if alpha else ()
        nearest = [(other, "smooth") for other in clear]
        nearest += [(other, "") for other in _OPAQUE.get(mode, ("RGB",))]
        for other, kept in nearest:
            if self._takes(image, other, kept):
                return self._convert(frame, other, is_flat=bool(alpha and not kept))
        if becomes(self.format, mode, alpha, self.options).likeness == "no":
            raise self._cannot_hold(f"{mode} with transparency" if alpha else mode)
        return frame, "other readers than Pillow show its negative"  # an XBM has no other mode

    def _convert(self, frame: Frame, mode: str, is_flat: bool) -> tuple[Frame, str]:
        """Convert a frame to a mode: by its ICC profile if it has one, else as Pillow does."""
        image, said = frame.image, f"{frame.image.mode} to {mode}"
        if is_flat:
            note = FLATTENED if image.mode == mode else f"{said}, {FLATTENED}"
            return frame._replace(image=to_mode(flatten(image), mode)), note
        profile = frame.profile if image.mode in ("L", "CMYK", "LAB") else None
        if profile and mode == "RGB" and (converted := by_profile(image, profile)):
            bare = frame.inventory.without("icc_profile")
            return frame._replace(image=converted, inventory=bare), f"{said} by its profile"
        return frame._replace(image=to_mode(image, mode)), said

    def _takes(self, image: Image.Image, mode: str, alpha: str) -> bool:
        """
        Check if the format takes an image in a mode.

        A format that knows only full and no transparency (GIF) takes an image with a band of it
        that has no other. Of what this Pillow cannot read (PDF, EPS), transparency is not believed.

        :param image: The image.
        :param mode:  The mode that it would have.
        :param alpha: The transparency that it would have: what `alpha_kind` says.
        """
        found = becomes(self.format, mode, alpha, self.options)
        if found.likeness == "unread":
            return not alpha
        if found.likeness != "no":
            return found.is_seen or not self.is_seen
        if alpha != "smooth" or becomes(self.format, mode, "cutout").likeness == "no":
            return False
        return not any(to_mode(image, "RGBA").getchannel("A").histogram()[1:255])

    def _fit_deep(self, frame: Frame, alpha: str) -> tuple[Frame, str]:
        """
        Keep a deep frame's values in another deep mode of the format, else scale them.

        The modes are tried from the smallest: I;16, I, F. Each holds a range of whole numbers, F
        those below 2**24. Floats that are no whole numbers fit none but F itself, which the format
        does not take if one comes here.
        """
        mode, values = frame.image.mode, np.asarray(frame.image)
        if alpha and self._takes(frame.image, mode, ""):
            return frame._replace(image=from_values(values, mode)), ""
        if values.dtype.kind != "f" or (values == np.rint(values)).all():
            for other, (low, high) in _RANGES.items():
                fits = low <= values.min() and values.max() <= high
                if fits and becomes(self.format, other, "", self.options).likeness == "exact":
                    same = f"{mode} to {other}, same values"
                    return frame._replace(image=from_values(values, other)), same
        return self._scaled(frame)

    def _scaled(self, frame: Frame) -> tuple[Frame, str]:
        """Scale a deep frame to 16 bits if the format holds them, else to 8."""
        deep = becomes(self.format, "I;16", "", self.options).likeness == "exact"
        scaled, said = scale(frame.image, 65535 if deep else 255, *self._range)
        try:
            fitted, more = self._fit(frame._replace(image=scaled))
        except ImageRefused:
            raise self._cannot_hold(frame.image.mode) from None
        changes = [f"{frame.image.mode} to {scaled.mode}", said, more]
        return fitted, ", ".join(filter(None, changes))

    @functools.cached_property
    def _range(self) -> tuple[float, float]:
        """The values of all deep frames that become black and white."""
        forced = self.limits != (None, None)
        images = [image for image in self.picture.images if forced or image.mode in DEEP]
        return value_range(images, *self.limits)

    def _cannot_hold(self, mode: str) -> ImageRefused:
        modes = [mode for mode in MODES if becomes(self.format, mode).likeness != "no"]
        return ImageRefused(f"{self.format} cannot hold mode {mode}; possible: {', '.join(modes)}")


def _laid_on_white(picture: Picture) -> Picture:
    return picture.with_images(
        flatten(image) if alpha_kind(image) and image.mode not in DEEP else image
        for image in picture.images
    )


def _one_mode(picture: Picture) -> Picture:
    """Bring frames to one mode, as APNG needs: a GIF's are P and then RGB."""
    images = picture.images
    if len({image.mode for image in images}) == 1:
        return picture
    mode = "RGBA" if any(map(alpha_kind, images)) else "RGB"
    return picture.with_images(
        to_mode(image, mode) if image.mode not in DEEP else image for image in images
    )


# What each frame or page has of its own


def _fit_times(picture: Picture, format: str, changes: list[str]) -> Picture:
    """
    Bring durations to what the format holds.

    A GIF has hundredths of a second; what is cut off a frame is added to the next. Browsers
    play frames of less than 20 ms slowly, so none is shorter.
    """
    gif = format == "GIF"
    step, least = (10, 20) if gif else (1, 1)  # ms
    most = {"GIF": 655_350, "PNG": 65_535}.get(format, 2**24 - 1)
    unsaid = _USUAL_DURATION if picture.format == "GIF" and not gif else 0
    frames, wanted, played = [], 0.0, 0
    for frame in picture.frames:
        said = _USUAL_DURATION if frame.duration is None else frame.duration
        given = min(said or unsaid, most)
        wanted += given
        whole = max(least, int((wanted - played) / step + 0.5) * step) if given else 0
        played += whole
        frames.append(frame._replace(duration=min(whole, most)))
    pairs = zip(picture.frames, frames, strict=True)
    off = any(one.duration and abs(one.duration - (two.duration or 0)) >= 1 for one, two in pairs)
    held = "in hundredths of a second, of at least 20 ms" if gif else f"of {least} to {most} ms"
    changes += [TIMES + held] * off
    return picture.with_frames(frames)


def _fit_compression(picture: Picture, changes: list[str]) -> Picture:
    """Keep the compression of a TIFF's pages in a TIFF, unless it loses something."""
    frames, lossy = [], []
    for frame in picture.frames:
        name = frame.compression
        if name not in _LOSSLESS or name in _BITS and frame.image.mode != "1":
            lossy.append(name)
            frame = frame._replace(compression="tiff_adobe_deflate")
        frames.append(frame)
    changes += [f"compression {name} as Deflate, without loss" for name in lossy[:1]]
    return picture.with_frames(frames)
