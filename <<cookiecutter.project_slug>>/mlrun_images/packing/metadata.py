"""What comes with an image besides its pixels: ICC profile, EXIF, XMP, DPI, comment and texts."""

import functools
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

from mlrun_images.packing.formats import probe, round_trip
from mlrun_images.packing.modes import DEEP
from mlrun_images.packing.options import known_options

# what an image's info has under the encoders' names
KEPT = ("icc_profile", "exif", "xmp", "dpi", "comment")
_ICC_SPACES = {
    b"GRAY": ("1", "L", "LA", *DEEP),
    b"RGB ": ("P", "PA", "RGB", "RGBA"),
    b"CMYK": ("CMYK",),
}
# the tags of a TIFF that say more than how its own pixels lie; no orientation: Pillow turns a TIFF
_TIFF_TAGS = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.Copyright,
)
# names in an image's info with a meaning for Pillow: as texts of a PNG they would come back as such
_PILLOWS_OWN = frozenset(
    "aspect background bbox blend chromaticity comment compression default_image disposal dpi "
    "duration exif gamma icc_profile interlace loop palette srgb timestamp transparency version "
    "xmp".split()
)
_EXIF_HEAD = b"Exif\0\0"  # without it a JPEG's readers do not see the EXIF; WebP and AVIF give none
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def metadata(image: Image.Image, mode: str, format: str) -> dict[str, Any]:
    """
    Get the encoder options that keep what comes with an image, as far as the format has a place for
    it.

    :param image:  The image.
    :param mode:   The mode that it is saved in: an ICC profile is for one colour space.
    :param format: Pillow's name of the format.

    :returns: Any of ``icc_profile`` (None: the image's is not for this mode), ``exif``, ``xmp``,
              ``dpi``, ``comment`` and ``pnginfo``. What is not of a type that encoders take is left
              out.
    """
    known = known_options(format)
    kept = {
        "icc_profile": _icc_profile(image, mode),
        "exif": _exif(image),
        "xmp": _of_type(image.info.get("xmp"), bytes | str),
        "dpi": _dpi(image.info.get("dpi")),
        "comment": _of_type(image.info.get("comment"), bytes | str),
        "pnginfo": _png_texts(image),
    }
    kept = {name: value for name, value in kept.items() if value}
    if known is None:  # another package's: of what it may take, these are under the usual names
        known = frozenset(("icc_profile", "exif", "xmp"))
    if "icc_profile" in image.info:
        kept.setdefault("icc_profile", None)
    return {name: value for name, value in kept.items() if name in known}


def lost(image: Image.Image, kept: dict[str, Any], opened: Image.Image | None) -> list[str]:
    """
    Name what came with an image and is not in its file.

    :param image:  The image.
    :param kept:   The encoder options that should keep it: what `metadata` gives.
    :param opened: The file as it opens, None if this Pillow does not read the format.

    :returns: Names of an image's information, and ``texts``.
    """
    found = set(kept if opened is None else opened.info)
    if opened is not None and kept.get("exif") and "exif" not in found and opened.getexif():
        found.add("exif")  # a TIFF has it among its tags
    names = [name for name in KEPT if not _is_empty(image.info.get(name))]
    missing = [name for name in names if name not in found or not kept.get(name)]
    if "xmp" in missing and opened and opened.info.get("xmp") == image.info["xmp"]:
        missing.remove("xmp")  # a TIFF's encoder takes it from a TIFF itself
    written = getattr(kept.get("pnginfo"), "texts", {})
    return missing + ["texts"] * (len(texts_of(image)) > len(written))


def _is_empty(value: Any) -> bool:
    return value is None or isinstance(value, bytes | str | tuple | list) and not value


def texts_of(image: Image.Image) -> dict[str, str]:
    """Get an image's texts: what stands in its information as text, as the texts of a PNG do."""
    return {
        name: text
        for name, text in image.info.items()
        if isinstance(name, str) and isinstance(text, str) and name not in _PILLOWS_OWN
    }


def _of_type(value: Any, types: Any) -> Any:
    return value if isinstance(value, types) else None


