"""A run on a terminal: its handler has it as ever, and while it is quiet a line shows life."""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

import pytest

import prepared
from in_process import new_environment

HANDLER = r"""
import os, sys, time
from mlrun_images import log_image
from PIL import Image


def handler(how):
    print("begun")
    HOW[how]()
    print("done")
    return 1


def bar():
    for share in range(3):
        print(f"\r{share} of 3", end="", flush=True)
        time.sleep(1.4)
    print()


def images():
    for number in range(4):
        log_image(Image.new("L", (4, 4), number), "img")
    waits()


def waits():
    while not os.path.exists("go"):
        time.sleep(0.1)


def cleans():
    try:
        [time.sleep(0.1) for _ in range(600)]
    finally:
        time.sleep(1)
        print("cleaned")


HOW = {
    "cleans": cleans,
    "quiet": lambda: time.sleep(4),
    "waits": waits,
    "images": images,
    "bar": bar,
    "asks": lambda: print("<" + input("your name? ") + ">"),
    "stops": breakpoint,
    "tells": lambda: print(*(os.isatty(file) for file in (0, 1, 2)), sys.stdout.isatty(),
                           sys.stderr.isatty(), tuple(os.get_terminal_size(2))),
}
"""
BEFORE = """
import os, sys
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
{}
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
SIGN = re.compile(r"\r\x1b\[K(ask-handler  \d+:\d\d[^\r]*)")


@pytest.fixture
def terminal(copy):
    copy.add_function("ask", "", "how")
    (copy.folder / "ask.py").write_text(HANDLER)

    def terminal(
        *arguments: str,
        answers: tuple[tuple[str, str], ...] = (),
        before: str = "",
        until: str = "",
        python: str = "",
    ):
        """
        Run the command on a terminal, typing an answer after each text, slowly.

        With something to do before, or with `python`, it is run by a new Python. A handler that
        waits goes on when a pattern is seen.
        """
        (copy.folder / "go").unlink(missing_ok=True)
        command = [python or prepared.python(), str(copy.folder / "main.py"), *arguments]
        if before:
            command = [sys.executable, "-c", BEFORE.format(before), *command[1:]]
        pid, file = pty.fork()
        if not pid:
            os.chdir(copy.folder)
            os.execve(command[0], command, new_environment() | {"NO_COLOR": "1"})
        fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
        shown, asked, end = "", list(answers), time.monotonic() + 300
        while select.select([file], [], [], 600)[0]:
            try:
                shown += os.read(file, 2**16).decode()
            except OSError:
                break
            if until and (re.search(until, shown, re.DOTALL) or time.monotonic() > end):
                (copy.folder / "go").touch()
            if asked and asked[0][0] in shown.replace("\r\n", "\n"):
                time.sleep(2)
                os.write(file, asked.pop(0)[1].encode())
        os.close(file)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.replace("\r\n", "\n")

    return terminal


def seen(shown: str) -> str:
    """What stands on the screen in the end."""
    return re.sub(r"[^\n]*\r\x1b\[K", "", shown)


def run(how: str) -> tuple[str, ...]:
    return "run", "ask", "-p", f"how={how}", "--returns", "a"


def test_a_quiet_run_shows_how_long_it_takes_until_something_is_printed(terminal):
    code, shown = terminal(*run("waits"), until=f"{SIGN.pattern}.*{SIGN.pattern}")
    signs = SIGN.findall(shown)
    assert code == 0 and len(signs) >= 2
    assert all(re.fullmatch(r"ask-handler  \d+:\d\d", sign) for sign in signs), signs
    assert "begun\ndone\nask-handler  completed" in seen(shown), shown


def test_a_run_in_a_shells_background_shows_nothing(terminal):
    code, shown = terminal(*run("quiet"), before="os.setpgrp()")
    assert code == 0 and "begun\ndone\n" in shown and not SIGN.findall(shown), shown
    code, shown = terminal(*run("waits"), before="pass", until=SIGN.pattern)
    assert code == 0 and SIGN.findall(shown), shown


def test_what_a_handler_says_after_ctrl_c_is_shown_and_kept(terminal, copy):
    answers = (("begun\n", "\3"),)
    code, shown = terminal(*run("cleans"), answers=answers, python=sys.executable)
    assert code == 1 and shown.count("cleaned\n") == 1 and "ask-handler  aborted" in shown, shown
    (uid,) = [one["uid"] for one in copy.main("runs", "--json").made]
    assert "cleaned\n" in copy.main("runs", uid, "--json").made[0]["log"]


def test_images_so_far_are_counted(terminal):
    counted = r"\r\x1b\[Kask-handler  \d+:\d\d  4 images, \d\.\d+/s\r"
    _, shown = terminal(*run("images"), until=counted)
    assert re.search(counted, shown), shown


@pytest.mark.parametrize(
    "how, answers, said",
    [
        ("bar", (), "begun\n\r0 of 3\r1 of 3\r2 of 3\ndone\n"),
        ("asks", (("your name? ", "Ada\n"),), "begun\nyour name? Ada\n<Ada>\ndone\n"),
        ("stops", (("(Pdb) ", "p 6 * 7\n"), ("42\n(Pdb) ", "c\n")), "(Pdb) p 6 * 7\n42\n(Pdb) c\n"),
        ("tells", (), "begun\nTrue True True True True (90, 30)\ndone\n"),
    ],
)
def test_a_handler_has_the_terminal_as_ever(terminal, how, answers, said):
    code, shown = terminal(*run(how), answers=answers)
    assert code == 0, shown
    assert said in shown, shown


def test_a_step_of_a_workflow_and_a_sweep_show_life(terminal, copy):
    (copy.folder / "workflow.py").write_text(
        "import mlrun\n\n\ndef pipeline():\n"
        "    mlrun.run_function('ask', params={'how': 'waits'}, returns=['a'])\n"
    )
    _, shown = terminal("workflow", until=SIGN.pattern)
    assert SIGN.findall(shown) and "completed" in seen(shown), shown
    sweep = ("run", "ask", "-x", "how=['tells', 'waits']", "--returns", "a")
    counted = r"ask-handler  \d+:\d\d  1 of 2 iterations\r"
    code, shown = terminal(*sweep, until=counted)
    assert code == 0 and re.search(counted, shown), shown


def test_nothing_shows_life_in_json_and_in_a_pipe(terminal, copy):
    code, shown = terminal(*run("quiet"), "--json")
    assert code == 0 and "\x1b[K" not in shown
    done = copy.process(*run("quiet"))
    assert done.returncode == 0 and "\x1b[K" not in done.stdout + done.stderr
