#!/bin/sh
# One would guess that `log_image` raises for an image that it cannot save. With `key=` it saves in
# a thread of its own, and nobody asks that thread: of a float or CMYK image, which PNG cannot hold,
# only the small WebP preview is there, the run is FINISHED, and a line in the log is all. Waiting
# for the thread raises nothing; `synchronous=True` and `artifact_file=` do. The page shows a
# picture, so the loss is seen when somebody asks for the original.
# Found in mlflow 3.17.2, mlflow/tracking/client.py (log_image) and mlflow/utils/async_logging.
. "$(dirname "$0")/common.sh"

packages mlflow==3.17.2 pillow==13.0.0

expected <<'END'
RGB, {}: run FINISHED, files [('.png', (600, 400)), ('.webp', (256, 170))]
F, {}: run FINISHED, files [('.webp', (256, 170))]
CMYK, {}: run FINISHED, files [('.webp', (256, 170))]
F, {'synchronous': True}: OSError: cannot write mode F as PNG
END

program <<'END'
import os
import pathlib

os.environ["GIT_PYTHON_REFRESH"] = "quiet"
import mlflow
from PIL import Image

mlflow.set_tracking_uri("sqlite:///runs.db")
mlflow.create_experiment("images", pathlib.Path("artifacts").absolute().as_uri())
mlflow.set_experiment("images")


def say(mode, **options):
    try:
        with mlflow.start_run() as run:
            mlflow.log_image(Image.new(mode, (600, 400)), key="image", step=0, **options)
            mlflow.flush_artifact_async_logging()
    except OSError as error:
        print(f"{mode}, {options}: OSError: {error}")
        return
    state = mlflow.get_run(run.info.run_id).info.status
    files = pathlib.Path("artifacts", run.info.run_id).rglob("image+*")
    sizes = sorted((file.suffix, Image.open(file).size) for file in files)
    print(f"{mode}, {options}: run {state}, files {sizes}")


say("RGB")
say("F")
say("CMYK")
say("F", synchronous=True)
END
