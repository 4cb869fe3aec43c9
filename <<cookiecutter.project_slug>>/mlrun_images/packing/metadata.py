"""What comes with an image besides its pixels: ICC profile, EXIF, DPI, XMP, comment and texts."""

from typing import Any

from PIL import Image, PngImagePlugin

from mlrun_images.packing.modes import DEEP
from mlrun_images.packing.options import known_options

ORIENTATION = 0x0112  # of EXIF
KEPT = (
    "icc_profile",
    "exif",
    "xmp",
    "dpi",
    "comment",
)  # what an image's info has under the encoders' names
_TIFF_TAGS = (
    0x010E,
    0x010F,
    0x0110,
    ORIENTATION,
    0x0131,
    0x0132,
    0x013B,
    0x8298,
)  # what says more than the pixels
_ICC_SPACES = {
    b"GRAY": ("1", "L", "LA", *DEEP),
    b"RGB ": ("P", "PA", "RGB", "RGBA"),
    b"CMYK": ("CMYK",),
}


def metadata(image: Image.Image, mode: str, format: str) -> dict[str, Any]:
    """Get the encoder options that keep the ICC profile (if it is for the mode), EXIF, DPI, XMP, comment and texts."""
    known = known_options(format) or frozenset()
    kept = {name: image.info[name] for name in KEPT if image.info.get(name)}
    tags = getattr(
        image, "tag_v2", {}
    )  # a TIFF's EXIF is among its tags, with others that belong to its own pixels
    if any(tag in tags for tag in _TIFF_TAGS):
        exif = Image.Exif()
        exif.update({tag: tags[tag] for tag in _TIFF_TAGS if tag in tags})
        kept["exif"] = exif.tobytes()
    profile = image.info.get("icc_profile")
    if profile:
        kept["icc_profile"] = (
            profile if mode in _ICC_SPACES.get(profile[16:20], (image.mode,)) else None
        )
    texts = texts_of(image)
    if "pnginfo" in known and texts:
        kept["pnginfo"] = PngImagePlugin.PngInfo()
        for name, text in texts.items():
            kept["pnginfo"].add_text(name, text)
    return {name: value for name, value in kept.items() if name in known}


def texts_of(image: Image.Image) -> dict[str, str]:
    return {
        k: v
        for k, v in image.info.items()
        if isinstance(k, str) and isinstance(v, str) and k != "compression"
    }


def orientation(image: Image.Image) -> int:
    """Get the orientation that EXIF gives, 1 (upright) also where Pillow cannot read it; above 4 the sides swap."""
    try:
        return image.getexif().get(ORIENTATION, 1)
    except Exception:
        return 1
