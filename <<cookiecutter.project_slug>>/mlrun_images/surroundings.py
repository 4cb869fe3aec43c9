"""What MLRun expects of every machine: a user's name, a home, UTF-8."""

import getpass
import locale
import os
import sys
from pathlib import Path


def name_user() -> None:
    """
    Give the process a user's name and a home. In a container whose user is a mere number it has
    neither.

    The home is `/`: MLRun reads settings from there, and only an administrator can write them.
    """
    try:
        getpass.getuser()
    except (KeyError, OSError):
        os.environ["LOGNAME"] = str(os.getuid())
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = "/"


def read_as_utf8() -> None:
    """
    Start Python anew in UTF-8 mode if its locale has another encoding, in which MLRun would read
    project.yaml. What is printed keeps the locale's encoding.
    """
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") != "utf8" and "PYTHONUTF8" not in os.environ:
        os.environ.setdefault("PYTHONIOENCODING", f"{encoding}:backslashreplace")
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, sys.orig_argv)
