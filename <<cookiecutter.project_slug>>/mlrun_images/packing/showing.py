"""Shows the pictures of a run in a notebook: `from mlrun_images import show`."""

from collections.abc import Iterator
from typing import Any

import mlrun
from IPython.display import HTML, display

from mlrun_images.errors import Refused, one_line
from mlrun_images.packing.inputs import instructions, read_image
from mlrun_images.pictures.page import PREVIEW, preview_page
from mlrun_images.pictures.reading import read


def show(run: mlrun.RunObject, max_size: int = PREVIEW) -> None:
    """
    Display every picture of a run, whatever its format, under its key.

    :param run:      The run, as `run_function` gives it.
    :param max_size: The longest side in pixels; larger pictures are reduced.

    :raise Refused: If the run has no pictures.
    """
    shown = 0
    for key, uri in _uris(run.status.artifact_uris or {}):
        item = mlrun.get_dataitem(uri)
        if not str(instructions(item).get("object_type", "")).startswith("PIL."):
            continue
        shown += 1
        try:
            picture = read(read_image(item))
            limit = mlrun.mlconf.artifacts.limits.max_preview_size
            display(HTML(preview_page(picture, max_size, key, limit).html))
        except Exception as error:  # one that is gone hides no other
            display(HTML(f"<p>{key}: {one_line(error)}</p>"))
    if not shown:
        raise Refused(f"the run {run.metadata.uid} has no pictures")


def _uris(uris: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Get keys and URIs, also of outputs that an asterisk took apart."""
    if isinstance(uris, str):
        yield key, uris
    elif isinstance(uris, dict):
        for name, one in uris.items():
            yield from _uris(one, f"{key}_{name}" if key else name)
    elif isinstance(uris, list):
        for number, one in enumerate(uris):
            yield from _uris(one, f"{key}_{number}")
