"""What the commands have in common: options, and each refusal as one line."""

import dataclasses
import errno
import functools
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from mlrun_images.errors import Refused, one_line
from mlrun_images.history.filters import Filters
from mlrun_images.looking import completing
from mlrun_images.text import printable

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Commands(click.Group):
    """The commands. An error is one line, unless `--verbose` asks for the traceback."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run a command, or complete one for a shell."""
        if any(name.endswith("_COMPLETE") for name in os.environ):
            from mlrun_images.looking import shells

            shells.register()
        return super().main(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. What it raises becomes one line."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader has gone: click ends
            if getattr(ctx.obj, "verbose", False) and not isinstance(error, Refused):
                raise
            raise click.ClickException(printable(one_line(error), 2000)) from None


def grouped(
    ctx: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> dict[str, list[str]]:
    """NAME=VALUE options as a dictionary: the values of each name."""
    found: dict[str, list[str]] = {}
    for pair in values:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            message = f"{pair!r} is not NAME=VALUE, for example width=512"
            raise click.BadParameter(message, ctx, option)
        found.setdefault(name, []).append(value)
    return found


def by_name(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE options as a dictionary: the value of each name."""
    found = grouped(ctx, option, values)
    if any(len(given) > 1 for given in found.values()):
        raise click.BadParameter("a name is given twice", ctx, option)
    return {name: given[0] for name, given in found.items()}


def past(ctx: click.Context, option: click.Parameter, value: str | None) -> datetime | None:
    """A time in the past: `30m`, `12h`, `7d`, `2w`, or a date."""
    if value is None:
        return None
    if found := re.fullmatch(r"(\d{1,5})([mhdw])", value):
        return datetime.now(UTC) - timedelta(**{UNITS[found[2]]: int(found[1])})
    try:
        return datetime.fromisoformat(value).astimezone()
    except ValueError:
        message = f"{value!r} is no time; possible: 30m, 12h, 7d, 2w or a date like 2026-01-31"
        raise click.BadParameter(message, ctx, option) from None


def _note_verbose(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    ctx.obj.verbose = value


def _need_server(ctx: click.Context, option: click.Parameter, value: bool) -> bool:
    if value and not ctx.resilient_parsing and not ctx.obj.has_server:
        raise Refused("a remote run needs an MLRun API server: set MLRUN_DBPATH to its URL")
    return value


verbose_option = click.option(
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_note_verbose,
    help="Show MLRun's log, with tracebacks.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
remote_option = click.option(
    "--remote",
    is_flag=True,
    callback=_need_server,
    help="Run in the cluster of the server that MLRUN_DBPATH names.",
)


def pairs_option(
    *names: str,
    metavar: str = "NAME=VALUE",
    help: str,
    repeated: bool = False,
    complete: completing.Complete = completing.parameters,
) -> Any:
    """
    An option that may be given several times, each NAME=VALUE.

    :param repeated: Whether a name may come several times; the option is a dictionary of lists
                     then, else of texts.
    :param complete: What TAB completes the value by.
    """
    callback = grouped if repeated else by_name
    return click.option(
        *names,
        multiple=True,
        metavar=metavar,
        callback=callback,
        shell_complete=complete,
        help=help,
    )


def past_option(name: str, help: str) -> Any:
    """An option that names a time in the past."""
    return click.option(name, metavar="TIME", callback=past, help=help)


def _formats(ctx: click.Context, option: click.Parameter, value: str) -> str:
    """Pillow's name of a format, refused as that of a log hint is."""
    if not value or ctx.resilient_parsing:
        return ""
    from mlrun_images.pictures.errors import ImageRefused
    from mlrun_images.pictures.formats import find_format

    try:
        return find_format(value)
    except ImageRefused as error:
        raise click.BadParameter(one_line(error), ctx, option) from None


FILTERS = (
    click.argument("uids", metavar="[UID]...", nargs=-1, shell_complete=completing.uids),
    click.option(
        "--function",
        metavar="NAME",
        shell_complete=completing.functions,
        help="Only runs of this function.",
    ),
    pairs_option("-p", "--param", "params", help="Only runs with this parameter."),
    click.option(
        "--key",
        "keys",
        multiple=True,
        metavar="KEY",
        shell_complete=completing.keys,
        help="Only images of this key; again for more keys.",
    ),
    click.option(
        "--format",
        default="",
        metavar="FORMAT",
        callback=_formats,
        shell_complete=completing.formats,
        help="Only images in this format: JPEG, png, .tif.",
    ),
    click.option("--step", default="", metavar="STEP", help="Only images logged for this step."),
    *(
        click.option(
            name,
            default=0,
            type=click.IntRange(0),
            metavar="PIXELS",
            help=f"Only images at least so {what}.",
        )
        for name, what in (("--min-width", "wide"), ("--min-height", "high"))
    ),
    click.option("--failed", is_flag=True, help="Only runs that failed."),
    past_option("--since", help="Only runs that started since: 12h, 7d, 2w, 2026-01-31."),
    past_option("--older", help="Only runs that started before: 12h, 30d, 2w, 2026-01-31."),
)
FIELDS = {field.name for field in dataclasses.fields(Filters)}


def filter_options(command: Callable) -> Callable:
    """The arguments and options that say which runs and images: the command gets `filters`."""

    @functools.wraps(command)
    def filtered(*arguments: Any, older: datetime | None, **options: Any) -> Any:
        given = {name: options.pop(name) for name in FIELDS & options.keys()}
        return command(*arguments, filters=Filters(**given, until=older), **options)

    for option in reversed(FILTERS):
        filtered = option(filtered)
    return filtered


def last_option(default: int | None, what: str, *names: str) -> Any:
    """The option that says how many, the newest first."""
    return click.option(
        "-n",
        "--last",
        *names,
        "last",
        default=default,
        show_default=default is not None,
        type=click.IntRange(1),
        help=f"How many {what}, the newest first.",
    )
