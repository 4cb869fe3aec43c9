"""
The promise of one run: each image that its handler returns is logged, or the run fails and says
why.

MLRun warns of an output that it could not pack, and reports the run as completed. The guard marks
such a run as failed. It is the same at every door (command, notebook, workflow, `mlrun run`, job),
since MLRun makes the packagers, and the packager the guard, anew for each run.
"""

import contextlib
import functools
import hashlib
import os
import re
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import mlrun
from mlrun.artifacts import Artifact
from mlrun.package.utils import ArtifactType
from mlrun.utils import validate_tag_name

from mlrun_images import mlrun_internals
from mlrun_images.hints import KEY_RULE, is_key
from mlrun_images.log_hints import UNHINTED, function_name
from mlrun_images.packing import containers, inputs, starting
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.text import message_of

Package = tuple[Artifact, dict]
MESSAGES = 20  # of a run's error; the rest are counted

_guards: weakref.WeakKeyDictionary[mlrun.MLClientCtx, "RunGuard"] = weakref.WeakKeyDictionary()
_alive: weakref.WeakSet["RunGuard"] = weakref.WeakSet()
_acting: ContextVar["RunGuard | None"] = ContextVar("_acting", default=None)


def _note_fork() -> None:
    for guard in list(_alive):
        guard.has_forks = True


os.register_at_fork(before=_note_fork)


