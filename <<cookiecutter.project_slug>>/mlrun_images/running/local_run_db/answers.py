"""What the run DB's methods have in common: MLRun's errors, filters and pages."""

import base64
import functools
import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import mlrun
from mlrun.common.schemas.common import LabelsModel
from mlrun.db.httpdb import HTTPRunDB

from mlrun_images.history import sql
from mlrun_images.history.errors import NotAllowed, NotThere, Unusable
from mlrun_images.history.store import Store

Part = TypeVar("Part", bound="Answers")
ERRORS = {
    NotThere: mlrun.errors.MLRunNotFoundError,
    NotAllowed: mlrun.errors.MLRunInvalidArgumentError,
    Unusable: mlrun.errors.MLRunRuntimeError,
}


class Answers:
    """
    A part of the run DB.

    :param store: The store that it answers from.
    """

    def __init__(self, store: Store):
        self.store = store


def in_mlruns_errors(part: type[Part]) -> type[Part]:
    """Decorate a class: the errors of the history become, in its methods, those of MLRun."""
    for name, method in list(vars(part).items()):
        if inspect.isfunction(method) and not name.startswith("__"):
            setattr(part, name, _answering(method))
    return part


def _answering(answer: Callable) -> Callable:
    @functools.wraps(answer)
    def answered(*args, **kwargs):
        try:
            return answer(*args, **kwargs)
        except tuple(ERRORS) as error:
            raise ERRORS[type(error)](str(error)) from error

    return answered


def project_name(name: str | None) -> str:
    """Get the name of the project that is asked for; if it is empty, of MLRun's active one."""
    return name or mlrun.mlconf.active_project


def which(
    table: str,
    project: str | None,
    name: str | None = None,
    tag: str | None = None,
    labels: Any = None,
    since: datetime | str | None = None,
    until: datetime | str | None = None,
    **columns: Any,
) -> list[sql.Condition]:
    """
    Get the conditions on the rows of a table. What is None leaves none out.

    :param table:   The table's name in the query.
    :param project: The project's name.
    :param name:    The row's name, or with ~ in front a part of it.
    :param tag:     Its tag; MLRun also writes an empty text or * for any.
    :param labels:  Labels that it has all, in any of the forms that MLRun takes.
    :param since:   The earliest time at which it was updated.
    :param until:   The latest.
    :param columns: The values of other columns.
    """
    return [
        (f"{table}.project = ?", project),
        sql.named(f"{table}.name", name),
        ("t.tag = ?", None if tag in ("", "*") else tag),
        (f"{table}.updated >= ?", sql.utc(since)),
        (f"{table}.updated <= ?", sql.utc(until)),
        *((f"{table}.{column} = ?", value) for column, value in columns.items()),
        *sql.has_labels(LabelsModel(labels=labels).labels, f"{table}.labels"),
    ]


def days_before_now(days: int | str | None) -> datetime | None:
    """Get the time so many days ago, for MLRun's filter `days_ago`; None for 0 or None."""
    return datetime.now(UTC) - timedelta(days=int(days)) if days else None


def needs_server(name: str) -> Exception:
    """Get the error that says that a method or option needs a server."""
    return mlrun.errors.MLRunBadRequestError(f"{name} needs an MLRun API server: set MLRUN_DBPATH")


def check_filters(method: str, filters: dict) -> None:
    """
    Refuse filters that a server would refuse too, and those that only a server has.

    :param method:  The name of a method of `HTTPRunDB`.
    :param filters: The filters that it was called with, by name.

    :raise TypeError: If `HTTPRunDB` has no such filter.
    :raise MLRunBadRequestError: If only a server has it.
    """
    if unknown := filters.keys() - _signature(method).parameters.keys():
        raise TypeError(f"{method}() got an unexpected keyword argument {min(unknown)!r}")
    if filters.get("partition_by"):
        raise needs_server("partition_by")


@functools.cache
def _signature(method: str) -> inspect.Signature:
    return inspect.signature(getattr(HTTPRunDB, method))


def one_page(
    find: Callable[..., list], method: str, args: tuple, filters: dict
) -> tuple[list, str | None]:
    """
    Get one page of a list, as the `paginated_…` methods of `HTTPRunDB` do.

    :param find:    Finds the rows for filters by name, `limit` and `offset`.
    :param method:  The list method of `HTTPRunDB` that has these filters.
    :param args:    Filters by position.
    :param filters: Filters by name, and those that say which page: `page`, its number from 1 on
                    (else the token's page, or the first); `page_size`, its rows (else the token's
                    number, or MLRun's setting); `page_token`, which came with the page before. A
                    token holds the filters too, so others are not looked at.

    :returns: The page's rows, and the token of the next page; None behind the last.

    :raise MLRunNotFoundError: If the token is not one that this gave.
    """
    page, page_size, page_token = (
        filters.pop(name, None) for name in ("page", "page_size", "page_token")
    )
    next_page, size = 1, mlrun.mlconf.httpdb.pagination.default_page_size
    if page_token:
        try:
            filters, size, next_page = json.loads(base64.urlsafe_b64decode(page_token))
        except ValueError:
            raise mlrun.errors.MLRunNotFoundError(f"no page has the token {page_token!r}") from None
    else:
        filters = _signature(method).bind(None, *args, **filters).arguments
        del filters["self"]
    page, size = page or next_page, page_size or size
    rows = find(**filters, limit=size + 1, offset=(page - 1) * size)
    if len(rows) <= size:
        return rows, None
    token = json.dumps([filters, size, page + 1], default=str)
    return rows[:size], base64.urlsafe_b64encode(token.encode()).decode()
