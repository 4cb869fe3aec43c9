"""Brings an image, or its frames, to a mode that a format takes."""

from typing import Any

import numpy as np
from PIL import Image

from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.formats import MODES, fidelity, holds_animation, holds_pages
from mlrun_images.packing.frames import copy_frames, frame_count, is_animation, one_mode
from mlrun_images.packing.modes import (
    DEEP,
    alpha_kind,
    drop_false_transparency,
    flatten,
    from_values,
    scale,
    to_mode,
    value_limits,
    whole_palette,
)

FLATTENED = "transparency flattened on white"
_GREY = ("1", "L", "LA", "La")
_RANGES = {"I;16": (0, 65535), "I": (-(2**31), 2**31 - 1), "F": (-(2**24), 2**24)}


def fit(
    image: Image.Image, format: str, vmin: float | None = None, vmax: float | None = None
) -> tuple[Image.Image, str]:
    """
    Bring an image to the nearest mode that a format takes.

    That is its own mode, else one with the same colours and transparency, else without
    transparency, on white. A deep image keeps its values in another deep mode, else it is scaled.
    With `vmin` or `vmax` it is always scaled.

    :param image:  The image; it is not changed, and returned as it is where the format takes it.
    :param format: Pillow's name of the format.
    :param vmin:   Of a deep image, the value that becomes black; by default its own least one.
    :param vmax:   Of a deep image, the value that becomes white; by default its own greatest one.

    :returns: The image to save, and what was changed in words (empty: nothing).

    :raise ImageRefused: If the format takes no mode near the image's, or `scale` refuses `vmin` and
                         `vmax`.
    """
    image = whole_palette(drop_false_transparency(image))
    if vmin is not None or vmax is not None:
        return _fit_scaled(image, format, vmin, vmax)
    alpha = alpha_kind(image)
    if takes(format, image, image.mode, alpha):
        return image, ""
    if image.mode in DEEP:
        fitted, change = _fit_deep(image, format)
        return fitted, change + (", without the transparent value" if alpha else "")
    grey = image.mode in _GREY
    if alpha:
        for mode in ("LA", "RGBA") if grey else ("RGBA",):
            if takes(format, image, mode, "smooth"):
                return to_mode(image, mode), f"{image.mode} to {mode}"
    for mode in ("1", "L", "RGB") if image.mode == "1" else ("L", "RGB") if grey else ("RGB",):
        if takes(format, image, mode, ""):
            note = f", {FLATTENED}" if alpha else ""
            change = f"{image.mode} to {mode}{note}"
            return to_mode(flatten(image) if alpha else image, mode), change
    raise _cannot_hold(format, f"{image.mode} with transparency" if alpha else image.mode)


def takes(format: str, image: Image.Image, mode: str, alpha: str) -> bool:
    """
    Check if a format takes an image in a mode.

    A format that knows only full and no transparency (GIF) takes an image with a band of it that
    has no other.

    :param format: Pillow's name of the format.
    :param image:  The image.
    :param mode:   The mode that it would have.
    :param alpha:  The transparency that it would have: what `alpha_kind` says.
    """
    if fidelity(format, mode, alpha) != "no":
        return True
    if alpha != "smooth" or fidelity(format, mode, "cutout") == "no":
        return False
    levels = to_mode(image, "RGBA").getchannel("A").histogram()
    return not any(levels[1:255])


def _fit_deep(image: Image.Image, format: str) -> tuple[Image.Image, str]:
    """
    Keep a deep image's values in another deep mode of the format, else scale them.

    The modes are tried from the smallest: I;16, I, F. Each holds a range of whole numbers, F those
    below 2**24. Floats that are no whole numbers fit none but F itself, which the format does not
    take if one comes here.
    """
    values = np.asarray(image)
    if values.dtype.kind != "f" or np.isfinite(values).all() and (values == np.rint(values)).all():
        for mode, (low, high) in _RANGES.items():
            fits = low <= values.min() and values.max() <= high and mode != image.mode
            if fits and fidelity(format, mode) == "exact":
                return from_values(values, mode), f"{image.mode} to {mode}, same values"
    return _fit_scaled(image, format)


def _fit_scaled(
    image: Image.Image, format: str, vmin: float | None = None, vmax: float | None = None
) -> tuple[Image.Image, str]:
    """Scale a deep image to 16 bits if the format holds them and the image has more, else to 8."""
    chosen = vmin is not None or vmax is not None
    deep = fidelity(format, "I;16") == "exact" and (chosen or image.mode in ("I", "F"))
    scaled, change = scale(image, 65535 if deep else 255, vmin, vmax)
    try:
        fitted, more = fit(scaled, format)
    except ImageRefused:
        raise _cannot_hold(format, image.mode) from None
    return fitted, ", ".join(filter(None, (f"{image.mode} to {scaled.mode}", change, more)))


