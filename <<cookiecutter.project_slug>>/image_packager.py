"""
How the project's images become artifacts: the place for artifact types and defaults of your own.
"""

from typing import Any

from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact
from mlrun.package.utils import ArtifactType
from PIL import Image

from mlrun_images.packing.packager import ImagePackager


class PILImagePackager(ImagePackager):
    """
    A custom packager for PIL Image objects.

    Supports two artifact types. A method ``pack_<artifact type>`` adds another:

    - ``plot`` (default): a page with the image on it; ``plot[max_size=256]`` shows it reduced.
    - ``file``: an image file in any format that Pillow writes; ``file[format='jpeg', quality=90]``.

    `ImagePackager` says how modes are converted, and what happens to an image that cannot be logged
    as asked.
    """

    PACKABLE_OBJECT_TYPE = Image.Image
    PACK_SUBCLASSES = True  # also handle Image subclasses
    DEFAULT_PACKING_ARTIFACT_TYPE = ArtifactType.PLOT

    # options of Pillow's encoders, unless a log hint gives others: {"JPEG": {"quality": 90}}
    DEFAULT_OPTIONS: dict[str, dict[str, Any]] = {}

    # threads that encode the images of a handler that returns many; None: one for each core
    DEFAULT_WORKERS: int | None = None

    def pack_file(
        self,
        obj: Image.Image,
        key: str,
        format: str = "png",
        vmin: float | None = None,
        vmax: float | None = None,
        **options: Any,
    ) -> tuple[Artifact, dict]:
        """
        Create an Artifact: an image file.

        :param obj:     The PIL Image to pack; it is not changed.
        :param key:     The artifact key.
        :param format:  Pillow's name of the format or an extension, in any case: ``png``, ``JPG``.
        :param vmin:    Of an image in mode I;16, I or F, the value that becomes black.
        :param vmax:    Of such an image, the value that becomes white. Without both, values are
                        scaled only if the format does not hold them.
        :param options: Options of Pillow's encoder for the format: ``quality=90``,
                        ``lossless=True``.

        :returns: The artifact, and unpacking instructions: the format as asked, and what was
                  changed.

        :raise ImageRefused: If Pillow cannot write the format, or its encoder refuses the image or
                             an option.
        """
        return self.image_file(obj, key, format, options, vmin, vmax)

    def pack_plot(
        self,
        obj: Image.Image,
        key: str,
        max_size: int | None = None,
        vmin: float | None = None,
        vmax: float | None = None,
    ) -> tuple[PlotArtifact, dict]:
        """
        Create a PlotArtifact: a page with the image embedded as PNG bytes, for inline preview in
        the MLRun UI.

        :param obj:      The PIL Image to pack; it is not changed.
        :param key:      The artifact key.
        :param max_size: The longest side in pixels; larger images are reduced, smaller ones never
                         enlarged. None: all pixels, or a preview beside which the original is
                         logged.
        :param vmin:     Of an image in mode I;16, I or F, the value that is shown black; None: its
                         least.
        :param vmax:     Of such an image, the value that is shown white; None: its greatest.

        :returns: The plot artifact, and unpacking instructions.

        :raise ImageRefused: If the image is empty, or `max_size` is not a whole number of at least
                             1.
        """
        return self.image_page(obj, key, max_size, vmin, vmax)
