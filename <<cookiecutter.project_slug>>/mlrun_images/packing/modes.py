"""Conversions between Pillow's modes, which keep, as far as they can, what one sees."""

import numpy as np
from PIL import Image

from mlrun_images.packing.errors import ImageRefused

DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")  # one band of more than 8 bits
ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")  # with a band of transparency


def alpha_kind(image: Image.Image) -> str:
    """Get how an image is transparent: ``smooth`` (a band), ``key``, ``table``, ``palette``, or an empty text."""
    if image.mode in ALPHA:
        return "smooth"
    if "transparency" in image.info:
        return "table" if isinstance(image.info["transparency"], bytes) else "key"
    return "palette" if image.mode == "P" and image.palette and image.palette.mode == "RGBA" else ""


def to_mode(image: Image.Image, mode: str) -> Image.Image:
    """
    Convert between 8-bit modes through Pillow's own conversions (LAB by way of ImageCms and sRGB).

    :raise ImageRefused: For LAB where Pillow was built without ImageCms.
    """
    if image.mode == "LAB":
        image = _lab_to_rgb(image)
    elif image.mode in ("La", "RGBa"):
        image = image.convert(
            {"La": "LA", "RGBa": "RGBA"}[image.mode]
        )  # the only conversion that these have
    elif image.mode == "PA" and mode != "PA":
        image = image.convert("RGBA")
    return image if image.mode == mode else image.convert(mode)


def flatten(image: Image.Image, paper: str = "white") -> Image.Image:
    """Lay an 8-bit image on a sheet of one colour; the result has mode RGB."""
    if not alpha_kind(image):
        return to_mode(image, "RGB")
    image = to_mode(image, "RGBA")
    sheet = Image.new("RGB", image.size, paper)
    sheet.paste(image, mask=image)
    sheet.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return sheet


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    try:
        from PIL import ImageCms

        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.buildTransform(lab, srgb, "LAB", "RGB").apply(image)
    except ImportError as error:
        raise ImageRefused(
            f"mode LAB needs Pillow's ImageCms ({error}); possible: TIFF, which holds LAB"
        ) from error


def scale(image: Image.Image, top: int = 255) -> tuple[Image.Image, str]:
    """
    Scale a deep image from its own least and greatest value to 0..top; NaN and -inf become 0, +inf becomes `top`.

    :param image: An image of one band of integers or floats.
    :param top:   255 (result in mode L) or 65535 (I;16).

    :returns: The image, and the change in words.
    """
    values = np.asarray(image)
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    result = np.empty(values.shape, np.uint8 if top == 255 else np.uint16)
    factor = top / (high - low) if high > low else 0.0
    for row in range(0, len(values), 64):  # in strips: no copy of the whole image in 64-bit floats
        strip = (values[row : row + 64].astype(np.float64) - low) * np.float64(factor or 1.0)
        result[row : row + 64] = np.clip(np.nan_to_num(strip, nan=0, posinf=top, neginf=0), 0, top)
    scaled = Image.fromarray(result)
    scaled.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return scaled, f"scaled from {low:g}..{high:g} to 0..{top}"


def from_values(values: np.ndarray, mode: str) -> Image.Image:
    """Make a deep image of rows of values that its mode can hold."""
    kinds = {"I": "=i4", "F": "=f4", "I;16B": ">u2", "I;16N": "=u2"}
    data = np.ascontiguousarray(values, kinds.get(mode, "<u2"))
    return Image.frombytes(mode, (values.shape[1], values.shape[0]), data.tobytes())


def whole_palette(image: Image.Image) -> Image.Image:
    """Add black for the values beyond the palette (255 in many masks): encoders cut them to the palette's bits."""
    if image.mode != "P" or not image.palette:
        return image
    mode = image.palette.mode
    colours = image.getpalette(mode) or []
    missing = int(np.asarray(image).max()) + 1 - len(colours) // len(mode)
    if missing > 0:
        image = image.copy()
        image.putpalette(colours + [0, 0, 0, 255][: len(mode)] * missing, mode)
    return image
