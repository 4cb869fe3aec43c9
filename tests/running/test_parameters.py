"""A handler's parameters are what its type hints say, or nothing of it runs."""

import mlrun
import numpy as np
import pytest
from mlrun.runtimes.utils import RunError

HANDLER = """
import dataclasses
import datetime
import enum
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import numpy as np
from pydantic import BaseModel, Field
from PIL import Image


class Colour(enum.Enum):
    red = "r"
    one = 1
    both = (2, 3)


@dataclasses.dataclass
class Size:
    width: int
    colour: Colour = Colour.red


class Model(BaseModel):
    width: int
    kind: Literal["a", "b"] = "a"


def handler(
    flag: bool = False, number: int = 1, ratio: float = 0.5, name: str = "", path: Path = Path(),
    colour: Colour = Colour.red, kind: Literal["a", 1] = "a", maybe: Optional[int] = None,
    either: int | str = 0, items: list[int] = [], pair: tuple[int, int] = (1, 2),
    named: dict[str, float] = {}, day: datetime.date = datetime.date(2026, 1, 1),
    size: Size = Size(1), model: Model = Model(width=1), small: np.uint8 = np.uint8(1),
    high: Annotated[int, Field(ge=1)] = 1, many: Iterable[int] = (), none: int = None,
    words: list[str] = [], colours: list[Colour] = [], any: Any = None, plain=None,
    array: np.ndarray = None, whole: np.integer = 0, real: np.floating = 0.0,
):
    given = {name: value for name, value in locals().items() if repr(value) != repr(DEFAULTS[name])}
    Path(__file__).with_name("given.txt").open("a").write(f"{given!r}\\n")
    return Image.new("L", (2, 2))


DEFAULTS = dict(zip(handler.__code__.co_varnames, handler.__defaults__))
"""
ONE = "<Colour.one: 1>"
SIZE = f"Size(width=3, colour={ONE})"
TAKEN = [
    *[("flag", text, "True") for text in ("true", "YES", "on", "1", "y")],
    *[("flag", text, "") for text in ("False", "no", "off", "0")],
    ("number", "3", "3"), ("number", "3.0", "3"), ("number", "1e3", "1000"),
    ("ratio", "3", "3.0"), ("ratio", "1e-3", "0.001"),
    ("name", "12", "'12'"), ("name", "true", "'true'"), ("name", "007", "'007'"),
    ("path", "a/b", "PosixPath('a/b')"),
    ("colour", "one", ONE), ("colour", "1", ONE), ("colour", "r", ""),
    ("colour", "both", "<Colour.both: (2, 3)>"), ("colour", "[2, 3]", "<Colour.both: (2, 3)>"),
    ("whole", "3", str([np.int64(3)])[1:-1]), ("real", "3", str([np.float64(3)])[1:-1]),
    ("kind", "1", "1"), ("maybe", "3", "3"), ("maybe", "null", ""), ("none", "null", ""),
    ("either", "12", "12"), ("either", "a", "'a'"),
    ("items", "[1, '2']", "[1, 2]"), ("pair", "[3, 4]", "(3, 4)"),
    ("named", '{"a": 1}', "{'a': 1.0}"), ("words", "[1, 'b']", "['1', 'b']"),
    ("day", "2026-01-31", "datetime.date(2026, 1, 31)"),
    ("size", '{"width": 3, "colour": 1}', SIZE),
    ("model", '{"width": "3", "kind": "b"}', "Model(width=3, kind='b')"),
    ("small", "3", str([np.uint8(3)])[1:-1]), ("high", "2", "2"), ("many", "[1, 2]", "[1, 2]"),
    ("colours", "['red', 1]", "[<Colour.red: 'r'>, <Colour.one: 1>]"),
    ("any", "[1]", "[1]"), ("plain", "12", "12"), ("plain", "no", "'no'"),
]  # fmt: skip
REFUSED = [
    ("flag", "maybe", "bool takes true or false, not 'maybe'"),
    ("flag", "2", "bool takes true or false, not"),
    ("number", "abc", "int takes a whole number, not 'abc'"),
    ("number", "3.5", "int takes a whole number, not"),
    ("number", "true", "int takes a whole number, not"),
    ("ratio", "abc", "float takes a number, not 'abc'"),
    ("colour", "blue", "Colour takes 'r', 1 or (2, 3), not 'blue'"),
    ("kind", "b", "Literal['a', 1] takes 'a' or 1, not 'b'"),
    ("maybe", "b", "Optional[int] takes a whole number, not 'b'"),
    ("items", "[1, 'b']", "list[int] takes a whole number at 1, not 'b'"),
    ("items", "3", "list[int] takes a valid list, not"),
    ("pair", "[1, 2, 3]", "tuple[int, int] takes what fits (Tuple should have at most 2 items"),
    ("named", "{'a': 'b'}", "dict[str, float] takes a number at a, not 'b'"),
    ("day", "today", "date takes a date like 2026-01-31, not 'today'"),
    ("size", '{"colour": 1}', "Size takes what fits (Field required at width)"),
    ("size", '{"width": 1, "hight": 2}', "Size takes what fits (no field hight; it has width, "),
    ("whole", "1.5", "integer takes a whole number, not"),
    ("real", "abc", "floating takes a number, not 'abc'"),
    ("model", '{"width": 1, "kind": "c"}', "Model takes 'a' or 'b' at kind, not 'c'"),
    ("small", "300", "uint8 takes what fits (it holds 0 to 255), not"),
    ("high", "0", "int takes what is greater than or equal to 1, not"),
    ("array", "[1]", "takes an instance of ndarray, not [1]"),
]


