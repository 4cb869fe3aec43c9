"""The base of the project's packager: how MLRun's packing of images keeps its promise."""

import functools
from collections.abc import Iterator
from typing import Any

import mlrun
import pandas as pd
from mlrun.artifacts import Artifact
from mlrun.package.utils import ArtifactType
from PIL import Image

from mlrun_images.errors import message_of
from mlrun_images.hints import as_tuples
from mlrun_images.mlrun_internals import watch_return
from mlrun_images.packing import containers, finishing, inputs
from mlrun_images.packing.artifacts import lossless_artifact, renamed
from mlrun_images.packing.making import ImageMaker
from mlrun_images.pictures.taking import Drawn, is_picture, may_be_picture
from mlrun_images.text import printable

TEXT_LENGTH = 1000  # characters of a collection that is not logged as asked


class ImagePackager(ImageMaker):
    """
    Packs and unpacks PIL images, and whatever else is a picture (see `pictures.taking`). A subclass
    gives it its artifact types, a method ``pack_…`` for each. `ImageMaker` says how modes are
    converted.

    **No image is lost.** What cannot be logged as asked (unknown format, option or artifact type, a
    mode that the format cannot hold, a key that MLRun refuses or that is taken) is kept without
    loss under its key or one like it, as PNG or TIFF, and the run ends in error with one line: the
    key, what was asked, why not, what is possible, what was kept. So are images that MLRun passes
    over: in a list, an array or an object under a plain key, and several without a log hint. The
    run's other outputs are logged. MLRun alone would log a warning, drop the image and complete the
    run. Called outside a run, the same is raised as `ImageRefused` or Pillow's own exception, and
    nothing is kept.

    **As inputs**, handlers take `image: Image.Image` and `images: list[Image.Image]` from
    artifacts, paths and URLs. They are read with Pillow before the handler is called; nothing is
    unpickled.
    """

    DEFAULT_UNPACKING_ARTIFACT_TYPE = ArtifactType.FILE

    def __init__(self) -> None:
        """Look at what the handler returns before MLRun does."""
        super().__init__()
        if self.guard and self.guard.packager is None:
            watch_return(self.guard.context, functools.partial(finishing.note_return, self.guard))
        if self.guard:
            self.guard.packager = self

    # Packing

    def is_packable(
        self, obj: Any, artifact_type: str | None = None, configurations: dict | None = None
    ) -> bool:
        """
        Take every picture, whatever the artifact type, and what was meant as one but is none.

        `pack` keeps it and marks the run as failed, where MLRun alone would complete the run.
        """
        return super().is_packable(obj) or self._is_meant(obj, artifact_type, configurations or {})

    def _is_meant(self, obj: Any, artifact_type: str | None, options: dict[str, Any]) -> bool:
        if artifact_type in (ArtifactType.OBJECT, ArtifactType.RESULT):
            return False
        guard = self.guard
        drawn = guard.drawn if guard else None
        if obj is None or is_picture(obj, drawn):
            return True
        if _is_taken_apart(obj):
            found = containers.pictures_in(obj, drawn=drawn)
            if guard and found:
                guard.taken[id(obj)] = found
            return bool(found)
        is_ours = artifact_type in self.get_supported_packing_artifact_types()
        asks_image = "format" in options or is_ours and artifact_type != ArtifactType.FILE
        return asks_image and (may_be_picture(obj) or containers.is_array(obj))

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
        is_iterator, error = isinstance(source, Iterator), None
        if is_iterator:
            items, error = containers.take_steps(source)
        else:
            items = list(containers.items_of(source))
        if not self.guard:
            return items
        self.guard.taken[id(bundled_object)] = items
        only = f"{len(items)} items, and only these are logged"
        if error:
            self.guard.fail(
                f"an iterator raised {type(error).__name__}: {message_of(error)}; it gave {only}"
            )
        elif is_iterator and next(source, self) is not self:
            self.guard.fail(f"an iterator gives more than {only}; possible: return a list")
        return items

    @property
    def future_clearing_path_list(self) -> list[str]:
        """
        The files to clear. MLRun asks for them when it has logged all outputs: here none may be
        missing.
        """
        self._ahead.close()
        if self.guard:
            finishing.finish(self.guard)
        return self._future_clearing_path_list

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
        options = as_tuples(configurations or {})
        if self.guard is None:
            return self.package(obj, key, artifact_type, options)
        if _is_taken_apart(obj):
            return {key: printable(obj, TEXT_LENGTH)}  # what is in it is kept in the end
        self.guard.packed.add(id(obj))
        self._ahead.expect(self.guard.taken)
        return self.package_or_keep(obj, key, artifact_type, options, self.guard.drawn)

    def package_or_keep(
        self,
        obj: Any,
        key: str,
        artifact_type: str | None,
        options: dict[str, Any],
        drawn: Drawn | None = None,
    ) -> tuple[Artifact, dict] | dict:
        """
        Pack what was returned or logged in a run as asked, or keep it and mark the run as failed.

        :param drawn: What values showed themselves as already. See `pack` for the others.
        """
        guard = self.guard
        assert guard
        if obj is None:
            guard.fail(f"{key!r}: the handler returned None for it")
            return {key: None}
        asked_key, key = key, guard.own_key(key)
        try:
            guard.check_key(key)
            package = self.package(obj, key, artifact_type, options, drawn)
            guard.keys.add(key)
            return package if key == asked_key else renamed(package, asked_key)
        except Exception as error:
            asked = _asked(artifact_type or self.DEFAULT_PACKING_ARTIFACT_TYPE, options)
            problem = f"{key!r:.80}: asked for {asked}, but {message_of(error)}"
            pack = functools.partial(lossless_artifact, obj, drawn)
            kept, said = guard.keep(key, pack, problem)
            guard.fail(f"{problem}; {said}")
            return kept

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


def _is_taken_apart(obj: Any) -> bool:
    """Check if an asterisk takes an object apart; MLRun would write it as text, or pickle it."""
    is_plain = type(obj) in (list, tuple, set, frozenset, dict, pd.DataFrame)
    return is_plain or containers.is_for_us_to_unbundle(obj)


def _asked(artifact_type: str, options: dict[str, Any]) -> str:
    if not options:
        return artifact_type
    listed = ", ".join(f"{name}={value!r:.100}" for name, value in options.items())
    return f"{artifact_type}[{listed}]"
