#!/bin/sh
# One would guess that an image that is logged at each step is there for each step.
# DVCLive writes each to the same path, so that only the last step's is left, while the numbers that
# are logged beside it are kept for all steps. `cache_images=True` keeps all, and needs DVC.
# Who compares steps by DVCLive as by MLRun's iterations finds one picture.
# Found in dvclive 3.49.1, dvclive/live.py (log_image) and dvclive/plots/image.py.
. "$(dirname "$0")/common.sh"

packages dvclive==3.49.1 pillow==13.0.0

expected <<'END'
images: [('live/plots/images/image.png', 100)]
rows of the metric: 3
END

program <<'END'
import pathlib

from dvclive import Live
from PIL import Image

with Live("live", save_dvc_exp=False) as live:
    for step in range(3):
        live.log_image("image.png", Image.new("L", (8, 8), step * 50))
        live.log_metric("loss", step)
        live.next_step()
images = sorted(pathlib.Path("live").rglob("*.png"))
print("images:", [(str(file), Image.open(file).getpixel((0, 0))) for file in images])
lines = pathlib.Path("live/plots/metrics/loss.tsv").read_text().splitlines()
print("rows of the metric:", len(lines) - 1)
END
