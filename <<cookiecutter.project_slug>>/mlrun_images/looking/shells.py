"""
Completion by TAB in bash, zsh and fish.

Click's own scripts end every completion in a space, and in zsh and fish find only a command that is
on the path. These begin what is typed behind an = anew, as `width=`, and start the command as it
was typed, as `./main.py`.
"""

import os
from pathlib import Path
from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

SCRIPTS = Path(__file__).with_name("completion")


def register() -> None:
    """Put these in the place of Click's."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)


class Bash(BashComplete):
    """Bash, which makes words of what is before, at and behind an =."""

    source_template = (SCRIPTS / "complete.bash").read_text()

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, and how that one begins."""
        words = split_arg_string(os.environ["COMP_WORDS"])[: int(os.environ["COMP_CWORD"]) + 1]
        if len(words) <= int(os.environ["COMP_CWORD"]):
            words.append("")
        joined: list[str] = []
        for word in words:
            if joined and (word == "=" or joined[-1].endswith("=")):
                joined[-1] += word
            else:
                joined.append(word)
        self._before = len(joined[-1].rpartition("=")[0] + "=") if "=" in joined[-1] else 0
        return joined[1:-1], joined[-1]

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A line of the script's: what bash puts in the place of its word."""
        is_option = item.type == "plain" and not str(item.value)[: self._before].endswith("=")
        return f"{item.type},{item.value if is_option else str(item.value)[self._before :]}"


def _line(self: ShellComplete, item: CompletionItem[Any]) -> str:
    """A line that the script of zsh or fish reads."""
    return f"{item.type},{item.value}"


class Zsh(ZshComplete):
    """Zsh."""

    source_template = (SCRIPTS / "complete.zsh").read_text()
    format_completion = _line


class Fish(FishComplete):
    """Fish, which puts no space behind an = or a / by itself."""

    source_template = (SCRIPTS / "complete.fish").read_text()
    format_completion = _line
