"""
Images as a handler returns them, the files that the packager writes of them, and what is wrong with
what a reader sees of such a file.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageDraw, ImageOps
from readers import Seen, pdfium

from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.files import ImageFile, write_file
from mlrun_images.pictures.fitting import FLATTENED
from mlrun_images.pictures.formats import suffix
from mlrun_images.pictures.modes import DEEP
from mlrun_images.pictures.reading import read
from oracle import colours, encoded, off, picture, sample, stretched, values

SIZE = (51, 39)  # pixels
DURATIONS = [100, 40, 250]  # ms
NEAR = 8  # mean difference in levels of 255 up to which a lossy encoder made it
MODES = "1 L LA P PA RGB RGBA CMYK YCbCr LAB HSV I;16 I F".split()
TURNED = "on its side by EXIF"
PROFILED = ["a profile", "an animation with a profile"]
KEYED = [
    "L with a transparent colour",
    "RGB with a transparent colour",
    "P with a transparent colour",
    "P with a table of transparency",
]


# Samples


@dataclass(frozen=True)
class Sample:
    """
    An image, and a file of it.

    :param name:   What it is of: a mode, ``animation``, …
    :param frames: The frames that should be seen.
    :param file:   The file as `file[format=…]` writes it.
    :param path:   Where it is.
    """

    name: str
    frames: list[Image.Image]
    file: ImageFile
    path: Path


def images(side: int) -> dict[str, tuple[Image.Image, list[Image.Image]]]:
    """
    Make all images: by name what a handler returns, and the frames that should be seen.

    :param side: Width and height in pixels; 0 for `SIZE`.
    """
    size = (side, side) if side else SIZE
    made = {name: still(name, *size) for name in MODES + KEYED}
    found = {name: (image, [image]) for name, image in made.items()}
    if not side:
        whole, small = picture(*SIZE), picture(20, 30)
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 6
        sideways = encoded([whole], "JPEG", exif=exif, quality=95)
        found[TURNED] = sideways, [whole.transpose(Image.Transpose.ROTATE_270)]
        found["pages"] = encoded([whole, small], "TIFF", dpi=(72, 72)), [whole, small]
        opaque = [whole, whole.rotate(180), ImageOps.invert(whole)]
        for name, frames in ("animation", opaque), ("clear animation", discs()):
            found[name] = encoded(frames, "PNG", duration=DURATIONS, blend=0), frames
        for name, frames in zip(PROFILED, ([whole], opaque), strict=True):
            options = {"icc_profile": swapped(), "duration": DURATIONS[: len(frames)]}
            shown = [in_srgb(frame) for frame in frames]
            found[name] = encoded(frames, "PNG", **options), shown
    return found


def still(name: str, width: int, height: int) -> Image.Image:
    image = sample(name.split()[0], width, height)
    if name.endswith("colour"):
        image.info["transparency"] = image.getpixel((7, 7))
    elif name.endswith("transparency"):
        image.info["transparency"] = bytes(4 * i for i in range(64))
    return image


def swapped() -> bytes:
    """Make a profile of red, green and blue whose red is sRGB's green, and the other way round."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"....").replace(b"gXYZ", b"rXYZ").replace(b"....", b"gXYZ")


def in_srgb(image: Image.Image) -> Image.Image:
    """What one sees of an image with the profile `swapped`."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(swapped()))
    shown = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    assert shown is not None
    return shown


def discs() -> list[Image.Image]:
    """A disc that moves on nothing."""
    frames = [Image.new("RGBA", SIZE) for _ in range(3)]
    for i, frame in enumerate(frames):
        place = (10 * i, 5, 10 * i + 20, 25)
        ImageDraw.Draw(frame).ellipse(place, (200, 60 + 50 * i, 20, 255))
    return frames


def annotated(mode: str) -> Image.Image:
    """An image with all that a format may have a place for beside its pixels."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "a description"
    image = sample(mode, *SIZE)
    image.info = {
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        "exif": exif.tobytes(),
        "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        "dpi": (300, 300),
        "comment": "a comment",
        "Title": "a text",
    }
    return image


def written(image: Image.Image, format: str) -> ImageFile | None:
    """A file as `file[format=…]` writes it; None if that is refused."""
    try:
        return write_file(read(image), format, {})
    except ImageRefused:
        return None


