"""The artifacts of images: a file, and the page of a plot."""

import io
from typing import Any

import numpy as np
from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact

from mlrun_images.packing.containers import is_array
from mlrun_images.pictures.comparing import Held
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.files import ImageFile, write_lossless
from mlrun_images.pictures.formats import suffix
from mlrun_images.pictures.page import Page
from mlrun_images.pictures.reading import read
from mlrun_images.pictures.taking import FILES, Drawn, file_bytes, take


class ImageArtifact(Artifact):
    """A file artifact. Its own labels stay beside those of a log hint, which win."""

    image_labels: dict[str, str] = {}

    def add_label(self, name: str, value: str) -> None:
        """Add a label to those that stay beside a log hint's."""
        self.metadata.labels = self.image_labels = {**self.image_labels, name: value}

    def describe(self, text: str) -> None:
        """Put a text before what its description says."""
        self.metadata.description = "; ".join(filter(None, [text, self.metadata.description]))

    def before_log(self) -> None:
        """Add the labels: MLRun replaces an artifact's labels by a log hint's after packing."""
        Artifact.before_log(self)  # not super(): MLRun's plot artifact would import matplotlib
        self.metadata.labels = {**self.image_labels, **(self.metadata.labels or {})}


class ImagePlotArtifact(ImageArtifact, PlotArtifact):
    """MLRun's plot artifact with a page of our own as its body."""

    get_body = Artifact.get_body  # MLRun's draws a figure of matplotlib


def file_artifact(file: ImageFile, key: str, asked: str = "") -> tuple[Artifact, dict]:
    """
    Make the artifact of an image file, and its unpacking instructions.

    :param file:  The file.
    :param key:   The artifact key.
    :param asked: The format as it was asked for; empty: as Pillow names it.
    """
    asked = asked or file.format.lower()
    extension = suffix(file.format, asked, file.held.mode).removeprefix(".")
    artifact = ImageArtifact(key=key, body=file.data, format=extension)
    notes = _describe(artifact, file.held, file.format, "; ".join(file.changes))
    frame = {"frame": file.frame} if file.frame else {}
    return artifact, {"format": asked, **notes, **frame}


def page_artifact(page: Page, key: str) -> tuple[PlotArtifact, dict]:
    """Make the artifact of a page, and its unpacking instructions."""
    artifact = ImagePlotArtifact(key=key, body=page.html)
    artifact.spec.viewer = "chart"  # as MLRun's has
    notes = _describe(artifact, page.held, "PNG", "; ".join(page.changes))
    return artifact, {"format": "png", "caption": page.caption, **notes}


def renamed(package: tuple[Artifact, dict], asked: str) -> tuple[Artifact, dict]:
    """Tell that an image has another key than its name in a collection would give it."""
    artifact, notes = package
    changes = "; ".join(filter(None, [notes.get("changes"), f"MLRun takes no key {asked!r}"]))
    artifact.metadata.description = changes
    return artifact, {**notes, "changes": changes}


def lossless_artifact(value: Any, drawn: Drawn | None, key: str) -> tuple[Artifact, dict[str, Any]]:
    """
    Make the artifact that keeps a picture, an array or a file that cannot be opened as it is.

    :param value: What was returned.
    :param drawn: What values showed themselves as already.
    :param key:   The artifact key.

    :raise Exception: If nothing of it can be kept.
    """
    if is_array(value):
        array = io.BytesIO()
        np.save(array, np.asarray(value), allow_pickle=False)
        return Artifact(key, body=array.getvalue(), format="npy"), {"format": "npy"}
    try:
        image = take(value, drawn)
        if image is None:
            raise ImageRefused("it is no picture")
        return file_artifact(write_lossless(read(image)), key)
    except Exception:
        if not isinstance(value, FILES):
            raise
        return Artifact(key, body=file_bytes(value), format="bin"), {"format": "a file"}


def _describe(artifact: Any, held: Held, format: str, changes: str) -> dict[str, Any]:
    """
    Label an image artifact with what it holds, and describe it by what was changed.

    :returns: The changes as unpacking instructions: empty if there are none.
    """
    width, height = held.size
    labels = {"width": str(width), "height": str(height), "mode": held.mode}
    artifact.image_labels = {**labels, "format": format, "frames": str(held.frames)}
    artifact.metadata.labels = artifact.image_labels
    artifact.metadata.description = changes or None  # not the title, as MLRun's plot artifact has
    return {"changes": changes} if changes else {}
