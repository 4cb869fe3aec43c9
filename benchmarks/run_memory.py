"""Prints, in bytes, what a run's images take, and what the run takes beyond them at most."""

import sys
from pathlib import Path

import memory
import mlrun
from PIL import Image

sys.path.insert(0, str(Path.cwd()))
noted = [0, 0]


def handler(count: int, side: int) -> list[Image.Image]:
    """Make images, and note the memory without and with them."""
    noted[0] = memory.now()
    images = [Image.new("RGB", (side, side), (n % 256, n // 256, 7)) for n in range(count)]
    noted[1] = memory.now()
    return images


def main(count: int, side: int) -> None:
    from mlrun_images.running.setup import load

    function = mlrun.new_function("held", project=load(".").name)
    for number in (1, count):  # the first run imports what a run needs
        params, hint = {"count": number, "side": side}, {"key": "*img", "artifact_type": "file"}
        function.run(handler=handler, params=params, returns=[hint], local=True)
    print(noted[1] - noted[0], memory.peak() - noted[1])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
