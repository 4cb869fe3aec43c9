"""
The machinery of an MLRun project that makes images. README.md says what is where.

`log_image`, `read_image` and `show` are for handlers, notebooks and scripts. They are imported at
their first use, so that commands which need no MLRun do not wait for its import.
"""

import importlib
from typing import Any

__version__ = "2.0.0"

_PUBLIC = {
    "log_image": "mlrun_images.packing.during",
    "read_image": "mlrun_images.packing.inputs",
    "show": "mlrun_images.packing.showing",
}


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
