"""Which Python and which MLRun are needed. It is read first, and by any Python 3."""

import glob
import os
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
    version = _installed()
    if not version:
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


def _installed() -> str:
    """
    The version of MLRun that Python would import, from the name of the folder that tells of it;
    empty where there is none. `importlib.metadata` takes longer than the whole of `--help`.
    """
    for folder in sys.path:
        for found in glob.glob(os.path.join(glob.escape(folder), "mlrun-*.dist-info")):
            return os.path.basename(found)[len("mlrun-") : -len(".dist-info")]
    return ""
