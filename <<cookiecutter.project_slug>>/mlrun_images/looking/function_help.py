"""The help of `run FUNCTION`: what the function's source says of it, without importing it."""

import click

from mlrun_images.errors import Refused
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
        try:
            file = ctx.obj.file()
            named = next((one for one in file.functions if one in ctx.meta["words"]), None)
        except Refused:
            named = None
        if named is None:
            return super().format_help_text(ctx, formatter)
        function = describe_function(file, named)
        with formatter.section(f"{named}, which is {function['handler']} in {function['file']}"):
            indent = " " * formatter.current_indent
            for line in function["doc"].splitlines():
                formatter.write(f"{indent}{printable(line, joined=False)}".rstrip() + "\n")
        with formatter.section("Parameters"):
            formatter.write_dl(_parameters(function))


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
