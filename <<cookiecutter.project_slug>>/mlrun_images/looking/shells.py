"""
Completion by TAB in bash, zsh and fish.

Click's own scripts end every completion in a space, and in zsh and fish find only a command that is
on the path. These begin what is typed behind an = anew, as `width=`, and start the command as it
was typed, as `./main.py`.
"""

import os
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

BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            plain) COMPREPLY+=("$value"); [[ $value != *[=/] ]] || compopt -o nospace ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
    done < <(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete $1)
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
ZSH = """\
#compdef %(prog_name)s
%(complete_func)s() {
    local -a lines whole begun
    local line
    lines=("${(@f)$(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \\
        %(complete_var)s=zsh_complete ${words[1]})}")
    for line in $lines; do
        case $line in
            plain,*[=/]) begun+=(${line#*,}) ;;
            plain,*) whole+=(${line#*,}) ;;
            dir,*) _path_files -/ ;;
            file,*) _path_files -f ;;
        esac
    done
    (( ! $#whole )) || compadd -U -V unsorted -a whole
    (( ! $#begun )) || compadd -U -V unsorted -S '' -a begun
}
compdef %(complete_func)s %(prog_name)s
"""
FISH = """\
function %(complete_func)s
    set -l words (commandline -opc)
    for line in (COMP_WORDS=(commandline -cp | string collect) COMP_CWORD=(commandline -t) \\
            %(complete_var)s=fish_complete $words[1])
        set -l parts (string split -m 1 , -- $line)
        switch $parts[1]
            case plain
                echo $parts[2]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
        end
    end
end
complete --no-files --keep-order --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


def register() -> None:
    """Put these in the place of Click's."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)


class Bash(BashComplete):
    """Bash, which makes words of what is before, at and behind an =."""

    source_template = BASH

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

    source_template = ZSH
    format_completion = _line


class Fish(FishComplete):
    """Fish, which puts no space behind an = or a / by itself."""

    source_template = FISH
    format_completion = _line
