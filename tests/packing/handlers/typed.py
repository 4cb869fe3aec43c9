"""Handlers whose inputs are images, in all ways of a type hint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NewType, TypeVar

import PIL.Image
from PIL import Image

Picture = TypeVar("Picture", bound=Image.Image)
Photo = NewType("Photo", Image.Image)


def widths(given):
    if isinstance(given, int):
        return given
    if isinstance(given, Image.Image):
        return given.width
    if isinstance(given, dict):
        return {key: widths(one) for key, one in given.items()}
    return [type(given).__name__, *([] if isinstance(given, str) else map(widths, given))]


def optional(image: Image.Image | None = None, scale: int | None = None):
    return widths(image) if image else "none"


def union(image: Image.Image | int):
    return widths(image)


def whole_path(image: PIL.Image.Image):
    return widths(image)


def variable(image: Picture):
    return widths(image)


def new(image: Photo):
    return widths(image)


def annotated(image: Annotated[Image.Image, "RGB"]):
    return widths(image)


def module(image: Image):  # type: ignore[valid-type]
    return widths(image)


def two(image: tuple[Image.Image, ...]):
    return widths(image)


def several(image: Sequence[Image.Image]):
    return widths(image)


def rows(image: list[list[Image.Image]]):
    return widths(image)


def named(image: dict[str, Image.Image]):
    return widths(image)


def anything(image: Any):
    return type(image).__name__
