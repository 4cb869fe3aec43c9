"""The commands that show, find and delete past runs and their images."""

import itertools
import sys
from pathlib import Path

import click

from mlrun_images.history.filters import Filters
from mlrun_images.looking import completing, options
from mlrun_images.looking.finding import find_images, find_runs, outlines, summaries
from mlrun_images.looking.gallery_data import NEWEST
from mlrun_images.looking.opening import Opener
from mlrun_images.looking.printing import linked, only_json, print_json, print_lines
from mlrun_images.looking.terminal import run_lines, short_path
from mlrun_images.text import printable

SHOWN = 20  # runs that are listed before they are deleted


@click.command()
@options.filter_options
@options.last_option(20, "runs")
@options.json_option
@options.verbose_option
@click.pass_obj
def runs(opener: Opener, filters: Filters, last: int, as_json: bool) -> None:
    """Show past runs, newest first; with a UID, or how it begins, that run whole.

    A sweep is one run. Its iterations are shown with its UID. What is said of images finds the runs
    that made such an image.
    """
    filtered = filters != Filters(uids=filters.uids)
    if filters.uids and filtered:
        raise click.UsageError("give UIDs, or options that say which runs")
    with only_json(as_json):
        history = opener.history()
        found = itertools.islice(find_runs(history, filters), last)
        if filters.uids:
            records = summaries(history, history.find_all(filters.uids), whole=True)
        elif as_json:
            records = summaries(history, found)
        else:
            records = outlines(history, found)
    if as_json:
        print_json(records)
    elif filters.uids:
        print_lines(run_lines(records, whole=True))
    elif filtered and not records:
        print_lines(["No such runs."])
    else:
        from mlrun_images.looking.tables import runs_lines

        print_lines(runs_lines(records))


@click.command()
@options.filter_options
@options.last_option(100, "images")
@options.json_option
@options.verbose_option
@click.pass_obj
def images(opener: Opener, filters: Filters, last: int, as_json: bool) -> None:
    """List images, the newest run's first."""
    with only_json(as_json):
        history = opener.history()
        found = list(itertools.islice(find_images(history, filters), last))
    if as_json:
        print_json(found)
    else:
        from mlrun_images.looking.tables import images_lines

        print_lines(images_lines(found))


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="[default: gallery.html or, with --zip, gallery.zip]",
)
@options.filter_options
@options.last_option(NEWEST, "images", "--newest")
@click.option("--zip", "zipped", is_flag=True, help="Write a ZIP file: the page with its files.")
@click.option(
    "--open/--no-open",
    "open_page",
    default=True,
    help="Open it in a browser, where there is a screen.",
)
@options.verbose_option
@click.pass_obj
def gallery(
    opener: Opener,
    output: Path | None,
    filters: Filters,
    last: int,
    zipped: bool,
    open_page: bool,
) -> None:
    """Write one offline HTML page of the newest runs and their images."""
    history = opener.history()
    from mlrun_images.looking import gallery as page

    path = output or Path(history.folder, "gallery.zip" if zipped else "gallery.html")
    is_new = not path.parent.exists()
    written = page.write(history, path, last, filters, zipped)
    what, where = "file" if zipped else "page", linked(short_path(str(written.path)), written.path)
    lines = [f"Images: {written.images:,}, runs: {written.runs:,}, {what}: {where}"]
    if is_new:
        lines.append(f"New folder: {short_path(str(written.path.parent))}")
    if written.more:
        lines.append("Older images are not shown: --newest N")
    print_lines(lines)
    if open_page and sys.stdout.isatty() and not zipped:
        click.launch(written.path.as_uri())


@click.command()
@options.filter_options
@options.last_option(None, "runs")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.verbose_option
@click.pass_obj
def delete(opener: Opener, filters: Filters, last: int | None, yes: bool) -> None:
    """Delete runs with their artifacts and files.

    Name them by UID, or by how it begins; or give options that say which, such as --failed or
    --older. What is said of images finds the runs that made such an image.
    """
    if bool(filters.uids) == (filters != Filters(uids=filters.uids)):
        raise click.UsageError("give UIDs, or options that say which runs")
    history = opener.history()
    from mlrun_images.looking.tidying import delete_runs

    found = list(itertools.islice(find_runs(history, filters), last))
    if not found:
        print_lines(["No such runs."])
        return
    if not yes:
        from mlrun_images.looking.tables import runs_lines

        print_lines(runs_lines(outlines(history, found[:SHOWN])))
        click.confirm(f"Delete {len(found):,} run(s) with their files?", abort=True, err=True)
    deleted, left = delete_runs(history, found)
    print_lines([f"Deleted: {deleted:,} run(s)", *(printable(line, 500) for line in left)])
    sys.exit(1 if left else 0)


@click.command()
@click.argument("uids", metavar="UID...", nargs=-1, required=True, shell_complete=completing.uids)
@options.verbose_option
@click.pass_obj
def abort(opener: Opener, uids: tuple[str, ...]) -> None:
    """Record runs as aborted whose process is gone, which from here cannot be seen.

    It is for runs of another machine or container. A job is ended. A process that lives goes on,
    and its run with it: end that one instead.
    """
    history = opener.history()
    from mlrun_images.looking.tidying import abort_runs

    aborted, left = abort_runs(history, history.find_all(uids))
    print_lines([f"Aborted: {aborted:,} run(s)", *(printable(line, 500) for line in left)])
    sys.exit(1 if left else 0)
