"""What a handler takes, read from its source: the same as Python says of the function."""

import pytest

from mlrun_images import project_file

PLAIN = [
    "def handler(): pass",
    "def handler(a, b=1, *, c, d='x'): pass",
    "def handler(a, /, b: int = 2, *rest, **more) -> None: pass",
    "def handler(context, width=None, names=('a', 1), factor=-1.5): pass",
    "import os\nOTHER = 1\ndef other(x): pass\ndef handler(a=[1, 2], b={'c': True}): pass",
]
NOT_PLAIN = [
    "def other(): pass",
    "import functools\n@functools.cache\ndef handler(a): pass",
    "def handler(a): pass\nhandler = print",
    "def handler(a): pass\ndef handler(b): pass",
    "from os import path as handler",
    "if True:\n    def handler(a): pass",
    "class handler: pass",
    "handler = lambda a: a",
    "def handler(a): pass\ndel handler\nfrom os.path import join as handler",
    "def handler(",
    "\0",
]


@pytest.mark.parametrize("source", PLAIN)
def test_a_plain_function_is_read_as_python_reads_it(tmp_path, source):
    (tmp_path / "file.py").write_text(source)
    names: dict = {}
    exec(source, names)
    read = project_file.of_source(tmp_path / "file.py", "handler")
    assert read == project_file.of_function(names["handler"])


@pytest.mark.parametrize("source", NOT_PLAIN)
def test_what_is_not_plain_is_not_guessed(tmp_path, source):
    (tmp_path / "file.py").write_text(source)
    assert project_file.of_source(tmp_path / "file.py", "handler") is None
    assert project_file.of_source(tmp_path / "none.py", "handler") is None


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("not connected yet")


CLIENT = Unshowable()


def test_a_default_that_cannot_be_shown_is_a_default_all_the_same():
    def handler(image, client=CLIENT): ...

    taken = project_file.of_function(handler).parameters
    assert list(taken) == ["image", "client"] and taken["client"] is not None
