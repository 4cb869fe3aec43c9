"""What the page's script is told of runs and images: records of text, as JSON."""

import json
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

LONGEST = 300  # characters of a value
LONGEST_MESSAGE = 20_000
# in a page, no text may end its element, or show the text behind it reversed: that is shown as code
MARKS_OF_DIRECTION = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
ESCAPED = str.maketrans(
    {"<": r"\u003c"} | {chr(code): rf"\\u{code:04x}" for code in MARKS_OF_DIRECTION}
)


def to_json(data: Any) -> Markup:
    """
    Write data as JSON that can stand within a script element of a page.

    :param data: The data; numbers are finite.

    :returns: The JSON, which needs no further escaping.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(ESCAPED))


def records(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Say what the page shows of runs and their images. What is empty is left out.

    :param entries: Runs as `collect` gives them, with the `link` of each output, and of each image
                    with a thumbnail `shown` and `classes`, or `fault`.

    :returns: Runs in order, each with its `images`. Values are text, as a person reads them.

              Of a run: uid, name, function, state, start, workflow, parameters, results (both text
              by name), files (key, link, name and fault of its other artifacts), inputs (name, URL
              and the UID of the run that made it), faults (lines), log, left_out, swept (whether
              its iterations follow). An iteration has its `iteration` (a number) instead of what
              it shares with its sweep.

              Of an image: key, type, labels (text by name: width, height, format, step, series …),
              bytes, caption, changes (lines), uri, link, path (where there is no link), fault,
              shown (width and height of the thumbnail in pixels) and classes.
    """
    return [
        _filled((_iteration(entry) if entry["iteration"] else _run(entry)) | _result(entry))
        for entry in entries
    ]


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in ("", 0, None, [], {})}


def _run(entry: dict[str, Any]) -> dict[str, Any]:
    same = ("uid", "name", "function", "workflow", "left_out", "log", "swept")
    sources = [(name, _text(url), maker) for name, url, maker in entry["sources"]]
    return {name: entry[name] for name in same} | {"inputs": sources}


def _iteration(entry: dict[str, Any]) -> dict[str, Any]:
    return {"iteration": str(entry["iteration"])}


def _result(entry: dict[str, Any]) -> dict[str, Any]:
    """What a run and an iteration have in common."""
    others = entry["others"]
    return {
        "state": entry["state"],
        "start": entry["date"].strftime("%Y-%m-%d %H:%M:%S") if entry["date"] else "",
        "parameters": _texts(entry["parameters"].items()),
        "results": _texts((one["key"], one["value"]) for one in others if "value" in one),
        "files": [_file(one) for one in others if "value" not in one],
        "images": [_filled(_image(image)) for image in entry["images"]],
        "faults": [line[:LONGEST_MESSAGE] for line in (entry["error"], *entry["problems"]) if line],
    }


def _file(output: dict[str, Any]) -> tuple[str, str, str, str]:
    name = output["path"].rpartition("/")[2] if output["link"] else output["path"]
    return output["key"], output["link"], _text(name), output.get("fault", "")


def _image(image: dict[str, Any]) -> dict[str, Any]:
    same = ("key", "type", "changes", "link", "classes", "fault")
    return {name: image.get(name) for name in same} | {
        "caption": _text(image["caption"]),
        "labels": _texts(image["labels"].items()),
        "bytes": image["size"],
        "uri": image.get("uri"),
        "path": "" if image["link"] else _text(image["path"]),
        "shown": image.get("shown"),
    }


def _texts(values: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    return {str(name): _text(value) for name, value in values}


def _text(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
