"""
Pictures to pack, and what one sees of them: by Pillow's own conversions and a few lines of NumPy.

Nothing here asks the code that is tested.
"""

import io

import numpy as np
from PIL import Image, ImageCms, TiffImagePlugin

MODES = "1 L LA La P PA RGB RGBA RGBa RGBX CMYK YCbCr LAB HSV I F I;16 I;16B".split()
DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
CLEAR = ("LA", "La", "PA", "RGBA", "RGBa")
_ORDERS = {"I;16": "<u2", "I;16L": "<u2", "I;16N": "=u2", "I;16B": ">u2"}


def picture(width: int, height: int) -> Image.Image:
    """An RGB image of many colours, another in each corner."""
    y, x = np.mgrid[0:height, 0:width]
    bands = (x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), np.full_like(x, 60))
    return Image.fromarray(np.stack(bands, -1).astype(np.uint8))


def sample(mode: str, width: int = 50, height: int = 40, cutout: bool = False) -> Image.Image:
    """
    An image of a mode; a band of transparency grows to the right, or is 0 and 255 with `cutout`.

    Deep modes hold values over all of their range.
    """
    rgb = picture(width, height)
    if mode in DEEP:
        steps = np.linspace(0, 1, width * height).reshape(height, width)
        if mode == "F":
            return Image.fromarray((steps * 7 - 2.5).astype("f4"))
        if mode == "I":
            return Image.fromarray((steps * 4e9 - 2e9).astype("i4"))
        numbers = (steps * 65535).astype(_ORDERS[mode])
        return Image.frombytes(mode, (width, height), numbers.tobytes())
    if mode == "P":
        return rgb.quantize(64)
    if mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.buildTransform(srgb, lab, "RGB", "LAB").apply(rgb)
    if mode not in CLEAR:
        return rgb.convert(mode)
    alpha = rgb.getchannel("R")
    if cutout:
        alpha = alpha.point(lambda level: 255 * (level > 99))
    if mode == "PA":
        image = Image.merge("PA", [rgb.getchannel("G"), alpha])
        image.putpalette([level for i in range(256) for level in (i, 255 - i, 9)])
        return image
    image = rgb.convert("L") if mode in ("LA", "La") else rgb
    image.putalpha(alpha)
    return image.convert(mode) if mode in ("La", "RGBa") else image


def colours(image: Image.Image) -> np.ndarray:
    """Red, green, blue and alpha of each pixel, 0 to 255."""
    if image.mode in ("La", "RGBa"):
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    elif image.mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.buildTransform(lab, srgb, "LAB", "RGB").apply(image)
    return np.asarray(image.copy().convert("RGBA")).astype(float)


def seen(image: Image.Image, paper: int) -> np.ndarray:
    """What one sees of an image on a sheet of a grey level."""
    rgba = colours(image)
    alpha = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + paper * (1 - alpha)


def off(before: Image.Image, after: Image.Image, flat: bool = False) -> tuple[float, float]:
    """
    How far one image is from another as seen on black and on white, in levels: at most, and in the
    mean.

    :param flat: Compare what is seen after with the image before on white, as one flattened on it.
    """
    assert after.size == before.size, (before.size, after.size)
    pairs = [np.abs(seen(before, 255 if flat else p) - seen(after, p)) for p in (0, 255)]
    return max(pair.max() for pair in pairs), max(pair.mean() for pair in pairs)


def values(image: Image.Image) -> np.ndarray:
    """The values of a deep image, as floats."""
    order = _ORDERS.get(image.mode)
    flat = np.frombuffer(image.tobytes(), order) if order else np.asarray(image)
    return flat.reshape(image.height, image.width).astype(float)


def limits(image: Image.Image) -> tuple[float, float]:
    """
    The least and the greatest value of a deep image; of an image of one value its mode's range.
    """
    numbers = values(image)
    finite = numbers[np.isfinite(numbers)]
    if finite.size and finite.min() < finite.max():
        return finite.min(), finite.max()
    if image.mode == "F":
        return 0, 1
    return (0, 65535) if 0 <= finite.min() <= 65535 else (-(2**31), 2**31 - 1)


def stretched(image: Image.Image, low: float, high: float) -> np.ndarray:
    """The values of a deep image from low..high to 0..1; what lies outside is cut, NaN is 0."""
    with np.errstate(invalid="ignore"):
        return np.clip(np.nan_to_num((values(image) - low) / (high - low), nan=0), 0, 1)


def levels(image: Image.Image) -> np.ndarray:
    """The values of a grey image of 8 or 16 bits from 0 to 1."""
    return values(image) / (65535 if image.mode in DEEP else 255)


def encoded(frames: list[Image.Image], format: str, **options) -> Image.Image:
    """A file of frames as Pillow writes it, opened."""
    file = io.BytesIO()
    several = {"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}
    frames[0].save(file, format, **several, **options)
    return Image.open(file)


def frames_of(image: Image.Image) -> list[Image.Image]:
    """All frames of an opened file."""
    frames = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        image.load()
        frames.append(image.copy())
    return frames


def tiff(tags: dict[int, tuple[int, object]]) -> Image.Image:
    """A TIFF of the picture with tags, each given by its number, type and value."""
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, (kind, value) in tags.items():
        info.tagtype[tag] = kind
        info[tag] = value
    return encoded([picture(40, 24)], "TIFF", tiffinfo=info)
