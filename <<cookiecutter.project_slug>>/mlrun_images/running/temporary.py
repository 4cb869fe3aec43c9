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

# short: a Unix socket has a path of at most 107 bytes, of which multiprocessing takes 32
PREFIX = "mli-"
OWNER = "of_process"  # a file in the folder that names its process


@contextlib.contextmanager
def temporary_folder() -> Iterator[None]:
    """
    Make this process and its children put temporary files into a folder that is removed at the end.

    It is in the machine's temporary folder. What processes that are gone left there is removed.
    """
    _remove_left_behind()
    try:
        own = Path(tempfile.mkdtemp(prefix=PREFIX))
        (own / OWNER).write_text(this_process())
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


def _remove_left_behind() -> None:
    """Remove the temporary files of this user's commands whose process is gone."""
    with contextlib.suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            if _is_left_behind(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left_behind(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        if not folder.is_symlink() and folder.stat().st_uid == os.getuid():
            process = (folder / OWNER).read_text()
            return bool(process) and is_gone(process)
    return False
