"""
The promise of one run: each image that its handler returns is logged, or the run fails and says
why.

MLRun warns of an output that it could not pack, and reports the run as completed. The guard marks
such a run as failed. It is the same at every door (command, notebook, workflow, `mlrun run`, job),
since MLRun makes the packagers, and the packager the guard, anew for each run.
"""

import hashlib
import os
import re
import weakref
from collections.abc import Callable
from typing import Any

import mlrun
from mlrun.artifacts import Artifact
from mlrun.package.utils import ArtifactType
from mlrun.utils import validate_tag_name

from mlrun_images import mlrun_internals
from mlrun_images.errors import message_of
from mlrun_images.hints import KEY_RULE, is_key
from mlrun_images.packing import inputs, starting
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.taking import Drawn

Package = tuple[Artifact, dict]
MESSAGES = 20  # of a run's error; the rest are counted

# by the ids of contexts; a context holds its guard, and the guard the context
_guards: weakref.WeakValueDictionary[int, "RunGuard"] = weakref.WeakValueDictionary()


def _note_fork() -> None:
    for guard in list(_guards.values()):
        guard.has_forks = True


os.register_at_fork(before=_note_fork)


class RunGuard:
    """
    Watches over the images of one run.

    :param context: The run's context.
    """

    def __init__(self, context: mlrun.MLClientCtx):
        self.context = context
        self.keys: set[str] = set()  # of what is packed
        self.packed: set[int] = set()  # the ids of what the packager was given: it logs or keeps it
        self.taken: dict[int, list] = {}  # out of outputs, by their ids: iterators have it no more
        self.drawn: Drawn = {}
        self.renamed: set[str] = set()  # keys that stand for others
        self.spread = ""  # the key of which each item of a returned tuple was given one
        self.log_hints: list[mlrun.LogHint | None] = []  # MLRun's own
        self.errors: list[str] = []  # why the run fails, as far as this process knows
        self.is_finished = self.has_forks = False
        self.is_hinted = True  # the run was given log hints
        self.hint_keys: set[str] = set()
        self.packager: Any = None  # that of the project, made for this run
        self.process = os.getpid()  # the run's; those that it forks have others

    @classmethod
    def of(cls, context: mlrun.MLClientCtx | None) -> "RunGuard | None":
        """Get the guard of a run, or None without one."""
        if context is None:
            return None
        return _guards.get(id(context)) or _guards.setdefault(id(context), cls(context))

    @classmethod
    def start(cls) -> "RunGuard | None":
        """
        Get the guard of the run for which MLRun is making the packagers; check what it was given.

        :raise ImageRefused: If the run was given a parameter that its handler does not take, or an
                             input that is no image where its handler wants one.
        """
        run = mlrun_internals.starting_run()
        if run is None or id(run.context) in _guards:
            return cls.of(run.context if run else None)
        guard = _guards[id(run.context)] = cls(run.context)
        # MLRun takes log hints as texts too; from here on they are objects, in its own list
        parse = mlrun.LogHint.parse_obj
        run.log_hints[:] = [parse(hint) if hint else None for hint in run.log_hints]
        guard.log_hints = run.log_hints
        starting.read_annotation(run)
        guard.is_hinted = starting.has_hints(run)
        for hint in filter(None, run.log_hints):
            guard._note_hint(hint)
        mlrun_internals.drop_record_file(run.context)
        starting.set_own_place(run.context)
        starting.note_process(run.context)
        starting.check_parameters(run)
        inputs.read_inputs(run)
        return guard

    def _note_hint(self, hint: mlrun.LogHint) -> None:
        """Note a hint's key; mark the run as failed if MLRun does not take its tag, and drop it."""
        self.hint_keys.add(hint.key)
        if hint.tag and not validate_tag_name(hint.tag, "tag", raise_on_failure=False):
            self.fail(f"{hint.key!r}: MLRun does not take the tag {hint.tag!r}; logged without it")
            hint.tag = ""

    # Failing

    def fail(self, message: str) -> None:
        """Mark the run as failed: MLRun does not turn an error back into completed."""
        self.errors.append(message)
        self.context.set_state(error=self.message, commit=False)

    @property
    def message(self) -> str:
        """What the run's error says."""
        shown = self.errors[:MESSAGES]
        more = len(self.errors) - len(shown)
        return " | ".join([*shown, f"and {more} more"] if more else shown)

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

    def free_key(self, key: str) -> str:
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
        return key

    def own_key(self, key: str) -> str:
        """
        Get the key of an item of a collection: another one if MLRun does not take its name.

        :param key: What MLRun made of the log hint's key and the item's name.
        """
        if key in self.hint_keys or self._is_safe(key):
            return key
        name = self.free_key(key)
        self._lead(key, name)
        return name

    def _lead(self, key: str, name: str) -> None:
        """Let MLRun find what has another key than it gave it, as it does for a list or dict."""
        self.renamed.add(name)
        self.context.log_result(key, name)

    def _is_taken(self, key: str) -> bool:
        context = self.context
        if key in self.keys or mlrun_internals.has_logged(context, key):
            return True
        if not self.has_forks:
            return False
        name = f"{context.name}_{key}"  # as MLRun 1.11 and 1.12 store it
        stored = mlrun.get_run_db().list_artifacts(name, project=context.project, tree=context.tag)
        return bool(stored)  # by another process of the run: each has a copy of what it knows

    def _is_safe(self, key: str) -> bool:
        return is_key(key, self.context.name)

    # Keeping

    def keep(
        self, key: str, pack: Callable[[str], Package], problem: str = ""
    ) -> tuple[Package | dict, str]:
        """
        Keep a picture that cannot be logged as asked.

        :param key:     The key that was asked for.
        :param pack:    Makes the package of a key.
        :param problem: What was asked, and why not.

        :returns: The package: an artifact and its instructions, or a result that says that there is
                  none. And what is said of it.
        """
        name = self.free_key(key)
        self.keys.add(name)
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
            self._lead(key, name)
        return package, said

    # Logging

    def log(self, package: Package | dict, artifact_type: str | None = None) -> Artifact | None:
        """
        Log a package that MLRun does not know of.

        :param package:       The package, or what is logged as results in its place.
        :param artifact_type: The artifact type; None: plot or file, as the artifact is.
        """
        if isinstance(package, dict):
            self.context.log_results(package)
            return None
        artifact, instructions = package
        kind = ArtifactType.PLOT if artifact.kind == "plot" else ArtifactType.FILE
        artifact.spec.unpackaging_instructions = {
            "packager_name": "PILImagePackager",
            "object_type": "PIL.Image.Image",
            "artifact_type": artifact_type or kind,
            "instructions": instructions,
        }
        return self.context.log_artifact(artifact)
