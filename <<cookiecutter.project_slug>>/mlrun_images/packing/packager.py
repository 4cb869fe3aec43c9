"""The base of the project's packager: how MLRun's packing of images keeps its promise."""

import inspect
import io
from collections.abc import Callable, Iterator
from typing import Any

import mlrun
import numpy as np
import pandas as pd
from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact
from mlrun.package.packagers.default_packager import DefaultPackager
from mlrun.package.utils import ArtifactType
from PIL import Image

from mlrun_images.hints import as_tuples
from mlrun_images.mlrun_internals import watch_return
from mlrun_images.packing import containers, inputs
from mlrun_images.packing.ahead import PARALLEL, Ahead
from mlrun_images.packing.artifacts import ImageArtifact, file_artifact, page_artifact
from mlrun_images.packing.guard import RunGuard
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.files import ImageFile, write_file, write_lossless
from mlrun_images.pictures.formats import find_format
from mlrun_images.pictures.page import PREVIEW, preview_page, whole_page
from mlrun_images.pictures.picture import Picture
from mlrun_images.pictures.reading import read
from mlrun_images.pictures.taking import (
    class_name,
    file_bytes,
    is_file,
    is_picture,
    may_be_picture,
    take,
)
from mlrun_images.pictures.turning import turn
from mlrun_images.text import message_of, printable

TEXT_LENGTH = 1000  # characters of a collection that is not logged as asked


