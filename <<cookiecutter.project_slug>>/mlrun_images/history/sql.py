"""Conditions of SQL. One whose value is None is left out; an empty text is a value like any."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from mlrun_images.hints import listed

# SQL with one question mark, and its value; or SQL with several, and a list of their values
Condition = tuple[str, Any]
LAST = "\U0010ffff"  # sorts behind every other character


def where(*conditions: Condition) -> tuple[str, list]:
    """Join the conditions that have a value: a WHERE clause (or an empty text), and the values."""
    used = [(condition, value) for condition, value in conditions if value is not None]
    values: list[Any] = []
    for _, value in used:
        values += listed(value)
    return ("WHERE " + " AND ".join(text for text, _ in used) if used else ""), values


def utc(time: datetime | str | None) -> str | None:
    """
    Write a time as text that sorts.

    :param time: The time, or its text in ISO 8601; without a time zone it is local time.

    :returns: The time in UTC; None for None or an empty text.
    """
    time = datetime.fromisoformat(time) if isinstance(time, str) and time else time
    return time.astimezone(UTC).isoformat() if isinstance(time, datetime) else None


def among(column: str, values: Iterable[str] | None) -> Condition:
    """
    Get the condition that a column has one of some values.

    :param column: The column's name; with NOT behind it, to have none of the values.
    :param values: The values; None for any.
    """
    texts = None if values is None else [str(value) for value in values]
    if texts and len(texts) == 1 and not column.endswith("NOT"):
        return f"{column} = ?", texts[0]  # SQLite finds it by an index
    query = f"{column} IN (SELECT value FROM json_each(?))"
    return query, None if texts is None else json.dumps(texts)


def named(column: str, name: str | None) -> Condition:
    """
    Get the condition that a column has a name.

    :param column: The column's name.
    :param name:   The name; with ~ in front, as in MLRun, a part of one, in upper or lower case;
                   None for any.
    """
    if name and name.startswith("~"):
        return f"instr(lower({column}), ?)", name[1:].lower()
    return f"{column} = ?", name


def has_labels(labels: Iterable[str], column: str) -> list[Condition]:
    """
    Get the conditions that a column of labels, as `labels_json` writes it, has all of some labels.

    :param labels: The labels: `key`, of any value, or `key=value`.
    :param column: The column's name.
    """
    valid = f"CASE WHEN json_valid({column}) THEN {column} END"  # a damaged record has none
    one = "key || '=' || value = ?", "key = ?"
    return [
        (f"EXISTS (SELECT 1 FROM json_each({valid}) WHERE {one['=' not in label]})", label)
        for label in labels
    ]


def labels_json(metadata: dict) -> str:
    """Write labels as they are kept beside a record, to be filtered by."""
    return json.dumps({key: str(value) for key, value in (metadata.get("labels") or {}).items()})
