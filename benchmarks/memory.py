"""How much memory this process uses, from Linux's /proc, in bytes."""

import re
from pathlib import Path


def now() -> int:
    """Get what it uses now."""
    return _read("VmRSS")


def peak() -> int:
    """Get the most that it has used."""
    return _read("VmHWM")


def _read(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return 1024 * int(found[1])
