"""The project's command. `python main.py` shows what it can do."""

import contextlib
import gc
import itertools
import logging
import os
import sys
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from mlrun_images import __version__
from mlrun_images.asked import check_early, check_workflow
from mlrun_images.errors import Refused
from mlrun_images.hints import parse_value
from mlrun_images.history.filters import Filters
from mlrun_images.history.interface import History
from mlrun_images.looking import completing
from mlrun_images.looking.function_help import WithFunction
from mlrun_images.looking.options import (
    Commands,
    filter_options,
    json_option,
    last_option,
    pairs_option,
    remote_option,
    verbose_option,
)
from mlrun_images.looking.terminal import (
    ErrorsOfMlrun,
    PrintableLog,
    failed,
    functions_lines,
    images_lines,
    only_json,
    print_json,
    print_lines,
    run_lines,
    runs_lines,
    short_path,
    whole_run_lines,
)
from mlrun_images.project_file import ProjectFile, described
from mlrun_images.running.inputs import find_inputs, group_inputs
from mlrun_images.running.temporary import temporary_folder
from mlrun_images.server import is_configured
from mlrun_images.surroundings import name_user
from mlrun_images.text import one_line, printable
from mlrun_images.versions import mlruns_version

# else MLRun cannot be imported where there is no git
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
# importing MLRun takes seconds: only the commands that need it do, so that --help is quick

SHOWN = 20  # runs that are listed before they are deleted
SETTINGS = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}
CODES = """\b
Exit codes:
  0  all that was asked for is there
  1  a run failed or lacks an output; or nothing was run, and one line says why
  2  the command was mistyped"""
EXAMPLE = 'python main.py run -p width=512 --returns "gradient : file[format=jpeg, quality=90]"'


@click.group(cls=Commands, invoke_without_command=True, context_settings=SETTINGS, epilog=CODES)
@click.option(
    "--project",
    "name",
    metavar="NAME",
    help="Another project name than project.yaml's, to try things out.",
)
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False),
    help="File of MLRUN_... settings: the server's address.",
)
@click.version_option(
    __version__,
    message=f"mlrun_images %(version)s, MLRun {mlruns_version()}, Python {sys.version.split()[0]}",
    help="Show the versions of this project's machinery, MLRun and Python.",
)
@click.pass_context
def main(ctx: click.Context, name: str | None, env_file: str | None) -> None:
    """Run this MLRun project's functions, and look at the images they make.

    \b
    python main.py run                     the default function, as a page to look at
    python main.py run -p width=512 --returns "gradient : file[format=jpeg]"
    python main.py run -x "width=[64,128,256]"                               a sweep
    python main.py workflow                generate, then transform
    python main.py functions               what there is to run
    python main.py runs                    past runs
    python main.py gallery                 all images on one page
    """
    ctx.obj = {"folder": ctx.obj, "name": name or "", "env_file": env_file or ""}
    if "NO_COLOR" in os.environ:
        ctx.color = False
    if not ctx.invoked_subcommand:
        click.echo(ctx.get_help())


def load(load_options: dict[str, Any], verbose: bool) -> Any:
    """Load the project. It is the first thing that imports MLRun, which takes seconds."""
    name_user()
    gc.disable()  # what is imported stays: looking through it again and again takes a third
    try:
        with contextlib.redirect_stderr(ErrorsOfMlrun(sys.stderr, verbose)):
            with warnings.catch_warnings(action="ignore"):  # `-W error` is not meant for MLRun's
                import mlrun  # noqa: F401
    except Exception as error:  # it connects when it is imported
        server = " (MLRUN_DBPATH must name a server)" if is_configured() else ""
        raise Refused(f"cannot start MLRun{server}: {one_line(error)}") from error
    from mlrun_images.running import project

    gc.freeze()
    gc.enable()
    for handler in logging.getLogger("mlrun").handlers:
        if handler.formatter and not isinstance(handler.formatter, PrintableLog):
            handler.setFormatter(PrintableLog(handler.formatter))
    return project.load(**load_options, verbose=verbose)


