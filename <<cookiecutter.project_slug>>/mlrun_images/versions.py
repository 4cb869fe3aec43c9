"""Which Python and which MLRun are needed. It is read first, and by any Python 3."""

import glob
import os
import sys

TESTED = ("1.11", "1.12")  # MLRun, with all of their patch releases
ADVICE = "use `make run` or `uv run main.py`"


def unsupported() -> str:
    """
    Say in one line what is missing, or of a version that does not do.

    :returns: Empty if nothing is.
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
    Refuse what is not supported.

    :raise ImportError: With a line that says what is needed.
    """
    reason = unsupported()
    if reason:
        raise ImportError(reason)


def mlruns_version() -> str:
    """
    The version of MLRun that Python would import, from the name of the folder that tells of it;
    empty where there is none. `importlib.metadata` takes longer than the whole of `--help`.
    """
    for folder in sys.path:
        for found in glob.glob(os.path.join(glob.escape(folder), "mlrun-*.dist-info")):
            return os.path.basename(found)[len("mlrun-") : -len(".dist-info")]
    return ""
