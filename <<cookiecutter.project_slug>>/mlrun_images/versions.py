"""Which Python and MLRun are needed. The command imports it first, in whatever Python 3."""

import os
import sys

TESTED = ("1.11", "1.12")  # MLRun, with all of their patch releases
ADVICE = "use `make run` or `uv run main.py`"


def unsupported() -> str:
    """
    Say in one line which Python or MLRun is needed in place of the one that is here.

    :returns: The line; empty if both are supported.
    """
    if sys.version_info[:2] != (3, 11):
        return f"MLRun needs Python 3.11, this is {sys.version.split()[0]}: {ADVICE}"
    version = mlruns_version()
    if not version:
        return f"MLRun is not installed here: {ADVICE}"
    if ".".join(version.split(".")[:2]) in TESTED:
        return ""
    line = f"MLRun {' or '.join(TESTED)} is needed, this is {version}: {ADVICE}"
    is_older = version.startswith(("0.", *(f"1.{minor}." for minor in range(11))))
    return line if is_older else f"{line}; for a newer MLRun, update mlrun_images (README.md)"


def require() -> None:
    """
    Refuse a Python or MLRun that is not supported.

    :raise ImportError: With one line that says what is needed.
    """
    reason = unsupported()
    if reason:
        raise ImportError(reason)


def mlruns_version() -> str:
    """
    Get the version of the MLRun that Python would import; empty if there is none.

    It stands in the name of a folder. `importlib.metadata` would take longer than all of `--help`.
    """
    for folder in filter(os.path.isdir, sys.path):
        for name in os.listdir(folder):
            if name.startswith("mlrun-") and name.endswith(".dist-info"):
                return name[len("mlrun-") : -len(".dist-info")]
    return ""
