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

from image_formats import DEEP, alpha_kind, scale, to_mode
from project_runs import artifact_record, list_runs, local_time, one_line, record

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
    template = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_PAGE)
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
    """Runs as `project_runs.record` gives them, each with its tiles: its images, or what became of its iterations."""
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
            iterations, head = [head, *iterations], head | {"images": [], "others": [], "error": "", "problems": []}
        tiles = [head | image for image in head["images"]]
        for entry in iterations:
            tiles += [entry | image for image in entry["images"]] or [entry]
        groups.append(head | {"uid": uid, "tiles": tiles})
    groups.sort(key=lambda group: group["start"], reverse=True)
    # logged without a run, or by one that was deleted
    rest = [artifact_record(artifact) for artifacts in made.values() for artifact in artifacts.values()]
    if tiles := [image for image in rest if _is_image(image)]:
        groups.append({"uid": "", "name": "Images of no run", "tiles": tiles})
    return groups


def _entry(run: dict, made: dict[str, dict[str, dict]]) -> dict[str, Any]:
    uid, iteration = run["metadata"]["uid"], run["metadata"].get("iteration")
    entry = record(run, artifacts=made.pop(f"{uid}-{iteration}" if iteration else uid, {}).values())
    entry["function"] = (run["spec"].get("function") or "").rpartition("/")[2].partition("@")[0].partition(":")[0]
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
            image.draft("RGB", (2 * THUMBNAIL, 2 * THUMBNAIL))  # a JPEG is decoded at a fraction of its size
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
        return {"fault": f"no preview: {one_line(error) or type(error).__name__}"}


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
    return quote(file.relative_to(folder).as_posix()) if file.is_relative_to(folder) else file.as_uri()


_PAGE = r"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none';
      img-src data:; style-src 'nonce-{{ nonce }}'; script-src 'nonce-{{ nonce }}'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{{ project }} – images</title>
<style nonce="{{ nonce }}">
  :root { --paper: #fbfaf8; --card: #fff; --well: #f3f1ed; --line: #dfdcd6; --ink: #23211e; --quiet: #67625b;
          --accent: #1f5fae; --good: #23713b; --bad: #b3261e; --wait: #8a5a00; --check: #d9d9d9; --square: #fff }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #171614; --card: #201f1c; --well: #1b1a18; --line: #3a3733; --ink: #ebe8e2; --quiet: #a39d93;
            --accent: #8ab8f5; --good: #7fce95; --bad: #ff9d94; --wait: #e6b85c; --check: #4a4a4a; --square: #333 }
  }
  * { box-sizing: border-box }
  [hidden] { display: none !important }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, sans-serif }
  a { color: var(--accent); text-underline-offset: 3px }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px }
  .bar { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 20px;
         padding: 12px max(16px, calc(50vw - 640px)); background: var(--paper); border-bottom: 1px solid var(--line) }
  h1 { margin: 0; font-size: 18px; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere }
  input { flex: 1 1 220px; min-width: 0; padding: 7px 12px; font: inherit; color: inherit; background: var(--card);
          border: 1px solid var(--line); border-radius: 8px }
  output, time, .quiet, dl { color: var(--quiet) }
  output { font-variant-numeric: tabular-nums; white-space: nowrap }
  main, footer { max-width: 1312px; margin: auto; padding: 0 16px }
  section { padding: 20px 0 24px; border-bottom: 1px solid var(--line); scroll-margin-top: 64px }
  section, li { content-visibility: auto }
  section { contain-intrinsic-size: auto 340px }
  header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; overflow-wrap: anywhere }
  h2 { margin: 0; font-size: 15px; font-weight: 600 }
  time { font-variant-numeric: tabular-nums }
  code { font: 12.5px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
  .state { font-weight: 600; white-space: nowrap; color: var(--wait) }
  .state::before { content: "● " }
  .completed { color: var(--good) } .completed::before { content: "✓ " }
  .error { color: var(--bad) } .error::before { content: "✕ " }
  .aborted { color: var(--wait) } .aborted::before { content: "■ " }
  .fault { margin: 8px 0 0; padding-left: 10px; border-left: 3px solid var(--bad); color: var(--bad);
           overflow-wrap: anywhere }
  dl { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: 0 14px; margin: 8px 0 0 }
  dt, dd { margin: 0; overflow-wrap: anywhere }
  ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr)); gap: 14px;
       margin: 14px 0 0; padding: 0; list-style: none }
  li { display: flex; flex-direction: column; padding: 0 0 10px; background: var(--card); border: 1px solid var(--line);
       border-radius: 10px; contain-intrinsic-size: auto 300px; overflow: hidden }
  .frame { display: grid; place-items: center; height: 208px; padding: 8px; background: var(--well);
           border-bottom: 1px solid var(--line); color: var(--quiet); text-align: center; overflow-wrap: anywhere }
  .frame > * { min-width: 0 }
  .frame:focus-visible { outline-offset: -3px; border-radius: 10px }
  img { display: block; outline: 1px solid var(--line); max-width: 100%; max-height: 100%; object-fit: contain }
  .pixels { image-rendering: pixelated }
  .clear { background: repeating-conic-gradient(var(--check) 0% 25%, var(--square) 0% 50%) 0 0 / 16px 16px }
  li > :not(.frame) { margin-left: 12px; margin-right: 12px }
  h3 { margin-block: 8px 0; font-size: 14px; font-weight: 600; overflow-wrap: anywhere }
  li p { margin-block: 0; overflow-wrap: anywhere }
  li > p:first-child { margin-top: 10px }
  li .fault { margin-block: 8px 0 }
  .small { font-size: 12.5px }
  footer { padding-block: 20px; color: var(--quiet) }
  .empty { padding: 64px 0; text-align: center }
