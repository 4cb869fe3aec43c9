"""How the project's images become artifacts: the place for artifact types and defaults of your own."""

from typing import Any

from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact
from mlrun.package.utils import ArtifactType
from PIL import Image

from mlrun_images.packing.packager import ImagePackager


class PILImagePackager(ImagePackager):
    """
    A custom packager for PIL Image objects and their subclasses.

    Supports two artifact types, and any other for which there is a method ``pack_<artifact type>``:

    - ``plot`` (default): a page that shows the image; ``plot[max_size=256]``.
    - ``file``: an image file in any format that Pillow writes; ``file[format='jpeg', quality=90]``.

    What MLRun cannot log as asked is kept without loss, and the run ends in error: see `ImagePackager`.
    """

    PACKABLE_OBJECT_TYPE = Image.Image
    PACK_SUBCLASSES = True  # also JpegImageFile and others
    DEFAULT_PACKING_ARTIFACT_TYPE = ArtifactType.PLOT
    # options of Pillow's encoders by format, where a log hint gives none: {"JPEG": {"quality": 90}}
    DEFAULT_OPTIONS: dict[str, dict[str, Any]] = {}

    def pack_file(
        self, obj: Image.Image, key: str, format: str = "png", **options: Any
    ) -> tuple[Artifact, dict]:
        """
        Save the image to a temporary file and return a file Artifact. MLRun clears the file when it is logged.

        :param obj:     The PIL Image to pack; it is not changed.
        :param key:     The artifact key.
        :param format:  Pillow's name of the format or an extension, in any case: ``png``, ``JPG``, ``.tif``.
        :param options: Options of Pillow's encoder for the format: ``quality=90``, ``lossless=True``.

        :returns: The artifact and unpacking instructions: the format as asked, and the changes, if any.

        :raise ImageRefused: If Pillow cannot write the format, or its encoder refuses the image or an option.
        """
        return self.image_file(obj, key, format, options)

    def pack_plot(
        self, obj: Image.Image, key: str, max_size: int = 512
    ) -> tuple[PlotArtifact, dict]:
        """
        Create a PlotArtifact: a page with the image embedded as PNG bytes, for inline preview in the MLRun UI.

        :param obj:      The PIL Image to pack; it is not changed.
        :param key:      The artifact key.
        :param max_size: The longest side in pixels; larger images are reduced, smaller ones never enlarged.

        :returns: The plot artifact and unpacking instructions.

        :raise ImageRefused: If the image is empty, or `max_size` is not a whole number of at least 1.
        """
        return self.image_page(obj, key, max_size)
