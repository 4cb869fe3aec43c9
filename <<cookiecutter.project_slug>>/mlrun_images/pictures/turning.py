"""Turns a picture's pixels as its EXIF says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PIL import ExifTags, Image, ImageOps

from mlrun_images.pictures.picture import Picture

TURNED = "turned as its EXIF says"
_READ_TURNED = ("JPEG", "MPO")  # formats of which every reader turns the pixels as EXIF says
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turn(picture: Picture) -> Picture:
    """Turn a picture's pixels as its EXIF says, and drop what says so."""
    way = _TURNS.get(picture.orientation)
    if way is None:
        return picture
    turned = picture.with_images([frame.transpose(way) for frame in picture.images])
    return replace(turned, orientation=1, extras=without_orientation(picture))


def must_turn(picture: Picture, format: str, options: Mapping[str, Any]) -> bool:
    """Check if readers of the file would not turn the pixels themselves."""
    if picture.orientation == 1:
        return False
    if format not in _READ_TURNED:
        return True
    given = options.get("exif")
    if given is None:
        return "exif" in options or not isinstance(picture.extras.get("exif"), bytes)
    exif = Image.Exif()
    exif.load(given.tobytes() if isinstance(given, Image.Exif) else given)
    return exif.get(ExifTags.Base.Orientation, 1) != picture.orientation


def without_orientation(picture: Picture) -> dict[str, Any]:
    """
    Take out of EXIF and XMP how they turn a picture whose pixels are turned.

    :param picture: The picture.

    :returns: What comes with it: without EXIF, if that said nothing else.
    """
    extras = dict(picture.extras)
    carrier = Image.new("1", (1, 1))
    carrier.info = {name: extras[name] for name in ("exif", "xmp") if name in extras}
    try:
        turned = ImageOps.exif_transpose(carrier)
        says = bool(turned.getexif())
    except Exception:
        turned, says = carrier, True
    for name in ("exif", "xmp"):
        if name in extras:
            extras[name] = turned.info.get(name)
    if not says:
        extras.pop("exif", None)
    return extras
