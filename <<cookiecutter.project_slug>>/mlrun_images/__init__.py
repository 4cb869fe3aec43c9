"""
The machinery of an MLRun project that makes images. README.md says what it is and how it is
updated.

`log_image`, `read_image` and `show` are for handlers, notebooks and scripts. They are imported when
they are first asked for, so that what needs no MLRun does not wait for it.
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
