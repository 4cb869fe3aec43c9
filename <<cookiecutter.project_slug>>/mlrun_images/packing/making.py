"""What the artifact types of images are made of."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import mlrun
from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact
from mlrun.package.packagers.default_packager import DefaultPackager
from mlrun.package.utils import ArtifactType
from PIL import Image

from mlrun_images.packing import containers
from mlrun_images.packing.ahead import PARALLEL, Ahead
from mlrun_images.packing.artifacts import ImageArtifact, file_artifact, page_artifact
from mlrun_images.packing.guard import RunGuard
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.files import ImageFile, write_file, write_lossless
from mlrun_images.pictures.formats import find_format
from mlrun_images.pictures.page import PREVIEW, preview_page, whole_page
from mlrun_images.pictures.picture import Picture
from mlrun_images.pictures.reading import read
from mlrun_images.pictures.taking import Drawn, class_name, take
from mlrun_images.pictures.turning import turn

_NOT_OURS = (ArtifactType.OBJECT, ArtifactType.RESULT)


class ImageMaker(DefaultPackager):
    """
    Makes the artifacts of images, as a subclass asks in its methods ``pack_…``.

    **Conversions**, only where the format does not take the image's mode; the artifact tells them:

    * transparency (LA, La, PA, RGBA, RGBa, palette entries, a transparent colour) is flattened on
      white where the format has none; premultiplied modes (La, RGBa) are divided first; GIF knows
      only full and no transparency;
    * a palette becomes RGB, or RGBA if it has transparency; 1 becomes L, else RGB;
    * CMYK, LAB and L become RGB by their ICC profile, if they have one; else, as RGBX, YCbCr and
      HSV, by Pillow's own conversions (LAB through ImageCms);
    * so does a mode of a format that only Pillow would read back (``TIFF`` of LAB, ``TGA`` of LA);
    * I, F and I;16 with its byte orders stay exact where the format holds their values (TIFF does),
      else are scaled to 0..65535 or 0..255;
    * RGB to 256 colours in GIF, and the losses of JPEG and other lossy formats, are the encoder's
      own.

    Pixels are turned as EXIF says, but in JPEG and MPO. All frames with durations and loop, the ICC
    profile, EXIF, XMP, DPI, texts and whatever else Pillow gives are kept where the format has
    them; what is missing is named. Every artifact has the labels width, height (pixels), mode,
    format and frames, of what it holds; labels of a log hint win. `comparing` says how far the file
    is read again to check it.
    """

    DEFAULT_OPTIONS: dict[str, dict[str, Any]] = {}
    DEFAULT_WORKERS: int | None = None

    def __init__(self) -> None:
        """
        Find the run for which MLRun makes the packager: it does so before it calls the handler.
        """
        super().__init__()
        self.guard = RunGuard.start()
        self._ahead = Ahead(self.DEFAULT_WORKERS)

    # For the subclass: what an artifact type is made of

    def image_file(
        self,
        obj: Image.Image,
        key: str,
        format: str = "png",
        options: dict[str, Any] | None = None,
        vmin: float | None = None,
        vmax: float | None = None,
    ) -> tuple[Artifact, dict]:
        """
        Make the artifact of an image file.

        :param obj:     The PIL Image; it is not changed.
        :param key:     The artifact key.
        :param format:  Pillow's name of the format or an extension, in any case: ``png``, ``JPG``.
        :param options: Options of Pillow's encoder for the format; they win over `DEFAULT_OPTIONS`.
        :param vmin:    Of a deep image (I;16, I, F), the value that becomes black.
        :param vmax:    Of a deep image, the value that becomes white. Without both it is scaled
                        only where the format does not hold its values.

        :returns: The artifact and unpacking instructions: the asked format, and the changes, if
                  any.

        :raise ImageRefused: If Pillow cannot write the format, or its encoder refuses the image or
                             an option.
        """
        encoder = find_format(format)
        all_options = {**self.DEFAULT_OPTIONS.get(encoder, {}), **(options or {})}
        asked: tuple = encoder, all_options, {}, vmin, vmax
        if encoder in PARALLEL:
            return file_artifact(self._ahead.make(obj, write_file, *asked), key, format)
        return file_artifact(write_file(read(obj), *asked), key, format)

    def image_page(
        self,
        obj: Image.Image,
        key: str,
        max_size: int | None = None,
        vmin: float | None = None,
        vmax: float | None = None,
    ) -> tuple[PlotArtifact, dict]:
        """
        Make the artifact of a page with the image embedded.

        :param obj:      The PIL Image; it is not changed.
        :param key:      The artifact key.
        :param max_size: The longest side in pixels; larger images are reduced, smaller ones never
                         enlarged. None: all pixels. If the page would then be larger than MLRun's
                         ``artifacts.limits.max_preview_size`` (bytes), or a PNG does not hold the
                         image's values or pages, the page is a preview, and the original is logged
                         beside it without loss, under the key with ``-original`` behind it.
        :param vmin:     Of a deep image (I;16, I, F), the value that is shown black; None: its
                         least.
        :param vmax:     Of a deep image, the value that is shown white; None: its greatest.

        :returns: The plot artifact and unpacking instructions.

        :raise ImageRefused: If the image is empty or `max_size` is not a whole number of at least
                             1.
        """
        if max_size is not None:
            _check_size(max_size)
        limit = mlrun.mlconf.artifacts.limits.max_preview_size
        reduced_to = max_size or PREVIEW, key, limit, vmin, vmax
        if max_size and max(obj.size) > max_size:
            return page_artifact(preview_page(read(obj), *reduced_to), key)
        picture, file = self._ahead.make(obj, _turned_file)
        if page := whole_page(picture, file, key, limit):
            return page_artifact(page, key)
        if max_size or not self.guard:
            return page_artifact(preview_page(picture, *reduced_to), key)
        original = self.guard.free_key(f"{key}-original")
        artifact = self.guard.log(file_artifact(file, original))
        note, uri = f"the original is {original}", artifact.uri if artifact else ""
        page, notes = page_artifact(preview_page(picture, *reduced_to, note, uri), key)
        return page, {**notes, "original": uri}

    def get_supported_packing_artifact_types(self) -> list[str]:
        """
        Get an image's artifact types: not MLRun's pickle (``object``), which needs the same Pillow.
        """
        types = super().get_supported_packing_artifact_types()
        return [kind for kind in types if kind not in _NOT_OURS]

    def package(
        self,
        obj: Any,
        key: str,
        artifact_type: str | None,
        options: dict[str, Any],
        drawn: Drawn | None = None,
    ) -> tuple[Artifact, dict]:
        """
        Pack a picture as asked.

        :param drawn: What values showed themselves as already. See `pack` for the others.

        :raise ImageRefused: If it cannot be packed so.
        """
        image = take(obj, drawn)
        if image is None:
            raise ImageRefused(containers.describe(obj))
        # not MLRun's own `pack`: it would warn of every encoder option, as `pack_file` does not
        # name them
        artifact, instructions = self._pack_method(artifact_type, options)(image, key, **options)
        if image is not obj and isinstance(artifact, ImageArtifact):
            artifact.add_label("class", class_name(obj))
        return artifact, instructions

    def check_hint(self, artifact_type: str | None, options: dict[str, Any]) -> None:
        """
        Check what a log hint asks for before there is an image, by packing small ones.

        :param artifact_type: The artifact type; None: the default one.
        :param options:       The packing kwargs.

        :raise ImageRefused: If in no mode an image can be packed so, with what is possible.
        """
        refusals = []
        # a format may hold one mode, or one size only (ICNS: 1024 pixels)
        for mode, side in (("RGB", 32), ("L", 32), ("1", 32), ("F", 32), ("RGB", 1024)):
            try:
                image = Image.new(mode, (side, side))
                self.package(image, "image", artifact_type, options)
                return
            except ImageRefused as refusal:
                refusals.append(refusal)
        raise refusals[0]

    def _pack_method(self, artifact_type: str | None, options: dict[str, Any]) -> Callable:
        """Get the method that packs as asked; refuse an artifact type or an option without one."""
        kind = self.DEFAULT_PACKING_ARTIFACT_TYPE if artifact_type is None else artifact_type
        pack = getattr(self, f"pack_{kind}", None)
        if pack is None or kind in _NOT_OURS:
            possible = ", ".join(self.get_supported_packing_artifact_types())
            raise ImageRefused(f"an image has no artifact type {kind!r}; possible: {possible}")
        named, takes_any = _options_of(getattr(pack, "__func__", pack))
        unknown = sorted(set(options) - set(named))
        if {"obj", "key"} & set(unknown):
            raise ImageRefused("obj and key are no options")
        if unknown and not takes_any:  # one that takes any checks them itself
            possible = ", ".join(named) or "none"
            raise ImageRefused(f"a {kind} has no option {', '.join(unknown)}; possible: {possible}")
        return pack


def _turned_file(picture: Picture) -> tuple[Picture, ImageFile]:
    """Turn a picture as its EXIF says, and write it without loss."""
    upright = turn(picture)
    return upright, write_lossless(upright, quick=True)


def _check_size(max_size: Any) -> None:
    if not isinstance(max_size, int) or isinstance(max_size, bool) or max_size < 1:
        raise ImageRefused(
            f"option max_size={max_size!r} is not a whole number of pixels; possible: 1 or more"
        )


@functools.cache
def _options_of(pack: Callable) -> tuple[list[str], bool]:
    """Get the options that a pack method names, and whether it takes any other."""
    parameters = inspect.signature(pack).parameters.values()
    named = [one.name for one in parameters if one.name not in ("self", "obj", "key")]
    return named, any(one.kind == one.VAR_KEYWORD for one in parameters)
