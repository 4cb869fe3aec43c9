"""Finds the pictures in what a handler returned, and says what was meant as one and is none."""

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

from mlrun_images.pictures.reading import snapshot
from mlrun_images.pictures.taking import Drawn, class_name, is_picture, may_be_picture

ITEMS = 1000  # looked at of an iterator, which may have no end
OBJECTS = 200_000  # looked into; the nearest come first

_PLAIN = (list, tuple, dict, set, frozenset)
_COMMON = frozenset((str, int, float, complex, bool, type(None), range))
# what refers to all of the program
_PROGRAM = (type, ModuleType, FrameType, TracebackType, CodeType, mlrun.MLClientCtx, logging.Logger)
_LEAVES = (str, bytes, bytearray, memoryview, int, float, complex, range, io.IOBase, *_PROGRAM)


def pictures_in(
    value: Any, taken: Mapping[int, Iterable[Any]] = {}, drawn: Drawn | None = None
) -> list[Any]:
    """
    Get the pictures in a value, whatever holds them. Of an object that holds none, those
    that it makes as it is iterated.

    :param value: Anything. Iterators in it are used up, 1,000 items of each at most. What a class
                  makes only when it is asked otherwise (a property) is not there yet.
    :param taken: What was taken out of objects before, by their ids: an iterator has it no more,
                  and a data set makes other images when it is asked again.
    :param drawn: What values showed themselves as already.

    :returns: The values, each once, the nearest first.
    """
    if is_picture(value, drawn):
        return [value]
    found: list[Any] = []
    seen = {id(value): value}  # it holds the objects, so that no other has their id
    waiting = deque([value])
    while waiting and len(seen) - len(waiting) < OBJECTS:
        holder = waiting.popleft()
        # asked again it may make other objects, or none
        for item in parts_of(holder, taken.get(id(holder))):
            if type(item) not in _COMMON and id(item) not in seen:
                seen[id(item)] = item
                (found if is_picture(item, drawn) else waiting).append(item)
    if not found and id(value) not in taken and makes_pictures(value):
        return list(filter(is_picture, take_steps(iter(value))[0]))
    return found


def makes_pictures(value: Any) -> bool:
    """Check if a class makes images one by one as it is iterated, as a dataset does."""
    with contextlib.suppress(Exception):  # most values are not to be iterated
        if not isinstance(value, Collection | Iterator) and not _holds_numbers(value):
            return may_be_picture(next(iter(value)))
    return False


def is_array(value: Any) -> bool:
    """Check if a value is an array: NumPy's, or a tensor of another package."""
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        return False
    kind = type(value)
    return hasattr(kind, "__dlpack__") or hasattr(kind, "__array__") and hasattr(kind, "shape")


def _holds_numbers(value: Any) -> bool:
    return is_array(value) and not (isinstance(value, np.ndarray) and value.dtype.hasobject)


def parts_of(value: Any, taken: Iterable[Any] | None = None) -> Iterable[Any]:
    """
    Get what a value holds, as far as pictures may be in it, whatever its class raises.

    :param value: The value. Of an iterator only what it gives counts, not what that is made of.
    :param taken: What was taken out of it before.
    """
    if taken is not None:
        return [*taken, *(() if isinstance(value, Iterator) else gc.get_referents(value))]
    if isinstance(value, (*_LEAVES, Image.Image)):
        return ()
    if isinstance(value, FunctionType):  # it refers to its module too
        return [value.__closure__, value.__defaults__, value.__kwdefaults__]
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):  # its class may have an iterator of its own
            return [*kind.__iter__(value), *gc.get_referents(value)]  # type: ignore[arg-type]
    if isinstance(value, Iterator):
        return take_steps(value)[0]
    with contextlib.suppress(Exception):
        return [*items_of(value), *gc.get_referents(value)]
    return gc.get_referents(value)


def items_of(value: Any) -> Iterable[Any]:
    """Get what a collection holds: the values of a mapping, items, elements, or attributes."""
    if isinstance(value, (*_LEAVES, FunctionType)):
        return ()
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index) or is_array(value):
        return _objects_in(value)
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, Collection):
        return value
    if dataclasses.is_dataclass(value):
        return [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    return vars(value).values() if hasattr(value, "__dict__") else ()


def take_steps(source: Iterator[Any]) -> tuple[list[Any], Exception | None]:
    """
    Take what an iterator gives, 1,000 items at most, each as it is then. Many paint the same image
    anew for each step, or seek its next frame.

    :param source: The iterator.

    :returns: The items, and what the iterator raised after them; None if it ended.
    """
    items: list[Any] = []
    last: Any = None
    before: Image.Image | None = None
    try:
        for item in itertools.islice(source, ITEMS):
            copy = snapshot(item) if isinstance(item, Image.Image) else None
            if item is last and before:
                items[-1] = before  # it was painted over
            # what was made has nothing but its pixels, which it may share with an array
            is_one_of_many = item is last or type(item) is Image.Image
            items.append(copy if copy and is_one_of_many else item)
            last, before = item, copy
    except Exception as error:
        return items, error
    return items, None


def _objects_in(array: Any) -> list[Any]:
    """Get the elements of an array, column or table that are objects of Python, and no numbers."""
    if isinstance(array, pd.DataFrame):
        return list(array.select_dtypes(object).to_numpy().flat)
    if isinstance(array, pd.Series | pd.Index):
        return list(array.array) if array.dtype == object else []
    has_objects = isinstance(array, np.ndarray) and array.dtype.hasobject
    return array.ravel().tolist() if has_objects else []


def is_for_us_to_unbundle(value: Any) -> bool:
    """
    Check if a collection of images has no packager of MLRun that takes it apart, as list has one.
    """
    if may_be_picture(value) or type(value) in _PLAIN or _holds_numbers(value):
        return False
    makes_items = isinstance(value, Iterator) or makes_pictures(value)
    return makes_items or any(map(may_be_picture, items_of(value))) or bool(inner_list(value))


def inner_list(value: Any) -> list[Any]:
    """Get the pictures of an output object that has them in a list, as a diffusion pipeline's."""
    if isinstance(value, Mapping) and type(value) is not dict:
        for held in value.values():
            if isinstance(held, list | tuple) and held and all(map(may_be_picture, held)):
                return list(held)
    return []


def equal_names(value: Any) -> str:
    """Name two keys of a dictionary that are equal as texts, if there are any."""
    names: dict[str, Any] = {}
    for key in value if isinstance(value, dict) else ():
        if str(key) in names:
            return f"{names[str(key)]!r} and {key!r}"
        names[str(key)] = key
    return ""


def describe(value: Any) -> str:
    """Say in words what was returned in place of an image, and what to return."""
    name = class_name(value)
    if is_array(value):
        shape = " x ".join(map(str, value.shape))
        what = "a NumPy array" if isinstance(value, np.ndarray) else _article(name)
        numbers = "array" if isinstance(value, np.ndarray) else "np.asarray(tensor.cpu())"
        return (
            f"{what} ({shape}, {getattr(value, 'dtype', '')}) is no image; "
            f"possible: return Image.fromarray({numbers})"
        )
    image = "ax.get_figure()" if hasattr(type(value), "get_figure") else "an image"
    return f"the handler returned {_article(name)}, which is no image; possible: return {image}"


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
