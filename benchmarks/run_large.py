"""Prints how many seconds a project's run of large images takes."""

import os
import sys
import time
from pathlib import Path

import content
import mlrun
from PIL import Image, ImageChops

sys.path.insert(0, str(Path.cwd()))


def handler(kind: str, count: int) -> list[Image.Image]:
    """Make different images of 512 x 512: noise, or like photographs."""
    image = getattr(content, kind)(512)
    return [ImageChops.offset(image, n, 0) for n in range(count)]


def main(kind: str, count: int, cores: int) -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    project = mlrun.load_project("./", save=False)
    function = mlrun.new_function("large", project=project.name)
    for number in (2, count):  # the first run imports what a run needs
        start = time.perf_counter()
        params = {"kind": kind, "count": number}
        function.run(handler=handler, params=params, returns=["*img : file"], local=True)
        seconds = time.perf_counter() - start
    print(seconds)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
