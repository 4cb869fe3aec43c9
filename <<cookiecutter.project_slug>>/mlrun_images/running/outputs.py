"""
Checks of a run's log hints before it starts: keys, artifact types, formats and options.
"""

import contextlib
import importlib
import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

import mlrun
from mlrun.package.packagers import (
    default_packager,
    numpy_packagers,
    pandas_packagers,
    python_standard_library_packagers,
)
from PIL import Image

from mlrun_images.asked import check_keys
from mlrun_images.errors import Refused
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.text import one_line


def check_hints(
    project: mlrun.projects.MlrunProject,
    run_name: str,
    hints: list[mlrun.LogHint],
    handler: Callable | None = None,
) -> None:
    """
    Refuse log hints that would make the run fail at its end.

    The project's image packager checks each hint of an output that is an image by the handler's
    annotation. Where the annotation does not say, it checks the hints that no other packager takes.

    :param project:  The project.
    :param run_name: The run's name, which is part of the artifacts' file names.
    :param hints:    The log hints.
    :param handler:  The handler; None if it is not known.

    :raise Refused: With one line that says what is possible.
    """
    check_keys(run_name, hints)
    ours: list[Any] = []
    others = list(_mlruns_packagers())
    for packager in _custom_packagers(project):
        (ours if hasattr(packager, "check_hint") else others).append(packager)
    images = _are_images(handler, len(hints))
    for hint, is_image in zip(hints, images, strict=True):
        if ours and (is_image or not any(_takes(packager, hint) for packager in others)):
            try:
                ours[0]().check_hint(hint.artifact_type, hint.packing_kwargs or {})
            except ImageRefused as error:
                raise Refused(f"the output {hint.key!r}: {one_line(str(error))}") from error


def _custom_packagers(project: mlrun.projects.MlrunProject) -> list[type]:
    """Import the project's packagers. MLRun itself tells of one that cannot be imported."""
    classes = []
    for path, *_ in project.spec.custom_packagers or []:
        module, _, name = path.rpartition(".")
        with contextlib.suppress(Exception):
            classes.append(getattr(importlib.import_module(module), name))
    return classes


def _are_images(handler: Callable | None, count: int) -> list[bool]:
    """Tell of each output whether the handler's annotation says that it is an image."""
    kind = None
    if handler:
        with contextlib.suppress(Exception):  # as of a type that is not imported
            kind = typing.get_type_hints(handler).get("return")
    kinds = list(typing.get_args(kind)) if typing.get_origin(kind) is tuple else [kind]
    return [_is_image(kind) for kind in kinds] if len(kinds) == count else [False] * count


def _is_image(kind: Any) -> bool:
    if typing.get_origin(kind):  # list[Image.Image]
        return any(map(_is_image, typing.get_args(kind)))
    return isinstance(kind, type) and issubclass(kind, Image.Image)


def _takes(packager: type, hint: mlrun.LogHint) -> bool:
    """Check if a packager has the hint's artifact type, and takes its packing kwargs."""
    if hint.artifact_type is None:
        return True
    method = getattr(packager, f"pack_{hint.artifact_type}", None)
    names = set(inspect.signature(method).parameters) if method else set()
    return {"obj", "key"} <= names and set(hint.packing_kwargs or {}) <= names - {"obj", "key"}


def _mlruns_packagers() -> Iterator[type]:
    for module in (
        default_packager,
        numpy_packagers,
        pandas_packagers,
        python_standard_library_packagers,
    ):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, default_packager.DefaultPackager):
                yield value