def _icc_profile(image: Image.Image, mode: str) -> bytes | None:
    profile = image.info.get("icc_profile")
    # the length of its header, and about what a JPEG holds
    if not isinstance(profile, bytes) or not 128 <= len(profile) < 16_000_000:
        return None
    return profile if mode in _ICC_SPACES.get(profile[16:20], (image.mode,)) else None


def _dpi(value: Any) -> tuple[float, float] | None:
    """Get a resolution as two numbers of dots an inch; None if it is none, as a TIFF's 0/0."""
    try:
        across, down = (float(number) for number in value if not isinstance(value, str))
    except (TypeError, ValueError, ArithmeticError):
        return None
    possible = 0 < across < 65536 and 0 < down < 65536  # a JPEG holds 16 bits
    return (across, down) if possible else None


class _Texts(PngImagePlugin.PngInfo):
    """The texts of a PNG; those that it cannot hold are left out."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self.texts = dict(filter(self._add, texts.items()))

    def _add(self, item: tuple[str, str]) -> bool:
        name, text = item
        try:
            if not 1 <= len(name) <= 79 or "\0" in name + text:  # the PNG specification
                return False
            self.add_text(name, text)
            return True
        except UnicodeError:  # a name beyond Latin-1, a text that is no Unicode
            return False


def _png_texts(image: Image.Image) -> _Texts | None:
    texts = _Texts(texts_of(image))
    return texts if texts.texts else None


# EXIF and orientation


def orientation(image: Image.Image) -> int:
    """
    Get the orientation that EXIF gives.

    :param image: The image, its pixels read. Pillow has turned those of a TIFF, and an older one
                  leaves it in its EXIF.

    :returns: 1 (upright, also where Pillow cannot read the EXIF) to 8; above 4 width and height
              swap.
    """
    if hasattr(image, "tag_v2"):
        return 1
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:
        return 1
    return value if value in _TURNS else 1


def upright(image: Image.Image, way: int | None = None) -> Image.Image:
    """
    Turn an image's pixels as its EXIF says, and drop what says so.

    :param image: The image.
    :param way:   Its orientation, if that is known better than its EXIF says.

    :returns: A turned copy; the image itself if it is upright.
    """
    turn = _TURNS.get(orientation(image) if way is None else way)
    if turn is None:
        return image
    turned = image.transpose(turn)
    says = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")
    turned.info = {name: value for name, value in image.info.items() if name not in says}
    return turned


@functools.cache
def keeps_orientation(format: str) -> str:
    """
    Ask Pillow what a format does with the orientation that EXIF gives.

    :returns: ``read`` (its reader finds it), ``turned`` (its encoder or reader turns the pixels),
              or an empty text.
    """
    image = probe("RGB").resize((32, 16))
    try:
        opened = round_trip(image, format, exif=orientation_exif(6))
    except Exception:
        return ""
    if opened is None:
        return ""
    if opened.size == (16, 32):
        return "turned"
    return "read" if orientation(opened) == 6 else ""


def orientation_exif(value: int) -> bytes:
    """Make the shortest EXIF that gives an orientation."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    return exif.tobytes()


def _exif(image: Image.Image) -> bytes | None:
    """Get an image's EXIF as bytes, None if it has none that Pillow can read."""
    raw = image.info.get("exif")
    try:
        tags = getattr(image, "tag_v2", {})
        if any(tag in tags for tag in _TIFF_TAGS):
            exif = Image.Exif()
            exif.update({tag: tags[tag] for tag in _TIFF_TAGS if tag in tags})
            return exif.tobytes()
        if not isinstance(raw, bytes) or not raw or tags:
            # of an image that the handler gave one, or of a PNG with a text or XMP for it
            return image.getexif().tobytes() if not tags and image.getexif() else None
        raw = raw if raw.startswith(_EXIF_HEAD) else _EXIF_HEAD + raw
        written = Image.Exif()
        written.load(raw)
        same = written.get(ExifTags.Base.Orientation, 1) == orientation(image)
        return raw if same else image.getexif().tobytes()
    except Exception:
        return None
