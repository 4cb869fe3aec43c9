"""
A folder of its own for a command's temporary files, so that a killed one leaves none behind for
long.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlrun_images.processes import is_gone, this_process


@contextlib.contextmanager
def temporary_folder(project_folder: str | Path) -> Iterator[None]:
    """
    Make this process and its children put temporary files into a folder that is removed at the end.

    :param project_folder: The project's folder, below which it is. Where nothing can be written
                           there, the machine's temporary folder is used as ever.
    """
    own = _parent(project_folder) / this_process().replace(" ", "_")
    try:
        own.mkdir(parents=True, exist_ok=True)
    except OSError:
        yield
        return
    before = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(own)
    try:
        yield
    finally:
        tempfile.tempdir = before[0]
        os.environ.pop("TMPDIR")
        os.environ.update({"TMPDIR": before[1]} if before[1] else {})
        shutil.rmtree(own, ignore_errors=True)
        with contextlib.suppress(OSError):  # others' files are in it
            own.parent.rmdir()
            own.parent.parent.rmdir()


def remove_left_behind(project_folder: str | Path) -> None:
    """Remove the temporary files of commands whose process is gone."""
    parent = _parent(project_folder)
    for folder in parent.iterdir() if parent.is_dir() else ():
        if is_gone(" ".join(folder.name.rsplit("_", 2))):
            shutil.rmtree(folder, ignore_errors=True)


def _parent(project_folder: str | Path) -> Path:
    return Path(project_folder) / ".mlrun" / "temporary"
