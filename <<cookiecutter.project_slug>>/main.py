#!/usr/bin/env python
"""The project's command. `python main.py` shows what it can do."""

import sys
from functools import partial
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
if str(FOLDER) not in sys.path:  # as PYTHONSAFEPATH has it
    sys.path.insert(0, str(FOLDER))

from mlrun_images.looking.commands import main  # noqa: E402
from mlrun_images.running.supervisor import supervise  # noqa: E402

if __name__ == "__main__":
    supervise(partial(main, obj=FOLDER))
