"""The page to compare the gallery with: an element for each image, and a filter that hides them."""

import html
import json
import re
from pathlib import Path

SCRIPT = """
const field = document.getElementById("filter");
const withText = tile => [tile, tile.textContent.toLowerCase()];
const tiles = [...document.querySelectorAll("li")].map(withText);
field.addEventListener("input", () => {
  for (const [tile, text] of tiles) tile.hidden = !text.includes(field.value.toLowerCase());
});
"""
STYLE = """
[hidden] { display: none !important } section, li { content-visibility: auto }
section { contain-intrinsic-size: auto 340px }
li { contain-intrinsic-size: auto 300px; padding: 8px }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 14px }
.frame { display: grid; place-items: center; height: 208px }
img { max-width: 100%; max-height: 100% }
"""


def write(gallery: Path, page: Path) -> int:
    """
    Write the page.

    :param gallery: A gallery, whose runs, images and thumbnails are shown.
    :param page:    The page's file.

    :returns: How many images are on it.
    """
    text = gallery.read_text()
    parts = re.findall(r'<script type="application/json" class="data">(.*?)</script>', text, re.S)
    texts = re.findall(r'<script type="text/plain" id="[^"]+">(.*?)</script>', text, re.S)
    thumbnails = iter(texts)
    runs = [run for part in parts for run in json.loads(part)]
    sections = [
        f"<section><h2>{html.escape(_texts(run))}</h2><ul>"
        + "".join(_tile(image, next(thumbnails)) for image in run.get("images", ()))
        + "</ul></section>\n"
        for run in runs
    ]
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><input id="filter">\n'
        + "".join(sections)
        + f"<script>{SCRIPT}</script>"
    )
    return sum(len(run.get("images", ())) for run in runs)


def _tile(image: dict, thumbnail: str) -> str:
    key, link = html.escape(image["key"]), html.escape(image["link"])
    width, height = image["shown"]
    size = f'width="{width}" height="{height}" alt="{key}" loading="lazy" decoding="async"'
    return (
        f'<li><a class="frame" href="{link}"><img src="{thumbnail}" {size}></a>\n<h3>{key}</h3>\n'
        f"<p>{html.escape(_texts(image['labels']))}</p>\n"
        f"<details><summary>as an input</summary><code>{html.escape(image['uri'])}</code></details>"
        "</li>\n"
    )


def _texts(values: dict) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items() if name != "images")
