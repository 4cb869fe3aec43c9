"""What a written gallery tells its reader: its records and thumbnails, read from the HTML."""

import base64
import io
import json
import re
from html import unescape
from typing import Any

from PIL import Image

SCRIPT = r'<script type="{}" {}="{}">(.*?)</script>'


class Page:
    """
    A page as `main.py gallery` wrote it.

    `runs` and `images` are its records. An image has its run's record as `run`, and as `thumbnail`
    a data URI or an empty text.
    """

    def __init__(self, text: str):
        self.text = text
        parts = re.findall(SCRIPT.format("application/json", "class", "data"), text, re.DOTALL)
        self.runs: list[dict[str, Any]] = [run for part in parts for run in json.loads(part)]
        self.images = [image | {"run": run} for run in self.runs for image in run.get("images", ())]
        thumbnails = re.findall(
            SCRIPT.format("text/plain", "id", r"thumbnail-\d+"), text, re.DOTALL
        )
        for image, thumbnail in zip(self.images, thumbnails, strict=True):
            image["thumbnail"] = unescape(thumbnail)

    @property
    def keys(self) -> list[str]:
        return [image["key"] for image in self.images]

    @property
    def uids(self) -> list[str]:
        return [run["uid"] for run in self.runs if "iteration" not in run]

    @property
    def faults(self) -> list[str]:
        """Why images have no thumbnail."""
        return [image["fault"] for image in self.images if not image["thumbnail"]]

    @property
    def thumbnails(self) -> list[Image.Image]:
        shown = [image["thumbnail"] for image in self.images if image["thumbnail"]]
        return [Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) for uri in shown]
