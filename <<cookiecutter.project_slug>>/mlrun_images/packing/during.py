"""Images in the midst of a run: `from mlrun_images import log_image`."""

import multiprocessing
import os
from numbers import Integral
from typing import Any

import mlrun
import pandas as pd
from mlrun.artifacts import Artifact
from mlrun.package.utils import ArtifactType

from mlrun_images import mlrun_internals
from mlrun_images.errors import Refused
from mlrun_images.packing.artifacts import ImageArtifact
from mlrun_images.packing.guard import RunGuard

# for a handler's threads, and for processes that it forks; what draws itself may log an image
_lock = multiprocessing.RLock()


def log_image(
    image: Any,
    key: str,
    step: int | None = None,
    caption: str = "",
    artifact_type: str | None = None,
    context: mlrun.MLClientCtx | None = None,
    **packing: Any,
) -> Artifact | None:
    """
    Log an image while its handler still runs, under the same promise as one that it returns.

    :param image:         A picture, as a handler may return it. It may change afterwards.
    :param key:           The artifact key. With a step it is the name of a series, and each image's
                          key has its step behind: ``sample_100``.
    :param step:          The number of the image in its series, 0 or more.
    :param caption:       What is said of the image, in a sentence.
    :param artifact_type: The artifact type; None: a file if a format is given, else the packager's
                          default.
    :param context:       The run's context. It is needed in a thread where several runs are under
                          way, and in a process that was not forked from the run's.
    :param packing:       Packing kwargs, as in a log hint: ``format="jpeg", quality=90``.

    :returns: The artifact as it was logged; None if nothing of the image could be kept, and the run
              fails.

    :raise Refused: If no run is under way here, the step is no whole number, or the image is a
                    collection. In a process that the handler forked, also if the image could not be
                    logged as asked: the run itself would not hear of it.
    """
    guard = RunGuard.of(context or mlrun_internals.context_of_thread())
    if guard is None or guard.packager is None or guard.is_finished:
        raise Refused("log_image is for handlers: no run is under way here; possible: context=")
    if step is not None and (not isinstance(step, Integral) or isinstance(step, bool) or step < 0):
        raise Refused(f"step={step!r} is no whole number of at least 0")
    if isinstance(image, list | tuple | set | frozenset | dict | pd.DataFrame):
        kind_of = type(image).__name__
        raise Refused(f"log_image takes one picture, not a {kind_of}: call it for each")
    kind = artifact_type or (ArtifactType.FILE if "format" in packing else None)
    name = key if step is None else f"{key}_{step}"
    with _lock:
        package = guard.packager.package_or_keep(image, name, kind, packing)
        if isinstance(package, tuple) and isinstance(package[0], ImageArtifact):
            package[0].describe(caption)
            if step is not None:
                package[0].add_label("series", key)
                package[0].add_label("step", str(step))
        artifact = guard.log(package, kind)
    if guard.errors and guard.process != os.getpid():  # the run's own would not hear of it
        raise Refused(guard.errors[-1])
    return artifact
