"""Which runs and images are looked for: one vocabulary for all commands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mlrun_images.hints import listed, parse_value, stem_of
from mlrun_images.history import sql
from mlrun_images.history.records import FAILED, function_of, local_time

BODY = "CASE WHEN json_valid(body) THEN body ELSE '{}' END"
LARGEST = 2**63 - 1  # of SQLite's whole numbers


@dataclass(frozen=True)
class Filters:
    """
    Which runs and images are looked for. A field that is empty, 0 or None leaves none out.

    :param uids:       UIDs of runs, or their beginnings.
    :param function:   The runs' function, by its name in project.yaml. An empty name takes none.
    :param params:     Parameters' values by name, as a person types them. A sweep fits if it goes
                       through the value.
    :param failed:     Only runs that ended in error, or were aborted.
    :param since:      The earliest start of a run, with a time zone.
    :param until:      The latest start of a run, with a time zone.
    :param keys:       Keys of images; `mask` also means `mask_0`, `mask_1` and so on.
    :param format:     The images' format in capitals, as their label `format` has it: `JPEG`.
    :param step:       The images' step, as their label `step` has it.
    :param min_width:  The images' least width in pixels.
    :param min_height: The images' least height in pixels.
    """

    uids: tuple[str, ...] = ()
    function: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    since: datetime | None = None
    until: datetime | None = None
    keys: tuple[str, ...] = ()
    format: str = ""
    step: str = ""
    min_width: int = 0
    min_height: int = 0

    @property
    def of_images(self) -> bool:
        """Whether images are looked for, and not only runs."""
        return bool(self.keys or self.format or self.step or self.min_width or self.min_height)

    def takes_run(self, run: dict) -> bool:
        """Check if a run has this function, parameters, state and time; whatever its uid."""
        spec, status = run["spec"], run["status"]
        given, swept = spec.get("parameters") or {}, spec.get("hyperparams") or {}
        of_function = self.function is None or self.function == function_of(run) != ""
        of_state = not self.failed or status.get("state") in FAILED
        return (of_function and of_state and self._takes_time(status)) and all(
            (name in given and given[name] in meant_by(text))
            or any(one in meant_by(text) for one in listed(swept.get(name, [])))
            for name, text in self.params.items()
        )

    def _takes_time(self, status: dict) -> bool:
        if not self.since and not self.until:
            return True
        if not (start := status.get("start_time")):
            return False
        began = local_time(start)
        return (self.since or began) <= began <= (self.until or began)

    def takes_image(self, image: dict[str, Any]) -> bool:
        """Check if an image, as `summarize_artifact` describes it, is looked for."""
        labels = image["labels"]
        keys = {image["key"], stem_of(image["key"])}
        return (
            (not self.keys or not keys.isdisjoint(self.keys))
            and self.format in ("", labels.get("format", "").upper())
            and self.step in ("", labels.get("step"))
            and _number(labels.get("width")) >= self.min_width
            and _number(labels.get("height")) >= self.min_height
        )


def meant_by(text: str) -> tuple[Any, str]:
    """
    Get the two values that a run's record may have for a typed one, as `12` is a number or a text:
    the type hint of the parameter decided when it was run.
    """
    return parse_value(text), text


def _number(label: str | None) -> int:
    return int(label) if label and label.isdecimal() else 0


def run_conditions(filters: Filters) -> list[sql.Condition]:
    """
    Get conditions on the rows of `runs`, so that not every run's record has to be read.

    SQLite compares numbers and texts in its own way, so a run too many may come through. The last
    word is that of `Filters.takes_run`.

    :param filters: Which runs.

    :returns: Conditions, all of which a run that is looked for meets.
    """
    found: list[sql.Condition] = [
        sql.among("state", FAILED if filters.failed else None),
        ("start_time >= ?", sql.utc(filters.since)),
        ("start_time <= ?", sql.utc(filters.until)),
    ]
    if filters.function is not None:
        # "project/name", before a "@hash" or ":tag"
        function = f"json_extract({BODY}, '$.spec.function') || '@'"
        found.append((f"instr(replace({function}, ':', '@'), ?)", f"/{filters.function}@"))
    for name, text in filters.params.items():
        values = [*meant_by(text)]
        if all(map(_is_comparable, values)) and '"' not in name:
            found.append(_has_parameter(name, values))
    if filters.of_images:
        found.append(_has_output(filters))
    return found


def _is_comparable(value: Any) -> bool:
    """Check if SQLite finds an equal value. A path does not count: it may be kept with a mark."""
    if isinstance(value, str):
        return "/" not in value
    return isinstance(value, int | float) and abs(value) <= LARGEST


def _has_parameter(name: str, values: list) -> sql.Condition:
    given = f"json_extract({BODY}, ?) IN (?, ?)"
    swept = f"EXISTS (SELECT 1 FROM json_each({BODY}, ?) WHERE value IN (?, ?))"
    paths = [f'$.spec.{part}."{name}"' for part in ("parameters", "hyperparams")]
    return f"({given} OR {swept})", [paths[0], *values, paths[1], *values]


def _has_output(filters: Filters) -> sql.Condition:
    """Get the condition that a run, or an iteration of it, has such an image."""
    keys = " OR ".join("(key = ? OR key GLOB ?)" for _ in filters.keys)
    numbered = [word for key in filters.keys for word in (key, f"{_plain(key)}_[0-9]*")]
    producer = "runs.project || '/' || runs.uid"
    # "." ends the range, as RUN_END does
    of_run = f"project = runs.project AND producer >= {producer} AND producer < {producer} || '.'"
    where, values = sql.where(
        (of_run, []),
        (f"({keys})", numbered or None),
        ("format = ?", filters.format or None),
        ("step = ?", filters.step or None),
        ("width >= ?", filters.min_width or None),
        ("height >= ?", filters.min_height or None),
    )
    return f"EXISTS (SELECT 1 FROM outputs {where})", values


def _plain(key: str) -> str:
    """Quote a key, so that GLOB takes each of its characters as it is."""
    return "".join(f"[{one}]" if one in "*?[" else one for one in key)
