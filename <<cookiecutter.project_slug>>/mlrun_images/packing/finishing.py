"""
Compares what a handler returned with what MLRun logged, before the run ends.

Pictures that MLRun passed over are kept, and a run that lacks an output is marked as failed.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import mlrun
from mlrun.package.utils import ArtifactType

from mlrun_images import mlrun_internals
from mlrun_images.log_hints import UNHINTED, function_name
from mlrun_images.packing import containers, starting
from mlrun_images.packing.artifacts import lossless_artifact
from mlrun_images.packing.guard import RunGuard
from mlrun_images.pictures.errors import ImageRefused

LISTED = 20  # keys in a message


def note_return(guard: RunGuard, value: Any) -> bool:
    """
    See what the handler returned before MLRun does.

    MLRun takes a tuple for several outputs: where one log hint takes it apart, each of its items is
    given one. Without log hints, MLRun would log pictures as text.

    :param guard: The guard of the run.
    :param value: What the handler returned.

    :returns: Whether it is logged already.

    :raise ImageRefused: If MLRun, which asks whether the value is true, would get no answer.
    """
    first = guard.log_hints[0] if len(guard.log_hints) == 1 else None
    is_split = type(value) is tuple and not mlrun.mlconf.packagers.pack_tuples
    if is_split and value and first and first.itemized:
        guard.spread, count = first.key, len(value)
        guard.log_hints[:] = [_item_hint(first, number) for number in range(count)]
    if guard.is_hinted:
        return False
    outputs = list(value) if is_split else [value]
    pictures = _pictures_in(guard, outputs)
    if pictures or guard.log_hints:
        _log_unhinted(guard, outputs, pictures)
    if guard.log_hints:
        guard.log_hints[:] = [None] * len(outputs)  # nothing is left for MLRun
        return True
    try:
        bool(value)
    except Exception:
        if not pictures:
            name = type(value).__name__
            guard.fail(f"the handler returned a {name}, and {starting.NO_HINTS}")
        raise ImageRefused(guard.message) from None
    return bool(pictures)


def _item_hint(hint: mlrun.LogHint, number: int) -> mlrun.LogHint:
    one, depth = hint.copy(), hint.itemized
    one.key, one.itemized = f"{hint.key}_{number}", depth is True or max(0, depth - 1)
    return one


def finish(guard: RunGuard) -> None:
    """
    Compare what MLRun has logged with what the handler returned; does nothing at any other time.

    :param guard: The guard of the run.
    """
    logged = mlrun_internals.logged_outputs()
    if logged is None or guard.is_finished:
        return  # MLRun asks for the files to clear twice
    guard.is_finished = True
    outputs, hints = logged
    if not guard.is_hinted:
        return  # all is logged
    if len(outputs) != len(hints):
        guard.fail(
            f"the handler returned {len(outputs)} output(s) for {len(hints)} log hint(s): "
            "give one for each"
        )
    hints += [None] * (len(outputs) - len(hints))
    pairs = list(zip(outputs, hints, strict=False))
    for output, hint in pairs:
        if hint:
            _check_output(guard, output, hint)
    unhinted = _not_packed(guard, *(output for output, hint in pairs if not hint))
    _keep_all(guard, unhinted, "image", "not logged, since no log hint was given")
    _lead_to_artifacts(guard, len(outputs))


def _pictures_in(guard: RunGuard, outputs: Iterable[Any]) -> list[Any]:
    """Get the pictures in outputs, each once."""
    found = (containers.pictures_in(output, guard.taken, guard.drawn) for output in outputs)
    return list({id(picture): picture for one in found for picture in one}.values())


def _not_packed(guard: RunGuard, *outputs: Any) -> list[Any]:
    """Get the pictures in outputs that the packager was not given."""
    return [one for one in _pictures_in(guard, outputs) if id(one) not in guard.packed]


def _check_output(guard: RunGuard, output: Any, hint: mlrun.LogHint) -> None:
    if hint.artifact_type == ArtifactType.OBJECT:
        _check_logged(guard, output, hint)  # a single image the packager has kept
        return
    pictures = _not_packed(guard, output)
    kind = type(output).__name__
    why = f"inside of {kind!r} not logged; possible: *{hint.key}, and only images in it"
    if twice := hint.itemized and containers.equal_names(output):
        why = f"not logged: {twice} give one key; possible: names that differ as texts"
    _keep_all(guard, pictures, hint.key, why)
    if not pictures:
        _check_logged(guard, output, hint)


def _check_logged(guard: RunGuard, output: Any, hint: mlrun.LogHint) -> None:
    logged = {**guard.context.artifact_uris, **guard.context.results}
    if hint.itemized and logged.get(hint.key) in ([], {}):
        guard.fail(f"{hint.key!r}: the handler returned an empty {type(output).__name__}")
    elif hint.key not in logged:
        kind = f"asked for as {hint.artifact_type}, but " if hint.artifact_type else ""
        guard.fail(f"{hint.key!r}: {kind}{containers.describe(output)}")


def _keep_all(guard: RunGuard, pictures: list[Any], key: str, why: str) -> None:
    """Keep the pictures of one output, or of several, and say so in one message."""
    count = len(pictures)
    said, keys = [], []
    for number, picture in enumerate(pictures):
        package, what = guard.keep(
            f"{key}_{number}", partial(lossless_artifact, picture, guard.drawn)
        )
        said.append(what)
        if artifact := guard.log(package):
            keys.append(artifact.metadata.key)
    if count == 1:
        guard.fail(f"{key!r}: an image {why}; {said[0]}")
    elif count:
        wrong = [what for what in said if what.startswith("nothing")]
        kept = [f"kept under the keys {_listed(keys, key)}"] * bool(keys)
        guard.fail("; ".join([f"{key!r}: {count} images {why}", *kept, *wrong[:1]]))


def _listed(keys: list[str], key: str) -> str:
    """List the keys of images that are kept: the first and the last, if these are numbered."""
    if keys == [f"{key}_{number}" for number in range(len(keys))]:
        return f"{keys[0]} to {keys[-1]}"
    return ", ".join(keys[:LISTED] + ["…"] * (len(keys) > LISTED))


def _log_unhinted(guard: RunGuard, outputs: list, pictures: list) -> None:
    """
    Log what was given no log hints: one picture under the function's name, others are kept,
    anything else is a result as ever.
    """
    if len(outputs) == 1 and pictures and pictures[0] is outputs[0]:
        key = guard.free_key(function_name(guard.context))
        guard.log(guard.packager.package_or_keep(outputs[0], key, None, {}, guard.drawn))
        return
    _keep_all(guard, pictures, UNHINTED.key, f"not logged, since {starting.NO_HINTS}")
    value = outputs[0] if len(outputs) == 1 else tuple(outputs)
    if not pictures and value is not None:
        guard.context.log_result(UNHINTED.key, value)


def _lead_to_artifacts(guard: RunGuard, count: int) -> None:
    """
    Put the URIs of artifacts where results name their keys, as where MLRun knows the keys itself.

    :param guard: The guard of the run.
    :param count: The number of outputs.
    """
    uris = guard.context.artifact_uris
    places = {name: uris[name] for name in guard.renamed if name in uris}
    results = guard.context.results if places or guard.spread else {}
    logged = {**uris, **results}
    if guard.spread:
        keys = [f"{guard.spread}_{number}" for number in range(count)]
        results[guard.spread] = [logged.get(key) for key in keys]
    for key, value in results.items():
        led = _led(value, places)
        if str(led) != str(value) or key == guard.spread:
            guard.context.log_result(key, led)


def _led(value: Any, places: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _led(one, places) for name, one in value.items()}
    if isinstance(value, list):
        return [_led(one, places) for one in value]
    return places.get(value, value) if isinstance(value, str) else value
