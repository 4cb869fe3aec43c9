#!/usr/bin/env python
"""The project's command. `python main.py` shows what it can do."""

from functools import partial
from pathlib import Path

from mlrun_images.looking.commands import main
from mlrun_images.running.supervisor import supervise

if __name__ == "__main__":
    supervise(partial(main, obj=Path(__file__).resolve().parent))
