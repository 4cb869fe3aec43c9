"""The handler and the packager, against the tutorial's and against Pillow alone."""

import pytest
import tutorial
from content import photo
from PIL import Image

from generate_image import generate_gradient
from image_packager import PILImagePackager

CONTENTS = {"gradient": lambda side: generate_gradient(side, side), "photo": photo}


@pytest.mark.parametrize(
    "side, rounds, goal", [(256, 9, None), (1024, 3, (">=", 300)), (2048, 2, None)]
)
def bench_handler_against_the_tutorials_loop(compare, side, rounds, goal):
    what = f"generate_gradient {side} x {side}: times faster than the tutorial's loop"
    mine, theirs = compare(
        what,
        lambda: generate_gradient(side, side),
        lambda: tutorial.generate_gradient(side, side),
        rounds,
        goal,
        "same bytes",
        faster=True,
    )
    assert mine.tobytes() == theirs.tobytes()


def bench_handler_against_an_empty_image(compare):
    compare(
        "generate_gradient 4096 x 4096 / Image.new",
        lambda: generate_gradient(4096, 4096),
        lambda: Image.new("RGB", (4096, 4096)),
        15,
        ("<=", 5),
    )


@pytest.mark.parametrize(
    "content, side, rounds", [("gradient", 256, 200), ("gradient", 2048, 9), ("photo", 1024, 9)]
)
def bench_plot_of_all_pixels(compare, content, side, rounds):
    image = CONTENTS[content](side)
    compare(
        f"pack_plot, {content} {side} x {side}, all pixels / the tutorial's",
        lambda: PILImagePackager().pack_plot(image, "key")[0].get_body(),
        lambda: tutorial.PILImagePackager().pack_plot(image, "key")[0].get_body(),
        rounds,
        ("<=", 1),
    )


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("format, rounds", [("png", 6), ("jpeg", 40), ("webp", 8)])
def bench_file(compare, tmp_path, format, rounds, content):
    image = CONTENTS[content](2048)
    packager = PILImagePackager()
    packager.pack_file(image, "key", format)  # the first asks Pillow what the format takes
    compare(
        f"pack_file {format}, {content} 2048 x 2048 / Image.save",
        lambda: packager.pack_file(image, "key", format),
        lambda: image.save(tmp_path / f"image.{format}"),
        rounds,
        ("<=", 1.05),
    )


def bench_file_of_a_small_image(compare, tmp_path):
    """What a file costs however small its image."""
    image, packager = generate_gradient(16, 16), PILImagePackager()
    compare(
        "pack_file jpeg, gradient 16 x 16 / Image.save",
        lambda: packager.pack_file(image, "key", "jpeg"),
        lambda: image.save(tmp_path / "image.jpeg"),
        200,
    )
