"""A handler whose type hint is there for the type checker alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def checked(image: Image.Image | None):
    return image.width if image else 0