def _cannot_hold(format: str, mode: str) -> ImageRefused:
    modes = [mode for mode in MODES if fidelity(format, mode) != "no"]
    return ImageRefused(f"{format} cannot hold mode {mode}; possible: {', '.join(modes)}")


# Frames


def fit_frames(
    image: Image.Image,
    format: str,
    options: dict[str, Any],
    vmin: float | None = None,
    vmax: float | None = None,
) -> tuple[list[Image.Image], list[str]]:
    """
    Find the frames that a format holds of an image, each in a mode that the format takes.

    All frames are saved if the format and the options have room for several, and for such: an
    animation's need one size, and pages no animation. Else it is the current frame.

    :returns: The frames, and what was changed in words. For one frame that the format takes it is
              the image itself.

    :raise ImageRefused: If the format takes no mode near the image's.
    """
    notes = [] if _is_whole(image) else ["later frames cannot be read"]  # Pillow tells it once
    count = frame_count(image)
    if count > 1 and _has_room(image, format, options):
        frames = copy_frames(image)
        if len(frames) < count:
            notes = [f"the first {len(frames)} of {count} frames: others cannot be read"]
        pages = holds_pages(format)
        if pages or len({(frame.size, frame.mode in DEEP) for frame in frames}) == 1:
            if pages and is_animation(image):
                notes.append("frames as pages without durations")
            frames, changes = _fit_all(frames, format, vmin, vmax)
            return frames if pages else one_mode(frames), changes + notes
    if count > 1:
        notes = [f"frame {image.tell() + 1} of {count} only"]
    if count > 1 or image.mode == "P":  # encoders write into the palette
        image = image.copy()
    fitted, change = fit(image, format, vmin, vmax)
    return [fitted], [*filter(None, [change]), *notes]


def _is_whole(image: Image.Image) -> bool:
    try:
        return getattr(image, "n_frames", 1) > 0
    except Exception:
        return False


def _has_room(image: Image.Image, format: str, options: dict[str, Any]) -> bool:
    if format not in Image.SAVE_ALL or not options.get("save_all", True):
        return False
    room = holds_pages(format) or is_animation(image) and holds_animation(format)
    return room and "append_images" not in options


def _fit_all(
    frames: list[Image.Image], format: str, vmin: float | None, vmax: float | None
) -> tuple[list[Image.Image], list[str]]:
    """Fit frames alike: if one must be flattened or scaled, so are all, from one range."""
    pairs = [fit(frame, format, vmin, vmax) for frame in frames]
    changes = [change for _, change in pairs]
    if any(FLATTENED in change for change in changes):
        pairs = [fit(opaque(frame), format, vmin, vmax) for frame in frames]
        changes = [change for _, change in pairs] + [FLATTENED]
    elif any("scaled" in change for change in changes) and vmin is None and vmax is None:
        deep = [frame for frame in frames if frame.mode in DEEP]
        low, high = value_limits(deep)
        if low < high:
            pairs = [
                fit(frame, format, low, high) if frame.mode in DEEP else pair
                for frame, pair in zip(frames, pairs, strict=True)
            ]
            changes = [change for _, change in pairs]
    return [frame for frame, _ in pairs], sorted(set(filter(None, changes)))


def opaque(frame: Image.Image) -> Image.Image:
    return flatten(frame) if alpha_kind(frame) and frame.mode not in DEEP else frame


# Without loss


def lossless(image: Image.Image) -> tuple[Image.Image, str, str]:
    """
    Find how to keep an image without loss whatever its mode: as PNG, else as TIFF, else its bands
    in another mode.

    :returns: The image to save, Pillow's name of the format, and the change in words (empty: none).
    """
    pages = not is_animation(image) and frame_count(image) > 1
    for format in ("TIFF", "PNG") if pages else ("PNG", "TIFF"):
        if fidelity(format, image.mode, alpha_kind(image)) == "exact":
            return image, format, ""
    if image.mode in DEEP:
        mode = image.mode if image.mode in ("I", "F") else "I;16"
        same = image.mode == mode
        change = "without the transparent value" if same else f"{image.mode} to {mode}, same values"
        return from_values(np.asarray(image), mode), "TIFF", change
    bands = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[len(image.getbands())]
    renamed = Image.merge(bands, image.split())
    return renamed, "PNG", f"its {image.mode} bands stored as {bands}"
