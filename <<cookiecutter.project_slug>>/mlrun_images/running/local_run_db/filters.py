"""SQL of the filters that MLRun's list methods take, and pages of what they find."""

import base64
import functools
import inspect
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import mlrun
from mlrun.common.schemas.common import LabelsModel
from mlrun.db.httpdb import HTTPRunDB
from mlrun.utils import as_list

Condition = tuple[
    str, Any
]  # SQL with one question mark, and its value; without a value it is left out


def needs_server(name: str) -> Exception:
    return mlrun.errors.MLRunBadRequestError(f"{name} needs an MLRun API server: set MLRUN_DBPATH")


def check_filters(method: str, filters: dict) -> None:
    """
    Refuse filters that a server would refuse too, and those that only a server has.

    :param method:  The name of a method of `HTTPRunDB`.
    :param filters: The filters that it was called with.
    """
    if unknown := filters.keys() - _signature(method).parameters.keys():
        raise TypeError(f"{method}() got an unexpected keyword argument {min(unknown)!r}")
    if filters.get("partition_by"):
        raise needs_server("partition_by")


@functools.cache
def _signature(method: str) -> inspect.Signature:
    return inspect.signature(getattr(HTTPRunDB, method))


def project_name(name: str | None) -> str:
    return name or mlrun.mlconf.active_project


def utc(time: datetime | str | None) -> str | None:
    """A time as text that sorts; one without a zone is local time."""
    time = datetime.fromisoformat(time) if isinstance(time, str) and time else time
    return time.astimezone(UTC).isoformat() if time else None


def days_before_now(days: int | str | None) -> str | None:
    return utc(datetime.now(UTC) - timedelta(days=int(days))) if days else None


def where(*conditions: Condition) -> tuple[str, list]:
    """SQL of the conditions that have a value, and these values."""
    used = [(condition, value) for condition, value in conditions if value not in (None, "")]
    return "WHERE " + " AND ".join(condition for condition, _ in used), [value for _, value in used]


def among(column: str, values: Iterable | None) -> Condition:
    listed = [str(value) for value in as_list(values)] if values else []
    if len(listed) == 1 and not column.endswith("NOT"):
        return f"{column} = ?", listed[0]  # SQLite finds it by an index
    return f"{column} IN (SELECT value FROM json_each(?))", json.dumps(listed) if listed else None


def name_filter(column: str, name: str | None) -> Condition:
    """A name, or with ~ in front a part of one in any case, as MLRun has it."""
    if name and name.startswith("~"):
        return f"instr(lower({column}), ?)", name[1:].lower()
    return f"{column} = ?", name


def begins_with(column: str, text: str | None) -> list[Condition]:
    """A text, or more behind it: as a server finds a run's producer URI also for its iterations."""
    return [(f"{column} >= ?", text), (f"{column} < ?", text and f"{text}\U0010ffff")]


def label_filters(labels, column: str = "labels") -> list[Condition]:
    """Labels as `key`, `key=value`, a list or a dictionary of them."""
    valid = f"CASE WHEN json_valid({column}) THEN {column} END"  # a damaged record has none
    one = "key || '=' || value = ?", "key = ?"
    return [
        (f"EXISTS (SELECT 1 FROM json_each({valid}) WHERE {one['=' not in label]})", label)
        for label in LabelsModel(labels=labels).labels
    ]


def labels_json(metadata: dict) -> str:
    """Labels as they are kept beside a record, to be filtered by."""
    return json.dumps({key: str(value) for key, value in (metadata.get("labels") or {}).items()})


def one_page(
    find: Callable[..., list], method: str, args: tuple, filters: dict, page, page_size, page_token
) -> tuple[list, str | None]:
    """
    One page of a list, as the `paginated_…` methods of `HTTPRunDB` give it.

    :param find:       Finds the rows that the filters ask for; takes `limit` and `offset` besides.
    :param method:     The list method of `HTTPRunDB` whose filters are meant.
    :param args:       Filters by position.
    :param filters:    Filters by name.
    :param page:       The page's number, from 1 on; by default the token's next page, or the first.
    :param page_size:  Rows of a page; by default the token's, or MLRun's setting.
    :param page_token: What an earlier page came with. It holds that page's filters as well.

    :returns: The page's rows, and the token of the next page; None after the last.
    """
    next_page, size = 1, mlrun.mlconf.httpdb.pagination.default_page_size
    if page_token:
        try:
            filters, size, next_page = json.loads(base64.urlsafe_b64decode(page_token))
        except ValueError:
            raise mlrun.errors.MLRunNotFoundError(f"no page token: {page_token!r}") from None
    else:
        filters = _signature(method).bind(None, *args, **filters).arguments
        del filters["self"]
    page, size = page or next_page, page_size or size
    rows = find(**filters, limit=size + 1, offset=(page - 1) * size)
    if len(rows) <= size:
        return rows, None
    token = json.dumps([filters, size, page + 1], default=str)
    return rows[:size], base64.urlsafe_b64encode(token.encode()).decode()
