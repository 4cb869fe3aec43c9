"""The processor time of packing an image: against an earlier build, and against Pillow alone."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from projects import HERE, Project, Spent

SIZES = {("RGB", 256): 20, ("RGB", 1024): 2, ("RGBA", 2048): 1}  # how often in a turn
GOAL = ("<=", 1.02)  # as fast; a busy machine measures itself to a fiftieth
BARE = {"jpeg": 1.2, "tiff": 1.5}


class Packer:
    """A process that packs images in a project."""

    def __init__(self, folder: Path):
        quiet = os.environ | {"MLRUN_LOG_LEVEL": "ERROR"}
        self._process = subprocess.Popen(
            [sys.executable, HERE / "pack_worker.py"],
            cwd=folder, env=quiet, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def takes(self, what: str, mode: str, side: int, times: int) -> Callable[[], Spent]:
        """Get what measures one image of a kind."""
        assert self._process.stdin and self._process.stdout
        ask, answers = self._process.stdin, self._process.stdout

        def measure() -> Spent:
            ask.write(f"{what} {mode} {side} {times}\n")
            ask.flush()
            return Spent(float(answers.readline()), 0)

        return measure

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@pytest.fixture(scope="module")
def ours() -> Iterator[Packer]:
    packer = Packer(Path.cwd())
    yield packer
    packer.close()


@pytest.fixture(scope="module")
def theirs(base, tmp_path_factory) -> Iterator[Packer]:
    packer = Packer(Project(tmp_path_factory.mktemp("base-packing"), base).folder)
    yield packer
    packer.close()


@pytest.mark.parametrize("what", ["page", "png", "webp", "tiff", "avif"])
@pytest.mark.parametrize("mode, side", SIZES)
def bench_packing_against_base(compare_processes, ours, theirs, what, mode, side):
    asked = what, mode, side, SIZES[mode, side] * (5 if what == "tiff" else 1)
    made = "pack_plot" if what == "page" else f"pack_file {what}"
    what = f"{made}, {mode} {side} x {side} / BASE's"
    compare_processes(what, ours.takes(*asked), theirs.takes(*asked), GOAL, 5)


@pytest.mark.parametrize("format", BARE)
def bench_packing_against_pillow(compare_processes, ours, format):
    asked = "RGB", 256, 200
    what = f"pack_file {format}, RGB 256 x 256 / Image.save into memory"
    bare = ours.takes(f"bare-{format}", *asked)
    compare_processes(what, ours.takes(format, *asked), bare, ("<=", BARE[format]))
