"""The options of Pillow's encoders."""

import functools
import inspect
import re
import sys
from typing import Any

from PIL import Image

_OPTION = re.compile(
    r'(?<!self\.)info(?:\.(?:get|pop)\(|\[)\s*"(\w+)"|"(\w+)" (?:not )?in (?:\w+\.)*\w*info\b|\([A-Z_]+, "(\w+)"\)'
)


@functools.cache
def known_options(format: str) -> frozenset[str] | None:
    """
    Get the names of a format's encoder options, or None if Pillow's source is not there to be asked.

    Pillow ignores options that it does not know, so a typing error would go unseen. An encoder reads its options from
    ``encoderinfo``: the names are those that the functions of its plugin look up there.
    """
    try:
        source = _functions_source(sys.modules[Image.SAVE[format].__module__])
        if (
            "JpegImagePlugin._save" in source or 'SAVE["JPEG"]' in source
        ):  # MPO and PDF hand over to JPEG
            source += _functions_source(sys.modules[Image.SAVE["JPEG"].__module__])
    except (OSError, KeyError):
        return None
    names = {name for match in _OPTION.findall(source) for name in match if name}
    if re.search(
        r"info(?:\.get\(|\[)[a-z]", source
    ):  # looked up in a loop, over the keys of a dictionary: PDF
        names |= set(re.findall(r'"(\w+)":', source))
    return frozenset(names | ({"save_all", "append_images"} if format in Image.SAVE_ALL else set()))


def _functions_source(module: Any) -> str:
    functions = [
        f
        for _, f in inspect.getmembers(module, inspect.isfunction)
        if f.__module__ == module.__name__
    ]
    return "\n".join(inspect.getsource(function) for function in functions)