class RunGuard:
    """
    Watches over the images of one run.

    :param context: The run's context.
    """

    def __init__(self, context: mlrun.MLClientCtx):
        self.context = context
        self._keys: set[str] = set()
        self._packed: set[int] = set()
        self.taken: dict[int, list] = {}
        self._errors: list[str] = []
        self.is_finished = self.has_forks = False
        self.is_hinted = True  # the run was given log hints
        self.is_shown = True  # MLRun hands its outputs to the packagers
        self.hint_keys: set[str] = set()
        self.packager: Any = None  # that of the project, made for this run
        self._process = os.getpid()
        _alive.add(self)

    @classmethod
    def running(cls) -> "RunGuard | None":
        """Get the guard of the run that this thread is in, or None outside of a run."""
        return _acting.get() or cls.of(mlrun_internals.running_context())

    @classmethod
    def of(cls, context: mlrun.MLClientCtx | None) -> "RunGuard | None":
        """Get the guard of a run, or None without one."""
        if context is None:
            return None
        return _guards.get(context) or _guards.setdefault(context, cls(context))

    @contextlib.contextmanager
    def acting(self) -> Iterator[None]:
        """Make this the guard of what this thread does in the `with` block."""
        token = _acting.set(self)
        try:
            yield
        finally:
            _acting.reset(token)

    @classmethod
    def start(cls) -> "RunGuard | None":
        """
        Get the guard of the run for which MLRun is making the packagers; check what it was given.

        :raise ImageRefused: If the run was given a parameter that its handler does not take, or an
                             input that is no image where its handler wants one.
        """
        run = mlrun_internals.starting_run()
        if run is None or run.context in _guards:
            return cls.running()
        guard = _guards[run.context] = cls(run.context)
        guard.is_hinted, guard.is_shown = starting.has_hints(run), bool(run.log_hints)
        if not starting.is_decorated(run.handler):
            starting.read_annotation(run)
            guard.is_hinted = guard.is_hinted or starting.has_hints(run)
        guard.hint_keys = {mlrun.LogHint.parse_obj(hint).key for hint in run.log_hints if hint}
        mlrun_internals.drop_record_file(run.context)
        starting.set_own_place(run.context)
        starting.note_process(run.context)
        starting.check_parameters(run)
        inputs.read_inputs(run)
        return guard

    # Failing

    def fail(self, message: str) -> None:
        """Mark the run as failed: MLRun does not turn an error back into completed."""
        self._errors.append(message)
        shown = self._errors[:MESSAGES]
        more = len(self._errors) - len(shown)
        text = " | ".join([*shown, f"and {more} more"] if more else shown)
        self.context.set_state(error=text, commit=False)

    # Keys

    def check_key(self, key: str) -> None:
        """
        Refuse a key that MLRun would refuse, and one that another output has.

        :raise ImageRefused: With what is possible.
        """
        if not self._is_safe(key):
            raise ImageRefused(f"MLRun does not take the key; possible: {KEY_RULE}")
        if self._is_taken(key):
            raise ImageRefused("the key is taken by another output; possible: one of its own")

    def take_key(self, key: str) -> str:
        """
        Get a key for an output that MLRun takes and no other output has: the given one or like it.
        """
        if not self._is_safe(key):
            digest = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:8]
            plain = re.sub("[^A-Za-z0-9._-]+", "-", key).strip("._-")
            word = re.sub("[^A-Za-z0-9]+", "-", key)[:40].strip("-")
            plain = f"{plain}-{digest[:4]}"  # another item may have the plain name
            key = plain if self._is_safe(plain) else f"{word}-{digest}" if word else digest
        while self._is_taken(key):
            key += "-2"
        self._keys.add(key)
        return key

    def own_key(self, key: str) -> str:
        """
        Get the key of an item of a collection: another one if MLRun does not take its name.

        :param key: What MLRun made of the log hint's key and the item's name.
        """
        if key in self.hint_keys or self._is_safe(key):
            return key
        name = self.take_key(key)
        self._keys.discard(name)  # it is taken when the image is packed
        self.context.log_result(key, name)  # MLRun looks the item up by the key that it gave it
        return name

    def _is_taken(self, key: str) -> bool:
        taken = key in self._keys or mlrun_internals.has_logged(self.context, key)
        return taken or self.has_forks and self._is_stored(key)

    def _is_stored(self, key: str) -> bool:
        """Check if another process of the run logged the key: each has a copy of what it knows."""
        run_db, context = mlrun.get_run_db(), self.context
        name = f"{context.name}_{key}"  # as MLRun 1.11 and 1.12 store it
        return bool(run_db.list_artifacts(name, project=context.project, tree=context.tag))

    @property
    def is_forked(self) -> bool:
        """Whether this is a process that the run's forked."""
        return os.getpid() != self._process

    @property
    def errors(self) -> list[str]:
        """Why the run fails, as far as this process knows."""
        return list(self._errors)

    def _is_safe(self, key: str) -> bool:
        return is_key(key, self.context.name)

    def check_tag(self, key: str, tag: str | None) -> str | None:
        """Get a tag if MLRun takes it; else mark the run as failed, and get none."""
        if not tag or validate_tag_name(tag, "tag", raise_on_failure=False):
            return tag
        self.fail(f"{key!r}: MLRun does not take the tag {tag!r}; logged without it")
        return ""

    # Keeping

    def note_packed(self, image: Any) -> None:
        """Note that the packager was given an object: it logs it or keeps it."""
        self._packed.add(id(image))

    def note_taken(self, holder: Any, items: list) -> None:
        """Note what was taken out of an output: an iterator has it no more."""
        self.taken[id(holder)] = items

    def keep(self, key: str, problem: str, pack: Callable[[str], Package]) -> Package | dict:
        """
        Keep a picture that cannot be logged as asked, and mark the run as failed.

        :param key:     The key that was asked for.
        :param problem: What was asked, and why not.
        :param pack:    Makes the package of a key.

        :returns: The package: an artifact and its instructions, or a result that says that there is
                  none.
        """
        package, name, said = self._kept(key, pack, problem)
        self.fail(f"{problem}; {said}")
        return package

    def _kept(
        self, key: str, pack: Callable[[str], Package], problem: str = ""
    ) -> tuple[Package | dict, str, str]:
        """Get the package of a picture that is kept, its key, and what is said of it."""
        name = self.take_key(key)
        package: Package | dict
        try:
            artifact, kept = pack(name)
            changes = f" ({kept['changes']})" if "changes" in kept else ""
            said = f"kept as {kept['format'].upper()}{changes} under the key {name}"
            package = artifact, kept
        except Exception as error:
            reason = message_of(error)
            said = "nothing could be kept" + ("" if reason in problem else f": {reason}")
            package = {name: "nothing could be kept"}
        if name != key:
            # MLRun looks up the outputs of a list or dict by the keys that it gave them
            self.context.log_result(key, name)
        return package, name, said

    # The end of the run

    def finish(
        self, pack_lossless: Callable[[Any, str], Package], pack: Callable[[Any, str], Package]
    ) -> None:
        """
        Compare what MLRun has logged with what the handler returned; does nothing at any other
        time.

        :param pack_lossless: Makes the package of a picture, without loss, and of its key.
        :param pack:          Makes its package as the packager does by default.
        """
        logged = mlrun_internals.logged_outputs()
        if logged is None or self.is_finished:
            return  # MLRun asks for the files to clear twice
        self.is_finished = True
        outputs, hints = logged
        if not self.is_hinted:
            self._log_unhinted(outputs, pack_lossless, pack)
            return
        if len(outputs) != len(hints):
            self.fail(
                f"the handler returned {len(outputs)} output(s) for {len(hints)} log hint(s): "
                "give one for each"
            )
        hints += [None] * (len(outputs) - len(hints))
        for output, hint in zip(outputs, hints, strict=False):
            self._check_output(output, hint, pack_lossless)

    def _check_output(self, output: Any, hint: mlrun.LogHint | None, pack: Callable) -> None:
        if hint and hint.artifact_type == ArtifactType.OBJECT:
            self._check_logged(output, hint)  # a single image the packager has kept
            return
        found = containers.pictures_in(output, self.taken)
        pictures = [picture for picture in found if id(picture) not in self._packed]
        why = "not logged, since no log hint was given"
        if hint:
            kind = type(output).__name__
            why = f"inside of {kind!r} not logged; possible: *{hint.key}, and only images in it"
        self._keep_all(pictures, hint.key if hint else "image", why, pack)
        if hint and not pictures:
            self._check_logged(output, hint)

    def _keep_all(self, pictures: list[Any], key: str, why: str, pack: Callable) -> None:
        """Keep the pictures of one output, and say so in one message."""
        count = len(pictures)
        keys = [f"{key}_{number}" for number in range(count)]
        said = []
        for picture, name in zip(pictures, keys, strict=True):
            package, name, what = self._kept(name, functools.partial(pack, picture))
            self.log(package)
            said.append(what)
        if count == 1:
            self.fail(f"{key!r}: an image {why}; {said[0]}")
        elif count:
            wrong = [what for what in said if what.startswith("nothing")]
            kept = f"kept under the keys {keys[0]} to {keys[-1]}"
            self.fail("; ".join([f"{key!r}: {count} images {why}", kept, *wrong[:1]]))

    def take_return(self, value: Any, pack_lossless: Callable, pack: Callable) -> bool:
        """
        Log the pictures in what MLRun would log as text.

        :returns: Whether there are any.
        """
        outputs = list(value) if type(value) is tuple else [value]
        if containers.pictures_in(outputs):
            self._log_unhinted(outputs, pack_lossless, pack)
            return True
        return False

    def _log_unhinted(self, outputs: list, pack_lossless: Callable, pack: Callable) -> None:
        """
        Log what was given no log hints: one picture under the function's name, others are kept,
        anything else is a result as ever.
        """
        pictures = containers.pictures_in(outputs, self.taken)
        if len(outputs) == 1 and pictures and pictures[0] is outputs[0]:
            key = function_name(self.context)
            try:
                self.log(pack(outputs[0], self.take_key(key)))
            except Exception as error:
                self.log(
                    self.keep(
                        key,
                        f"{key!r}: {message_of(error)}",
                        functools.partial(pack_lossless, outputs[0]),
                    )
                )
            return
        self._keep_all(
            pictures, UNHINTED.key, f"not logged, since {starting.NO_HINTS}", pack_lossless
        )
        value = outputs[0] if len(outputs) == 1 else tuple(outputs)
        if not pictures and value is not None:
            self.context.log_result(UNHINTED.key, value)

    def _check_logged(self, output: Any, hint: mlrun.LogHint) -> None:
        logged = {**self.context.artifact_uris, **self.context.results}
        if hint.itemized and logged.get(hint.key) in ([], {}):
            self.fail(f"{hint.key!r}: the handler returned an empty {type(output).__name__}")
        elif hint.key not in logged:
            kind = f"asked for as {hint.artifact_type}, but " if hint.artifact_type else ""
            self.fail(f"{hint.key!r}: {kind}{containers.describe(output)}")

    def log(self, package: Package | dict) -> Artifact | None:
        """Log a package that MLRun does not know of."""
        if isinstance(package, dict):
            self.context.log_results(package)
            return None
        artifact, instructions = package
        artifact.spec.unpackaging_instructions = {
            "packager_name": "PILImagePackager",
            "object_type": "PIL.Image.Image",
            "artifact_type": ArtifactType.PLOT if artifact.kind == "plot" else ArtifactType.FILE,
            "instructions": instructions,
        }
        return self.context.log_artifact(artifact)
