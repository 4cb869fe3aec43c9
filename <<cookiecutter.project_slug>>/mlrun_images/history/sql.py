"""Conditions of SQL. Only a filter that is None is none: an empty name is the name of nothing."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

# SQL with one question mark, and its value; or with several, and a list. With None it is left out.
Condition = tuple[str, Any]
LAST = "\U0010ffff"  # sorts behind every other character


def where(*conditions: Condition) -> tuple[str, list]:
    """SQL of the conditions that have a value, and these values."""
    used = [(condition, value) for condition, value in conditions if value is not None]
    values: list[Any] = []
    for _, value in used:
        values += value if isinstance(value, list) else [value]
    return ("WHERE " + " AND ".join(text for text, _ in used) if used else ""), values


def utc(time: datetime | str | None) -> str | None:
    """A time as text that sorts; one without a zone is local time."""
    time = datetime.fromisoformat(time) if isinstance(time, str) and time else time
    return time.astimezone(UTC).isoformat() if isinstance(time, datetime) else None


def among(column: str, values: Iterable[str] | None) -> Condition:
    """One of some values."""
    listed = None if values is None else [str(value) for value in values]
    if listed and len(listed) == 1 and not column.endswith("NOT"):
        return f"{column} = ?", listed[0]  # SQLite finds it by an index
    query = f"{column} IN (SELECT value FROM json_each(?))"
    return query, None if listed is None else json.dumps(listed)


def named(column: str, name: str | None) -> Condition:
    """A name, or with ~ in front a part of one in any case, as MLRun has it."""
    if name and name.startswith("~"):
        return f"instr(lower({column}), ?)", name[1:].lower()
    return f"{column} = ?", name


def begins_with(column: str, text: str, end: str = LAST) -> Condition:
    """A text, or more behind it."""
    return f"{column} >= ? AND {column} < ?", [text, text + end]


def has_labels(labels: Iterable[str], column: str = "labels") -> list[Condition]:
    """All of some labels, each as `key` or `key=value`."""
    valid = f"CASE WHEN json_valid({column}) THEN {column} END"  # a damaged record has none
    one = "key || '=' || value = ?", "key = ?"
    return [
        (f"EXISTS (SELECT 1 FROM json_each({valid}) WHERE {one['=' not in label]})", label)
        for label in labels
    ]


def labels_json(metadata: dict) -> str:
    """Labels as they are kept beside a record, to be filtered by."""
    return json.dumps({key: str(value) for key, value in (metadata.get("labels") or {}).items()})
