"""
`Filters` as conditions of SQL, so that not every run's record has to be read.

SQLite compares numbers and texts in its own way, so a run too many may come through. The last word
is that of `Filters.takes_run`.
"""

from typing import Any

from mlrun_images.history import sql
from mlrun_images.history.filters import Filters, meant_by
from mlrun_images.history.states import FAILED

BODY = "CASE WHEN json_valid(body) THEN body ELSE '{}' END"
LARGEST = 2**63 - 1  # of SQLite's whole numbers


def run_conditions(filters: Filters) -> list[sql.Condition]:
    """Get conditions on the rows of `runs`, of which a run that is looked for meets all."""
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
