"""
Write one HTML page of the project's runs and their images: no server or network is needed to look
at it.
"""

import itertools
import json
import os
import re
import secrets
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from mlrun_images.access import Access
from mlrun_images.errors import Refused, one_line
from mlrun_images.history.filters import Filters
from mlrun_images.history.interface import History
from mlrun_images.looking.gallery_data import NEWEST, collect, records
from mlrun_images.looking.thumbnail_cache import PLACE
from mlrun_images.looking.thumbnails import add_thumbnails

PAGE = Path(__file__).with_name("page")
FIRST = 30  # images whose thumbnails stand before the script; about a screen
# in a page, no text may end its element, or show the text behind it reversed: that is shown as code
MARKS_OF_DIRECTION = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
ESCAPED = str.maketrans(
    {"<": r"\u003c"} | {chr(code): rf"\\u{code:04x}" for code in MARKS_OF_DIRECTION}
)
SCRIPTS = ("data.js", "facts.js", "grid.js", "viewer.js", "page.js")  # in this order


@dataclass
class Written:
    """
    What was written.

    :param path:   The page's absolute path.
    :param images: Images on the page.
    :param runs:   Runs on the page; iterations are not counted.
    :param more:   Whether older ones were left out.
    """

    path: Path
    images: int
    runs: int
    more: bool


def write(
    history: History,
    path: Path,
    newest: int = NEWEST,
    wanted: Filters | None = None,
    zipped: bool = False,
) -> Written:
    """
    Write the page of the project's newest runs with their images as thumbnails.

    :param history: The project's past runs.
    :param path:    The HTML file; or the ZIP file. Links are relative where an image is below the
                    page's folder, so that both can be moved together.
    :param newest:  How many images are shown at most, the newest first.
    :param wanted:  Which images; None for all. Runs without such an image are left out.
    :param zipped:  Write a ZIP file with the page and the files that it links to.

    :returns: What was written.

    :raise OSError: If the file cannot be written. It is replaced whole or not at all.
    :raise Refused: If a wanted run is not there, or a device is in the file's place.
    """
    if path.exists() and not path.is_file():  # a device is not to be replaced
        raise Refused(f"{path} is there, and is no file: give another to -o")
    path = path.resolve()
    access = history.access
    wanted = wanted or Filters()
    entries, more = collect(history, newest, wanted)
    packed = Packed(access) if zipped else None
    for output in (one for entry in entries for one in [*entry["images"], *entry["others"]]):
        _place(output, access, path.parent, packed)
    images = [image for entry in entries for image in entry["images"]]
    add_thumbnails(images, access, history.folder / PLACE)
    runs = sum(bool(entry["uid"]) and not entry["iteration"] for entry in entries)
    page = _render(
        parts=_parts(records(entries)),
        thumbnails=[image.get("src", "") for image in images],
        project=history.project,
        empty="" if entries else "filtered" if wanted != Filters() else "new",
        more=len(images) if more else 0,
    ).encode(errors="replace")
    _replace(path, lambda file: packed.write(file, page) if packed else file.write_bytes(page))
    return Written(path, len(images), runs, more)


def _parts(runs: list[dict[str, Any]]) -> list[Markup]:
    """The newest runs, with which the page begins while the browser still reads; and the rest."""
    images = itertools.accumulate(len(run.get("images", ())) for run in runs)
    first = sum(count < FIRST for count in images) + 1
    return [_json(runs[:first]), _json(runs[first:])]


def _json(data: Any) -> Markup:
    """Write data as JSON that can stand within a script element of a page."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(ESCAPED))


def _render(**values: Any) -> str:
    loader = jinja2.FileSystemLoader(PAGE)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("gallery.html").render(
        **values,
        style=Markup((PAGE / "gallery.css").read_text("utf-8")),
        script=Markup("".join((PAGE / name).read_text("utf-8") for name in SCRIPTS)),
        now=datetime.now().astimezone(),
        nonce=secrets.token_hex(),
        first=FIRST,
    )


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".gallery-") as folder:
        whole = Path(folder, path.name)
        write(whole)
        os.replace(whole, path)


def _place(output: dict[str, Any], access: Access, folder: Path, packed: "Packed | None") -> None:
    """
    Add `location` and `link`, where the output's file is; or in `fault` why it is not looked at.
    """
    output["link"] = ""
    if "path" not in output:
        return
    try:
        location = output["location"] = access.locate(output["path"], output["host"])
        output["link"] = packed.add(location) if packed else _link(location, folder)
    except (Refused, OSError, ValueError) as error:
        output["fault"] = one_line(error)


def _link(location: Path | str, folder: Path) -> str:
    """A link to a local file; empty for a remote one, whose address is shown as text."""
    if isinstance(location, str):
        return ""
    if location.is_relative_to(folder):
        return quote(location.relative_to(folder).as_posix())
    return location.as_uri()


class Packed:
    """
    The files that a page links to.

    :param access: What may be read.
    """

    def __init__(self, access: Access):
        self._access = access
        self._names: dict[Path | str, str] = {}

    def add(self, location: Path | str) -> str:
        """
        Add a file.

        :param location: Where it is, as `Access` found it.

        :returns: The link to it in the unpacked folder; empty where the file is not there.
        """
        if isinstance(location, Path) and not location.is_file():
            return ""
        name = re.sub(r"[^\w.-]", "_", str(location).rpartition("/")[2])[-100:]
        # a folder for each file: two may have the same name
        return self._names.setdefault(location, f"files/{len(self._names) + 1}/{name}")

    def write(self, path: Path, page: bytes) -> None:
        """
        Write the ZIP file.

        :param path: The file.
        :param page: The page.
        """
        with zipfile.ZipFile(path, "w") as archive:  # images are compressed already
            archive.writestr(_member("gallery.html"), page)
            for location, name in self._names.items():
                try:
                    source = self._access.open(location)
                except (Refused, OSError, ValueError) as error:
                    archive.writestr(_member(f"{name}.missing.txt"), f"{location}: {error}\n")
                    continue
                with source, archive.open(_member(name), "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target)


def _member(name: str) -> zipfile.ZipInfo:
    """A file of the archive, written now, which its owner may read and change."""
    member = zipfile.ZipInfo(name, time.localtime()[:6])
    member.external_attr = 0o644 << 16
    return member
