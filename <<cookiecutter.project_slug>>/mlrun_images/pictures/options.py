"""
The options of encoders, as their sources ask for them.

An encoder ignores an option that it does not know, so a typing error would go unseen.
"""

import functools
import inspect
import re
import sys
from collections.abc import Mapping
from typing import Any

from PIL import Image

from mlrun_images.pictures.errors import ImageRefused

_ASKED = re.compile(  # encoderinfo["x"], info.get("x"), "x" in info
    r'(?:encoderinfo\[|(?:encoderinfo|(?<![.\w])info)\.get\(\s*)"([a-zA-Z]\w+)"'
    r'|"([a-zA-Z]\w+)" (?:not )?in (?:im\.encoder|encoder)?info\b'
)
# options that encoders of Pillow ask for in other ways, or hand on to the JPEG encoder
_HIDDEN = {
    "PDF": "title author subject keywords creator producer creationDate modDate quality optimize "
    "progressive subsampling qtables",
    "TIFF": "description software date_time artist copyright resolution_unit resolution "
    "x_resolution y_resolution",
}


@functools.cache
def known_options(format: str) -> frozenset[str] | None:
    """
    Get the names of the options of one of Pillow's encoders.

    :param format: Pillow's name of the format.

    :returns: The names; None for a format that another package registered, or of a Pillow without
              its source.
    """
    module = Image.SAVE[format].__module__
    source = _source_of(module)
    if not source or not module.startswith("PIL."):
        return None
    if format == "MPO":  # which hands on to the JPEG encoder
        source += _source_of(Image.SAVE["JPEG"].__module__)
    names = {name for pair in _ASKED.findall(source) for name in pair if name}
    several = {"save_all", "append_images"} if format in Image.SAVE_ALL else set()
    return frozenset(names | set(_HIDDEN.get(format, "").split()) | several)


def check_options(format: str, options: Mapping[str, Any]) -> None:
    """
    Check that an encoder has the options: of another package, that its source has such words.

    :raise ImageRefused: If it does not have one of them.
    """
    known = known_options(format)
    words = _words_of(_package_of(format)) if known is None else known
    unknown = [] if words is None else [name for name in options if name not in words]
    if unknown:
        theirs = f"what {_package_of(format)} takes"
        possible = theirs if known is None else ", ".join(sorted(known)) or "none"
        raise ImageRefused(f"{format} has no option {', '.join(unknown)}; possible: {possible}")


def _package_of(format: str) -> str:
    return Image.SAVE[format].__module__.partition(".")[0]


@functools.cache
def _words_of(package: str) -> frozenset[str] | None:
    modules = [name for name in sys.modules if name.partition(".")[0] == package]
    return frozenset(re.findall(r"\w+", "\n".join(map(_source_of, modules)))) or None


def _source_of(module: str) -> str:
    """Get the source of a module; empty if it has none, as a compiled one."""
    try:
        return inspect.getsource(sys.modules[module])
    except (KeyError, OSError, TypeError):
        return ""