</style>
</head>
<body>
<div class="bar">
  <h1>{{ project }}</h1>
  <input type="search" id="filter" aria-label="Filter" autocomplete="off" spellcheck="false"
    placeholder="Filter by key, function, parameter, format, state … ( / )">
  <output id="count" for="filter">{{ images }} image{{ "" if images == 1 else "s" }}</output>
</div>
<main>
{% macro state(entry) %}
<span class="state {{ entry.state }}">{{ entry.state }}</span>
{%- endmacro %}
{% macro parameters(entry) %}
{% for name, value in entry.parameters.items() %}<code>{{ name }}={{ value | string | truncate(100) }}</code>
{% endfor %}
{% endmacro %}
{% macro faults(entry) %}
{% for line in [entry.error] + entry.problems if line %}
<p class="fault">{{ line }}</p>
{% endfor %}
{% endmacro %}
{% macro when(entry) %}
{% if entry.date %}
<time datetime="{{ entry.date.isoformat() }}">{{ entry.date.strftime("%Y-%m-%d %H:%M:%S") }}</time>
{%- endif %}
{% endmacro %}
{% macro value(output, length) %}
{% if "value" in output %}<code>{{ output.value | string | truncate(length) }}</code>
{%- elif link(output.path) %}<a href="{{ link(output.path) }}">{{ output.path.rpartition("/")[2] }}</a>
{%- else %}<code>{{ output.path }}</code>{% endif %}
{% endmacro %}
{% for group in groups %}
<section{% if group.uid %} id="{{ group.uid }}"{% endif %}>
<header>
<h2>{{ group.function or group.name }}</h2>
{% if group.uid %}
{{ state(group) }}
{{ when(group) }}
{{ parameters(group) }}
{% if group.function %}<span class="quiet small">{{ group.name }}</span>{% endif %}
{% endif %}
</header>
{% if group.uid %}
{{ faults(group) }}
{% if group.others %}
<dl>
{% for output in group.others %}
<dt>{{ output.key }}</dt><dd>{{ value(output, 300) }}</dd>
{% endfor %}
</dl>
{% endif %}
{% endif %}
{% if group.tiles %}
<ul>
{% for tile in group.tiles %}
<li>
{% if "path" in tile %}
{% set inner %}
{% if tile.src %}
<img class="{{ tile.classes }}" src="{{ tile.src }}" width="{{ tile.shown[0] }}" height="{{ tile.shown[1] }}"
  alt="{{ tile.key }}" loading="lazy" decoding="async">
{% else %}
<span class="small">{{ tile.fault | truncate(200) }}</span>
{% endif %}
{% endset %}
{% if link(tile.path) %}
<a class="frame" href="{{ link(tile.path) }}">{{ inner }}</a>
{% else %}
<div class="frame">{{ inner }}</div>
{% endif %}
<h3>{{ tile.key }}</h3>
<p class="quiet small">
{%- if tile.labels.width %}{{ tile.labels.width }} × {{ tile.labels.height }}, {{ tile.labels.mode }}, {% endif %}
{{ tile.labels.format or tile.type }}{% if tile.labels.format and tile.type == "plot" %} plot{% endif %}
{%- if tile.labels.frames and tile.labels.frames != "1" %}, {{ tile.labels.frames }} frames{% endif %}
{%- if tile.size %}, {{ tile.size | filesizeformat | replace(" ", "\u00a0") }}{% endif %}</p>
{% if not link(tile.path) %}<p class="small"><code>{{ tile.path }}</code></p>{% endif %}
{% endif %}
{% if tile.iteration %}
<p class="small"><b>#{{ tile.iteration }}</b> {{ state(tile) }} {{ parameters(tile) }}</p>
{{ faults(tile) }}
{% for output in tile.others %}
<p class="quiet small">{{ output.key }}: {{ value(output, 100) }}</p>
{% endfor %}
{% endif %}
</li>
{% endfor %}
</ul>
{% endif %}
</section>
{% else %}
<p class="empty">No runs yet. Make the first, then write this page again:<br>
<code>python main.py run</code><br><code>python main.py gallery</code></p>
{% endfor %}
<p class="empty" id="none" hidden>Nothing here matches the filter.</p>
</main>
<footer>Written {{ now.strftime("%Y-%m-%d %H:%M:%S %Z") }} by <code>python main.py gallery</code></footer>
<script nonce="{{ nonce }}">
  const field = document.getElementById("filter"), count = document.getElementById("count");
  const text = element => element.textContent.toLowerCase();
  const sections = [...document.querySelectorAll("section")].map(element => ({
    element,
    head: [...element.querySelectorAll("header, :scope > .fault, dl")].map(text).join(" "),
    tiles: [...element.querySelectorAll("li")].map(tile =>
      ({ tile, text: text(tile), image: tile.querySelector(".frame") })),
  }));
  function filter() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let images = 0, total = 0, matches = 0;
    for (const { element, head, tiles } of sections) {
      let found = words.every(word => head.includes(word));
      for (const { tile, text, image } of tiles) {
        const hit = words.every(word => head.includes(word) || text.includes(word));
        tile.hidden = !hit; found ||= hit;
        if (image) { total += 1; images += hit; }
      }
      element.hidden = !found; matches += found;
    }
    count.textContent = (words.length ? images + " of " : "") + total + (total === 1 ? " image" : " images");
    document.getElementById("none").hidden = matches || !sections.length;
  }
  field.addEventListener("input", filter);
  document.addEventListener("keydown", event => {
    if (event.key === "/" && event.target !== field) { event.preventDefault(); field.focus(); field.select(); }
    if (event.key === "Escape" && event.target === field) { field.value = ""; filter(); }
  });
  filter();
</script>
</body>
</html>
"""
