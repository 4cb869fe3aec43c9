"""
A command's temporary files, in a folder of their own. If the command is killed, the next command
removes the folder.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlrun_images.processes import is_gone, this_process

# short: the path of a Unix socket has at most 107 bytes, and multiprocessing adds 32
PREFIX = "mli-"
OWNER = "of_process"  # a file in the folder that names its process


@contextlib.contextmanager
def temporary_folder() -> Iterator[None]:
    """
    Make this process and its children put temporary files into a folder of their own, which is
    removed at the end of the `with` block.

    The folder is in the machine's temporary folder. Those of processes that are gone are removed
    first. If no folder can be made, the machine's is used.
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
    """Remove the folders of this user's commands whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            is_own = not folder.is_symlink() and folder.stat().st_uid == os.getuid()
            process = (folder / OWNER).read_text() if is_own else ""
            if process and is_gone(process):
                shutil.rmtree(folder, ignore_errors=True)
