"""The project's command. `python main.py` shows what it can do."""

import os
import sys

import click

from mlrun_images import __version__
from mlrun_images.looking import past_commands, run_commands
from mlrun_images.looking.opening import Opener
from mlrun_images.looking.options import Commands
from mlrun_images.versions import mlruns_version

SETTINGS = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}
CODES = """\b
Exit codes:
  0  all that was asked for is there
  1  a run failed or lacks an output; or nothing was run, and one line says why
  2  the command was mistyped"""


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
    python main.py functions               what there is to run
    python main.py run NAME -h             what a function does and takes, with an example
    python main.py run NAME -x "A=[1,2]"   a sweep over a parameter's values
    python main.py workflow                the default workflow: several functions
    python main.py runs                    past runs
    python main.py gallery                 all images on one page
    """
    ctx.obj = Opener(ctx.obj, name or "", env_file or "")
    if "NO_COLOR" in os.environ:
        ctx.color = False
    if not ctx.invoked_subcommand:
        click.echo(ctx.get_help())


for command in (
    run_commands.run,
    run_commands.workflow,
    run_commands.functions,
    past_commands.runs,
    past_commands.images,
    past_commands.gallery,
    past_commands.delete,
    past_commands.abort,
):
    main.add_command(command)
