"""The handler and the packager, against the tutorial's and against Pillow alone."""

import random
import subprocess
import sys
from pathlib import Path

import mlrun
import pytest
import tutorial
from PIL import Image, ImageFilter

from generate_image import generate_gradient
from image_packager import PILImagePackager


def noise(side: int) -> Image.Image:
    return Image.frombytes("RGB", (side, side), random.Random(1).randbytes(3 * side * side))


def photo(side: int) -> Image.Image:
    """Smooth areas with some noise on them."""
    return Image.blend(noise(side).filter(ImageFilter.GaussianBlur(8)), noise(side), 0.05)


@pytest.mark.parametrize(
    "side, rounds, goal", [(256, 9, None), (1024, 3, (">=", 300)), (2048, 2, None)]
)
def bench_handler_against_the_tutorials_loop(compare, side, rounds, goal):
    def ours():
        return generate_gradient(side, side)

    def theirs():
        return tutorial.generate_gradient(side, side)

    what = f"generate_gradient {side} x {side}: times faster than the tutorial's loop"
    mine, theirs = compare(what, ours, theirs, rounds, goal, "same bytes", faster=True)
    assert mine.tobytes() == theirs.tobytes()


def bench_handler_against_an_empty_image(compare):
    def ours():
        return generate_gradient(4096, 4096)

    def theirs():
        return Image.new("RGB", (4096, 4096))

    compare("generate_gradient 4096 x 4096 / Image.new", ours, theirs, 15, ("<=", 5))


def bench_plot_of_a_large_image(compare, table):
    large, limit = noise(4096), mlrun.mlconf.artifacts.limits.max_preview_size
    mine, theirs = compare(
        "pack_plot, noise 4096 x 4096: times faster than the tutorial's",
        lambda: PILImagePackager().pack_plot(large, "key")[0].get_body(),
        lambda: tutorial.PILImagePackager().pack_plot(large, "key")[0].get_body(),
        rounds=3,
        goal=(">=", 4),
        faster=True,
    )
    assert len(mine) <= limit
    bytes_note = f"{len(mine):,} / {len(theirs):,} bytes; MLRun's limit is {limit:,}"
    table.add(
        "its page's bytes / the tutorial's",
        [len(mine) / len(theirs)],
        ("<=", limit / len(theirs)),
        bytes_note,
    )


def bench_plot_of_a_small_image(compare):
    small = generate_gradient(256, 256)
    compare(
        "pack_plot, gradient 256 x 256 / the tutorial's",
        lambda: PILImagePackager().pack_plot(small, "key")[0].get_body(),
        lambda: tutorial.PILImagePackager().pack_plot(small, "key")[0].get_body(),
        rounds=200,
        goal=("<=", 1.1),
    )


@pytest.mark.parametrize(
    "content", [generate_gradient, lambda *size: photo(size[0])], ids=["gradient", "photo"]
)
@pytest.mark.parametrize("format, rounds", [("png", 6), ("jpeg", 40), ("webp", 8)])
def bench_file(compare, request, tmp_path, format, rounds, content):
    image = content(2048, 2048)
    packager = PILImagePackager()
    packager.pack_file(image, "key", format)  # the first asks Pillow what the format takes
    compare(
        f"pack_file {format}, {request.node.callspec.id.split('-')[-1]} 2048 x 2048 / Image.save",
        lambda: packager.pack_file(image, "key", format),
        lambda: image.save(tmp_path / f"image.{format}"),
        rounds,
        ("<=", 1.05),
    )


def bench_file_of_a_small_image(compare, tmp_path):
    """What a file costs however small its image: a temporary file's making and deleting, and a look at it."""
    image, packager = generate_gradient(16, 16), PILImagePackager()
    compare(
        "pack_file jpeg, gradient 16 x 16 / Image.save",
        lambda: packager.pack_file(image, "key", "jpeg"),
        lambda: image.save(tmp_path / "image.jpeg"),
        rounds=200,
    )


PEAK = """
import re, sys
from pathlib import Path
from PIL import Image
from image_packager import PILImagePackager
packager = PILImagePackager()
def pack(image, how):
    package = packager.pack_plot(image, "key") if how == "plot" else packager.pack_file(image, "key", how)
    return package[0].get_body() if how == "plot" else None
def save(image, how):
    image.save(f"image.{how}")
def peak():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
do = {"pack": pack, "save": save}[sys.argv[1]]
image = Image.open(sys.argv[3])
do(Image.new(image.mode, (16, 16)), sys.argv[2])
image.load()
before = peak()
do(image, sys.argv[2])
print((peak() - before) / (4 * image.width * image.height))
"""


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc"
)
@pytest.mark.parametrize(
    "mode, how",
    [
        ("RGB", "plot"),
        ("RGB", "png"),
        ("RGB", "jpeg"),
        ("RGB", "webp"),
        ("RGBA", "plot"),
        ("RGBA", "jpeg"),
    ],
)
def bench_peak_memory(table, tmp_path, mode, how):
    """Beyond the image itself, of which Pillow keeps 4 bytes a pixel."""
    path = tmp_path / "large.png"
    generate_gradient(4096, 4096).convert(mode).save(path, compress_level=1)

    def measure(action: str) -> float:
        command = [sys.executable, "-c", PEAK, action, how, path]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    call = "pack_plot" if how == "plot" else f"pack_file {how}"
    what = f"memory of {call}, {mode} 4096 x 4096, beyond the image / the image"
    plain = (mode, how) != (
        "RGBA",
        "jpeg",
    ) and how != "plot"  # Pillow refuses the first, and knows no page
    table.add(what, [measure("pack")], None, f"Image.save: {measure('save'):.2f}" if plain else "")
