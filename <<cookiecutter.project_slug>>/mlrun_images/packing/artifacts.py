"""The artifacts of images: a file, and the page of a plot."""

from typing import Any

from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact
from PIL import Image

from mlrun_images.packing.guard import RunGuard


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
        if not self.page:
            raise ValueError("an image's plot artifact has no page")
        super().before_log()

    def get_body(self) -> str:
        """Get the HTML page."""
        return self.page


def set_labels(artifact: Any, image: Image.Image, format: str, frames: int) -> None:
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
