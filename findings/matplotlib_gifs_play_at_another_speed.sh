#!/bin/sh
# One would guess that an animation saved as GIF at 60 frames a second takes as long as it should.
# `PillowWriter` gives whole milliseconds, and GIF holds hundredths of a second, which Pillow cuts:
# 60 frames a second become 100, and 30 become 33. At 200 there is no duration at all. Frames that
# are alike are one frame, so a count of frames is no count of steps. A film of a training is logged
# faster than it was, and no longer in step with its numbers.
# Found in matplotlib 3.11.2, matplotlib/animation.py, and Pillow 13.0.0, PIL/GifImagePlugin.py.
. "$(dirname "$0")/common.sh"

packages matplotlib==3.11.2 pillow==13.0.0

expected <<'END'
6 frames at 10 a second, 100.0 ms each: [100, 100, 100, 100, 100, 100] ms
6 frames at 30 a second, 33.3 ms each: [30, 30, 30, 30, 30, 30] ms
6 frames at 60 a second, 16.7 ms each: [10, 10, 10, 10, 10, 10] ms
6 frames at 200 a second, 5.0 ms each: [0, 0, 0, 0, 0, 0] ms
three and three alike
6 frames at 10 a second, 100.0 ms each: [300, 300] ms
END

program <<'END'
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.animation import FuncAnimation, PillowWriter  # noqa: E402
from PIL import Image  # noqa: E402


def say(fps, shown):
    figure = plt.figure(figsize=(1, 1), dpi=50)
    text = figure.text(0.5, 0.5, "")
    animation = FuncAnimation(figure, lambda frame: text.set_text(shown(frame)), frames=6)
    animation.save("film.gif", writer=PillowWriter(fps=fps))
    plt.close(figure)
    film = Image.open("film.gif")
    durations = []
    for frame in range(film.n_frames):
        film.seek(frame)
        durations.append(film.info.get("duration", 0))
    print(f"6 frames at {fps} a second, {1000 / fps:.1f} ms each: {durations} ms")


for fps in (10, 30, 60, 200):
    say(fps, lambda frame: str(frame))
print("three and three alike")
say(10, lambda frame: str(frame // 3))
END
