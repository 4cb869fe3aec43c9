"""
Write one HTML page of the project's runs and their images: no server or network is needed to look
at it.
"""

import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import mlrun
from mlrun.utils import as_list

from mlrun_images.access import Access
from mlrun_images.errors import Refused
from mlrun_images.looking.history import Artifacts, chunks, function_of, iterations_of
from mlrun_images.looking.images import Wanted, is_image
from mlrun_images.looking.packed import Packed
from mlrun_images.looking.terminal import without_listings
from mlrun_images.looking.thumbnails import Thumbnails
from mlrun_images.running.records import local_time, summarize, summarize_artifact
from mlrun_images.text import one_line

# what would show the text behind it reversed, as its code
MARKS_OF_DIRECTION = {ord(mark): ascii(mark)[1:-1] for mark in "\u202a\u202b\u202c\u202d\u202e"}
NEWEST = 1000  # images on a page, unless told otherwise; and so many runs


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
    project: mlrun.projects.MlrunProject,
    path: Path,
    newest: int = NEWEST,
    wanted: Wanted | None = None,
    zipped: bool = False,
) -> Written:
    """
    Write the page of the project's newest runs with their images as thumbnails.

    :param project: The project. Its runs and artifacts are read from its run DB.
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
    access = Access(project)
    wanted = wanted or Wanted()
    groups, more = _groups(project, newest, wanted)
    packed = Packed(access) if zipped else None
    for output in (one for group in groups for one in [*group["tiles"], *group.get("others", [])]):
        _place(output, access, path.parent, packed)
    images = [tile for group in groups for tile in group["tiles"] if "path" in tile]
    Thumbnails(access, Path(project.spec.context, ".mlrun", "thumbnails.db")).add_to(images)
    runs = sum(bool(group["uid"]) for group in groups)
    written = Written(path, len(images), runs, more)
    page = _render(project.name, groups, written, wanted != Wanted()).encode(errors="replace")
    _replace(path, lambda file: packed.write(file, page) if packed else file.write_bytes(page))
    return written


def _render(project: str, groups: list[dict[str, Any]], written: Written, filtered: bool) -> str:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("gallery.html").render(
        project=project,
        groups=groups,
        written=written,
        filtered=filtered,
        now=datetime.now().astimezone(),
        nonce=secrets.token_hex(),
    )
    return page.translate(MARKS_OF_DIRECTION)


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".gallery-") as folder:
        whole = Path(folder, path.name)
        write(whole)
        os.replace(whole, path)


def _groups(
    project: mlrun.projects.MlrunProject, newest: int, wanted: Wanted
) -> tuple[list[dict[str, Any]], bool]:
    """
    Collect the page's runs.

    :returns: Runs as `summarize` gives them, newest first, each with its `tiles` (its images, or
              what became of its iterations); and whether there are more than are shown.
    """
    groups: list[dict[str, Any]] = []
    left = newest
    for runs in chunks(wanted.runs(project)):
        artifacts = Artifacts(project, runs)
        for run in runs:
            if not left or len(groups) >= max(newest, NEWEST):
                return _with_sources(groups, project.context), True
            group = _group(project, run, artifacts, wanted)
            if group["tiles"] or wanted.all_images():
                left -= _cut(group, left)
                groups.append(group)
    more = any(group["left_out"] for group in groups)
    if wanted == Wanted() and left:
        groups += _group_of_no_run(project, groups, left)
    return _with_sources(groups, project.context), more


def _cut(group: dict[str, Any], left: int) -> int:
    """Leave so many images in a group. Gives how many it has then."""
    images = [tile for tile in group["tiles"] if "path" in tile]
    group["left_out"] = max(0, len(images) - left)
    if group["left_out"]:
        group["tiles"] = images[:left]
    return min(left, len(images))


def _group_of_no_run(
    project: mlrun.projects.MlrunProject, groups: list[dict[str, Any]], left: int
) -> list[dict[str, Any]]:
    """Images that were logged without a run, or by one that was deleted."""
    runs = {group["uid"] for group in groups}
    rest = map(summarize_artifact, Artifacts(project).of_others(runs))
    tiles = [image | {"host": ""} for image in rest if is_image(image)]
    name = "Images of no run"
    return [{"uid": "", "name": name, "inputs": {}, "tiles": tiles[:left]}] if tiles else []


def _with_sources(groups: list[dict[str, Any]], folder: str) -> list[dict[str, Any]]:
    """
    Add to each run its `sources`: for each input the run on this page that made it, or an empty
    text. The page may be passed on, so a path below the project's folder is shown from there.
    """
    makers = {
        name: group["uid"]
        for group in groups
        for entry in (group, *group["tiles"])
        for output in entry.get("outputs", ())
        for name in (output.get("path"), _record_hash(output.get("uri", "")))
        if name
    }
    for group in groups:
        group["sources"] = [
            (
                name,
                str(url).removeprefix("file://").removeprefix(f"{folder}/"),
                makers.get(str(url)) or makers.get(_record_hash(str(url)), ""),
            )
            for name, value in group["inputs"].items()
            for url in as_list(value)
        ]
    return groups


def _record_hash(uri: str) -> str:
    """The end of a `store://` URI, which names the artifact's record whatever its tag is."""
    return uri.rpartition("^")[2] if "^" in uri else ""


def _group(
    project: mlrun.projects.MlrunProject, run: dict, artifacts: Artifacts, wanted: Wanted
) -> dict[str, Any]:
    head = _entry(run, artifacts, wanted)
    tiles = [head | image for image in head["images"]]
    for iteration in iterations_of(project, run):
        entry = _entry(iteration, artifacts, wanted)
        images = [entry | image for image in entry["images"]]
        tiles += images or ([entry] if wanted.all_images() else [])
    return head | {"tiles": tiles}


def _entry(run: dict, artifacts: Artifacts, wanted: Wanted) -> dict[str, Any]:
    """A run or iteration as `summarize` gives it, with what the page shows besides."""
    entry = summarize(run, artifacts=artifacts.take(run))
    entry["function"] = function_of(run)
    entry["date"] = local_time(entry["start"]) if entry["start"] else None
    host = (run["metadata"].get("labels") or {}).get("host", "")
    for output in entry["outputs"]:
        output["host"] = host
    images = filter(is_image, entry["outputs"])
    entry["images"] = [output for output in images if wanted.takes(output)]
    shown = without_listings(entry["outputs"])
    entry["others"] = [output for output in shown if not is_image(output)]
    return entry


def _place(output: dict[str, Any], access: Access, folder: Path, packed: Packed | None) -> None:
    """
    Add `location` and `link`, where the output's file is; or in `fault` why it is not looked at.
    """
    output["link"] = ""
    for other in output.get("others", ()):
        _place(other, access, folder, packed)
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
    folder = folder.resolve()
    if location.is_relative_to(folder):
        return quote(location.relative_to(folder).as_posix())
    return location.as_uri()
