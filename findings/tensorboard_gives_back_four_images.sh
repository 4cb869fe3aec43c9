#!/bin/sh
# One would guess that the images of a run are read back from its event file as they were written.
# `EventAccumulator`, by which notebooks and reports read TensorBoard's files, keeps four of each
# name, chosen by chance, and all numbers up to 10,000: the last image is among them, others between
# are not. Nothing warns; the file has all. `size_guidance={"images": 0}` gives all.
# Found in tensorboard 2.21.0, tensorboard/backend/event_processing/event_accumulator.py
# (DEFAULT_SIZE_GUIDANCE).
. "$(dirname "$0")/common.sh"

packages tensorboard==2.21.0 tensorboardX==2.6.5 numpy==2.4.6 Pillow==13.0.0

expected <<'END'
by default: 4 of 10 images, the last among them: True; 10 of 10 numbers
size_guidance={"images": 0}: 10 of 10 images, the last among them: True; 10 of 10 numbers
END

program <<'END'
import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboardX import SummaryWriter

with SummaryWriter("run") as writer:
    for step in range(10):
        writer.add_image("mask", np.full((3, 8, 8), 20 * step, np.uint8), step)
        writer.add_scalar("loss", 1 / (step + 1), step)


def say(what, **options):
    events = EventAccumulator("run", **options)
    events.Reload()
    steps = [event.step for event in events.Images("mask")]
    print(f"{what}: {len(steps)} of 10 images, the last among them: {9 in steps}; ", end="")
    print(f"{len(events.Scalars('loss'))} of 10 numbers")


say("by default")
say('size_guidance={"images": 0}', size_guidance={"images": 0})
END
