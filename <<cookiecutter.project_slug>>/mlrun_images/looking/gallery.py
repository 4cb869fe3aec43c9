"""Write one HTML page of the project's runs and their images, which needs no server and no network to be looked at."""

import base64
import functools
import io
import mimetypes
import os
import re
import secrets
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import mlrun
from PIL import Image, ImageOps, features

from mlrun_images.packing.modes import DEEP, alpha_kind, scale, to_mode
from mlrun_images.running.records import list_runs, local_time, summarize, summarize_artifact
from mlrun_images.text import one_line

THUMBNAIL = 192  # longest side in pixels
PIXELATED = 64  # an image of at most so many pixels a side is drawn larger, pixel by pixel

mimetypes.add_type("image/webp", ".webp")  # Python 3.11 does not know it everywhere


def write(project: mlrun.projects.MlrunProject, path: Path) -> tuple[Path, int, int]:
    """
    Write the page of all the project's runs, newest first, with their images as thumbnails.

    :param project: The project; its runs and artifacts are read from its run DB, in two calls.
    :param path:    The HTML file. Links are relative where an image is below its folder, so both can be moved together.

    :returns: The file's absolute path, the number of images, and the number of runs (iterations are not counted).

    :raise OSError: If the file cannot be written. It is replaced whole or not at all.
    """
    path = Path(path).absolute()
    groups = _groups(project)
    images = [tile for group in groups for tile in group["tiles"] if "path" in tile]
    with ThreadPoolExecutor() as pool:  # Pillow and the network leave room for other threads
        for tile, preview in zip(images, pool.map(_preview, images), strict=True):
            tile |= preview
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    template = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template("gallery.html")
    page = template.render(
        link=functools.partial(_link, folder=path.parent),
        project=project.name,
        groups=groups,
        images=len(images),
        now=datetime.now().astimezone(),
        nonce=secrets.token_hex(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".gallery-") as folder:
        whole = Path(folder, path.name)
        whole.write_bytes(page.encode(errors="replace"))
        os.replace(whole, path)
    return path, len(images), sum(bool(group["uid"]) for group in groups)


def _groups(project) -> list[dict[str, Any]]:
    """Runs as `summarize` gives them, each with its tiles: its images, or what became of its iterations."""
    made: dict[str, dict[str, dict]] = defaultdict(dict)
    for artifact in project.list_artifacts(tag="*"):  # once for each tag
        # "project/uid", or "project/uid-iteration"; the tree would not tell the runs of a workflow apart
        producer = (artifact["spec"].get("producer") or {}).get("uri") or ""
        made[producer.rpartition("/")[2]][artifact["metadata"]["key"]] = artifact
    runs: dict[str, list[dict]] = defaultdict(list)
    for run in list_runs(project):
        runs[run["metadata"]["uid"]].append(_entry(run, made))
    groups = []
    for uid, entries in runs.items():
        head, *iterations = sorted(entries, key=lambda entry: entry["iteration"])
        if head["iteration"]:  # its sweep was deleted
            iterations, head = (
                [head, *iterations],
                head | {"images": [], "others": [], "error": "", "problems": []},
            )
        tiles = [head | image for image in head["images"]]
        for entry in iterations:
            tiles += [entry | image for image in entry["images"]] or [entry]
        groups.append(head | {"uid": uid, "tiles": tiles})
    groups.sort(key=lambda group: group["start"], reverse=True)
    # logged without a run, or by one that was deleted
    rest = [
        summarize_artifact(artifact)
        for artifacts in made.values()
        for artifact in artifacts.values()
    ]
    if tiles := [image for image in rest if _is_image(image)]:
        groups.append({"uid": "", "name": "Images of no run", "tiles": tiles})
    return groups


def _entry(run: dict, made: dict[str, dict[str, dict]]) -> dict[str, Any]:
    uid, iteration = run["metadata"]["uid"], run["metadata"].get("iteration")
    entry = summarize(
        run, artifacts=made.pop(f"{uid}-{iteration}" if iteration else uid, {}).values()
    )
    entry["function"] = (
        (run["spec"].get("function") or "").rpartition("/")[2].partition("@")[0].partition(":")[0]
    )
    entry["date"] = local_time(entry["start"]) if entry["start"] else None
    entry["images"] = [output for output in entry["outputs"] if _is_image(output)]
    entry["others"] = [output for output in entry["outputs"] if not _is_image(output)]
    return entry


def _is_image(output: dict) -> bool:
    if "value" in output:
        return False
    guess = mimetypes.guess_type(output["path"])[0] or ""
    return output["object_type"].startswith("PIL.") or guess.startswith("image/")


def _preview(tile: dict) -> dict[str, Any]:
    """The image's thumbnail as a data URI with its size as shown, or in `fault` one line that says why not."""
    try:
        with Image.open(_file(tile["path"])) as image:
            full = image.size
            image.draft(
                "RGB", (2 * THUMBNAIL, 2 * THUMBNAIL)
            )  # a JPEG is decoded at a fraction of its size
            shown = scale(image)[0] if image.mode in DEEP else image
            clear = bool(alpha_kind(shown))
            shown = ImageOps.exif_transpose(to_mode(shown, "RGBA" if clear else "RGB"))
        shown.thumbnail((THUMBNAIL, THUMBNAIL))
        times = max(1, THUMBNAIL // max(shown.size)) if max(full) <= PIXELATED else 1
        return {
            "src": _data_uri(shown, lossless=times > 1),
            "shown": (shown.width * times, shown.height * times),
            "classes": " ".join(["pixels"] * (times > 1) + ["clear"] * clear),
        }
    except Exception as error:
        return {"fault": f"no preview: {one_line(error)}"}


def _file(path: str) -> Path | io.BytesIO:
    """The image's file; for a plot the image within the page."""
    local = Path(path)
    if "://" not in path and local.suffix != ".html":
        return local
    data = local.read_bytes() if "://" not in path else mlrun.get_dataitem(path).get()
    if not path.endswith(".html"):
        return io.BytesIO(data)
    embedded = re.search(rb"data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)", data)
    if not embedded:
        raise ValueError("the page holds no image")
    return io.BytesIO(base64.b64decode(embedded[1]))


def _data_uri(image: Image.Image, lossless: bool) -> str:
    """The image as PNG, or as WebP where that is smaller and exact pixels do not matter."""
    formats: dict[str, dict[str, Any]] = {"PNG": {}}
    if features.check("webp") and not lossless:
        formats["WEBP"] = {"quality": 85, "method": 2}
    encoded = []
    for format, options in formats.items():
        file = io.BytesIO()
        image.save(file, format, exif=b"", icc_profile=None, **options)
        encoded.append((file.tell(), format, file.getvalue()))
    _, format, data = min(encoded)
    return f"data:image/{format.lower()};base64,{base64.b64encode(data).decode()}"


def _link(path: str, folder: Path) -> str:
    """A link to a local file; empty for another, whose address is shown as text."""
    if "://" in path or not path:
        return ""
    file = Path(path).absolute()
    return (
        quote(file.relative_to(folder).as_posix()) if file.is_relative_to(folder) else file.as_uri()
    )
