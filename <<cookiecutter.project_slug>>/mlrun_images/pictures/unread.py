"""Finds what an image's file holds and Pillow does not give."""

import struct

from PIL import Image

from mlrun_images.pictures.metadata import spoken_of

# how those segments of a JPEG begin that are not told: Pillow gives them, or they only say how the
# pixels are stored
_SEGMENTS = b"JFIF JFXX Exif http://ns.adobe.com/xap ICC_ FPXR Photoshop Adobe MPF Ducky AVI1"
# the chunks of a PNG that are not told, as for a JPEG; and its time, as a new file has its own
_CHUNKS = "IHDR PLTE tRNS cHRM gAMA iCCP sRGB cICP tEXt zTXt iTXt eXIf pHYs acTL fcTL fdAT tIME"
_SUB_IFDS, _BITS, _BANDS = 330, 258, 277  # tags of a TIFF


def coding(image: Image.Image) -> bytes | None:
    """
    Find what a PNG says of the coding of its colours (its chunk cICP), which Pillow passes over.

    :param image: The live image, its pixels still to be read.
    """
    places = _chunks(image)
    return _peek(image, *places["cICP"]) if "cICP" in places else None


def _chunks(image: Image.Image) -> dict[str, tuple[int, int]]:
    """Find where a PNG's chunks before its pixels are: the place and length of each, in bytes."""
    places: dict[str, tuple[int, int]] = {}
    place = 8
    while image.format == "PNG":
        length, kind = struct.unpack(">I4s", _peek(image, place, 8).ljust(8, b"\0"))
        if kind == b"IDAT" or not kind.isalpha():
            break
        places[kind.decode()] = place + 8, length
        place += length + 12
    return places


def _peek(image: Image.Image, place: int, length: int) -> bytes:
    """Read some bytes of an image's file; none if it is closed."""
    file = getattr(image, "fp", None)
    if file is None or file.closed:
        return b""
    before = file.tell()
    file.seek(place)
    found = file.read(length)
    file.seek(before)
    return found


def left_out(image: Image.Image) -> list[str]:
    """
    Say in words which parts of its file Pillow does not give with an image.

    :param image: The live image, its file still open if it is to be looked into.
    """
    tags, sizes = getattr(image, "tag_v2", {}), image.info.get("sizes")
    mipmaps = _peek(image, 28, 4) if image.format == "DDS" else b""
    count, passed = len(image.getbands()), _passed_over(image)
    lie = str(getattr(image, "tile", ""))  # how pixels lie that are still to be read
    deep = ";16" in lie or max(tags.get(_BITS, (8,))) > 8
    parts = {
        "its layers are": image.format == "PSD" and getattr(image, "n_frames", 0) > 0,
        f"its parts {', '.join(passed)} are": bool(passed),
        "its other sizes are": isinstance(sizes, set | list | tuple) and len(sizes) > 1,
        "its mipmaps are": int.from_bytes(mipmaps, "little") > 1,
        "its smaller copies (SubIFDs) are": _SUB_IFDS in tags,
        "its 16 bits a band, of which Pillow reads 8, are": deep and count > 1,
        f"its bands behind the first {count} are": tags.get(_BANDS, 1) > count,
    }
    found = [f"{part} not kept" for part, is_there in parts.items() if is_there]
    return found + [f"{part} not kept, nor the XMP that speaks of it" for part in spoken_of(image)]


def _passed_over(image: Image.Image) -> list[str]:
    """Name the segments of a JPEG, and the chunks of a PNG, that Pillow passes over."""
    segments, chunks = getattr(image, "applist", ()), getattr(image, "private_chunks", ())
    known = tuple(_SEGMENTS.split())
    parts = {name for name, data in segments if not data.startswith(known)} - {"COM"}
    parts |= {str(chunk[0], "latin-1") for chunk in chunks}
    return sorted(parts | _chunks(image).keys() - set(_CHUNKS.split()))
