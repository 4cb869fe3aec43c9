"""The process that a run is in, and whether it is gone."""

import functools
import os
import socket
import subprocess
from pathlib import Path

PROCESS = "mlrun_images.process"  # a run's annotation on a server: the process that it is in
LOST = "the process that it ran in has ended"


def this_process() -> str:
    """
    Name this process so that no other process, now or later, has the same name: host, pid and start
    time.
    """
    return _name(socket.gethostname(), os.getpid())


def is_gone(process: str) -> bool:
    """
    Find out whether a process has ended.

    :param process: Its name, as `this_process` gave it; empty for one that is not known.

    :returns: Whether it has ended. That of another machine cannot be seen from here, and counts as
              alive.
    """
    host, _, rest = process.partition(" ")
    pid, _, started = rest.partition(" ")
    if not pid.isdigit():
        return True
    if host != socket.gethostname() or int(pid) == os.getpid():
        return host == socket.gethostname() and process != this_process()
    return _started(int(pid)) != started


@functools.lru_cache(maxsize=2)
def _name(host: str, pid: int) -> str:  # a forked child has a pid of its own
    return f"{host} {pid} {_started(pid)}"


def _started(pid: int) -> str:
    """
    When a process started, in a form of the operating system's; empty if there is none of that pid.
    """
    if not Path("/proc/self/stat").exists():  # not Linux
        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    try:
        # behind the name, which is in brackets and may hold anything: state, …, start time
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]  # a zombie has ended
