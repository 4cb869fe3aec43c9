"""Encodes the images that come next while one is waited for, on all cores."""

import contextlib
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from mlrun.package.utils import ArtifactType
from PIL import Image

from mlrun_images import cores, mlrun_internals
from mlrun_images.pictures.reading import read

PARALLEL = ("PNG", "WEBP")  # Pillow's other encoders let no other thread run meanwhile
_LARGE = 128 * 128  # pixels; a smaller image is encoded before another thread has begun
_BEGUN = 2  # images for each worker that are begun and not taken yet


class Ahead:
    """
    Makes files of a run's images as they are asked for, and meanwhile those of the next in threads.

    What is asked for one image is supposed of the next ones of the same log hint. Only what is
    really asked for later is given, and what went wrong is raised only then. So all is as if they
    were made one after another. Live images are read in the run's own thread, since several may
    share an open file.

    :param workers: The number of threads; 1 or less: none. None: one for each core.
    """

    def __init__(self, workers: int | None):
        workers = cores.count() if workers is None else workers
        self._workers = workers if workers > 1 else 0
        self._is_told = False
        # images that will be asked for, each with the artifact type and packing kwargs of its hint
        self._coming: deque[tuple[Image.Image, Any]] = deque()
        # what is being made of some of them, by their ids: for which function and arguments
        self._made: dict[int, tuple[Any, Future]] = {}
        self._pool: ThreadPoolExecutor | None = None

    def expect(self, taken: Mapping[int, list[Any]]) -> None:
        """
        Find out which images MLRun will ask for, when it has asked for the first one.

        :param taken: What was taken out of outputs already, by their ids.
        """
        logged = mlrun_internals.logged_outputs() if self._workers and not self._is_told else None
        self._is_told = True
        known: set[int] = set()
        for output, hint in zip(*(logged or ((), ())), strict=False):
            if hint and hint.artifact_type != ArtifactType.OBJECT:
                asked = hint.artifact_type, hint.packing_kwargs
                for image in _images_in(output, hint.itemized, taken):
                    # an encoder writes notes into the image: no two may have the same
                    if image.width * image.height >= _LARGE and id(image) not in known:
                        known.add(id(image))
                        self._coming.append((image, asked))

    def make(self, image: Image.Image, function: Callable[..., Any], *arguments: Any) -> Any:
        """
        Make something of an image, and begin with the next ones.

        :param image:     The image.
        :param function:  Gets the image as a `Picture`, and the arguments. It asks nothing else.
        :param arguments: Its further arguments, which can be compared.

        :returns: What it returns.
        """
        request = function, arguments
        hint = self._hint_of(image)
        asked, made = self._made.pop(id(image), (request, None))
        if asked != request:
            self.close()  # each is asked for in a way of its own
        elif hint:
            self._begin(hint, request)
            if made:
                return made.result()
        return function(read(image), *arguments)

    def close(self) -> None:
        """Expect no more images."""
        self._coming.clear()
        self._made.clear()
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _hint_of(self, image: Image.Image) -> Any:
        """Get an image's hint, and forget it and the images before it: their turn is over."""
        near = itertools.islice(self._coming, self._workers * _BEGUN + 1)
        place = next((n for n, (one, _) in enumerate(near) if one is image), -1)
        for _ in range(place):
            self._made.pop(id(self._coming.popleft()[0]), None)
        return self._coming.popleft()[1] if place >= 0 else None

    def _begin(self, hint: Any, request: tuple[Callable, tuple]) -> None:
        function, arguments = request
        for image, asked in itertools.islice(self._coming, self._workers * _BEGUN):
            if asked != hint:
                return
            if id(image) not in self._made:
                self._pool = self._pool or ThreadPoolExecutor(self._workers, "encode")
                with contextlib.suppress(Exception):  # it is raised when the image is asked for
                    future = self._pool.submit(function, read(image), *arguments)
                    self._made[id(image)] = request, future


def _images_in(value: Any, is_bundle: bool | int, taken: Mapping) -> Iterator[Image.Image]:
    """Get the images of an output in the order in which MLRun takes them."""
    if isinstance(value, Image.Image):
        yield value
    elif is_bundle:
        parts = value.values() if isinstance(value, dict) else value
        plain = isinstance(value, list | tuple | dict)
        for part in taken.get(id(value), parts if plain else ()):
            yield from _images_in(part, is_bundle, taken)
