"""The project's command. `python main.py` shows what it can do."""

import contextlib
import importlib.util
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

if sys.version_info[:2] != (3, 11):
    sys.exit(
        f"MLRun needs Python 3.11, this is {sys.version.split()[0]}: use `make run` or `uv run main.py`"
    )

if not all(map(importlib.util.find_spec, ("mlrun", "click"))):
    sys.exit("MLRun is not installed here: use `make run` or `uv run main.py`")

import click

from mlrun_images.errors import Refused
from mlrun_images.text import one_line

os.environ.setdefault(
    "GIT_PYTHON_REFRESH", "quiet"
)  # else MLRun cannot be imported where there is no git
# importing MLRun takes seconds: only the commands that need it do, so that --help is quick


class Command(click.Group):
    """The commands, with every refusal as one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if "--verbose" in sys.argv and not isinstance(error, Refused):
                raise
            # MLRun connects when it is imported: if it cannot, our modules are not there
            started = "mlrun_images.running.project" in sys.modules
            doing = (
                ""
                if started
                else "cannot start MLRun (MLRUN_DBPATH must name a server that answers): "
            )
            raise click.ClickException(doing + one_line(error)) from None


def pairs(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE options as a dictionary."""
    for value in values:
        if value.find("=") < 1:
            raise click.BadParameter(
                f"{value!r} is not NAME=VALUE, for example width=512", ctx, option
            )
    named = dict(value.split("=", 1) for value in values)
    if len(named) < len(values):
        raise click.BadParameter("a name is given twice", ctx, option)
    return named


verbose_option = click.option("--verbose", is_flag=True, help="Show MLRun's log, with tracebacks.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
remote_option = click.option(
    "--remote", is_flag=True, help="Run in the cluster of the server that MLRUN_DBPATH names."
)


@click.group(cls=Command, invoke_without_command=True, context_settings={"max_content_width": 100})
@click.option(
    "--project",
    "name",
    metavar="NAME",
    help="Another project name than project.yaml's, to try things out.",
)
@click.option(
    "--env-file",
    type=click.Path(exists=True),
    help="File of MLRUN_... settings: the server's address.",
)
@click.pass_context
def main(ctx: click.Context, name: str | None, env_file: str | None) -> None:
    """Run this MLRun project's functions, and look at the images they make.

    \b
    python main.py run                                          the default function, as a page to look at
    python main.py run -p width=512 --returns "gradient : file[format=jpeg]"
    python main.py run -x "width=[64,128,256]"                  a sweep
    python main.py workflow                                     generate, then transform
    python main.py gallery                                      all images on one page
    """
    ctx.obj = {"folder": ctx.obj, "name": name or "", "env_file": env_file or ""}
    if "NO_COLOR" in os.environ:
        ctx.color = False
    if not ctx.invoked_subcommand:
        click.echo(ctx.get_help())


@main.command(
    epilog='Example: python main.py run -p width=512 --returns "gradient : file[format=jpeg, quality=90]"'
)
@click.argument("function", required=False)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    callback=pairs,
    help="Parameter.",
)
@click.option(
    "-i",
    "--inputs",
    multiple=True,
    metavar="NAME=URL",
    callback=pairs,
    help="Input: path or store:// URI.",
)
@click.option(
    "-x",
    "--hyperparam",
    multiple=True,
    metavar="NAME=[A,B]",
    callback=pairs,
    help="Sweep over the values.",
)
@click.option(
    "--returns",
    multiple=True,
    metavar="HINT",
    help='Log hint of an output: "key : type[option=value]".',
)
@remote_option
@click.option(
    "--parallel",
    type=click.IntRange(1),
    metavar="N",
    help="Sweep with N iterations at once, on Dask.",
)
@click.option(
    "--dask-address",
    metavar="URL",
    help="Dask scheduler for --parallel.  [default: a cluster made here]",
)
@json_option
@verbose_option
@click.pass_obj
def run(
    load_options,
    function,
    params,
    inputs,
    hyperparam,
    returns,
    remote,
    parallel,
    dask_address,
    as_json,
    verbose,
):
    """Run FUNCTION and show what it made.

    Without a name it runs gen-image or, where project.yaml has none, the first function there.

    The exit code is 0 only if the run completed and every output that was asked for is there.
    """
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        from mlrun_images.hints import parse_value
        from mlrun_images.running.arguments import check_arguments, default_function
        from mlrun_images.running.parallel import dask_cluster
        from mlrun_images.running.project import load
        from mlrun_images.running.remote import check_remote
        from mlrun_images.running.runs import run_function

    params = {name: parse_value(value) for name, value in params.items()}
    sweep = {name: parse_value(value) for name, value in hyperparam.items()}
    for name, values in sweep.items():
        if not isinstance(values, list) or not values:
            raise click.BadParameter(
                f'{name} must be a list of values, for example "{name}=[64,128,256]"'
            )
    if dask_address and not parallel:
        raise click.UsageError("--dask-address is for --parallel")
    if parallel and (remote or not sweep):
        raise click.UsageError(
            "--parallel is for a sweep (-x NAME=[A,B]) that this machine drives (no --remote)"
        )
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        project = load(**load_options, verbose=verbose)
        function = function or default_function(project)
        hints = check_arguments(project, function, [*params, *inputs, *sweep], list(returns))
        if remote:
            check_remote(project, function)
        cluster = dask_cluster(parallel, dask_address) if parallel else contextlib.nullcontext()
        with cluster, progress(project, sweep):
            runs = run_function(
                project,
                function,
                params,
                inputs,
                sweep,
                hints,
                remote=remote,
                parallel=bool(parallel),
            )
    show(runs, as_json, verbose)


