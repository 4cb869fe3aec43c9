"""
What TAB completes: from project.yaml, the handlers' source and the history, without MLRun.

With a server set, runs are its own, and are not asked for.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlrun_images.errors import Refused
from mlrun_images.history.errors import Unusable
from mlrun_images.project_file import ProjectFile, Signature
from mlrun_images.server import is_configured

if TYPE_CHECKING:
    from mlrun_images.history.local import LocalHistory

UIDS = 50  # that are offered
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")  # beside those of the history's images
Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def completed(find: Callable[[click.Context, str], Iterable[str]]) -> Complete:
    """
    Make a function that Click calls to complete a value.

    :param find: Finds what may be meant, from the context and how the value begins.
    """

    def complete(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[str]:
        try:
            given = ctx.params.get(option.name or "")
            named = () if given is None or isinstance(given, str) else given
            fitting = (one for one in find(ctx, incomplete) if one.startswith(incomplete))
            return [one for one in fitting if one.removesuffix("=") not in named]
        except (Refused, Unusable, OSError):
            return []

    return complete


@completed
def functions(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """The names of functions."""
    return _file(ctx).functions


@completed
def workflows(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """The names of workflows."""
    return _file(ctx).workflows


@completed
def parameters(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """`NAME=` of each parameter of the function that is named, or of the default one."""
    file = _file(ctx)
    return _pairs(file.signature(_named(ctx, file.functions) or file.default_function))


@completed
def arguments(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """`NAME=` of each argument of the workflow that is named."""
    file = _file(ctx)
    return _pairs(file.workflow_signature(_named(ctx, file.workflows) or "main"))


@completed
def inputs(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """`NAME=`, and behind it `KEY`, `UID/` and `UID/KEY`."""
    name, equals, value = incomplete.partition("=")
    if not equals:
        yield from parameters(ctx, click.Option(["-p"]), incomplete)
        return
    history = _history(ctx)
    uid, slash, _ = value.partition("/")
    if slash:
        runs = history.beginning_with(uid)
        found = [f"{uid}/{key}" for run in runs for key in run["status"].get("artifact_uris") or {}]
    else:
        found = history.store.keys(history.project, value)
        found += [f"{one}/" for one in history.uids(value, UIDS)]
    yield from (f"{name}={one}" for one in found)


@completed
def uids(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """UIDs of runs, the newest first."""
    return _history(ctx).uids(incomplete, UIDS)


@completed
def keys(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """Keys of artifacts; `mask` for `mask_0`, `mask_1` and so on."""
    history = _history(ctx)
    return history.store.keys(history.project, incomplete)


@completed
def formats(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """Formats of images, in the case in which they are typed."""
    found: list[str] = []
    with contextlib.suppress(Refused):
        history = _history(ctx)
        found = history.store.formats(history.project)
    names = dict.fromkeys([*found, *FORMATS])
    return [name.lower() if incomplete and incomplete.islower() else name for name in names]


def _pairs(signature: Signature | None) -> list[str]:
    return [f"{name}=" for name in signature.parameters] if signature else []


def _named(ctx: click.Context, names: Iterable[str]) -> str:
    """Which of these names is on the line. Before an option without its value Click stops there."""
    words = [*ctx.params.values(), *ctx.args]
    return next((word for word in words if isinstance(word, str) and word in names), "")


def _file(ctx: click.Context) -> ProjectFile:
    root = ctx.find_root()
    return ProjectFile(Path(root.obj), root.params.get("name") or "")


def _history(ctx: click.Context) -> "LocalHistory":
    """
    Open the project's own history.

    :raise Refused: If there is none, or a server is set.
    """
    from mlrun_images.history.local import LocalHistory

    file = _file(ctx)
    history = LocalHistory(file.folder, file.name)
    if is_configured(ctx.find_root().params.get("env_file") or ""):
        raise Refused("the runs are the server's")
    if not Path(history.store.path).is_file():
        raise Refused("no run was made yet")
    return history
