"""Which Python and which MLRun are needed. It is read first, and by any Python 3."""

import re
import sys

ADVICE = "use `make run` or `uv run main.py`"


def unsupported() -> str:
    """
    Say in one line what is missing, or of a version that does not do.

    :returns: Empty if nothing is.
    """
    if sys.version_info[:2] != (3, 11):
        return f"MLRun needs Python 3.11, this is {sys.version.split()[0]}: {ADVICE}"
    from importlib import metadata  # which Python 3.7 has not

    try:
        version = metadata.version("mlrun")
    except metadata.PackageNotFoundError:
        return f"MLRun is not installed here: {ADVICE}"
    if re.match(r"1\.(\d|10)\.", version):
        return f"MLRun 1.11 or 1.12 is needed, this is {version}: {ADVICE}"
    return ""


def require() -> None:
    """
    Refuse what is not supported.

    :raise ImportError: With a line that says what is needed.
    """
    reason = unsupported()
    if reason:
        raise ImportError(reason)
