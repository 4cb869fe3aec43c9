#!/bin/sh
# One would guess that a type has one way to be logged: arrays as files, truth values as results.
# An array of fewer than ten values is a result, in the run's record, and one of ten is a .npy file.
# `numpy.bool_`, which any comparison of arrays gives, is a pickle, while other NumPy scalars, and
# `bool`, are results.
# "Is the image all black?" is not among the results, and a crop of 3 by 3 pixels is.
# Found in mlrun 1.12.1, mlrun/package/packagers/numpy_packagers.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 numpy==1.26.4 cloudpickle==3.1.3

expected <<'END'
ndarray (3, 3): results {'value': [[0, 0, 0], [0, 0, 0], [0, 0, 0]]}, files []
ndarray (2, 5): results {}, files ['value.npy']
bool_ (): results {}, files ['value.pkl']
float64 (): results {'value': 0.0}, files []
bool : results {'value': False}, files []
END

program <<'END'
import pathlib

import mlrun
import numpy


def say(value):
    run = mlrun.new_function("images").run(
        handler=lambda: value, name="run", local=True, returns=["value"], output_path="artifacts"
    )
    files = [file for file in pathlib.Path("artifacts").rglob("value*")]
    shape = getattr(value, "shape", "")
    print(f"{type(value).__name__} {shape}: results {run.status.results},",
          f"files {[file.name for file in files]}")
    for file in files:
        file.unlink()


say(numpy.zeros((3, 3), numpy.uint8))
say(numpy.zeros((2, 5), numpy.uint8))
say(numpy.zeros((3, 3)).any())
say(numpy.zeros((3, 3)).sum())
say(False)
END
