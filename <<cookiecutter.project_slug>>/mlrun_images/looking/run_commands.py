"""The commands that run functions and workflows, and tell which there are."""

import contextlib
import math
import sys
from collections.abc import Collection
from typing import Any

import click

from mlrun_images.checks import check_early, check_workflow_early
from mlrun_images.errors import Refused
from mlrun_images.hints import parse_value, read_hint
from mlrun_images.looking import completing, options
from mlrun_images.looking.finding import find_inputs
from mlrun_images.looking.opening import Opener
from mlrun_images.looking.printing import only_json, print_json, print_lines
from mlrun_images.looking.terminal import failed, run_lines
from mlrun_images.processes import temporary_folder
from mlrun_images.project_file import describe_function
from mlrun_images.text import printable


class WithFunction(click.Command):
    """A command whose help, with a function of project.yaml on the line, is that function's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the words of the line: Click shows its help before it reads them."""
        ctx.meta["words"] = list(args)
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what a function does and takes; without one, what the command does."""
        function, is_named = self._function(ctx)
        if not is_named:
            return super().format_help_text(ctx, formatter)
        named = function["name"]
        with formatter.section(f"{named}, which is {function['handler']} in {function['file']}"):
            indent = " " * formatter.current_indent
            for line in function["doc"].splitlines():
                formatter.write(f"{indent}{printable(line, joined=False)}".rstrip() + "\n")
        with formatter.section("Parameters"):
            formatter.write_dl(_parameters(function))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write an example with the function, or with the one that runs if none is named."""
        function, _ = self._function(ctx)
        if function:
            formatter.write_paragraph()
            formatter.write_text(f"Example: {_example(function)}")

    @staticmethod
    def _function(ctx: click.Context) -> tuple[dict, bool]:
        """Describe the function on the line, else the default one; and say which it is."""
        with contextlib.suppress(Refused):
            file = ctx.obj.file()
            named = next((one for one in file.functions if one in ctx.meta["words"]), None)
            if file.functions:
                return describe_function(file, named or file.default_function), named is not None
        return {}, False


def _example(function: dict) -> str:
    defaults = (function["parameters"] or {}).items()
    given = [f"-p {name}={text}" for name, text in defaults if text and text.isalnum()]
    hints = [read_hint(hint).key for hint in function["returns"][:1] if isinstance(hint, str)]
    key = hints[0] if hints else function["name"]
    asked = f'--returns "{key} : file[format=jpeg, quality=90]"'
    return printable(" ".join(["python main.py run", function["name"], *given[:1], asked]))


def _parameters(function: dict) -> list[tuple[str, str]]:
    if function["parameters"] is None:
        return [("?", "its source does not say it plainly")]
    types = function["types"]
    rows = [
        (name, f"{types.get(name, '')} {'[needed]' if text is None else f'[default: {text}]'}")
        for name, text in function["parameters"].items()
    ]
    rows += [("…", "any others")] if function["takes_any"] else []
    return [(printable(name), printable(text)) for name, text in rows] or [("none", "")]


