"""Starts a git repository with the rendered files as its first commit, and prints the next steps.

Whatever goes wrong here, the project stays: cookiecutter removes it where a hook fails, so this one
never does. There is no repository where git or a git user is missing, or inside another repository.
cookiecutter runs this file in its own Python, 3.8 or newer, in the project's folder.
"""

import sys

# cookiecutter runs this file from the temporary folder, whose modules are not Python's own
if not getattr(sys.flags, "safe_path", False):
    sys.path.pop(0)

import json
import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

# what cookiecutter rendered or copied, as paths below the project's folder
TEMPLATE_FILES = r"""<<cookiecutter|template_files|tojson>>"""
MESSAGE = "Start from the template"
# seconds for one git command: a commit's signer or hook may ask a person, and wait for ever
LIMIT = 20
# variables of git's that say who the user is and how git is set up, not where a repository is
KEPT_VARIABLES = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_EXEC_PATH", "GIT_TEMPLATE_")
# names that are printed of what was left out of the commit
SHOWN = 5


def main() -> None:
    """Do what the module says, and print why where git did not do its part."""
    notes, steps = [], []
    try:
        files = rendered_files()
        if may_start_repository():
            start_repository(files)
            notes += left_out(files)
            steps += commit()
    except Exception as error:
        notes.append(f"There is no git repository: {error}")
    show(notes, [f"cd {folder()}", *steps, "make run", "make test"])


def rendered_files() -> set:
    """Remove what a use of the template's own modules left in a working tree; return the rest."""
    files = {Path(name) for name in json.loads(TEMPLATE_FILES)}
    caches = {file.parent for file in files if file.parent.name == "__pycache__"}
    for cache in caches:
        shutil.rmtree(cache, ignore_errors=True)
    # a folder of a rendered file's name, of before, keeps cookiecutter from writing that file
    return {file for file in files if file.is_file()}


def git(*arguments: str) -> bool:
    """Run git, and end it with all that it started where it takes too long.

    :return: Whether it succeeded.

    :raise OSError:      If it cannot be started.
    :raise TimeoutError: If it took longer than LIMIT.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(KEPT_VARIABLES)
    }
    # in a session of its own it has no terminal to ask at, and can be ended as a whole;
    # a folder that somebody else owns (a volume of a container) is as good as any
    process = subprocess.Popen(
        ("git", "-c", "safe.directory=*", *arguments),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(LIMIT) == 0
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"git did not end within {LIMIT} seconds") from None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(LIMIT)


def may_start_repository() -> bool:
    """Say whether there is git, a git user (not one that git makes up), and no repository yet."""
    if not shutil.which("git") or os.path.lexists(".git"):
        return False
    identity = ("-c", "user.useConfigOnly=true", "var")
    return (
        git(*identity, "GIT_AUTHOR_IDENT")
        and git(*identity, "GIT_COMMITTER_IDENT")
        and not git("rev-parse", "--git-dir")
    )


def start_repository(files: set) -> None:
    """Make a repository, whose branch is `main` as the README says, whatever the user's default is,
    and stage the rendered files, even those that a user's git ignores.

    :raise OSError: If git does not.
    """
    names = sorted(str(file) for file in files)
    commands = (
        ("init",),
        ("symbolic-ref", "HEAD", "refs/heads/main"),  # git before 2.28 has no `init -b`
        ("--literal-pathspecs", "add", "--force", "--", *names),
    )
    try:
        if not all(git(*command) for command in commands):
            raise OSError("git refused to make one")
    except OSError:
        shutil.rmtree(".git", ignore_errors=True)
        raise


def commit() -> list:
    """Commit what is staged.

    :return: The command that is left to the user where git did not commit, else nothing.
    """
    try:
        if git("commit", "-m", MESSAGE):
            return []
        why = "git refused to"
    except TimeoutError as error:
        why = str(error)
    return [f"git commit -m '{MESSAGE}'    # {why}"]


def left_out(files: set) -> list:
    """Name what lay in the folder before, in one line; nothing where it was empty."""
    kept_folders = {parent for file in files for parent in file.parents}
    found = []
    for root, inner, names in os.walk("."):
        strange = [name for name in inner if Path(root, name) not in kept_folders]
        inner[:] = [name for name in inner if name not in strange]
        found += [f"{Path(root, name)}/" for name in strange if name != ".git"]
        found += [str(Path(root, name)) for name in names if Path(root, name) not in files]
    shown = [name if name.isprintable() else ascii(name) for name in sorted(found)[:SHOWN]]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    what = ", ".join(shown) + more
    return [f"Left out of the first commit, since it was here before: {what}"] if found else []


def folder() -> str:
    """Return the project's folder as one types it after `cd`, where cookiecutter was started."""
    parent, name = os.path.split(os.getcwd())
    started = os.environ.get("PWD", parent)
    return (
        name if os.path.realpath(started) == os.path.realpath(parent) else shlex.quote(os.getcwd())
    )


def show(notes: list, steps: list) -> None:
    """Print, in the bytes that the folder's name is made of, whatever the terminal's encoding."""
    lines = [*(f"\n{note}" for note in notes), "\nNext:", *(f"    {step}" for step in steps), ""]
    try:
        os.write(1, os.fsencode("\n".join(lines)))
    except OSError:
        pass  # nobody reads it


if __name__ == "__main__":
    main()
