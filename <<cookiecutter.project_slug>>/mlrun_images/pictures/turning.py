"""Turns a picture's pixels as its EXIF says."""

import re
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image, ImageOps

from mlrun_images.pictures.picture import Frame, Picture

TURNED = "turned as its EXIF says"
_SAYS = re.compile(rb'tiff:Orientation="\d"|<tiff:Orientation>\d</tiff:Orientation>')  # of XMP
_READ_TURNED = ("JPEG", "MPO")  # formats of which every reader turns the pixels as EXIF says


def turn(picture: Picture) -> Picture:
    """Turn a picture's pixels as its EXIF says, and drop what says so."""
    of_all = picture.frame.orientation if picture.is_animated else 0
    return picture.with_frames(
        _turned(frame, of_all or frame.orientation) for frame in picture.frames
    )


def _turned(frame: Frame, orientation: int) -> Frame:
    if orientation == 1:
        return frame
    image = frame.image.copy()
    image.getexif()[ExifTags.Base.Orientation] = orientation
    ImageOps.exif_transpose(image, in_place=True)
    values = upright(frame.inventory.values)
    if orientation > 4 and isinstance(values.get("dpi"), tuple):
        values["dpi"] = values["dpi"][::-1]
    inventory = frame.inventory._replace(values=values)
    return frame._replace(image=image, inventory=inventory, orientation=1)


def upright(values: Mapping[str, Any]) -> dict[str, Any]:
    """
    Take out of EXIF and XMP how they turn a picture whose pixels are turned.

    :param values: What comes with it.

    :returns: The same: without EXIF, if that said nothing else.
    """
    kept = dict(values)
    xmp, exif = kept.get("xmp"), Image.Exif()
    xmp = xmp.encode(errors="surrogatepass") if isinstance(xmp, str) else xmp
    if isinstance(xmp, bytes):
        kept["xmp"] = _SAYS.sub(b"", xmp)
    if not kept.get("exif"):
        return kept
    try:
        exif.load(_raw(kept["exif"]))
        if exif.pop(ExifTags.Base.Orientation, None) is not None:
            kept["exif"] = exif.tobytes()
        if not exif:
            del kept["exif"]
    except Exception:  # from tags that Pillow reads and cannot write
        kept["exif"] = None  # it is not kept, which is told
    return kept


def _raw(exif: Any) -> Any:
    return exif.tobytes() if isinstance(exif, Image.Exif) else exif


def must_turn(picture: Picture, format: str, options: Mapping[str, Any]) -> bool:
    """Check if readers of the file would not turn the pixels themselves."""
    frame = picture.frame
    if all(one.orientation == 1 for one in picture.frames):
        return False
    if format not in _READ_TURNED:
        return True
    given = options.get("exif")
    if given is None:
        return "exif" in options or not isinstance(frame.inventory.values.get("exif"), bytes)
    exif = Image.Exif()
    exif.load(_raw(given))
    return exif.get(ExifTags.Base.Orientation, 1) != frame.orientation
