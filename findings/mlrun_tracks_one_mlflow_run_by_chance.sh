#!/bin/sh
# One would guess that MLRun's tracking of MLflow takes over what a handler logs by MLflow: of
# several runs of MLflow, such as one for each fold, all of them, or the last one as its docstring
# says. It takes the new runs as a set of random identifiers and pops one, so that chance decides
# whose images, metrics and parameters the MLRun run shows. A folder of images is one zip file. The
# run completed, without a warning that tells how many there were.
# Found in mlrun 1.12.1, mlrun/track/trackers/mlflow_tracker.py (post_run, _log_artifact).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 mlflow==3.17.2 numpy==1.26.4 pillow==13.0.0

expected <<'END'
runs of the handler: 6, completed: 6
folds of MLflow in each: 8
outputs of each run: ['foldN_png', 'series']
its file foldN_png is a .png, and series a .zip of 2 images
always the last fold: False
always the same fold: False
END

program <<'END'
import contextlib
import io
import os
import zipfile

os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///mlflow.db"
os.environ["MLFLOW_EXPERIMENT_NAME"] = "folds"

import mlflow
import mlrun
from PIL import Image

image = Image.new("RGB", (8, 8), "red")
ends, folds, outputs, states = [], [], set(), []


def train():
    for fold in range(8):
        with mlflow.start_run():
            mlflow.log_metric("fold", fold)
            mlflow.log_image(image, f"fold{fold}.png")
            for name in ("one", "two"):
                mlflow.log_image(image, f"series/{name}.png")


mlflow.create_experiment("folds")
mlrun.mlconf.external_platform_tracking.enabled = True
for number in range(6):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        status = mlrun.new_function("images").run(
            handler=train, name="run", local=True, output_path=f"artifacts/{number}"
        ).status
    fold = int(status.results["fold"])
    states.append(status.state)
    folds.append(fold)
    outputs.add(tuple(name.replace(str(fold), "N") for name in sorted(status.artifact_uris)))
    files = sorted(os.listdir(f"artifacts/{number}/run/0"))
    ends.append([os.path.splitext(file)[1] for file in files])
    with zipfile.ZipFile(f"artifacts/{number}/run/0/{files[1]}") as archive:
        inside = len(archive.namelist())

print(f"runs of the handler: {len(states)}, completed: {states.count('completed')}")
print("folds of MLflow in each: 8")
print(f"outputs of each run: {', '.join(str(list(names)) for names in outputs)}")
print(f"its file foldN_png is a {ends[0][0]}, and series a {ends[0][1]} of {inside} images")
print(f"always the last fold: {set(folds) == {7}}")
print(f"always the same fold: {len(set(folds)) == 1}")
END
