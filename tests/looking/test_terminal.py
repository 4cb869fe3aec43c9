"""What the commands print: nothing that a terminal obeys, little where there is much."""

import json
import os
import pty
import re
import subprocess
import sys
import unicodedata

import wcwidth

import prepared
from conftest import add_functions
from in_process import Copy, new_environment
from mlrun_images.errors import one_line
from mlrun_images.looking.tables import count_keys
from mlrun_images.text import printable
from pages import Page

HOSTILE = "\x1b[31mred\x1b]0;title\x07\rover\u202ereversed\u2066\x9b2J\udc80\x00\u200b end"


def is_plain(text: str) -> bool:
    return all(unicodedata.category(one)[0] != "C" for one in text.replace("\n", ""))


def in_terminal(copy: Copy, *arguments: str, **env: str) -> str:
    """What a command shows in a terminal."""
    own, its = pty.openpty()
    command = [prepared.python(), str(copy.folder / "main.py"), *arguments]
    environment = new_environment() | {"TERM": "xterm", "COLUMNS": "200"} | env
    with subprocess.Popen(command, cwd=copy.folder.parent, env=environment, stdout=its):
        os.close(its)
        shown = b""
        try:
            while part := os.read(own, 4096):
                shown += part
        except OSError:  # it has ended
            os.close(own)
    return shown.decode()


def test_text_becomes_printable_and_its_end_stays():
    assert is_plain(printable(HOSTILE)) and printable(HOSTILE).endswith("end")
    assert printable("Größe 图 é\u0301") == "Größe 图 é\u0301"
    assert printable("a\r\nb\t c\u2028d") == "a b c d"


def test_a_text_is_cut_to_a_length_that_counts_what_is_shown():
    for text in ("x" * 20, HOSTILE, "\x1b" * 3, "short"):
        for length in range(1, 30):
            shown = printable(text, length)
            assert len(shown) <= length
            assert shown == printable(text) or shown.endswith("…")


def test_no_command_prints_what_a_terminal_obeys(copy):
    (copy.folder / "bad.py").write_text(
        f"TEXT = {HOSTILE!r}\n"
        "def result(a='x'):\n    return TEXT\n"
        "def error(a='x'):\n    raise ValueError(TEXT)\n"
        "def keys(context, a='x'):\n    context.log_result('k' + TEXT, TEXT)\n    return 1\n"
    )
    add_functions(copy.folder, "bad.py", "result", "error", "keys")
    printed = [
        copy.main("run", name, "-p", f"a={HOSTILE.replace(chr(0), '')}", "--returns", "b")
        for name in ("result", "error", "keys")
    ]
    printed += [
        copy.main("runs"),
        copy.main("run", "-p", "a\x1b[2J=1"),
        copy.main("run", "\x1b[2J"),
    ]
    (run, *_) = copy.main("runs", "--json").made
    printed.append(copy.main("runs", run["uid"]))
    for done in printed:
        assert is_plain(done.stdout) and is_plain(done.stderr), done


def test_a_failing_handler_is_shown_once_and_plain(copy):
    copy.add_function("bad", f"raise ValueError({HOSTILE!r})")
    new = sys.executable  # MLRun prints the error where it found standard error as it was imported
    done = copy.process("run", "bad", "--returns", "a", python=new)
    assert done.returncode == 1
    assert is_plain(done.stdout) and is_plain(done.stderr)
    assert (done.stdout + done.stderr).count("reversed") == 1
    assert is_plain(copy.process("run", "bad", "--returns", "a", "--verbose", python=new).stdout)


def test_a_result_of_ten_megabytes_does_not_flood(copy):
    copy.add_function("large", "return 'x' * 10_000_000")
    copy.main("run", "large", "--returns", "a")
    for done in (copy.main("runs"), copy.main("runs", copy.main("runs", "--json").made[0]["uid"])):
        assert len(done.stdout) < 10_000
    assert len(copy.gallery()) < 100_000


def test_the_images_of_one_hint_are_one_line(copy):
    copy.add_function("many", "return [Image.new('L', (4, 4)) for _ in range(1000)]")
    done = copy.main("run", "many", "--returns", "*img : file")
    title, line = done.stdout.splitlines()
    assert title.startswith("many-handler  completed")
    assert re.fullmatch(r"  img  1,000 images  file PNG  4 x 4  .*/artifacts/.*/", line)
    *_, row = copy.main("runs").stdout.splitlines()
    assert "img (1,000)" in row and len(row) < 200
    assert len(copy.main("runs", "--json").made[0]["outputs"]) >= 1000


def test_equal_messages_are_one_that_says_how_often(copy):
    copy.add_function("fails", "raise ValueError('no paper; no ink')", "n")
    done = copy.main("run", "fails", "-x", f"n={list(range(12))}", "--returns", "a")
    assert done.stdout.count("no paper; no ink") == 1
    assert re.search(r"no paper; no ink \(.*\) \(12 times\)", done.stdout)
    assert sum(line.startswith("iteration ") for line in done.stdout.splitlines()) == 12


