"""Handlers that return images, by themselves and in all that may hold them."""

import collections
import dataclasses
import functools
import io
import itertools

import mlrun
import numpy as np
import pandas as pd
from PIL import Image

RED, BLUE = Image.new("RGB", (6, 4), "red"), Image.new("RGB", (3, 5), "blue")


@dataclasses.dataclass(slots=True)
class Pair:
    left: Image.Image
    right: Image.Image


class Plain:
    def __init__(self):
        self.picture = RED


def objects():
    array = np.empty(2, object)
    array[:] = [RED, BLUE]
    return array


class Slots:
    __slots__ = ("picture", "broken")

    def __init__(self):
        self.picture = RED

    def __getattr__(self, name):
        raise RuntimeError("no attributes\nat all")


class BadList(list):
    def __iter__(self):
        raise RuntimeError("not to be read")


class Words:
    def __iter__(self):
        return iter(["a"])

    def __len__(self):
        return 1


def recursive():
    items = [RED]
    items.append(items)
    return items


def endless():
    while True:
        yield RED.copy()


def structured():
    array = np.empty(2, [("number", "i4"), ("picture", object)])
    array["picture"] = [RED, BLUE]
    return array


class Items:
    def __len__(self):
        return 2

    def __getitem__(self, number):
        return [RED, BLUE][number].copy()


class Walk:
    def __iter__(self):
        yield RED.copy()
        yield BLUE.copy()


class Endless:
    def __iter__(self):
        return itertools.repeat(RED)


def png(format="PNG", **options):
    file = io.BytesIO()
    RED.save(file, format, **options)
    return file.getvalue()


def named_badly():
    image = RED.copy()
    image.info["a" * 80] = "longer than a PNG's keys"
    return image


Named = collections.namedtuple("Named", "left right")


def many() -> list[Image.Image]:
    return [RED, BLUE]


def pair() -> tuple[Image.Image, Image.Image]:
    return RED, BLUE


def lone() -> Image.Image:
    return RED


class Figure:
    """Draws itself as Matplotlib's figures do."""

    def savefig(self, file, format):
        RED.save(file, format)


VALUES = {
    "image": RED,
    "two": (RED, BLUE),
    "list": [RED, BLUE],
    "dict": {"a": RED, "b": [BLUE]},
    "objects": objects(),
    "series": pd.Series([RED, BLUE]),
    "frame": pd.DataFrame({"name": ["r", "b"], "picture": [RED, BLUE]}),
    "column": pd.DataFrame({"n": [1, 2], "picture": [RED, BLUE]}),
    "deque": collections.deque([RED, BLUE]),
    "values": {"a": RED, "b": BLUE}.values(),
    "dataclass": Pair(RED, BLUE),
    "items": Items(),
    "walk": Walk(),
    "walk-endless": Endless(),
    "plain": Plain(),
    "slots": Slots(),
    "bad-list": BadList([RED, BLUE]),
    "recursive": recursive(),
    "structured": structured(),
    "bytes": png(),
    "bytes-io": io.BytesIO(png()),
    "view": memoryview(png()),
    "big-tiff": png("TIFF", big_tiff=True),
    "jp2": png("JPEG2000"),
    "half": png()[:50],
    "named": Named(RED, BLUE),
    "deep": [[[[[[[[[[RED]]]]], BLUE]]]]],
    "partial": functools.partial(print, RED),
    "method": RED.rotate,
    "closure": (lambda image: lambda: image)(RED),
    "exception": ValueError(RED),
    "index": pd.DataFrame({"n": [1, 2]}, index=pd.Index([RED, BLUE], dtype=object)),
    "figures": [Figure()],
    "numbers": list(range(500_000)),
    "words": Words(),
    "named-badly": named_badly(),
    "model": Words,
    "frame-of-numbers": pd.DataFrame({"n": [1, None]}),
    "array": np.full((4, 6, 3), 9, np.uint8),
    "figure": Figure(),
    "none": None,
    "empty": [],
    "holes": [RED, None],
    "number": 5,
    "text": "words",
}


def give(what: str = "image", scale: int = 1):
    if what == "iterator":
        return iter([RED, BLUE])
    if what == "pairs":
        return zip(["r", "b"], [RED.copy(), BLUE.copy()], strict=True)
    if what == "numbered":
        return enumerate([RED.copy(), BLUE.copy()])
    if what == "endless":
        return itertools.chain(endless())
    return VALUES[what]


def opened(format: str):
    """A file of three noisy frames, opened."""
    frames = [Image.effect_noise((40, 30), 90).convert("RGB") for _ in range(3)]
    file = io.BytesIO()
    frames[0].save(file, format, save_all=True, append_images=frames[1:])
    return Image.open(file)


def reduced(format: str):
    image = opened(format)
    image.thumbnail((20, 20))
    return image, image


def painted(format: str):
    image = opened(format)
    image.seek(1)
    image.paste((255, 0, 0), (0, 0, 20, 30))
    return image, image


def broken():
    """The first two pages of four."""
    pages = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "red", "blue")]
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return Image.open(io.BytesIO(file.getvalue()[: len(file.getvalue()) * 6 // 10]))


def free(context, what: str = "image"):
    return VALUES[what]


def segment(image: Image.Image) -> Image.Image:
    return image.convert("L")


def count(images: list[Image.Image]) -> int:
    return len(images) * 100 + images[0].width


class Painter:
    def __init__(self, colour):
        self.colour = colour

    def paint(self, width: int):
        return Image.new("RGB", (width, 5), self.colour)


def by_hand(image: mlrun.DataItem) -> int:
    with image.open("rb") as file:
        return Image.open(file).width


def nested():
    for what in ("image", "number"):
        try:
            mlrun.run_function("give", params={"what": what}, local=True)
        except mlrun.runtimes.utils.RunError:
            pass
    return BLUE


def logs_itself(context):
    context.log_result("return", 7)
    return 8


def reports(context):
    context.log_result("seen", 7)
    return RED


def logs_twice(context):
    context.log_artifact("mine", body=b"text", local_path="mine.txt")
    return RED