@contextlib.contextmanager
def progress(project, sweep: dict[str, list]):
    """A progress bar of a sweep's iterations, on a terminal only."""
    if not sweep or not sys.stderr.isatty():
        yield
        return
    import math
    from datetime import UTC, datetime

    from mlrun_images.running.runs import count_iterations

    stop, total = threading.Event(), math.prod(map(len, sweep.values()))
    with click.progressbar(length=total, label="iterations", file=sys.stderr) as bar:
        arguments = (project, datetime.now(UTC), lambda ended: bar.update(ended - bar.pos), stop)
        watcher = threading.Thread(target=count_iterations, args=arguments, daemon=True)
        watcher.start()
        try:
            yield
            bar.update(total - bar.pos)
        finally:
            stop.set()
            watcher.join()


def show(runs: list[dict], as_json: bool = False, verbose: bool = False, well: bool = True) -> None:
    """Print runs and their outputs; exit with 1 unless all is well."""
    if as_json:
        click.echo(json.dumps(runs, indent=2, default=str))
    else:
        for record in runs:
            show_run(record)
    failed = [record for record in runs if record["state"] != "completed" or record["problems"]]
    if failed and not verbose and not as_json:
        click.echo("Add --verbose for MLRun's log and tracebacks.", err=True)
    sys.exit(1 if failed or not well else 0)


def show_run(record: dict) -> None:
    """Print a run: its state, its outputs, and what is wrong."""
    well = record["state"] == "completed" and not record["problems"]
    title = f"iteration {record['iteration']}" if record["iteration"] else record["name"]
    state = click.style(record["state"], fg="green" if well else "red")
    click.echo(f"{title}  {state}  {parameters(record)}".rstrip())
    for output in record["outputs"]:
        labels = output.get("labels", {})
        size = f"{labels['width']} x {labels['height']}" if "width" in labels else ""
        where = str(output["value"]) if "value" in output else short_path(output["path"])
        click.echo(
            "  "
            + "  ".join(
                filter(None, (output["key"], output["type"], labels.get("format"), size, where))
            )
        )
    for line in filter(None, (record["error"], *record["problems"])):
        click.secho(f"  {line}", fg="red")


def parameters(record: dict) -> str:
    """A run's parameters in one line, long values cut."""
    texts = {name: str(value) for name, value in record["parameters"].items()}
    return ", ".join(
        f"{name}={text if text.isprintable() else repr(text):.60}" for name, text in texts.items()
    )


def short_path(path: str) -> str:
    """A path as typed from here."""
    if "://" in path:
        return path
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


@main.command()
@click.option(
    "-n", "--last", default=20, show_default=True, type=click.IntRange(1), help="How many runs."
)
@json_option
@verbose_option
@click.pass_obj
def runs(load_options, last, as_json, verbose):
    """Show past runs, newest first."""
    from tabulate import tabulate

    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        from mlrun_images.running.project import load
        from mlrun_images.running.records import list_runs, local_time, summarize

    project = load(**load_options, verbose=verbose)
    records = [summarize(run) for run in list_runs(project)[:last]]
    if as_json:
        click.echo(json.dumps(records, indent=2, default=str))
    elif not records:
        click.echo("No runs yet: python main.py run")
    else:
        rows = [
            (
                f"{local_time(record['start']):%Y-%m-%d %H:%M:%S}" if record["start"] else "",
                record["state"],
                record["name"] + (f" #{record['iteration']}" if record["iteration"] else ""),
                parameters(record),
                " ".join(output["key"] for output in record["outputs"]),
                record["uid"][:8],
            )
            for record in records
        ]
        click.echo(tabulate(rows, ("started", "state", "run", "parameters", "outputs", "uid")))


@main.command()
@click.argument("name", default="main")
@click.option(
    "-a", "--arguments", multiple=True, metavar="NAME=VALUE", callback=pairs, help="An argument."
)
@remote_option
@json_option
@verbose_option
@click.pass_obj
def workflow(load_options, name, arguments, remote, as_json, verbose):
    """Run a workflow of project.yaml (main unless named), step by step."""
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        from mlrun_images.hints import parse_value
        from mlrun_images.running.project import load
        from mlrun_images.running.remote import check_remote
        from mlrun_images.running.runs import run_workflow

        project = load(**load_options, verbose=verbose)
        if remote:
            for function in project.spec.functions:
                check_remote(project, function["name"])
        values = {key: parse_value(value) for key, value in arguments.items()}
        succeeded, records = run_workflow(project, name, values, remote)
    show(records, as_json, verbose, succeeded)


@main.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="[default: gallery.html]",
)
@click.option(
    "--open/--no-open",
    "open_page",
    default=True,
    help="Open it in a browser, where there is a screen.",
)
@verbose_option
@click.pass_obj
def gallery(load_options, output, open_page, verbose):
    """Write one offline HTML page of all runs and their images."""
    from mlrun_images.looking import gallery as page
    from mlrun_images.running.project import load

    project = load(**load_options, verbose=verbose)
    path, images, run_count = page.write(project, output or Path(project.context, "gallery.html"))
    click.echo(f"Images: {images}, runs: {run_count}, page: {short_path(str(path))}")
    if open_page and sys.stdout.isatty():
        click.launch(path.as_uri())