def test_what_was_changed_in_an_image_is_printed_with_it(copy):
    copy.add_function("clear", "return Image.new('RGBA', (4, 4))")
    done = copy.main("run", "clear", "--returns", "a : file[format=jpeg]")
    assert "transparency flattened on white" in done.stdout
    (run,) = copy.main("runs", "--json").made
    assert any("transparency flattened" in change for change in run["outputs"][0]["changes"])
    (image,) = Page(copy.gallery()).images
    assert any("transparency flattened on white" in change for change in image["changes"])


def test_a_table_fits_the_terminal(copy):
    copy.main("run", "-p", "width=8", "-p", "height=8")
    copy.main("run", "-x", "width=[8,0]", "-p", "height=8")
    uid = copy.main("runs", "--json").made[-1]["uid"]
    for width in (60, 80, 120):
        for table in ("runs", "images", "functions"):
            lines = copy.main(table, COLUMNS=str(width)).stdout.splitlines()
            assert all(len(line) <= width for line in lines), table
        lines = copy.main("runs", COLUMNS=str(width)).stdout.splitlines()
        (row,) = [line for line in lines if line.startswith(uid[:8])]
        assert re.match(r"\w{8}  completed  \d{4}-\d\d-\d\d ", row)
    assert re.match(r"\w{8}  completed  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  gen-image", row)


def test_a_table_fits_a_terminal_in_which_letters_are_wide(copy):
    copy.add_function("wide", "return '図' * 40", "text='図'")
    copy.main("run", "wide", "-p", f"text={'図' * 50}", "--returns", "a")
    for table in ("runs", "functions"):
        lines = copy.main(table, COLUMNS="60").stdout.splitlines()
        assert "図図" in "".join(lines[2:]) or table == "functions"
        assert all(wcwidth.wcswidth(line) <= 60 for line in lines), lines


def test_an_image_is_named_as_an_input_takes_it(copy):
    done = copy.main("run", "-p", "width=8", "-p", "height=8")
    (run,) = copy.main("runs", "--json").made
    name = f"{run['uid'][:8]}/gradient"
    assert f"    {name}" in done.stdout.splitlines() and "store://" not in done.stdout
    assert copy.main("run", "transform-image", "-i", f"image={name}").returncode == 0
    assert name in copy.main("images").stdout
    assert run["outputs"][0]["uri"] in copy.main("runs", run["uid"]).stdout
    swept = copy.main("run", "-x", "width=[8,9]", "-p", "height=8", "--returns", "a : file").stdout
    (second,) = [line.strip() for line in swept.splitlines() if line.endswith("-2/a")]
    assert copy.main("run", "transform-image", "-i", f"image={second}").returncode == 0


def test_paths_are_links_in_a_terminal_alone(copy):
    copy.main("run", "-p", "width=8", "-p", "height=8", "--returns", "a : file")
    piped = copy.main("images").stdout
    assert "\x1b" not in piped
    shown = in_terminal(copy, "images")
    path = next(copy.folder.glob("artifacts/**/*.png"))
    assert f"\x1b]8;;{path.as_uri()}\x1b\\" in shown
    plain = re.sub(r"\x1b\]8;;.*?\x1b\\", "", shown)
    assert plain.split() == piped.split()
    assert "\x1b" not in in_terminal(copy, "images", TERM="dumb")


def test_keys_are_counted():
    assert count_keys(["a", "b_1", "mask"]) == "a b_1 mask"
    assert count_keys(["img", *(f"img_{n}" for n in range(5000)), "mask"]) == "mask img (5,000)"


def test_json_is_one_valid_document(copy):
    body = "return float('nan'), {'a': [float('-inf'), 1]}, '\\udc80'"
    copy.add_function("odd", body)
    hints = [word for key in "abc" for word in ("--returns", key)]

    def refuse(constant):
        raise AssertionError(constant)

    for done in (copy.main("run", "odd", *hints, "--json"), copy.main("runs", "--json")):
        ((run,), text) = json.loads(done.stdout, parse_constant=refuse), done.stdout
        values = {output["key"]: output["value"] for output in run["outputs"]}
        assert values["a"] is None and values["b"] == {"a": [None, 1]}
        assert text.isascii()


def test_a_handlers_exception_has_its_type_and_the_users_own_line(copy):
    body = "return [0].index(n) if n else {}['threshold_map']"
    copy.add_function("segment", body, "n=0")
    done = copy.main("run", "segment", "--returns", "a")
    said = "KeyError: 'threshold_map' (segment.py:5, in handler)"
    assert (done.stdout + done.stderr).count("threshold_map") == 1 and said in done.stdout
    assert said in copy.main("runs").stdout
    done = copy.main("run", "segment", "-x", "n=[0,5]", "--returns", "a")
    assert said in done.stdout and "ValueError: 5 is not in list (segment.py:5" in done.stdout
    (copy.folder / "workflow.py").write_text(
        "import mlrun\n\ndef pipeline():\n    mlrun.run_function('segment', returns=['a'])\n"
    )
    assert said in copy.main("workflow").stdout


def test_an_error_whose_text_cannot_be_had_is_named():
    class Mute(Exception):
        def __str__(self):
            raise ValueError("no text")

        __repr__ = __str__

    assert one_line(Mute()).startswith("<Mute instance at ")
    first, second = ValueError("first"), ValueError("second\n")
    first.__cause__, second.__cause__ = second, first
    assert one_line(first) == "first, caused by: second"
