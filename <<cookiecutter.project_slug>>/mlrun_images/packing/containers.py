"""Finds the images in what a handler returned, and what is no image but was meant as one."""

import contextlib
import dataclasses
import gc
import io
import itertools
import logging
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import CodeType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any

import mlrun
import numpy as np
import pandas as pd
from PIL import Image

ITEMS = 1000  # looked at of an iterator, which may have no end
OBJECTS = 200_000  # looked into; the nearest come first

# how the files of PNG, JPEG, GIF, TIFF, BigTIFF and JPEG 2000 begin
_FILES = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+",
    b"\0\0\0\x0cjP  \r\n\x87\n",
)  # fmt: skip
_PLAIN = (list, tuple, dict, set, frozenset)
_LEAVES: tuple[type, ...] = (str, bytes, bytearray, int, float, complex, bool, type(None), range)
_COMMON = frozenset(_LEAVES)
# what refers to all of the program
_PROGRAM = (type, ModuleType, FrameType, TracebackType, CodeType, mlrun.MLClientCtx, logging.Logger)


def images_in(value: Any, taken: Mapping[int, Iterable[Any]] = {}) -> list[Any]:
    """
    Get the images in a value, whatever holds them: what Python's garbage collector reaches from it.
    Of an object that holds none, those that it makes as it is iterated.

    :param value: Anything. Iterators in it are used up, 1,000 items of each at most. What a class
                  makes only when it is asked otherwise (a property) is not there yet.
    :param taken: What was taken out of objects before, by their ids: an iterator has it no more.

    :returns: The images and figures, each once.
    """
    if is_picture(value):
        return [value]
    found: list[Any] = []
    seen = {id(value): value}  # it holds the objects, so that no other has their id
    waiting = deque([value])
    while waiting and len(seen) - len(waiting) < OBJECTS:
        holder = waiting.popleft()
        for item in [*_parts_of(holder), *taken.get(id(holder), ())]:
            if type(item) not in _COMMON and id(item) not in seen:
                seen[id(item)] = item
                (found if is_picture(item) else waiting).append(item)
    if not found and id(value) not in taken and makes_pictures(value):
        return list(filter(is_picture, itertools.islice(value, ITEMS)))
    return found


def makes_pictures(value: Any) -> bool:
    """Check if a class makes images one by one as it is iterated, as a dataset does."""
    with contextlib.suppress(Exception):  # most values are not to be iterated
        return not isinstance(value, Collection | Iterator) and is_picture(next(iter(value)))
    return False


def _parts_of(value: Any) -> list[Any]:
    kind = type(value)
    if issubclass(kind, (*_LEAVES, *_PROGRAM)):
        return []
    if issubclass(kind, FunctionType):  # it refers to its module as well
        return [value.__closure__, value.__defaults__, value.__kwdefaults__]
    parts: list[Any] = []
    with contextlib.suppress(Exception):  # a class may raise anything
        if issubclass(kind, np.ndarray) or (
            issubclass(kind, Iterator) and not issubclass(kind, io.IOBase)
        ):
            parts += items_of(value)
    parts += gc.get_referents(value)
    return parts[::-1] if issubclass(kind, list | tuple) else parts  # it begins at their end


def is_picture(value: Any) -> bool:
    """Check if a value is an image or a figure."""
    return is_image(value) or is_figure(value)


def is_image(value: Any) -> bool:
    """Check if a value is an image, without asking it."""
    return issubclass(type(value), Image.Image)


def items_of(value: Any) -> Iterable[Any]:
    """Get what a collection holds: the values of a mapping, items, elements, or attributes."""
    if isinstance(value, (*_LEAVES, *_PROGRAM, FunctionType)):
        return ()
    if isinstance(value, np.ndarray):
        return value.ravel().tolist() if value.dtype.hasobject else ()
    if isinstance(value, pd.DataFrame):
        return list(value.select_dtypes(object).to_numpy().flat)
    if isinstance(value, pd.Series | pd.Index):
        return list(value.array) if value.dtype == object else ()
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, Collection):
        return value
    if isinstance(value, Iterator):
        return list(itertools.islice(value, ITEMS))
    if dataclasses.is_dataclass(value):
        return [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    return vars(value).values() if hasattr(value, "__dict__") else ()


def is_image_file(value: Any) -> bool:
    """Check if a value is an image file in memory: bytes, a view of them, or a BytesIO."""
    data = value.getbuffer() if isinstance(value, io.BytesIO) else value
    if type(data) is memoryview:
        data = data[:12].tobytes() if data.ndim == 1 else b""
    return type(data) in (bytes, bytearray) and (
        data.startswith(_FILES) or data[4:12] == b"ftypavif" or data[8:12] == b"WEBP"
    )


def is_for_us_to_unbundle(value: Any) -> bool:
    """
    Check if a collection of images has no packager of MLRun that takes it apart, as list has one.
    """
    if is_image(value) or type(value) in _PLAIN:
        return False
    makes_items = isinstance(value, Iterator) or makes_pictures(value)
    return makes_items or any(map(is_image, items_of(value)))


def is_figure(value: Any) -> bool:
    """Check if a value is a figure, of Matplotlib or of a library that draws with it."""
    return hasattr(type(value), "savefig")


def describe(value: Any) -> str:
    """Say in words what was returned in place of an image, and what to return."""
    name = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    if is_figure(value):
        return (
            f"a figure ({name}) is no image; possible: file = io.BytesIO(); "
            "figure.savefig(file); return Image.open(file)"
        )
    if isinstance(value, np.ndarray):
        shape = " x ".join(map(str, value.shape))
        return (
            f"a NumPy array ({shape}, {value.dtype}) is no image; "
            "possible: return Image.fromarray(array)"
        )
    return f"the handler returned {_article(name)}, which is no image; possible: return an image"


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
