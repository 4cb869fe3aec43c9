"""How many of the machine's cores this process may use."""

import os
from collections.abc import Iterator
from pathlib import Path


def count() -> int:
    """Get the number of cores that the process may run on, as far as its cgroups let it."""
    try:
        free = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        free = os.cpu_count() or 1
    return max(1, int(min([free, *limits()])))


def limits(
    root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> Iterator[float]:
    """
    Get the limits of the process's cgroups, in cores. A cgroup without a limit is left out.

    :param root: The folder in which the kernel shows cgroups. One of version 2 has a file
                 `cpu.max`; one of version 1, below the folder `cpu`, has two files.
    :param own:  The file that names the process's cgroups, a line each: `0::/a/b` in version 2.
    """
    lines = own.read_text().splitlines() if own.exists() else []
    for _, controllers, path in (line.split(":", 2) for line in lines):
        if not controllers or "cpu" in controllers.split(","):
            top = root / "cpu" if controllers else root
            folder = top / path.strip("/")
            # a container may see its own cgroup as the top one, and not what its line names
            yield from filter(None, map(_limit, {top, folder, *folder.parents}))


def _limit(group: Path) -> float:
    """Get how many cores a cgroup may use at once, 0 if nothing limits it."""
    new, old = group / "cpu.max", group / "cpu.cfs_quota_us"
    try:
        if new.exists():
            quota, period = new.read_text().split()
        else:
            quota, period = old.read_text(), old.with_name("cpu.cfs_period_us").read_text()
        return max(0.0, float(quota) / float(period))
    except (OSError, ValueError):  # not there; or "max", which is no number
        return 0.0
