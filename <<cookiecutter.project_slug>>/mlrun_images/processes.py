"""
The process that a run is in, and whether it is gone; and a command's temporary files, which are
removed with it.
"""

import atexit
import contextlib
import functools
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

PROCESS = "mlrun_images.process"  # on a server, the annotation of a run that names its process
LOST = "the process that it ran in has ended"
# of a command's temporary folder; short: the path of a Unix socket has at most 107 bytes, and
# multiprocessing adds 32
PREFIX = "mli-"
OWNER = "of_process"  # a file in the folder that names its process
NO_CONTAINER = "pid:[4026531836]"  # Linux's first PID namespace: that of the machine itself


def this_process() -> str:
    """
    Name this process as no other process is named, now or later.

    :returns: `MACHINE PID START`. The machine is `HOST/ID/BOOT/NAMESPACE`: a container has the boot
              ID of its machine, and a PID namespace of its own. A part is empty where the system
              does not have it.
    """
    return _name(os.getpid())


def is_gone(process: str) -> bool:
    """
    Check if a process has ended.

    :param process: Its name, as `this_process` gave it.

    :returns: True if it has ended for sure, or the name is empty. A process of another machine or
              container counts as alive: from here it cannot be seen.
    """
    machine, _, rest = process.partition(" ")
    pid, _, started = rest.partition(" ")
    if not pid.isdigit():
        return True
    if machine != _machine():
        return _is_earlier_boot(machine)
    return _started(int(pid)) != started


def pid_here(process: str) -> int:
    """Get the PID of a process that lives on this machine; 0 for any other."""
    machine, _, rest = process.partition(" ")
    pid = rest.partition(" ")[0]
    return int(pid) if machine == _machine() and pid.isdigit() and not is_gone(process) else 0


def _is_earlier_boot(machine: str) -> bool:
    """Check if it is this machine before its last start. Of a container this is not known."""
    now, then = _machine().split("/"), machine.split("/")  # host, id, boot and namespace
    is_known = all(now[1:3]) and now[3] == NO_CONTAINER
    return is_known and now[:2] + now[3:] == then[:2] + then[3:] and now[2] != then[2]


@functools.lru_cache(maxsize=2)
def _name(pid: int) -> str:  # a forked child has a pid of its own
    return f"{_machine()} {pid} {_started(pid)}"


@functools.cache
def _machine() -> str:
    parts = (
        socket.gethostname(),
        _read("/etc/machine-id"),
        _read("/proc/sys/kernel/random/boot_id"),
        _link("/proc/self/ns/pid"),
    )
    return "/".join(part.replace("/", "").replace(" ", "") for part in parts)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace").strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _started(pid: int) -> str:
    """
    Get when a process started, as the operating system writes it; empty if there is no such PID.
    """
    if not Path("/proc/self/stat").exists():  # not Linux
        import subprocess

        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    # behind the name, which is in brackets and may hold anything: state, …, start time
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return "" if not fields or fields[0] in "ZX" else fields[19]  # a zombie has ended


@contextlib.contextmanager
def temporary_folder() -> Iterator[None]:
    """
    Make this process and its children put temporary files into a folder of their own. It is removed
    when this process ends; if that is killed, by the next command.

    The folder is in the machine's temporary folder. If none can be made, the machine's is used.
    """
    _remove_left_behind()
    try:
        own = Path(tempfile.mkdtemp(prefix=PREFIX))
        (own / OWNER).write_text(this_process())
    except OSError:
        yield
        return
    # after the end of multiprocessing, which MLRun imports later, and which has files in it
    atexit.register(_remove, own, os.getpid())
    before = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(own)
    try:
        yield
    finally:
        tempfile.tempdir = before[0]
        os.environ.pop("TMPDIR")
        os.environ.update({"TMPDIR": before[1]} if before[1] else {})


def _remove(folder: Path, process: int) -> None:
    if process == os.getpid():  # and not a fork of it
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left_behind() -> None:
    """Remove the folders of this user's commands whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            is_own = not folder.is_symlink() and folder.stat().st_uid == os.getuid()
            process = (folder / OWNER).read_text() if is_own else ""
            if process and is_gone(process):
                shutil.rmtree(folder, ignore_errors=True)
