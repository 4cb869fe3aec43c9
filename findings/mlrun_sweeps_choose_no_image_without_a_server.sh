#!/bin/sh
# One would guess that a sweep's `selector` gives the image of the best iteration, on a laptop too.
# To link it, MLRun reads the artifact back from its server. Without one that is None, and after the
# last iteration `run()` raises an AttributeError about it; the images lie in their folders, and no
# run tells which is the best. Sweeps that log numbers alone choose well, but each sweep logs a
# table of its iterations, so that `run.outputs` raises for all; `run.status.results` is there.
# A long sweep ends in an error that says nothing of a server.
# Found in mlrun 1.12.1, mlrun/execution.py (log_iteration_results) and mlrun/db/nopdb.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 numpy==1.26.4

expected <<'END'
score, max.score: completed, {'best_iteration': 3, 'score': 3}
    outputs: AttributeError: 'NoneType' object has no attribute 'to_dict'
image:file and score, no selector: completed, {}
    outputs: AttributeError: 'NoneType' object has no attribute 'to_dict'
image:file and score, max.score: AttributeError: 'NoneType' object has no attribute 'target_path'
3 files of images
END

program <<'END'
import contextlib
import io
import pathlib

import mlrun
import numpy


def score(size: int):
    return size


def image_and_score(size: int):
    return numpy.zeros((64, size)), size


def say(handler, returns, selector):
    what = f"{' and '.join(returns)}, {selector or 'no selector'}"
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            run = mlrun.new_function("images").run(
                handler=handler, local=True, returns=returns, output_path="artifacts",
                hyperparams={"size": [1, 2, 3]}, hyper_param_options={"selector": selector},
            )
    except AttributeError as error:
        print(f"{what}: AttributeError: {error}")
        return
    print(f"{what}: {run.status.state}, {run.status.results}")
    try:
        print("    outputs:", run.outputs)
    except AttributeError as error:
        print(f"    outputs: AttributeError: {error}")


say(score, ["score"], "max.score")
say(image_and_score, ["image:file", "score"], None)
say(image_and_score, ["image:file", "score"], "max.score")
print(len(list(pathlib.Path("artifacts").rglob("image.npy"))), "files of images")
END
