"""MLflow's side: runs in MLflow's own environment, and does for each line of input what it says."""

import logging
import sys

import mlflow
from PIL import Image


def log_images(count: int) -> None:
    """Run once, and log different images of 32 x 32."""
    with mlflow.start_run():
        for number in range(count):
            image = Image.new("RGB", (32, 32), (number % 256, number // 256 % 256, 7))
            mlflow.log_image(image, f"img-{number}.png")


def main() -> None:
    logging.disable()
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    experiment = mlflow.create_experiment("images", artifact_location="artifacts")
    mlflow.set_experiment(experiment_id=experiment)
    log_images(1)
    print("ready", flush=True)
    for line in sys.stdin:
        log_images(int(line))
        print("done", flush=True)


if __name__ == "__main__":
    main()
