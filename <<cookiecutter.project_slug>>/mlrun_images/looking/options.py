"""What the commands have in common: options, and each refusal as one line."""

import errno
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from mlrun_images.errors import Refused
from mlrun_images.text import one_line, printable

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Commands(click.Group):
    """The commands. An error is one line, unless `--verbose` asks for the traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader has gone: click ends
            if ctx.meta.get("verbose") and not isinstance(error, Refused):
                raise
            # MLRun connects when it is imported: if it cannot, our modules are not there
            started = "mlrun_images.running.project" in sys.modules
            doing = "" if started else "cannot start MLRun (MLRUN_DBPATH must name a server): "
            raise click.ClickException(doing + printable(one_line(error), 2000)) from None


def pairs(
    ctx: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> list[tuple[str, str]]:
    """NAME=VALUE options as names and values."""
    for value in values:
        if value.find("=") < 1:
            message = f"{value!r} is not NAME=VALUE, for example width=512"
            raise click.BadParameter(message, ctx, option)
    split = (value.partition("=") for value in values)
    return [(name, value) for name, _, value in split]


def by_name(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE options as a dictionary."""
    named = dict(pairs(ctx, option, values))
    if len(named) < len(values):
        raise click.BadParameter("a name is given twice", ctx, option)
    return named


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


def _note_verbose(ctx: click.Context, option: click.Parameter, value: bool) -> bool:
    ctx.meta["verbose"] = value
    return value


verbose_option = click.option(
    "--verbose",
    is_flag=True,
    callback=_note_verbose,
    help="Show MLRun's log, with tracebacks.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
remote_option = click.option(
    "--remote", is_flag=True, help="Run in the cluster of the server that MLRUN_DBPATH names."
)


def pairs_option(
    *names: str, metavar: str = "NAME=VALUE", help: str, repeated: bool = False
) -> Any:
    """
    An option that may be given several times, each NAME=VALUE.

    :param repeated: Whether a name may come several times; the option is a list of names and values
                     then, else a dictionary.
    """
    callback = pairs if repeated else by_name
    return click.option(*names, multiple=True, metavar=metavar, callback=callback, help=help)


def past_option(name: str, help: str) -> Any:
    """An option that names a time in the past."""
    return click.option(name, metavar="TIME", callback=past, help=help)


def _short(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """UIDs, each of its own or with commas between."""
    return tuple(uid.strip() for value in values for uid in value.split(","))


def image_options(command: Any) -> Any:
    """The options that say which images are looked for, as `Wanted` takes them."""
    options = (
        click.option("--key", default="", metavar="KEY", help="Only images of this key."),
        click.option("--format", default="", metavar="FORMAT", help="Only JPEG, PNG …"),
        click.option(
            "--min-width",
            default=0,
            type=click.IntRange(0),
            metavar="PIXELS",
            help="At least so wide.",
        ),
        click.option(
            "--min-height", default=0, type=click.IntRange(0), metavar="PIXELS", help="… so high."
        ),
        past_option("--since", help="Only of runs that started since: 12h, 7d, 2w, 2026-01-31."),
        click.option(
            "--runs",
            "uids",
            multiple=True,
            metavar="UID",
            callback=_short,
            help="Only of this run; again, or with commas, for several.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
