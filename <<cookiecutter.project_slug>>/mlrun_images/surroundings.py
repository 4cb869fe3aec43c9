"""What MLRun takes for granted of the machine, put in where a machine lacks it."""

import getpass
import locale
import os
import sys
from pathlib import Path


def name_user() -> None:
    """
    Give the process a user's name and a home, as a container has none whose user is a mere number.

    The home is `/`, which only an administrator can write to: MLRun reads settings from there.
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
    Start Python anew if it would read files as another locale writes them: MLRun would read
    project.yaml so. What is printed is as the locale has it.
    """
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") != "utf8" and "PYTHONUTF8" not in os.environ:
        os.environ.setdefault("PYTHONIOENCODING", f"{encoding}:backslashreplace")
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, sys.orig_argv)
