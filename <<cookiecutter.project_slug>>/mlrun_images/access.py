"""
Which of the files that records of the run DB name may be read or removed.

Others may write to a server's run DB. Their record may name any file of this machine, or an address
to which MLRun would send this machine's token. So a record's path counts only if it lies where the
project's artifacts belong.
"""

import io
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

from mlrun_images.errors import Refused
from mlrun_images.server import has_server

if TYPE_CHECKING:
    import mlrun

SECONDS = 10  # that a remote store may take to answer
LARGEST = 64 * 1024**2  # bytes; a larger remote file is not fetched


class Access:
    """
    The places of a project's artifacts: its folder, and the artifact paths of project.yaml and of
    the server.

    :param folder:   The project's folder.
    :param project:  Its name.
    :param paths:    Artifact paths, as project.yaml and MLRun's settings have them: with fields
                     such as `{{run.uid}}`. Empty ones are left out.
    :param is_local: Whether only this project's runs write records: there is no server.
    :param seconds:  How long a remote store may take to answer.
    """

    def __init__(
        self,
        folder: str | Path,
        project: str,
        paths: Iterable[str],
        is_local: bool,
        seconds: float = SECONDS,
    ):
        self._folder = Path(folder).resolve()
        self._is_local = is_local
        self._seconds = seconds
        self._silent: set[tuple[str, str]] = set()
        roots = [root for path in filter(None, paths) if (root := self._root(path, project))]
        self._remote = [root for root in roots if "://" in root]
        self._local = [self._folder, *(Path(root) for root in roots if "://" not in root)]

    @classmethod
    def of_project(cls, project: "mlrun.projects.MlrunProject") -> "Access":
        """
        Get the access to the artifacts of a project.

        :param project: The project as it was loaded from its folder.
        """
        import mlrun

        paths = project.spec.artifact_path, mlrun.mlconf.artifact_path
        return cls(project.spec.context, project.name, paths, not has_server())

    @classmethod
    def of_run(cls, context: "mlrun.MLClientCtx") -> "Access":
        """
        Get the access of a run: to its project's artifacts, and to those beside its own.

        :param context: The run's context.
        """
        import mlrun

        project, folder = mlrun.get_current_project(silent=True), Path(__file__).parents[1]
        if project and project.name == context.project:
            folder = project.spec.context
        else:  # in a pod, or a Dask worker
            project = context.get_project_object()
        uid = context.uid.partition("-")[0]  # of an iteration, its number is behind
        own = mlrun.mlconf.artifact_path, context.artifact_path.partition(uid)[0]
        paths = project.spec.artifact_path if project else "", *own
        return cls(folder, context.project, paths, not has_server())

    def locate(self, path: str, host: str = "") -> Path | str:
        """
        Find where a recorded path leads.

        :param path: The path or URL of the record (`target_path`).
        :param host: The machine of the run that logged it, by the run's label `host`; empty if it
                     is not known.

        :returns: The path without symbolic links, or the URL.

        :raise Refused: If no artifact of this project belongs there.
        """
        scheme, colon, _ = path.partition("://")
        if not path or "\0" in path:
            raise Refused("the record names no file")
        if colon and scheme.lower() != "file":
            if not any(_is_below(path, root) for root in self._remote):
                raise Refused("it is not below the artifact path of the server or of project.yaml")
            return path
        return self._locate_local(_without_scheme(path) if colon else path, host)

    def locate_removable(self, path: str, uid: str) -> Path | str:
        """
        Find where a recorded path leads, if it may be removed together with its run.

        :param path: The path or URL of the record.
        :param uid:  The run's uid.

        :returns: The path without symbolic links, or the URL.

        :raise Refused: If it is not in the run's own folder below an artifact path.
        """
        location = self.locate(path)
        if isinstance(location, str):
            own = uid in unquote(urlsplit(location).path).split("/")
        else:
            roots = (self._folder / "artifacts", *self._local[1:])
            own = any(
                location.is_relative_to(root) and uid in location.relative_to(root).parts
                for root in roots
            )
        if not own:
            raise Refused("it is not in the run's own folder")
        return location

    def open(self, location: Path | str) -> BinaryIO:
        """
        Open a local file, or fetch a remote one.

        :param location: What `locate` gave.

        :returns: The open file, in binary mode.

        :raise Refused: If it is no regular file, too large to fetch, or the store does not answer
                        in time.
        :raise OSError: If it cannot be read.
        """
        if isinstance(location, Path):
            return open_regular(location)
        return io.BytesIO(self._fetch(location))

    def remove(self, location: Path | str) -> None:
        """
        Remove a file, if it is there.

        :param location: What `locate_removable` gave.

        :raise OSError: If it cannot be removed.
        """
        if isinstance(location, Path):
            location.unlink(missing_ok=True)
            return
        import mlrun

        mlrun.get_dataitem(location).delete()

    def check(self, artifact: dict) -> None:
        """
        Refuse an artifact whose file is not where this project's artifacts belong.

        :param artifact: The artifact's record.

        :raise Refused: If the file is elsewhere, or neither a regular file nor a folder.
        :raise OSError: If the file cannot be opened.
        """
        host = _host_of(artifact) if self._is_local else ""
        location = self.locate(artifact["spec"].get("target_path", ""), host)
        if isinstance(location, Path) and not location.is_dir():
            open_regular(location).close()

    def _root(self, path: str, project: str) -> str:
        """
        Get the part of an artifact path before the fields that MLRun fills in for each run; empty
        if more than artifacts lies below it. Other projects' artifacts are inputs too, so the
        project's name is a field, unless that is too little.
        """
        named = path.replace("{{run.project}}", project).replace("{{project}}", project)
        for text in (path, named):
            fixed = text.partition("{{")[0].rpartition("/")[0] if "{{" in text else text
            if "://" in fixed:
                url = urlsplit(fixed)
                if url.scheme.lower() != "file" and (url.netloc or url.path.strip("/")):
                    return fixed
            elif os.path.isabs(fixed) and not self._is_wide(root := Path(fixed).resolve()):
                return str(root)
        return ""

    def _is_wide(self, root: Path) -> bool:
        """Check if more than artifacts lies below a folder: the user's home, or the project."""
        home = Path(os.path.expanduser("~")).resolve()
        return home.is_relative_to(root) or self._folder.is_relative_to(root)

    def _locate_local(self, path: str, host: str) -> Path:
        named = self._folder / path
        found = Path(os.path.realpath(named))
        if any(found.is_relative_to(root) for root in self._local):
            return found
        # without a server this project's runs wrote the records: on this machine, if its name fits
        own = self._is_local and host == socket.gethostname()
        # a link that was put there since the run leads elsewhere
        if own and found.is_relative_to(named.parent.resolve()):
            return found
        raise Refused(
            "it is outside the project and its artifact path, and no run on this machine wrote it"
        )

    def _fetch(self, url: str) -> bytes:
        store = (urlsplit(url).scheme, urlsplit(url).netloc)
        if store in self._silent:
            raise Refused("its store did not answer for an earlier file")
        import mlrun

        try:
            data = _within(self._seconds, lambda: mlrun.get_dataitem(url).get(size=LARGEST + 1))
        except TimeoutError:
            self._silent.add(store)
            raise Refused(f"its store did not answer within {self._seconds:g} seconds") from None
        if len(data) > LARGEST:
            raise Refused(f"it is larger than {LARGEST // 1024**2} MB")
        return data


