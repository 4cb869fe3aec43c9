"""The code of MLRun's pack-only packager tutorial, to measure against."""

import os
import tempfile
from io import BytesIO

from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact
from mlrun.package.packagers.default_packager import DefaultPackager
from mlrun.package.utils import ArtifactType
from PIL import Image


def generate_gradient(width: int = 256, height: int = 256) -> Image.Image:
    img = Image.new("RGB", (width, height))
    for x in range(width):
        for y in range(height):
            r = int(255 * x / width)
            g = int(255 * y / height)
            img.putpixel((x, y), (r, g, 50))
    return img


class PILImagePackager(DefaultPackager):
    PACKABLE_OBJECT_TYPE = Image.Image
    PACK_SUBCLASSES = True
    DEFAULT_PACKING_ARTIFACT_TYPE = ArtifactType.PLOT

    def pack_file(self, obj: Image.Image, key: str, format: str = "png") -> tuple[Artifact, dict]:
        temp_dir = tempfile.mkdtemp()
        file_path = os.path.join(temp_dir, f"{key}.{format}")
        obj.save(file_path, format=format.upper())
        self.add_future_clearing_path(temp_dir)
        return Artifact(key=key, src_path=file_path), {"format": format}

    def pack_plot(self, obj: Image.Image, key: str) -> tuple[PlotArtifact, dict]:
        buf = BytesIO()
        obj.save(buf, format="PNG")
        return PlotArtifact(key=key, body=buf.getvalue(), title=key), {}


class LoggedPackager(PILImagePackager):
    """The tutorial's, whose page is logged as a file: MLRun's plot artifact needs matplotlib."""

    def pack_plot(self, obj: Image.Image, key: str) -> tuple[Artifact, dict]:
        plot, instructions = super().pack_plot(obj, key)
        return Artifact(key=key, body=plot.get_body(), format="html"), instructions