def open_history(load_options: dict[str, Any], verbose: bool) -> History:
    """Open the project's past runs: its own file, or those of the server that is set."""
    if is_configured(load_options["env_file"]):
        return _on_server(load(load_options, verbose))
    return _in_folder(_read_project(load_options))


def _in_folder(file: ProjectFile) -> History:
    from mlrun_images.history.local import LocalHistory

    return LocalHistory(file.folder, file.name, file.artifact_path)


def _on_server(project: Any) -> History:
    from mlrun_images.looking.server_history import ServerHistory

    return ServerHistory(project)


def _read_project(load_options: dict[str, Any]) -> ProjectFile:
    return ProjectFile(load_options["folder"], load_options["name"])


@main.command(cls=WithFunction, epilog=f"Example: {EXAMPLE}")
@click.argument("function", required=False, shell_complete=completing.functions)
@pairs_option("-p", "--param", "params", help="Parameter.")
@pairs_option(
    "-i",
    "--inputs",
    metavar="NAME=URL",
    repeated=True,
    complete=completing.inputs,
    help="Input: a path, a URL, or KEY or UID/KEY of an earlier output. Again for a list.",
)
@pairs_option("-x", "--hyperparam", metavar="NAME=[A,B]", help="Sweep over the values.")
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
    load_options: dict[str, Any],
    function: str | None,
    params: dict[str, str],
    inputs: list[tuple[str, str]],
    hyperparam: dict[str, str],
    returns: tuple[str, ...],
    remote: bool,
    parallel: int | None,
    dask_address: str | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Run FUNCTION and show what it made.

    Without a name it runs gen-image or, where project.yaml has none, the first function there.
    With a name, -h shows what that function does and takes.

    The exit code is 0 only if the run completed and every output that was asked for is there.
    """
    sweep = _sweep(hyperparam, parallel, dask_address, remote)
    grouped = group_inputs(inputs)
    # what can be refused without MLRun is refused at once
    file = _read_project(load_options)
    name = function or file.default_function
    check_early(file, name, [*params, *grouped, *sweep], returns)
    local = None if is_configured(load_options["env_file"]) else _in_folder(file)
    if remote and local:
        raise Refused("a remote run needs an MLRun API server: set MLRUN_DBPATH to its URL")
    found = find_inputs(local, grouped) if local else {}
    with only_json(as_json), temporary_folder():
        project = load(load_options, verbose)
        if not local:
            found = find_inputs(_on_server(project), grouped, remote)
        records = _run(project, name, params, found, sweep, returns, remote, parallel, dask_address)
    _show(records, as_json, verbose)


def _sweep(
    hyperparam: dict[str, str], parallel: int | None, dask_address: str | None, remote: bool
) -> dict[str, list]:
    """The lists of values of a sweep."""
    sweep = {name: parse_value(value) for name, value in hyperparam.items()}
    for name, values in sweep.items():
        if not isinstance(values, list) or not values:
            example = f'"{name}=[64,128,256]"'
            raise click.BadParameter(f"{name} must be a list of values, for example {example}")
    if dask_address and not parallel:
        raise click.UsageError("--dask-address is for --parallel")
    if parallel and (remote or not sweep):
        raise click.UsageError(
            "--parallel is for a sweep (-x NAME=[A,B]) that this machine drives (no --remote)"
        )
    return sweep


def _run(
    project: Any,
    name: str,
    params: dict[str, str],
    inputs: dict[str, str | list[str]],
    sweep: dict[str, list],
    returns: tuple[str, ...],
    remote: bool,
    parallel: int | None,
    dask_address: str | None,
) -> list[dict]:
    from mlrun_images.access import check_inputs
    from mlrun_images.looking.progress import progress
    from mlrun_images.running.arguments import check_arguments, load_handler, read_parameters
    from mlrun_images.running.parallel import dask_cluster
    from mlrun_images.running.remote import check_remote
    from mlrun_images.running.runs import run_function

    handler = load_handler(project, name)
    hints = check_arguments(project, name, handler, [*params, *inputs, *sweep], list(returns))
    values, sweep = read_parameters(handler, params, sweep)
    if remote:
        check_remote(project, name)
    else:
        check_inputs(project, inputs)
    cluster = dask_cluster(parallel, dask_address or "") if parallel else contextlib.nullcontext()
    with cluster, progress(project, sweep):
        return run_function(project, name, values, inputs, sweep, hints, remote, bool(parallel))


def _show(
    records: list[dict],
    as_json: bool,
    verbose: bool,
    well: bool = True,
    shown: Collection[str] = (),
) -> None:
    """Print runs, except those that were shown already; end with 1 unless all is well."""
    bad = not well or any(map(failed, records))
    if as_json:
        print_json(records)
    else:
        print_lines(
            run_lines([run for run in records if run["iteration"] or run["uid"] not in shown])
        )
        if bad and not verbose:
            click.echo("Add --verbose for MLRun's log and tracebacks.", err=True)
    sys.exit(1 if bad else 0)


@main.command()
@json_option
@verbose_option
@click.pass_obj
def functions(load_options: dict[str, Any], as_json: bool, verbose: bool) -> None:
    """List the functions of project.yaml: what they take, and what they are logged as."""
    file = _read_project(load_options)
    found = [described(file, name) for name in file.functions]
    if as_json:
        print_json(found)
    else:
        print_lines(functions_lines(found))


@main.command()
@click.argument("name", default="main", shell_complete=completing.workflows)
@pairs_option("-a", "--arguments", complete=completing.arguments, help="An argument.")
@remote_option
@json_option
@verbose_option
@click.pass_obj
def workflow(
    load_options: dict[str, Any],
    name: str,
    arguments: dict[str, str],
    remote: bool,
    as_json: bool,
    verbose: bool,
) -> None:
    """Run a workflow of project.yaml (main unless named), step by step."""
    file = _read_project(load_options)
    if not file.is_extended:
        check_workflow(file.workflows, name)
    with only_json(as_json), temporary_folder():
        project = load(load_options, verbose)
        from mlrun_images.running.remote import check_remote_workflow
        from mlrun_images.running.runs import run_workflow

        if remote:
            check_remote_workflow(project)
        values = {key: parse_value(value) for key, value in arguments.items()}
        shown: set[str] = set()
        output = sys.stdout  # the next step's handler has one of its own, which becomes its log

        def show(record: dict) -> None:
            shown.add(record["uid"])
            if not as_json:
                for line in run_lines([record]):
                    click.echo(line, file=output)

        succeeded, records = run_workflow(project, name, values, remote, show)
    _show(records, as_json, verbose, succeeded, shown)


@main.command()
@filter_options
@last_option(20, "runs")
@json_option
@verbose_option
@click.pass_obj
def runs(
    load_options: dict[str, Any], filters: Filters, last: int, as_json: bool, verbose: bool
) -> None:
    """Show past runs, newest first; with a UID, or how it begins, that run whole.

    A sweep is one run. Its iterations are shown with its UID. What is said of images finds the runs
    that made such an image.
    """
    filtered = filters != Filters(uids=filters.uids)
    if filters.uids and filtered:
        raise click.UsageError("give UIDs, or options that say which runs")
    with only_json(as_json):
        history = open_history(load_options, verbose)
        from mlrun_images.looking.images import find_runs
        from mlrun_images.looking.summaries import outlines, summaries, whole_runs

        found = itertools.islice(find_runs(history, filters), last)
        if filters.uids:
            records = whole_runs(history, filters.uids)
        elif as_json:
            records = summaries(history, found)
        else:
            records = outlines(history, found)
    if as_json:
        print_json(records)
    elif filters.uids:
        print_lines(line for record in records for line in whole_run_lines(record))
    elif filtered and not records:
        print_lines(["No such runs."])
    else:
        print_lines(runs_lines(records))


@main.command()
@filter_options
@last_option(100, "images")
@json_option
@verbose_option
@click.pass_obj
def images(
    load_options: dict[str, Any], filters: Filters, last: int, as_json: bool, verbose: bool
) -> None:
    """List images, the newest run's first."""
    with only_json(as_json):
        history = open_history(load_options, verbose)
        from mlrun_images.looking.images import find_images

        found = list(itertools.islice(find_images(history, filters), last))
    if as_json:
        print_json(found)
    else:
        print_lines(images_lines(found))