class ImagePackager(DefaultPackager):
    """
    Packs and unpacks PIL images, and whatever else is a picture (see `pictures.taking`). A subclass
    gives it its artifact types, a method ``pack_…`` for each.

    **No image is lost.** What cannot be logged as asked (unknown format, option or artifact type, a
    mode that the format cannot hold, a key that MLRun refuses or that is taken) is kept without
    loss under its key or one like it, as PNG or TIFF, and the run ends in error with one line: the
    key, what was asked, why not, what is possible, what was kept. So are images that MLRun passes
    over: in a list, an array or an object under a plain key, and several without a log hint. The
    run's other outputs are logged. MLRun alone would log a warning, drop the image and complete the
    run. Called outside a run, the same is raised as `ImageRefused` or Pillow's own exception, and
    nothing is kept.

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
    format and frames, of what it holds; labels of a log hint win.

    What was written is opened again to check its size, and read whole if it is small, or if options
    or several frames went into it. Not opened is what Pillow only writes (PDF, PALM), and not read
    an EPS.

    **As inputs**, handlers take `image: Image.Image` and `images: list[Image.Image]` from
    artifacts, paths and URLs. They are read with Pillow before the handler is called; nothing is
    unpickled.
    """

    DEFAULT_UNPACKING_ARTIFACT_TYPE = ArtifactType.FILE
    DEFAULT_OPTIONS: dict[str, dict[str, Any]] = {}
    DEFAULT_WORKERS: int | None = None

    def __init__(self) -> None:
        """
        Find the run for which MLRun makes the packager: it does so before it calls the handler.
        """
        super().__init__()
        self._ahead = Ahead(self.DEFAULT_WORKERS)
        guard = RunGuard.start()
        if guard:
            guard.packager = self
        if guard and not guard.is_shown:
            ways = self._without_loss, self._as_usual
            watch_return(guard.context, lambda value: guard.take_return(value, *ways))

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
        defaults = self.DEFAULT_OPTIONS.get(find_format(format), {})
        all_options = {**defaults, **(options or {})}
        make = self._ahead.make if find_format(format) in PARALLEL else _make
        return file_artifact(make(obj, write_file, format, all_options, None, vmin, vmax), key)

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
        if max_size and max(obj.size) > max_size:
            reduced = preview_page(turn(read(obj)), max_size, key, limit, "", vmin, vmax)
            return page_artifact(reduced, key)
        picture, file = self._ahead.make(obj, _turned_file)
        guard = RunGuard.running()
        page = whole_page(picture, file, key, limit)
        if page or max_size or not guard:
            bound = max_size or PREVIEW
            page = page or preview_page(picture, bound, key, limit, "", vmin, vmax)
            return page_artifact(page, key)
        original = guard.take_key(f"{key}-original")
        artifact = guard.log(file_artifact(file, original))
        note, uri = f"the original is {original}", artifact.uri if artifact else ""
        page = preview_page(picture, PREVIEW, key, limit, note, vmin, vmax, uri)
        package, instructions = page_artifact(page, key)
        return package, {**instructions, "original": uri}

    # What MLRun asks

    def get_supported_packing_artifact_types(self) -> list[str]:
        """
        Get an image's artifact types: not MLRun's pickle (``object``), which needs the same Pillow.
        """
        types = super().get_supported_packing_artifact_types()
        return [kind for kind in types if kind not in (ArtifactType.OBJECT, ArtifactType.RESULT)]

    def is_packable(
        self, obj: Any, artifact_type: str | None = None, configurations: dict | None = None
    ) -> bool:
        """
        Take every picture, whatever the artifact type, and what was meant as one but is none.

        `pack` keeps it and marks the run as failed, where MLRun alone would complete the run.
        """
        guard = RunGuard.running()
        if guard and not guard.is_hinted:
            return True  # the guard logs all outputs in the end
        return super().is_packable(obj) or self._is_meant(obj, artifact_type, configurations or {})

    def _is_meant(self, obj: Any, artifact_type: str | None, options: dict[str, Any]) -> bool:
        if artifact_type in (ArtifactType.OBJECT, ArtifactType.RESULT):
            return False
        if obj is None or is_picture(obj):
            return True
        if self._is_left_to_the_guard(obj):
            return bool(containers.pictures_in(obj))
        asks_image = artifact_type == ArtifactType.PLOT or "format" in options
        asks_own = artifact_type in self.get_supported_packing_artifact_types() and (
            artifact_type != ArtifactType.FILE
        )
        return (asks_image or asks_own) and (may_be_picture(obj) or containers.is_array(obj))

    @staticmethod
    def _is_left_to_the_guard(obj: Any) -> bool:
        """Check if MLRun cannot write the object if it has pictures, or only as a text."""
        return type(obj) in (list, tuple, set, frozenset, dict, pd.DataFrame)

    def can_unbundle(self, bundled_object: Any) -> bool:
        """
        Take apart a collection of images for which MLRun has no packager: deque, array, Series, …
        """
        return containers.is_for_us_to_unbundle(bundled_object)

    def unbundle(self, bundled_object: Any) -> list:
        """Get the items of a collection; the run fails if they are those of an endless iterator."""
        makes = containers.makes_pictures(bundled_object)
        source = iter(bundled_object) if makes else bundled_object
        if inner := containers.inner_list(source):
            return inner
        items = list(containers.items_of(source))
        guard = RunGuard.running()
        if guard:
            guard.note_taken(bundled_object, items)
        if guard and isinstance(source, Iterator):
            if next(source, guard) is not guard:
                guard.fail(
                    f"an iterator gives more than {len(items)} items, and only these are logged; "
                    "possible: return a list"
                )
        return items

    @property
    def future_clearing_path_list(self) -> list[str]:
        """
        The files to clear. MLRun asks for them when it has logged all outputs: here none may be
        missing.
        """
        self.finish_run()
        return self._future_clearing_path_list

    def finish_run(self) -> None:
        """
        Keep the pictures that MLRun passed over; mark the run as failed if an output is missing.
        """
        guard = RunGuard.running()
        self._ahead.close()
        if guard:
            guard.finish(self._without_loss, self._as_usual)

    def _as_usual(self, obj: Any, key: str) -> tuple[Artifact, dict]:
        return self._pack_as_asked(obj, key, None, {})

    def pack(
        self,
        obj: Any,
        key: str = "",
        artifact_type: str | None = None,
        configurations: dict | None = None,
    ) -> tuple[Artifact, dict] | dict:
        """
        Pack the image as asked, or keep it and mark the run as failed.

        :param obj:            The PIL Image to pack; it is not changed.
        :param key:            The artifact key.
        :param artifact_type:  One for which there is a method ``pack_…``; None: the default one.
        :param configurations: Arguments of that method.

        :returns: The artifact and unpacking instructions; in a run, if the image cannot even be
                  kept (it is empty, its file is gone, the disk is full), a result of that key that
                  says so.

        :raise ImageRefused: Outside a run, if the image cannot be packed as asked.
        """
        guard = RunGuard.running()
        options = as_tuples(configurations or {})
        if guard is None:
            return self._pack_as_asked(obj, key, artifact_type, options)
        if not guard.is_hinted:
            return {}  # the guard logs it in the end
        guard.note_packed(obj)
        self._ahead.expect(guard.taken)
        return self.picture_package(guard, obj, key, artifact_type, options)

    def picture_package(
        self,
        guard: RunGuard,
        obj: Any,
        key: str,
        artifact_type: str | None,
        options: dict[str, Any],
    ) -> tuple[Artifact, dict] | dict:
        """
        Pack what was returned or logged in a run as asked, or keep it and mark the run as failed.

        :param guard: The guard of the run. See `pack` for the others.
        """
        if obj is None:
            guard.fail(f"{key!r}: the handler returned None for it")
            return {key: None}
        if self._is_left_to_the_guard(obj):
            return {key: printable(obj, TEXT_LENGTH)}
        asked_key, key = key, guard.own_key(key)
        try:
            guard.check_key(key)
            package = self._pack_as_asked(obj, key, artifact_type, options)
            guard.take_key(key)
            return package if key == asked_key else _renamed(package, asked_key)
        except Exception as error:
            asked = _asked(artifact_type or self.DEFAULT_PACKING_ARTIFACT_TYPE, options)
            problem = f"{key!r:.80}: asked for {asked}, but {message_of(error)}"
            return guard.keep(key, problem, lambda name: self._without_loss(obj, name))

    def _pack_as_asked(
        self, obj: Any, key: str, artifact_type: str | None, options: dict[str, Any]
    ) -> tuple[Artifact, dict]:
        image = take(obj)
        if image is None:
            raise ImageRefused(containers.describe(obj))
        self._check_asked(artifact_type, options)
        # not MLRun's own `pack`: it would warn of every encoder option, as `pack_file` does not
        # name them
        artifact, instructions = self._pack_method(artifact_type)(image, key, **options)
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
                self._pack_as_asked(image, "image", artifact_type, options)
                return
            except ImageRefused as refusal:
                refusals.append(refusal)
        raise refusals[0]

    def _check_asked(self, artifact_type: str | None, options: dict[str, Any]) -> None:
        types = self.get_supported_packing_artifact_types()
        if artifact_type is not None and artifact_type not in types:
            possible = ", ".join(types)
            raise ImageRefused(
                f"an image has no artifact type {artifact_type!r}; possible: {possible}"
            )
        _check_options(self._pack_method(artifact_type), options)

    def _pack_method(self, artifact_type: str | None) -> Callable:
        return getattr(self, f"pack_{artifact_type or self.DEFAULT_PACKING_ARTIFACT_TYPE}")

    @staticmethod
    def _without_loss(obj: Any, key: str) -> tuple[Artifact, dict]:
        """Pack a picture, an array or a file that cannot be opened as it is."""
        if containers.is_array(obj):
            file = io.BytesIO()
            np.save(file, np.asarray(obj), allow_pickle=False)
            return Artifact(key, body=file.getvalue(), format="npy"), {"format": "npy"}
        try:
            image = take(obj)
            if image is None:
                raise ImageRefused("it is no picture")
            return file_artifact(write_lossless(read(image)), key)
        except Exception:
            if not is_file(obj):
                raise
            return Artifact(key, body=file_bytes(obj), format="bin"), {"format": "a file"}

    # Unpacking

    def get_supported_unpacking_artifact_types(self) -> list[str]:
        """Get the artifact types that are read: those that are packed. Nothing is unpickled."""
        return self.get_supported_packing_artifact_types()

    def is_unpackable(
        self, data_item: mlrun.DataItem, type_hint: type, artifact_type: str | None = None
    ) -> bool:
        """Take every input that is hinted as an image, whatever logged it."""
        return super().is_unpackable(data_item, type_hint)

    def unpack(
        self,
        data_item: mlrun.DataItem,
        artifact_type: str | None = None,
        instructions: dict | None = None,
    ) -> Image.Image:
        """
        Read an image.

        :param data_item:     An artifact, a path or a URL.
        :param artifact_type: The type as which it was logged; the file itself says what it holds.
        :param instructions:  What `pack` gave; not needed.

        :returns: The image, decoded.

        :raise ImageRefused: If it is no image, or a reduced page whose original was not kept.
        """
        return inputs.read_image(data_item)


