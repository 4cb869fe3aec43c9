"""Write one HTML page of the project's runs and their images: no server or network is needed to look at it."""

import mimetypes
import os
import secrets
import tempfile
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
from mlrun_images.looking.history import Artifacts, function_of, iterations_of, newest_runs
from mlrun_images.looking.thumbnails import Thumbnails
from mlrun_images.running.records import local_time, summarize, summarize_artifact
from mlrun_images.text import one_line

NEWEST = 1000  # images on a page, unless told otherwise; and so many runs

mimetypes.add_type("image/webp", ".webp")  # Python 3.11 does not know it everywhere


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


def write(project: mlrun.projects.MlrunProject, path: Path, newest: int = NEWEST) -> Written:
    """
    Write the page of the project's newest runs with their images as thumbnails.

    :param project: The project. Its runs and artifacts are read from its run DB.
    :param path:    The HTML file. Links are relative where an image is below its folder, so both can be moved together.
    :param newest:  How many images are shown at most, the newest first.

    :returns: What was written.

    :raise OSError: If the file cannot be written. It is replaced whole or not at all.
    """
    path = Path(path).absolute()
    access = Access(project)
    groups, more = _groups(project, newest)
    images = [tile for group in groups for tile in group["tiles"] if "path" in tile]
    for group in groups:
        for output in [*group["tiles"], *group.get("others", [])]:
            _place(output, access, path.parent)
    Thumbnails(access, Path(project.spec.context, ".mlrun", "thumbnails.db")).add_to(images)
    runs = sum(bool(group["uid"]) for group in groups)
    written = Written(path, len(images), runs, more)
    _replace(path, _render(project.name, groups, written))
    return written


def _render(project: str, groups: list[dict[str, Any]], written: Written) -> str:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("gallery.html").render(
        project=project,
        groups=groups,
        written=written,
        now=datetime.now().astimezone(),
        nonce=secrets.token_hex(),
    )


def _replace(path: Path, page: str) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".gallery-") as folder:
        whole = Path(folder, path.name)
        whole.write_bytes(page.encode(errors="replace"))
        os.replace(whole, path)


def _groups(project: mlrun.projects.MlrunProject, newest: int) -> tuple[list[dict[str, Any]], bool]:
    """
    Collect the page's runs.

    :returns: Runs as `summarize` gives them, newest first, each with its `tiles` (its images, or what became of its
              iterations); and whether there are more than are shown.
    """
    runs, more = _shown_runs(project, newest)
    artifacts = Artifacts(project, runs if more else None)
    groups: list[dict[str, Any]] = []
    left = newest
    for run in runs:
        group = _group(project, run, artifacts)
        images = [tile for tile in group["tiles"] if "path" in tile]
        if len(images) > left:
            group["left_out"], more = len(images) - left, True
            group["tiles"] = images[:left]
        left -= min(left, len(images))
        groups.append(group)
    _link_inputs(groups)
    rest = [] if more else map(summarize_artifact, artifacts.rest())
    if tiles := [image | {"host": ""} for image in rest if _is_image(image)][:left]:
        groups.append({"uid": "", "name": "Images of no run", "tiles": tiles})
    return groups, more


def _link_inputs(groups: list[dict[str, Any]]) -> None:
    """Add to each input the run on this page that made it; an empty text for none."""
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
            (name, str(url), makers.get(str(url)) or makers.get(_record_hash(str(url)), ""))
            for name, value in group["inputs"].items()
            for url in as_list(value)
        ]


def _record_hash(uri: str) -> str:
    """The end of a `store://` URI, which names the artifact's record whatever its tag is."""
    return uri.rpartition("^")[2] if "^" in uri else ""


def _shown_runs(project: mlrun.projects.MlrunProject, newest: int) -> tuple[list[dict], bool]:
    """The newest runs that hold so many images, as far as their records tell; and whether there are more."""
    runs: list[dict] = []
    outputs = 0
    for run in newest_runs(project):
        if outputs >= newest or len(runs) >= max(newest, NEWEST):
            return runs, True
        runs.append(run)
        status = run["status"]
        outputs += len(status.get("artifact_uris") or {}) + len(status.get("iterations") or ())
    return runs, False


def _group(project: mlrun.projects.MlrunProject, run: dict, artifacts: Artifacts) -> dict[str, Any]:
    head = _entry(run, artifacts)
    tiles = [head | image for image in head["images"]]
    for iteration in iterations_of(project, run):
        entry = _entry(iteration, artifacts)
        tiles += [entry | image for image in entry["images"]] or [entry]
    return head | {"tiles": tiles}


def _entry(run: dict, artifacts: Artifacts) -> dict[str, Any]:
    """A run or iteration as `summarize` gives it, with what the page shows besides."""
    entry = summarize(run, artifacts=artifacts.take(run))
    entry["function"] = function_of(run)
    entry["date"] = local_time(entry["start"]) if entry["start"] else None
    host = (run["metadata"].get("labels") or {}).get("host", "")
    for output in entry["outputs"]:
        output["host"] = host
    entry["images"] = [output for output in entry["outputs"] if _is_image(output)]
    entry["others"] = [output for output in entry["outputs"] if not _is_image(output)]
    return entry


def _is_image(output: dict) -> bool:
    if "value" in output:
        return False
    guess = mimetypes.guess_type(output["path"])[0] or ""
    return output["object_type"].startswith("PIL.") or guess.startswith("image/")


def _place(output: dict[str, Any], access: Access, folder: Path) -> None:
    """Add `location` and `link`, where the output's file is; or in `fault` why it is not looked at."""
    output["link"] = ""
    for other in output.get("others", ()):
        _place(other, access, folder)
    if "path" not in output:
        return
    try:
        output["location"] = access.locate(output["path"], output["host"])
        output["link"] = _link(output["location"], folder)
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
