"""The process that a run is in, and whether it is gone."""

import functools
import os
import socket
import subprocess
from pathlib import Path

PROCESS = "mlrun_images.process"  # a run's annotation on a server: the process that it is in
LOST = "the process that it ran in has ended"
NO_CONTAINER = "pid:[4026531836]"  # Linux's first PID namespace


def this_process() -> str:
    """
    Name this process so that no other process, now or later, has the same name.

    :returns: `MACHINE PID START`. The machine is `HOST/ID/BOOT/NAMESPACE`: a container has its
              machine's boot and a PID namespace of its own. What a system has none of is empty.
    """
    return _name(os.getpid())


def is_gone(process: str) -> bool:
    """
    Find out whether a process has ended.

    :param process: Its name, as `this_process` gave it; empty for one that is not known.

    :returns: Whether it has ended for sure. What cannot be judged from here counts as alive: a
              process of another machine or container.
    """
    machine, _, rest = process.partition(" ")
    pid, _, started = rest.partition(" ")
    if not pid.isdigit():
        return True
    if machine != _machine():
        return _is_earlier_boot(machine)
    return _started(int(pid)) != started


def pid_here(process: str) -> int:
    """Get the number of a process that lives on this machine; 0 for any other."""
    machine, _, rest = process.partition(" ")
    pid = rest.partition(" ")[0]
    return int(pid) if machine == _machine() and pid.isdigit() and not is_gone(process) else 0


def _is_earlier_boot(machine: str) -> bool:
    """Check if it is this machine before its last start. Of a container that cannot be said."""
    host, identity, boot, namespace = _machine().split("/")
    then = machine.split("/")
    return (
        bool(identity and boot)
        and len(then) == 4
        and then[2] != boot
        and [then[0], then[1], then[3]] == [host, identity, NO_CONTAINER]
        and namespace == NO_CONTAINER
    )


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
    When a process started, in a form of the operating system's; empty if there is none of that pid.
    """
    if not Path("/proc/self/stat").exists():  # not Linux
        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    # behind the name, which is in brackets and may hold anything: state, …, start time
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return "" if not fields or fields[0] in "ZX" else fields[19]  # a zombie has ended
