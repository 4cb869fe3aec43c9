"""What the answers of the run DB have in common: MLRun's errors, filters and pages."""

import base64
import functools
import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import mlrun
from mlrun.common.schemas.common import LabelsModel
from mlrun.db.httpdb import HTTPRunDB

from mlrun_images.history.errors import NotAllowed, NotThere, Unusable
from mlrun_images.history.store import Store


class Answers:
    """
    Answers from the store.

    :param store: The store.
    """

    def __init__(self, store: Store):
        self.store = store


def in_mlruns_errors(answer: Callable) -> Callable:
    """Raise what the store refuses as MLRun's own errors, which MLRun knows."""

    @functools.wraps(answer)
    def answered(*args, **kwargs):
        try:
            return answer(*args, **kwargs)
        except NotThere as error:
            raise mlrun.errors.MLRunNotFoundError(str(error)) from error
        except NotAllowed as error:
            raise mlrun.errors.MLRunInvalidArgumentError(str(error)) from error
        except Unusable as error:
            raise mlrun.errors.MLRunRuntimeError(str(error)) from error

    return answered


def project_name(name: str | None) -> str:
    """The project that is asked for: MLRun's active one unless it is named."""
    return name or mlrun.mlconf.active_project


def any_tag(tag: str | None) -> str | None:
    """A tag to filter by. MLRun itself gives an empty one, or *, for any."""
    return None if tag in ("", "*") else tag


def label_list(labels: Any) -> list[str]:
    """Labels as `key`, `key=value`, a list or a dictionary of them."""
    return LabelsModel(labels=labels).labels


def days_before_now(days: int | str | None) -> datetime | None:
    """The time so many days ago, as MLRun's filters by partition have it; None for 0 or none."""
    return datetime.now(UTC) - timedelta(days=int(days)) if days else None


def needs_server(name: str) -> Exception:
    """The error that says so."""
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
