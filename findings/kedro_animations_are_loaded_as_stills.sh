#!/bin/sh
# One would guess that a dataset of a catalog gives back what it was given. An animation is saved as
# one frame, as by Pillow; with `save_all` in the catalog's `save_args` the file holds all of them.
# It is loaded as one all the same: what is loaded is a copy, and a copy in Pillow has only the
# frame that it was made of. It has no `n_frames` either, by which a node could tell.
# Found in kedro-datasets 9.6.0, kedro_datasets/pillow/image_dataset.py (ImageDataset.load).
. "$(dirname "$0")/common.sh"

packages kedro==1.7.0 kedro-datasets==9.6.0 Pillow==13.0.0

expected <<'END'
saved by default: a file of 1
saved with save_all: a file of 3
loaded: Image, format None, has n_frames: False
END

program <<'END'
from kedro_datasets.pillow import ImageDataset
from PIL import Image

frames = [Image.new("L", (8, 8), value) for value in (0, 100, 200)]
frames[0].save("made.gif", save_all=True, append_images=frames[1:], duration=100)

ImageDataset(filepath="default.gif").save(Image.open("made.gif"))
print("saved by default: a file of", Image.open("default.gif").n_frames)
whole = ImageDataset(filepath="whole.gif", save_args={"save_all": True})
whole.save(Image.open("made.gif"))
print("saved with save_all: a file of", Image.open("whole.gif").n_frames)
image = whole.load()
has_frames = hasattr(image, "n_frames")
print(f"loaded: {type(image).__name__}, format {image.format}, has n_frames: {has_frames}")
END
