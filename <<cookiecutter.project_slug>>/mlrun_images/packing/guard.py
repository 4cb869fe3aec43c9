"""
The promise of one run: each image that its handler returns is logged, or the run fails and says
why.

MLRun warns of an output that it could not pack, and reports the run as completed. The guard marks
such a run as failed. It is the same at every door (command, notebook, workflow, `mlrun run`, job),
since MLRun makes the packagers, and the packager the guard, anew for each run.
"""

import hashlib
import re
import weakref
from collections.abc import Callable
from typing import Any

import mlrun
from mlrun.artifacts import Artifact
from mlrun.package.utils import ArtifactType
from mlrun.utils import validate_tag_name
from PIL import Image

from mlrun_images import mlrun_internals
from mlrun_images.hints import KEY_RULE, is_key
from mlrun_images.log_hints import UNHINTED
from mlrun_images.packing import containers, inputs, starting
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.text import message_of

MESSAGES = 20  # of a run's error; the rest are counted

_guards: weakref.WeakKeyDictionary[mlrun.MLClientCtx, "RunGuard"] = weakref.WeakKeyDictionary()


class RunGuard:
    """
    Watches over the images of one run.

    :param context: The run's context.
    """

    def __init__(self, context: mlrun.MLClientCtx):
        self.context = context
        self._keys: set[str] = set()
        self._packed: set[int] = set()
        self._taken: dict[int, list] = {}
        self._errors: list[str] = []
        self._is_finished = False
        self.is_hinted = True

    @classmethod
    def running(cls) -> "RunGuard | None":
        """Get the guard of the run that this thread is in, or None outside of a run."""
        context = mlrun_internals.running_context()
        if context is None:
            return None
        return _guards.get(context) or _guards.setdefault(context, cls(context))

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
        guard.is_hinted = starting.has_hints(run)
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
            word = re.sub("[^A-Za-z0-9]+", "-", key)[:40].strip("-")
            key = f"{word}-{digest}" if word else digest
        while self._is_taken(key):
            key += "-2"
        self._keys.add(key)
        return key

    def _is_taken(self, key: str) -> bool:
        return key in self._keys or key in self.context.artifact_uris

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
        self._taken[id(holder)] = items

    def keep(
        self, key: str, problem: str, pack: Callable[[str], tuple[Artifact, dict]]
    ) -> tuple[Artifact, dict] | dict:
        """
        Keep an image that cannot be logged as asked, and mark the run as failed.

        :param key:     The key that was asked for.
        :param problem: What was asked, and why not.
        :param pack:    Makes the package of a key.

        :returns: The package: an artifact and its instructions, or a result that says that there is
                  none.
        """
        name = self.take_key(key)
        package: tuple[Artifact, dict] | dict
        try:
            artifact, kept = pack(name)
            changes = f" ({kept['changes']})" if "changes" in kept else ""
            message = f"{problem}; kept as {kept['format'].upper()}{changes} under the key {name}"
            package = artifact, kept
        except Exception as error:
            reason = message_of(error)
            because = "" if reason in problem else f": {reason}"
            message = f"{problem}; nothing could be kept{because}"
            package = {name: "nothing could be kept"}
        if name != key:
            # MLRun looks up the outputs of a list or dict by the keys that it gave them
            self.context.log_result(key, name)
        self.fail(message)
        return package

    # The end of the run

    def finish(self, keep: Callable[[Image.Image, str, str], tuple[Artifact, dict] | dict]) -> None:
        """
        Compare what MLRun has logged with what the handler returned; does nothing at any other
        time.

        :param keep: Keeps an image; takes the image, a key and the problem.
        """
        logged = mlrun_internals.logged_outputs()
        if logged is None or self._is_finished:
            return  # MLRun asks for the files to clear twice
        self._is_finished = True
        outputs, log_hints = logged
        if not self.is_hinted:
            self._log_unhinted(outputs, keep)
            return
        if len(outputs) != len(log_hints):
            self.fail(
                f"the handler returned {len(outputs)} output(s) for {len(log_hints)} log hint(s): "
                "give one for each"
            )
        hints = [mlrun.LogHint.parse_obj(hint) if hint else None for hint in log_hints]
        hints += [None] * (len(outputs) - len(hints))
        for output, hint in zip(outputs, hints, strict=False):
            self._check_output(output, hint, keep)

    def _check_output(self, output: Any, hint: mlrun.LogHint | None, keep: Callable) -> None:
        problem = "no log hint was given for it"
        if hint:
            if hint.artifact_type == ArtifactType.OBJECT:
                return  # asked for as a pickle; a single image the packager has kept
            problem = (
                f"it is inside of {type(output).__name__!r}; "
                f"possible: *{hint.key}, and only images in it"
            )
        found = containers.images_in(output, self._taken)
        images = [image for image in found if id(image) not in self._packed]
        for number, image in enumerate(images):
            key = f"{hint.key if hint else 'image'}-{number}"
            self.log(keep(image, key, f"{key!r}: an image was not logged, since {problem}"))
        if hint and not images:
            self._check_logged(output, hint)

    def _log_unhinted(self, outputs: list, keep: Callable) -> None:
        """Log what was given no log hints: images are kept, anything else is a result as ever."""
        images = containers.images_in(outputs, self._taken)
        for number, image in enumerate(images):
            key = f"{UNHINTED.key}-{number}" if len(images) > 1 else UNHINTED.key
            self.log(
                keep(image, key, f"{key!r}: an image was not logged, since {starting.NO_HINTS}")
            )
        value = outputs[0] if len(outputs) == 1 else tuple(outputs)
        if not images and value is not None:
            self.context.log_result(UNHINTED.key, value)

    def _check_logged(self, output: Any, hint: mlrun.LogHint) -> None:
        logged = {**self.context.artifact_uris, **self.context.results}
        if hint.itemized and logged.get(hint.key) in ([], {}):
            self.fail(f"{hint.key!r}: the handler returned an empty {type(output).__name__}")
        elif hint.key not in logged:
            kind = f"asked for as {hint.artifact_type}, but " if hint.artifact_type else ""
            self.fail(f"{hint.key!r}: {kind}{containers.describe(output)}")

    def log(self, package: tuple[Artifact, dict] | dict) -> Artifact | None:
        """Log a package that MLRun does not know of."""
        if isinstance(package, dict):
            self.context.log_results(package)
            return None
        artifact, instructions = package
        artifact.spec.unpackaging_instructions = {
            "packager_name": "PILImagePackager",
            "object_type": "PIL.Image.Image",
            "artifact_type": ArtifactType.FILE,
            "instructions": instructions,
        }
        return self.context.log_artifact(artifact)
