"""Makes of a picture one that a format holds, and says in words what was changed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.formats import MODES, becomes, holds_animation, holds_pages
from mlrun_images.pictures.keeping import fits_profile
from mlrun_images.pictures.modes import (
    DEEP,
    alpha_kind,
    by_profile,
    flatten,
    from_values,
    scale,
    to_mode,
    value_limits,
)
from mlrun_images.pictures.pages import fit_compression, fit_times
from mlrun_images.pictures.picture import BANDS, Picture
from mlrun_images.pictures.turning import TURNED, must_turn, turn

FLATTENED = "transparency flattened on white"
# the modes that come next, of grey images; all others become RGB
_CLEAR = {mode: ("LA", "RGBA") for mode in ("1", "L", "LA", "La")}
_OPAQUE = {"1": ("1", "L", "RGB"), "L": ("L", "RGB"), "LA": ("L", "RGB"), "La": ("L", "RGB")}
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
    fitter = _Fitter(format, options, (vmin, vmax), is_seen)
    turned = turn(picture) if must_turn(picture, format, options) else picture
    chosen, notes = fitter.choose(turned)
    fitted, changes = fitter.fit_modes(chosen)
    timed, timing = fit_times(fitted, format)
    said = [TURNED] if turned is not picture else []
    pressed, pressing = fit_compression(timed, format, options)
    return pressed, [*said, *changes, *notes, *timing, *pressing]


def flattened(picture: Picture) -> Picture:
    """Lay all frames of a picture on white."""
    return picture.with_images(_one_mode([_opaque(image) for image in picture.images]))


class _Fitter:
    """
    What a format holds, with the options of its encoder.

    :param format:  Pillow's name of the format.
    :param options: The options.
    :param limits:  The values that become black and white.
    :param is_seen: As `fit` takes it.
    """

    def __init__(
        self,
        format: str,
        options: Mapping[str, Any],
        limits: tuple[float | None, float | None],
        is_seen: bool,
    ):
        self.format = format
        self.options = options
        self.limits = limits
        self.is_seen = is_seen

    # Frames

    def choose(self, picture: Picture) -> tuple[Picture, list[str]]:
        """Choose the frames that the format has room for."""
        count, notes = len(picture.frames), list(picture.notes)
        if count == 1:
            return picture, notes
        if self._has_room(picture):
            if self.format != "TIFF" and len({str(frame.exif) for frame in picture.frames}) > 1:
                extras = {name: picture.extras[name] for name in picture.extras if name != "exif"}
                picture = replace(picture, extras=extras)
                notes.append("without the EXIF of its frames, which differ")
            if holds_pages(self.format):
                lost = picture.is_animated
                return picture, notes + ["frames as pages without durations"] * lost
            if picture.has_cover and self.format != "PNG":
                played = replace(picture.with_frames(picture.frames[1:]), has_cover=False)
                picture, notes = played, [*notes, "without its cover for readers of one frame"]
            if len({(image.size, image.mode in DEEP) for image in picture.images}) == 1:
                return picture, notes
        broken = [note for note in notes if not note.startswith("the first ")]
        return picture.only_current(), [f"frame {picture.current + 1} of {count} only", *broken]

    def _has_room(self, picture: Picture) -> bool:
        if self.format not in Image.SAVE_ALL or not self.options.get("save_all", True):
            return False
        room = holds_pages(self.format) or picture.is_animated and holds_animation(self.format)
        return room and "append_images" not in self.options

    # Modes

    def fit_modes(self, picture: Picture) -> tuple[Picture, list[str]]:
        """Fit frames alike: if one must be flattened or scaled, so are all, from one range."""
        images = picture.images
        pairs = [self._fit(one.image, one.profile, *self.limits) for one in picture.frames]
        is_flat = len(images) > 1 and any(FLATTENED in change for _, change in pairs)
        if is_flat:
            pairs = [
                self._fit(_opaque(one.image), one.profile, *self.limits) for one in picture.frames
            ]
        elif len(images) > 1 and any("scaled" in change for _, change in pairs):
            low, high = value_limits([image for image in images if image.mode in DEEP])
            if self.limits == (None, None) and low < high:
                pairs = [
                    self._fit(image, None, low, high) if image.mode in DEEP else pair
                    for image, pair in zip(images, pairs, strict=True)
                ]
        changes = sorted({change for _, change in pairs if change})
        changes += [FLATTENED] if is_flat else []
        fitted = [image for image, _ in pairs]
        is_one = len(fitted) > 1 and (picture.is_animated or not holds_pages(self.format))
        picture = picture.with_images(_one_mode(fitted) if is_one else fitted)
        if any("by its profile" in change for change in changes):
            extras = {
                name: picture.extras[name] for name in picture.extras if name != "icc_profile"
            }
            frames = tuple(
                replace(frame, profile=None) if "by its profile" in change else frame
                for frame, (_, change) in zip(picture.frames, pairs, strict=True)
            )
            picture = replace(picture.with_frames(frames), extras=extras)
        return picture, changes

    def _fit(
        self, image: Image.Image, profile: Any, vmin: float | None, vmax: float | None
    ) -> tuple[Image.Image, str]:
        """
        Bring one frame to the nearest mode that the format takes.

        That is its own mode, else one with the same colours and transparency, else without
        transparency, on white. A deep frame keeps its values in another deep mode, else it is
        scaled. With `vmin` or `vmax` it is always scaled.
        """
        if vmin is not None or vmax is not None:
            return self._fit_scaled(image, vmin, vmax)
        alpha, mode = alpha_kind(image), image.mode
        if self.takes(image, mode, alpha):
            return image, ""
        if mode in DEEP:
            return self._fit_values(image, alpha)
        clear = _CLEAR.get(mode, ("RGBA",)) if alpha else ()
        nearest = [(other, "smooth") for other in clear]
        nearest += [(other, "") for other in _OPAQUE.get(mode, ("RGB",))]
        for other, kept in nearest:
            if self.takes(image, other, kept):
                return self._convert(image, other, profile, is_flat=bool(alpha and not kept))
        if becomes(self.format, mode, alpha, self.options).likeness == "no":
            raise self._cannot_hold(f"{mode} with transparency" if alpha else mode)
        return image, "other readers than Pillow show its negative"  # an XBM has no other mode

    def _fit_values(self, image: Image.Image, alpha: str) -> tuple[Image.Image, str]:
        """Bring a deep frame to a mode that keeps its values, else scale them."""
        without = "without the transparent value" if alpha else ""
        if alpha and self.takes(image, image.mode, ""):
            return from_values(np.asarray(image), image.mode), without
        fitted, change = self._fit_deep(image)
        return fitted, ", ".join(filter(None, (change, without)))

    def _convert(
        self, image: Image.Image, mode: str, profile: Any, is_flat: bool
    ) -> tuple[Image.Image, str]:
        """Convert a frame to another mode; to RGB by its ICC profile if it has one."""
        change = f"{image.mode} to {mode}"
        if is_flat:
            note = FLATTENED if image.mode == mode else f"{change}, {FLATTENED}"
            return to_mode(flatten(image), mode), note
        if mode == "RGB" and image.mode in ("L", "CMYK", "LAB"):
            fits = fits_profile(profile, image.mode)
            if fits and (converted := by_profile(image, profile)):
                return converted, f"{change} by its profile"
        return to_mode(image, mode), change

    def takes(self, image: Image.Image, mode: str, alpha: str) -> bool:
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
        levels = to_mode(image, "RGBA").getchannel("A").histogram()
        return not any(levels[1:255])

    def _fit_deep(self, image: Image.Image) -> tuple[Image.Image, str]:
        """
        Keep a deep frame's values in another deep mode of the format, else scale them.

        The modes are tried from the smallest: I;16, I, F. Each holds a range of whole numbers, F
        those below 2**24. Floats that are no whole numbers fit none but F itself, which the format
        does not take if one comes here.
        """
        values = np.asarray(image)
        if values.dtype.kind != "f" or (values == np.rint(values)).all():
            for mode, (low, high) in _RANGES.items():
                fits = low <= values.min() and values.max() <= high
                if fits and becomes(self.format, mode, "", self.options).likeness == "exact":
                    return from_values(values, mode), f"{image.mode} to {mode}, same values"
        return self._fit_scaled(image)

    def _fit_scaled(
        self, image: Image.Image, vmin: float | None = None, vmax: float | None = None
    ) -> tuple[Image.Image, str]:
        """Scale a deep frame to 16 bits if the format holds them, else to 8."""
        deep = becomes(self.format, "I;16", "", self.options).likeness == "exact"
        scaled, change = scale(image, 65535 if deep else 255, vmin, vmax)
        try:
            fitted, more = self._fit(scaled, None, None, None)
        except ImageRefused:
            raise self._cannot_hold(image.mode) from None
        return fitted, ", ".join(filter(None, (f"{image.mode} to {scaled.mode}", change, more)))

    def _cannot_hold(self, mode: str) -> ImageRefused:
        modes = [mode for mode in MODES if becomes(self.format, mode).likeness != "no"]
        return ImageRefused(f"{self.format} cannot hold mode {mode}; possible: {', '.join(modes)}")


def _opaque(image: Image.Image) -> Image.Image:
    return flatten(image) if alpha_kind(image) and image.mode not in DEEP else image


def _one_mode(images: list[Image.Image]) -> list[Image.Image]:
    """Bring frames to one mode, as APNG needs: a GIF's are P and then RGB."""
    if len({image.mode for image in images}) == 1:
        return images
    mode = "RGBA" if any(map(alpha_kind, images)) else "RGB"
    return [to_mode(image, mode) if image.mode not in DEEP else image for image in images]


# Without loss


def fit_lossless(picture: Picture) -> tuple[Picture, str, str]:
    """
    Find how to keep a picture without loss whatever its mode: as PNG, else as TIFF, else its bands
    in another mode.

    :returns: The picture to write, Pillow's name of the format, and the change in words (empty:
              none).
    """
    pages = not picture.is_animated and len(picture.frames) > 1
    image = picture.image
    for format in ("TIFF", "PNG") if pages else ("PNG", "TIFF"):
        if becomes(format, image.mode, alpha_kind(image)).likeness == "exact":
            return picture, format, ""
    picture = picture.only_current()
    if image.mode in DEEP:
        mode = image.mode if image.mode in ("I", "F") else "I;16"
        same = image.mode == mode
        change = "without the transparent value" if same else f"{image.mode} to {mode}, same values"
        return picture.with_images([from_values(np.asarray(image), mode)]), "TIFF", change
    bands = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[len(image.getbands())]
    renamed = picture.with_images([Image.merge(bands, image.split())])
    texts = {**picture.texts, BANDS: image.mode}
    return replace(renamed, texts=texts), "PNG", f"its {image.mode} bands stored as {bands}"
