"""TAB in the shells themselves, by the line of the README."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import prepared
from in_process import new_environment

BLOCKED = "raise ImportError('{} was imported')"
NEXT = "-- next line --"
BASH = """
COMPREPLY=()
COMP_LINE={line} COMP_WORDS=({words}) COMP_CWORD={last}
_mainpy_completion ./main.py 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH_START = """
autoload -Uz compinit && compinit -u -d {dump}
{eval}
comptest() {{ compadd() {{ while [[ $1 == -* ]] && [[ $1 != -a ]]; do
    [[ $1 == -[VS] ]] && shift; shift; done; print -rl -- ${{(P)2}} }} }}
comptest
"""
ZSH = """
words=({words}) CURRENT={last}
_mainpy_completion
"""


@pytest.fixture(scope="module")
def history(project, tmp_path_factory) -> Path:
    """A copy of the project with runs, and with no MLRun, NumPy or Pillow to import."""
    folder = tmp_path_factory.mktemp("tab") / "project"
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns(".*", "artifacts"))
    command = [prepared.python(), "main.py", "run", "-p", "width=8"]
    command += ["--returns", "gradient : file"]
    subprocess.run(command, cwd=folder, env=new_environment(), check=True, capture_output=True)
    blocked = folder.with_name("blocked")
    blocked.mkdir()
    for name in ("mlrun", "numpy", "PIL", "pandas"):
        (blocked / f"{name}.py").write_text(BLOCKED.format(name))
    return folder


def environment(folder: Path) -> dict[str, str]:
    bin = Path(sys.executable).parent
    blocked = {"PYTHONPATH": str(folder.with_name("blocked")), "HOME": str(folder.parent)}
    return new_environment() | blocked | {"PATH": f"{bin}:{os.environ['PATH']}", "TERM": "dumb"}


def readme_line(folder: Path, shell: str) -> str:
    text = (folder / "README.md").read_text()
    line = re.search(r"^    (eval .*_MAIN_PY_COMPLETE.*)$", text, re.MULTILINE)
    assert line
    return line[1].replace("bash_source", f"{shell}_source")


def words_of_bash(line: str) -> list[str]:
    """The words that bash makes of a line: an = is one of its own."""
    words = [word for part in line.split(" ") for word in re.split("(=)", part)]
    return [word for number, word in enumerate(words) if word or number == len(words) - 1]


def in_bash(folder: Path, lines: list[str]) -> list[str]:
    scripts = [readme_line(folder, "bash")]
    for line in lines:
        words = words_of_bash(line)
        quoted = " ".join(f"'{word}'" for word in words)
        scripts.append(BASH.format(line=f"'{line}'", words=quoted, last=len(words) - 1))
    return scripts


def in_zsh(folder: Path, lines: list[str]) -> list[str]:
    line, dump = readme_line(folder, "zsh"), folder.with_name("zcompdump")
    scripts = [ZSH_START.format(eval=line, dump=dump)]
    for words in (line.split(" ") for line in lines):
        quoted = " ".join(f"'{word}'" for word in words)
        scripts.append(ZSH.format(words=quoted, last=len(words)))
    return scripts


def in_fish(folder: Path, lines: list[str]) -> list[str]:
    source = re.sub(r'^eval "\$\((.*)\)"$', r"env \1 | source", readme_line(folder, "fish"))
    return [source, *(f"complete -C '{line}'" for line in lines)]


SHELLS = {"bash": in_bash, "zsh": in_zsh, "fish": in_fish}


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_what_the_project_and_its_history_have(history, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")

    def tab(*lines: str) -> list[list[str]]:
        """What one shell completes each line to."""
        script = f"\necho '{NEXT}'\n".join(SHELLS[shell](history, list(lines)))
        done = subprocess.run(
            [shell, "-c", script], cwd=history, env=environment(history), capture_output=True,
            text=True, timeout=600,
        )  # fmt: skip
        assert done.stderr == ""
        return [found.split() for found in done.stdout.split(NEXT)[1:]]

    ((uid,),) = tab("./main.py runs ")
    assert re.fullmatch("[0-9a-f]{32}", uid)
    behind = "" if shell == "bash" else "image="
    wanted = {
        "./main.py gal": ["gallery"],
        "./main.py run tr": ["transform-image"],
        "./main.py run -p wi": ["width="],
        "./main.py run transform-image -p d": ["degrees="],
        "./main.py run -p width=5 -p he": ["height="],
        "./main.py run gen-image -p width=5 -p ": ["height="],
        "./main.py workflow ": ["main"],
        "./main.py workflow -a deg": ["degrees="],
        f"./main.py runs {uid[:5]}": [uid],
        f"./main.py delete {uid} ": [],
        "./main.py images --key ": ["gradient"],
        "./main.py images --format p": ["png"],
        "./main.py images --format T": ["TIFF"],
        "./main.py gallery --function g": ["gen-image"],
        "./main.py run transform-image -i image=gr": [f"{behind}gradient"],
        f"./main.py run transform-image -i image={uid[:5]}": [f"{behind}{uid}/"],
        f"./main.py run transform-image -i image={uid}/": [f"{behind}{uid}/gradient"],
        "./main.py runs zz": [],
    }
    assert dict(zip(wanted, tab(*wanted), strict=True)) == wanted


def test_tab_says_nothing_where_nothing_can_be_read(history, tmp_path):
    folder = shutil.copytree(history, tmp_path / "copy", ignore=shutil.ignore_patterns(".mlrun"))
    shutil.copytree(history.with_name("blocked"), tmp_path / "blocked")

    def tab(line: str, **env: str) -> tuple[int, str, str]:
        words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
        done = subprocess.run(
            [sys.executable, "main.py"], cwd=folder, capture_output=True, text=True, timeout=600,
            env=environment(folder) | words | {"_MAIN_PY_COMPLETE": "zsh_complete"} | env,
        )  # fmt: skip
        return done.returncode, done.stdout.strip(), done.stderr

    assert tab("main.py runs ") == tab("main.py images --key ") == (0, "", "")
    assert not (folder / ".mlrun").exists()
    assert tab("main.py runs ", MLRUN_DBPATH="http://localhost:1") == (0, "", "")
    (folder / "generate_image.py").write_text("def generate_gradient(")
    assert tab("main.py run -p ") == (0, "", "")
    (folder / "project.yaml").write_text("{")
    assert tab("main.py run ") == (0, "", "")
