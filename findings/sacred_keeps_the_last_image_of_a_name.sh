#!/bin/sh
# One would guess that two plots from two folders are two artifacts. An artifact is named by the
# last part of its path, and is copied to that name in the folder of the run: train/loss.png and
# then test/loss.png leave the second one, and the record lists the name twice. Nothing warns. In a
# loop over folders the images of all but the last are lost. `add_artifact(path, name=...)` keeps
# both.
# Found in sacred 0.8.7, sacred/observers/file_storage.py (artifact_event).
. "$(dirname "$0")/common.sh"

packages sacred==0.8.7 setuptools==79.0.1 pillow==13.0.0

expected <<'END'
the record: ['loss.png', 'loss.png']
loss.png: (0, 0, 255); red was first, blue last
END

program <<'END'
import json
import logging
import pathlib
import warnings

warnings.simplefilter("ignore")
from PIL import Image  # noqa: E402
from sacred import Experiment  # noqa: E402
from sacred.observers import FileStorageObserver  # noqa: E402

experiment = Experiment("plots", save_git_info=False)
experiment.logger = logging.getLogger("plots")
experiment.observers.append(FileStorageObserver("runs"))


@experiment.main
def draw():
    for folder, colour in (("train", "red"), ("test", "blue")):
        pathlib.Path(folder).mkdir()
        Image.new("RGB", (4, 4), colour).save(f"{folder}/loss.png")
        experiment.add_artifact(f"{folder}/loss.png")


experiment.run()
print("the record:", json.loads(pathlib.Path("runs/1/run.json").read_text())["artifacts"])
for file in sorted(pathlib.Path("runs/1").glob("*.png")):
    print(f"{file.name}: {Image.open(file).getpixel((0, 0))}; red was first, blue last")
END