def samples(format: str, folder: Path) -> dict[str, Sample]:
    """Write the files of a format, by the names of their samples."""
    found = {}
    side = 1024 if format == "ICNS" else 0  # which opens as that size only
    for number, (name, (image, frames)) in enumerate(images(side).items()):
        if file := written(image, format):
            kind = "animation" if "animation" in name else "sample"
            extension = suffix(format, format, file.held.mode)
            path = folder / f"{format}-{kind}-{number}{extension}"
            path.write_bytes(file.data)
            found[name] = Sample(name, frames, file, path)
    return found


# Verdicts: what is wrong with what a reader sees; an empty text if it is right


def judge(one: Sample, seen: Seen) -> str:
    """Judge what a reader sees of a sample."""
    said = judge_frame(one.frames[0], one.file, seen.pixels)
    if said or one.file.held.frames == 1:
        return said
    if len(seen.frames) < 2:
        return "first frame only"
    if len(seen.frames) != len(one.frames):
        return f"{len(seen.frames)} frames"
    pairs = zip(one.frames, seen.frames, strict=True)
    wrong = {judge_frame(frame, one.file, pixels) for frame, pixels in pairs} - {""}
    if wrong:
        return f"later frames: {', '.join(sorted(wrong))}"
    timed = "animation" in one.name and "pages" not in str(one.file.changes)
    return "" if not timed or np.allclose(seen.durations, DURATIONS) else "no durations"


def judge_frame(image: Image.Image, file: ImageFile, pixels: np.ndarray) -> str:
    if pixels.shape[:2] != image.size[::-1]:
        return "not turned" if pixels.shape[:2] == image.size else "another size"
    if image.mode in DEEP:
        return judge_values(image, file.held.mode in DEEP, pixels)
    shown = as_image(pixels)
    if off(image, shown, any(FLATTENED in change for change in file.changes))[1] < NEAR:
        return ""
    colour, alpha = np.split(colours(image), [3], axis=-1)
    bare = Image.fromarray(colour.astype(np.uint8))
    if off(bare, shown)[1] < NEAR:
        return "without transparency"
    if off(ImageOps.invert(bare), shown)[1] < NEAR:
        return "as a negative"
    dark = np.dstack([colour * alpha / 255, alpha])
    if off(Image.fromarray(dark.astype(np.uint8)), shown)[1] < NEAR:
        return "colours multiplied by transparency"
    if image.mode == "CMYK" and np.corrcoef(_flat(bare), _flat(shown))[0, 1] > 0.9:
        return "in similar colours"
    return "other colours"


def _flat(image: Image.Image) -> np.ndarray:
    return colours(image)[..., :3].ravel()


def is_exact(one: Sample) -> bool | None:
    """
    Check if the pixels of a file are read as they were, by Pillow or PDFium; None if both do not
    read it.
    """
    image = one.frames[0]
    if one.path.suffix == ".pdf":
        return off(image, as_image(pdfium(one.path).pixels)) == (0, 0)
    try:
        with Image.open(one.path) as opened:
            opened.load()
            if image.mode in DEEP:
                return opened.mode in DEEP and np.array_equal(values(opened), values(image))
            return off(image, opened) == (0, 0)
    except Exception:
        return None


def judge_values(image: Image.Image, is_deep: bool, pixels: np.ndarray) -> str:
    grey = pixels if pixels.ndim == 2 else pixels[..., 0]
    if np.array_equal(grey, values(image)):
        return ""
    if grey.dtype.kind != "u":
        return "other values"
    low, high = values(image).min(), values(image).max()
    error = np.abs(grey / np.iinfo(grey.dtype).max - stretched(image, low, high))
    if error.max() < 1e-4:
        return ""
    return "other values" if error.mean() > NEAR / 255 else "in 8 bits" * is_deep


def as_image(pixels: np.ndarray) -> Image.Image:
    if pixels.dtype != np.uint8:
        pixels = (pixels / 257).round().astype(np.uint8)
    mode = "L" if pixels.ndim == 2 else {2: "LA", 3: "RGB", 4: "RGBA"}[pixels.shape[2]]
    height, width = pixels.shape[:2]
    return Image.frombytes(mode, (width, height), pixels.tobytes()).convert("RGBA")
