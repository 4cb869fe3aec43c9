"""MLflow's side: runs in MLflow's own environment, and does for each line of input what it says."""

import logging
import sys

import mlflow
from PIL import Image


def log_images(count: int, kind: str = "files") -> None:
    """
    Run once, and log different images of 32 x 32.

    :param count: How many.
    :param kind:  ``files`` with names of their own, a ``series`` by its steps, or ``keys``, which
                  MLflow's image grid shows.
    """
    with mlflow.start_run():
        for number in range(count):
            image = Image.new("RGB", (32, 32), (number % 256, number // 256 % 256, 7))
            if kind == "series":
                mlflow.log_image(image, key="sample", step=number)
            elif kind == "keys":
                mlflow.log_image(image, key=f"img_{number}", step=0)
            else:
                mlflow.log_image(image, f"img-{number}.png")
        mlflow.flush_artifact_async_logging()  # others than files are written by threads


def main() -> None:
    logging.disable()
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    experiment = mlflow.create_experiment("images", artifact_location="artifacts")
    mlflow.set_experiment(experiment_id=experiment)
    log_images(1)
    log_images(1, "series")
    print("ready", flush=True)
    for line in sys.stdin:
        count, kind = line.split()
        log_images(int(count), kind)
        print("done", flush=True)


if __name__ == "__main__":
    main()