def open_regular(path: Path) -> BinaryIO:
    """
    Open a regular file, and nothing else: a FIFO or a device may never answer.

    :param path: A path without symbolic links.

    :returns: The file, open in binary mode.

    :raise Refused: If it is not a regular file.
    :raise OSError: If it cannot be opened.
    """
    _check_regular(path.lstat())  # opening a device may already do something
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    file = open(handle, "rb")
    try:
        _check_regular(os.fstat(handle))  # it may have been replaced since
    except Refused:
        file.close()
        raise
    return file


def _host_of(artifact: dict) -> str:
    """Get the machine of the run that logged an artifact; empty if it is not known."""
    import mlrun

    project, _, run = ((artifact["spec"].get("producer") or {}).get("uri") or "").rpartition("/")
    uid, _, number = run.partition("-")
    try:
        labels = mlrun.get_run_db().read_run(uid, project, int(number or 0))["metadata"]["labels"]
    except (mlrun.errors.MLRunBaseError, KeyError, ValueError):
        return ""
    return labels.get("host", "")


def _check_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Refused("it is not a regular file")


def _without_scheme(url: str) -> str:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise Refused("it is a file of another machine")
    return unquote(parts.path)


def _is_below(url: str, root: str) -> bool:
    found, base = urlsplit(url), urlsplit(root)
    if (found.scheme.lower(), found.netloc) != (base.scheme.lower(), base.netloc):
        return False
    path = unquote(unquote(found.path))  # a server may take %2e%2e for ..
    if {".", ".."} & set(path.replace("\\", "/").split("/")):
        return False
    return PurePosixPath(found.path).is_relative_to(base.path)


def _within(seconds: float, work: Callable[[], bytes]) -> bytes:
    """Wait for work that cannot be stopped. After a TimeoutError it goes on until Python ends."""
    result: Future[bytes] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()  # a pool's threads would be waited for
    return result.result(seconds)