@click.command(cls=WithFunction)
@click.argument("function", required=False, shell_complete=completing.functions)
@options.pairs_option("-p", "--param", "params", help="Parameter.")
@options.pairs_option(
    "-i",
    "--inputs",
    metavar="NAME=URL",
    repeated=True,
    complete=completing.inputs,
    help="Input: a path, a URL, or KEY or UID/KEY of an earlier output. Again for a list.",
)
@options.pairs_option("-x", "--hyperparam", metavar="NAME=[A,B]", help="Sweep over the values.")
@click.option(
    "--returns",
    multiple=True,
    metavar="HINT",
    help='Log hint of an output: "key : type[option=value]".',
)
@options.remote_option
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
@options.json_option
@options.verbose_option
@click.pass_obj
def run(
    opener: Opener,
    function: str | None,
    params: dict[str, str],
    inputs: dict[str, list[str]],
    hyperparam: dict[str, str],
    returns: tuple[str, ...],
    remote: bool,
    parallel: int | None,
    dask_address: str | None,
    as_json: bool,
) -> None:
    """Run FUNCTION and show what it made.

    Without a name it runs gen-image or, where project.yaml has none, the first function there.
    With a name, -h shows what that function does and takes.

    The exit code is 0 only if the run completed and every output that was asked for is there.
    """
    sweep = _sweep(hyperparam, parallel, dask_address, remote)
    # what can be refused without MLRun is refused at once
    file = opener.file()
    name = function or file.default_function
    check_early(file, name, [*params, *inputs, *sweep], returns)
    _start_recorder()
    found = {} if opener.has_server else find_inputs(opener.history(), inputs)
    with only_json(as_json), temporary_folder():
        project = opener.project()
        if opener.has_server:
            found = find_inputs(opener.history(project), inputs, remote)
        total = 0 if not sweep or opener.has_server else math.prod(map(len, sweep.values()))
        from mlrun_images.running.arguments import check_inputs, check_run
        from mlrun_images.running.parallel import dask_cluster
        from mlrun_images.running.remote import check_remote
        from mlrun_images.running.runs import run_function

        with _sign_of_life(name, as_json, total, is_elsewhere=remote):
            values, sweep, hints = check_run(project, name, params, found, sweep, returns)
            if remote:
                check_remote(project, name)
            else:
                check_inputs(project, found)
            with dask_cluster(parallel, dask_address) if parallel else contextlib.nullcontext():
                records = run_function(
                    project, name, values, found, sweep, hints, remote, bool(parallel)
                )
    _show(opener, records, as_json)


def _start_recorder() -> None:
    """Do it before this process has a file of SQLite open, and before MLRun makes it large."""
    from mlrun_images.running.recorder_client import own_recorder

    own_recorder()


def _sign_of_life(name: str, as_json: bool, *arguments: Any, **options: Any) -> Any:
    from mlrun_images.running.own_run import sign_of_life

    is_wanted = sys.stderr.isatty() and not as_json
    return sign_of_life(name, *arguments, **options) if is_wanted else contextlib.nullcontext()


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


def _show(
    opener: Opener,
    records: list[dict],
    as_json: bool,
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
        if bad and not opener.verbose:
            click.echo(
                "`python main.py runs UID` shows what a run said; --verbose adds MLRun's log.",
                err=True,
            )
    sys.exit(1 if bad else 0)


@click.command()
@options.json_option
@options.verbose_option
@click.pass_obj
def functions(opener: Opener, as_json: bool) -> None:
    """List the functions of project.yaml: what they take, and what they are logged as."""
    file = opener.file()
    found = [describe_function(file, name) for name in file.functions]
    if as_json:
        print_json(found)
    else:
        from mlrun_images.looking.tables import functions_lines

        print_lines(functions_lines(found))


@click.command()
@click.argument("name", default="main", shell_complete=completing.workflows)
@options.pairs_option("-a", "--arguments", complete=completing.arguments, help="An argument.")
@options.remote_option
@options.json_option
@options.verbose_option
@click.pass_obj
def workflow(
    opener: Opener,
    name: str,
    arguments: dict[str, str],
    remote: bool,
    as_json: bool,
) -> None:
    """Run a workflow of project.yaml (main unless named), step by step."""
    file = opener.file()
    check_workflow_early(file, name, list(arguments))
    _start_recorder()
    with only_json(as_json), temporary_folder():
        project = opener.project()
        from mlrun_images.history.sign import ERASE
        from mlrun_images.running.arguments import read_workflow_arguments
        from mlrun_images.running.recording import apart
        from mlrun_images.running.remote import check_remote_workflow
        from mlrun_images.running.runs import run_workflow

        if remote:
            check_remote_workflow(project)
        values = read_workflow_arguments(project, name, arguments)
        shown: set[str] = set()
        output = apart(sys.stdout)  # what goes to it meanwhile is the next step's

        def show(record: dict) -> None:
            shown.add(record["uid"])
            if not as_json:
                lines = "\n".join(run_lines([record]))
                click.echo(ERASE * output.isatty() + lines, file=output)

        with _sign_of_life(name, as_json, is_elsewhere=remote):
            succeeded, records = run_workflow(project, name, values, remote, show)
    _show(opener, records, as_json, succeeded, shown)