def _make(image: Image.Image, function: Callable[..., Any], *arguments: Any) -> Any:
    return function(read(image), *arguments)


def _turned_file(picture: Picture) -> tuple[Picture, ImageFile]:
    """Turn a picture as its EXIF says, and write it without loss."""
    upright = turn(picture)
    return upright, write_lossless(upright, quick=True)


def _renamed(package: tuple[Artifact, dict], asked: str) -> tuple[Artifact, dict]:
    """Tell that an image has another key than its name in a collection would give it."""
    artifact, notes = package
    changes = "; ".join(filter(None, [notes.get("changes"), f"MLRun takes no key {asked!r}"]))
    artifact.metadata.description = changes
    return artifact, {**notes, "changes": changes}


def _asked(artifact_type: str, options: dict[str, Any]) -> str:
    if not options:
        return artifact_type
    listed = ", ".join(f"{name}={value!r:.100}" for name, value in options.items())
    return f"{artifact_type}[{listed}]"


def _check_size(max_size: Any) -> None:
    if not isinstance(max_size, int) or isinstance(max_size, bool) or max_size < 1:
        raise ImageRefused(
            f"option max_size={max_size!r} is not a whole number of pixels; possible: 1 or more"
        )


def _check_options(pack: Callable, options: dict[str, Any]) -> None:
    """Refuse what the pack method does not name; one that takes any option checks them itself."""
    if {"obj", "key"} & set(options):
        raise ImageRefused("obj and key are no options")
    parameters = inspect.signature(pack).parameters.values()
    named = [parameter.name for parameter in parameters if parameter.name not in ("obj", "key")]
    unknown = sorted(set(options) - set(named))
    if unknown and not any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters):
        kind = pack.__name__.removeprefix("pack_")
        possible = ", ".join(named) or "none"
        raise ImageRefused(f"a {kind} has no option {', '.join(unknown)}; possible: {possible}")
