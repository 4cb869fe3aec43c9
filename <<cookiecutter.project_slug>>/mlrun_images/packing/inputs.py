"""
Reads images as inputs: of handlers with `image: Image.Image` or `images: list[Image.Image]`.

MLRun hands an input with a type hint to a packager, and where that one fails it *unpickles* the
file, which runs code that is in it. So the inputs of images are read before MLRun does: nothing is
unpickled.
"""

import contextlib
import inspect
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace, UnionType
from typing import Any, Union

import mlrun
from PIL import Image

from mlrun_images import mlrun_internals
from mlrun_images.access import Access
from mlrun_images.errors import message_of
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.opening import as_returned, embedded, is_page, open_image


def read_inputs(run: mlrun_internals.StartingRun) -> None:
    """
    Put images in place of the data items that a run's handler wants as images.

    :param run: The run that starts. Its arguments and their types are changed.

    :raise ImageRefused: If an input is not there or no image, in one line that names it.
    """
    for name, written in list(run.types.items()):
        hint = run.types[name] = resolve(written, run.handler)
        given = run.arguments.get(name)
        if hint is Any:
            run.types[name] = mlrun.DataItem  # MLRun would unpickle it
        elif given is not None and is_image_hint(hint):
            run.arguments[name] = _read(name, given, hint)
            run.types[name] = mlrun.DataItem  # MLRun leaves what it stands for as it is


def resolve(hint: Any, handler: Callable, extras: bool = False) -> Any:
    """
    Get the type that a type hint names: MLRun does not know the names of the handler's module.

    :param hint:    The hint, which is a text, or has texts in it, after `from __future__ import
                    annotations`.
    :param handler: The handler.
    :param extras:  Keep what `typing.Annotated` adds.

    :returns: The type; the hint as it was if there is no such type.
    """
    holder = SimpleNamespace(__annotations__={"hint": hint})
    # where the module imports Pillow for type checkers only, its hints name it all the same
    names = {"Image": Image, **getattr(inspect.unwrap(handler), "__globals__", {})}
    for known in (names, sys.modules):  # a hint of the run itself names a type by its module
        with contextlib.suppress(Exception):
            return typing.get_type_hints(holder, dict(known), include_extras=extras)["hint"]
    return hint


def is_image_hint(hint: Any) -> bool:
    """Check if a type hint is PIL's Image, a subclass of it, or a collection or union of them."""
    if mlrun.DataItem in typing.get_args(hint):
        return False  # the handler reads it itself
    return _is_image(hint) or any(is_image_hint(one) for one in typing.get_args(hint))


def is_collection_hint(hint: Any) -> bool:
    """Check if a type hint of images is one of a collection of them, and of nothing else."""
    kinds = _kinds(hint)
    return bool(kinds) and Image not in kinds


def _is_image(hint: Any) -> bool:
    """Check if a type hint is one image. Its module stands for it: `from PIL import Image`."""
    hint = getattr(hint, "__supertype__", None) or getattr(hint, "__bound__", None) or hint
    if typing.get_args(hint):
        return False
    return hint is Image or (inspect.isclass(hint) and issubclass(hint, Image.Image))


def _kinds(hint: Any) -> set[Any]:
    """Get what a type hint of images allows: Image for a single one, and kinds of collections."""
    if _is_image(hint):
        return {Image}
    origin = typing.get_origin(hint)
    if origin in (Union, UnionType):
        return {kind for one in typing.get_args(hint) for kind in _kinds(one)}
    return {origin} if is_image_hint(hint) else set()


def _read(name: str, given: Any, hint: Any) -> Any:
    leaves = list(_leaves(given))
    if not all(isinstance(leaf, mlrun.DataItem) for leaf in leaves):
        if all(isinstance(leaf, Image.Image) for leaf in leaves) or _is_other(given, hint):
            return given
        raise ImageRefused(f"{name} is an image: give its path as an input, not as a parameter")
    kinds = _kinds(hint)
    _check_collection(name, given, kinds)
    if isinstance(given, mlrun.DataItem) and Image not in kinds:
        given = [given]
    images = _read_all(name, given)
    return tuple(images) if isinstance(images, list) and tuple in kinds else images


def _leaves(given: Any) -> Iterator[Any]:
    if not isinstance(given, list | tuple | dict):
        yield given
        return
    for one in given.values() if isinstance(given, dict) else given:
        yield from _leaves(one)


def _is_other(given: Any, hint: Any) -> bool:
    """Check if a value is of a type that a union with images has besides them."""
    allowed = typing.get_args(hint) if typing.get_origin(hint) in (Union, UnionType) else ()
    others = [typing.get_origin(one) or one for one in allowed if not is_image_hint(one)]
    return any(inspect.isclass(one) and isinstance(given, one) for one in others)


def _check_collection(name: str, given: Any, kinds: set[Any]) -> None:
    """Refuse one image for several, several for one, and a list for a dictionary."""
    several = isinstance(given, list | dict)
    what = f"a {type(given).__name__} of {len(given)}" if several else "one image"
    if kinds == {Image} and several:
        raise ImageRefused(f"{name} is one image, but {what} was given for it")
    named = {kind for kind in kinds if inspect.isclass(kind) and issubclass(kind, Mapping)}
    if named and not isinstance(given, dict) and not kinds - named - {Image}:
        if several or Image not in kinds:
            raise ImageRefused(f"{name} is a dictionary of images, but {what} was given for it")
    if isinstance(given, dict) and not named:
        raise ImageRefused(f"{name} is no dictionary of images, but one was given for it")


def _read_all(name: str, given: Any) -> Any:
    if isinstance(given, list):
        return [_read_all(name, one) for one in given]
    if isinstance(given, dict):
        return {key: _read_all(name, one) for key, one in given.items()}
    try:
        return read_image(given)
    except Exception as error:
        raise ImageRefused(f"{name}: {given.artifact_url}: {message_of(error)}") from None


def read_image(item: mlrun.DataItem) -> Image.Image:
    """
    Read an image: an artifact of the types file and plot, a path or a URL.

    :param item: The data item. Of a plot whose page is a preview, the original is read.

    :returns: The image, decoded, in the mode that was logged; for several frames the first is
              shown, and the others can be reached.

    :raise ImageRefused: If it is no image, or a reduced page whose original was not kept.
    :raise Refused: If it is an input of a run, and its record names what is no artifact.
    """
    notes = instructions(item)
    if notes.get("artifact_type") == "object":
        raise ImageRefused("it is a pickled object, which is not read; log it as a file or a plot")
    data = _data_of(item)
    if not is_page(data):
        frame = (notes.get("instructions") or {}).get("frame")
        return as_returned(open_image(data), frame if isinstance(frame, int) else 0)
    page = embedded(data)
    if page.original:
        original = open_image(_data_of(mlrun.get_dataitem(page.original)))
        return as_returned(original, page.frame)
    if page.reduced_from:
        raise ImageRefused(
            f"the page is a preview of {page.reduced_from}; log a file: 'KEY : file'"
        )
    return as_returned(open_image(page.file), page.frame)


def _data_of(item: mlrun.DataItem) -> bytes:
    context = mlrun_internals.running_context()
    if context and item.meta:  # a record, which others may have written
        Access.of_run(context).check(item.meta.to_dict())
    return item.get()


def instructions(item: mlrun.DataItem) -> dict[str, Any]:
    """Get the unpackaging instructions of a data item's artifact; empty for a path or URL."""
    artifact = item.meta
    return (artifact.spec.unpackaging_instructions if artifact else None) or {}
