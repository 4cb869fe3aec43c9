"""Finds the images in what a handler returned, and what is no image but was meant as one."""

import dataclasses
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

DEPTH = 6  # of collections in collections
ITEMS = 1000  # looked at of an iterator, which may have no end

_NUMBERS = (range, int, float, complex, np.generic)
_LEAVES: tuple[type, ...] = (str, bytes, bytearray, memoryview, type, ModuleType, FunctionType)
_LEAVES += _NUMBERS


def images_in(value: Any, depth: int = DEPTH) -> list[Image.Image]:
    """
    Get the images in a value, whatever collects them.

    :param value: An image, a collection, an array or a Series of objects, an iterator (which is used
                  up, 1,000 items at most) or an object with images in its attributes.
    :param depth: How many collections inside one another are opened.

    :returns: The images, each once.
    """
    found: dict[int, Image.Image] = {}
    _collect(value, depth, found, set())
    return list(found.values())


def _collect(value: Any, depth: int, found: dict[int, Image.Image], seen: set[int]) -> None:
    if isinstance(value, Image.Image):
        found[id(value)] = value
    elif depth and id(value) not in seen:
        seen.add(id(value))
        for item in items_of(value):
            if isinstance(item, Image.Image) or not isinstance(item, _LEAVES):
                _collect(item, depth - 1, found, seen)


def items_of(value: Any) -> Iterable[Any]:
    """Get what a value holds: the values of a mapping, items, elements, or attributes."""
    if value is None or isinstance(value, _LEAVES):
        return ()
    if isinstance(value, np.ndarray):
        return value.flat if value.dtype == object else ()
    if isinstance(value, pd.DataFrame):
        return value.select_dtypes(object).to_numpy().flat
    if isinstance(value, pd.Series | pd.Index):
        return value.array if value.dtype == object else ()
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, Collection):
        return value
    if isinstance(value, Iterator):
        return list(itertools.islice(value, ITEMS))
    if dataclasses.is_dataclass(value):
        return [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    return vars(value).values() if hasattr(value, "__dict__") else ()


def is_for_us_to_unbundle(value: Any) -> bool:
    """Check if a collection of images has no packager of MLRun that takes it apart, as list has one."""
    if isinstance(value, Image.Image) or type(value) in (list, tuple, set, frozenset, dict):
        return False
    return isinstance(value, Iterator) or bool(images_in(value, depth=1))


def is_figure(value: Any) -> bool:
    """Check if a value is a figure, of Matplotlib or of a library that draws with it."""
    return hasattr(value, "savefig")


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