@pytest.fixture
def given(copy):
    """The project has the handler; gives what it was called with, as `repr` writes it."""
    copy.add_function("typed", "")
    (copy.folder / "typed.py").write_text(HANDLER)
    file = copy.folder / "given.txt"
    return lambda: file.read_text().splitlines() if file.exists() else []


def expected(name: str, value: str) -> str:
    return f"{{{name!r}: {value}}}" if value else "{}"


def test_the_command_gives_what_the_type_hints_say(copy, given):
    for name, text, _ in TAKEN:
        done = copy.main("run", "typed", "-p", f"{name}={text}", "--returns", "a")
        assert done.returncode == 0, done.stdout + done.stderr
    assert given() == [expected(name, value) for name, _, value in TAKEN]


@pytest.mark.parametrize(("name", "text", "said"), REFUSED)
def test_the_command_refuses_what_does_not_fit(copy, given, name, text, said):
    done = copy.main("run", "typed", "-p", f"{name}={text}", "--returns", "a")
    (line,) = done.stderr.splitlines()
    assert (done.returncode, given()) == (1, [])
    assert line.startswith(f"Error: {name}: ") and said in line
    done = copy.main("run", "typed", "-x", f"{name}=[{text!r}]", "--returns", "a")
    assert (done.returncode, given()) == (1, []) and said in done.stderr


def test_a_notebook_gives_what_the_type_hints_say(copy, given):
    project = mlrun.load_project(str(copy.folder), save=False)

    def run(name: str, value: object) -> str:
        try:
            project.run_function("typed", params={name: value}, returns=["a"], local=True)
        except RunError as error:
            return str(error)
        return ""

    for name, value, wanted in [
        ("flag", "no", ""), ("flag", np.bool_(True), "True"), ("number", np.int64(3), "3"),
        ("number", "3", "3"), ("ratio", np.float32(1.5), "1.5"), ("name", 12, "'12'"),
        ("either", "12", "'12'"), ("items", (1, np.int8(2)), "[1, 2]"), ("colour", "one", ONE),
        ("size", {"width": "3", "colour": 1}, SIZE), ("maybe", None, ""), ("none", None, ""),
    ]:  # fmt: skip
        assert run(name, value) == ""
        assert given()[-1] == expected(name, wanted)
    count = len(given())
    for name, text, said in REFUSED:
        assert said in run(name, text)
    assert f"number: int takes a whole number, not {[1]}" in run("number", [1])
    assert len(given()) == count


def test_a_sweep_gives_what_the_type_hints_say(copy, given):
    for name, listed, wanted in (
        ("flag", "['no', 'yes', 1]", ["", "True", "True"]),
        ("name", "[1, 'b']", ["'1'", "'b'"]),
        ("colour", "['red', 1]", ["", ONE]),
    ):
        count = len(given())
        done = copy.main("run", "typed", "-x", f"{name}={listed}", "--returns", "a")
        assert done.returncode == 0, done.stdout + done.stderr
        assert given()[count:] == [expected(name, value) for value in wanted]


def test_a_parallel_sweep_gives_what_the_type_hints_say(copy, given):
    code = copy.folder / "typed.py"
    code.write_text("from __future__ import annotations\n" + code.read_text())
    swept = ("-x", "flag=['no', 'yes']", "-p", "name=12", "--parallel", "1")
    done = copy.process("run", "typed", *swept, "--returns", "a")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(given()) == ["{'flag': True, 'name': '12'}", "{'name': '12'}"]


@pytest.mark.parametrize(
    "before, after",
    [
        (":returns:", ":raises ValueError: if it is empty\n\n    :returns:"),
        ("def generate_gradient(", "def day(n=datetime.date(2026, 1, 1)):\n    pass\n\n\n"
         "def generate_gradient("),
    ],
)  # fmt: skip
def test_a_file_that_mlrun_cannot_read_is_named(main, folder, before, after):
    definition = (folder / "project.yaml").read_text()
    (folder / "project.yaml").write_text(definition.replace("      with_repo: true\n", ""))
    code = (folder / "generate_image.py").read_text()
    code = code.replace(before, after, 1).replace("from PIL", "import datetime\n\nfrom PIL", 1)
    (folder / "generate_image.py").write_text(code)
    done = main("run")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "MLRun cannot read the functions of its file" in done.stderr
    assert "`with_repo: true`" in done.stderr
    (folder / "project.yaml").write_text(definition)
    assert main("run").returncode == 0
