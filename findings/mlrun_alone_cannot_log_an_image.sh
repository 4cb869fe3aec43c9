#!/bin/sh
# One would guess that an object for which MLRun has no packager is pickled, as is documented.
# Pickling needs cloudpickle, which `pip install mlrun` does not bring: a PIL image, or
# `numpy.bool_`, is dropped, and the run completed. Where cloudpickle is, it is logged. Dask and
# others bring it, so the image is there on a laptop, and missing where a job runs.
# Found in mlrun 1.12.1, mlrun/package/utils/_pickler.py, and its requirements.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 pillow==13.0.0

expected <<'END'
the run: completed, logged []
MLRun requires cloudpickle: False
cloudpickle is installed: False
END

program <<'END'
from importlib.metadata import requires
from importlib.util import find_spec

import mlrun
from PIL import Image


def draw():
    return Image.new("RGB", (8, 8), "red")


run = mlrun.new_function("images").run(handler=draw, local=True, returns=["image"])
print(f"the run: {run.status.state}, logged {list(run.status.artifact_uris or {})}")
print("MLRun requires cloudpickle:", any("cloudpickle" in name for name in requires("mlrun")))
print("cloudpickle is installed:", find_spec("cloudpickle") is not None)
END
