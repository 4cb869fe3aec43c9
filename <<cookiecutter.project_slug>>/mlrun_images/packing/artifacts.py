"""The artifacts of images: a file, and the page of a plot."""

from typing import Any

from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact
from PIL import Image

from mlrun_images.packing.files import ImageFile
from mlrun_images.packing.guard import RunGuard
from mlrun_images.packing.plot import Page


class ImageArtifact(Artifact):
    """A file artifact. Its own labels stay beside those of a log hint, which win."""

    image_labels: dict[str, str] = {}

    def before_log(self) -> None:
        """Add the labels: MLRun replaces an artifact's labels by a log hint's after packing."""
        Artifact.before_log(self)  # not super(): MLRun's plot artifact would import matplotlib
        self.metadata.labels = {**self.image_labels, **(self.metadata.labels or {})}
        guard = RunGuard.running()
        if guard:
            self.metadata.tag = guard.check_tag(self.key, self.metadata.tag)


class ImagePlotArtifact(ImageArtifact, PlotArtifact):
    """MLRun's plot artifact with a page of our own."""

    page = ""

    def before_log(self) -> None:
        """Set the viewer as MLRun's plot artifact does."""
        self.spec.viewer = "chart"
        super().before_log()

    def get_body(self) -> str:
        """Get the HTML page."""
        return self.page


def file_artifact(file: ImageFile, key: str) -> tuple[Artifact, dict]:
    """Make the artifact of an image file, and its unpacking instructions."""
    artifact = ImageArtifact(key=key, body=file.data, format=file.extension)
    artifact.metadata.description = file.changes or None
    _set_labels(artifact, file.image, file.format, file.frames)
    return artifact, {"format": file.asked, **({"changes": file.changes} if file.changes else {})}


def page_artifact(page: Page, key: str) -> tuple[PlotArtifact, dict]:
    """Make the artifact of a page, and its unpacking instructions."""
    artifact = ImagePlotArtifact(key=key, title=key)
    artifact.page = page.html
    artifact.metadata.description = page.changes or None
    _set_labels(artifact, page.image, "PNG", page.frames)
    notes = {"changes": page.changes} if page.changes else {}
    return artifact, {"format": "png", "caption": page.caption, **notes}


def _set_labels(artifact: Any, image: Image.Image, format: str, frames: int) -> None:
    """
    Label an artifact with what it holds: width and height (pixels), mode, format and frames.

    :param artifact: An image artifact.
    :param image:    The image as it was written.
    :param format:   Pillow's name of the format.
    :param frames:   The number of frames that were written.
    """
    width, height = image.size
    labels = {"width": width, "height": height, "mode": image.mode, "format": format}
    labels |= {"frames": frames}
    artifact.image_labels = {name: str(value) for name, value in labels.items()}
    artifact.labels = dict(artifact.image_labels)