@main.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="[default: gallery.html or, with --zip, gallery.zip]",
)
@filter_options
@last_option(1000, "images", "--newest")
@click.option("--zip", "zipped", is_flag=True, help="Write a ZIP file: the page with its files.")
@click.option(
    "--open/--no-open",
    "open_page",
    default=True,
    help="Open it in a browser, where there is a screen.",
)
@verbose_option
@click.pass_obj
def gallery(
    load_options: dict[str, Any],
    output: Path | None,
    filters: Filters,
    last: int,
    zipped: bool,
    open_page: bool,
    verbose: bool,
) -> None:
    """Write one offline HTML page of the newest runs and their images."""
    history = open_history(load_options, verbose)
    from mlrun_images.looking import gallery as page

    path = output or Path(history.folder, "gallery.zip" if zipped else "gallery.html")
    written = page.write(history, path, last, filters, zipped)
    what, where = "file" if zipped else "page", short_path(str(written.path))
    lines = [f"Images: {written.images:,}, runs: {written.runs:,}, {what}: {where}"]
    if written.more:
        lines.append("Older images are not shown: --newest N")
    print_lines(lines)
    if open_page and sys.stdout.isatty() and not zipped:
        click.launch(written.path.as_uri())


@main.command()
@filter_options
@last_option(None, "runs")
@click.option("--yes", is_flag=True, help="Do not ask.")
@verbose_option
@click.pass_obj
def delete(
    load_options: dict[str, Any], filters: Filters, last: int | None, yes: bool, verbose: bool
) -> None:
    """Delete runs with their artifacts and files.

    Name them by UID, or by how it begins; or give options that say which, such as --failed or
    --older. What is said of images finds the runs that made such an image.
    """
    if bool(filters.uids) == (filters != Filters(uids=filters.uids)):
        raise click.UsageError("give UIDs, or options that say which runs")
    history = open_history(load_options, verbose)
    from mlrun_images.looking.deleting import delete_runs
    from mlrun_images.looking.images import find_runs
    from mlrun_images.looking.summaries import outlines

    found = list(itertools.islice(find_runs(history, filters), last))
    if not found:
        print_lines(["No such runs."])
        return
    if not yes:
        print_lines(runs_lines(outlines(history, found[:SHOWN])))
        click.confirm(f"Delete {len(found):,} run(s) with their files?", abort=True, err=True)
    deleted, left = delete_runs(history, found)
    print_lines([f"Deleted: {deleted:,} run(s)", *(printable(line, 500) for line in left)])
    sys.exit(1 if left else 0)


@main.command()
@click.argument("uids", metavar="UID...", nargs=-1, required=True)
@verbose_option
@click.pass_obj
def abort(load_options: dict[str, Any], uids: tuple[str, ...], verbose: bool) -> None:
    """Record runs as aborted whose process is gone, which from here cannot be seen.

    It is for runs of another machine or container. A job is ended. A process that lives goes on,
    and its run with it: end that one instead.
    """
    history = open_history(load_options, verbose)
    from mlrun_images.looking.aborting import abort_runs

    aborted, left = abort_runs(history, history.named(uids))
    print_lines([f"Aborted: {aborted:,} run(s)", *(printable(line, 500) for line in left)])
    sys.exit(1 if left else 0)
