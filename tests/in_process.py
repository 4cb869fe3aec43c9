"""
The command of a project, run in this process: a process of its own takes three seconds, most of it
to import MLRun.
"""

import contextlib
import gc
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import mlrun
import pytest
from click.testing import CliRunner
from mlrun.runtimes.utils import global_context

import prepared
from conftest import add_functions
from mlrun_images.looking import commands
from mlrun_images.running import setup
from mlrun_images.running.launching import note_modules

gc.collect()
gc.freeze()  # what is imported stays: as in the command, the collector need not go through it


@dataclass
class Done:
    """What a command printed, and how it ended."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def made(self) -> list[dict]:
        """The runs that `--json` printed."""
        assert self.stdout, self.stderr
        return json.loads(self.stdout)


class Runner(CliRunner):
    """Click's test runner, where MLRun's log goes to standard error, as the command has it."""

    @contextlib.contextmanager
    def isolation(self, *arguments, **options):
        with super().isolation(*arguments, **options) as streams:
            for handler in logging.getLogger("mlrun").handlers:
                if type(handler) is logging.StreamHandler:
                    handler.setStream(sys.stderr)
            yield streams


class Copy:
    """A copy of the rendered project, which a test may change."""

    def __init__(self, folder: Path):
        self.folder = folder

    def main(self, *arguments: str, cwd: Path | None = None, **env: str) -> Done:
        """Run its command from another folder than the project's, as if in a new process."""
        with _as_new(self.folder, cwd or self.folder.parent, env):
            done = Runner().invoke(commands.main, arguments, obj=self.folder)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    def process(
        self, *arguments: str, python: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run its command in a process, as a user does; for `python`, with that."""
        return subprocess.run(
            [python or prepared.python(), self.folder / "main.py", *arguments],
            cwd=self.folder.parent,
            env=new_environment() | env,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def add_function(self, name: str, body: str, signature: str = "") -> None:
        """Give it one more function, as a user would."""
        code = f"from PIL import Image\n\n\ndef handler({signature}):\n    {body}\n"
        (self.folder / f"{name}.py").write_text(code)
        add_functions(self.folder, f"{name}.py", name, handler="handler")

    def gallery(self, *arguments: str) -> str:
        """Write its page, and read it."""
        done = self.main("gallery", "--no-open", *arguments)
        assert done.returncode == 0, done.stderr
        return (self.folder / "gallery.html").read_text()


def new_environment() -> dict[str, str]:
    """This process's environment without what MLRun put there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLRUN_")}
    return kept | {"MLRUN_IGNORE_ENV_FILE": "true"}


def listen_to_ctrl_c() -> None:
    """For a new process: a shell that starts the tests in its background has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def is_gone_soon(pid: int) -> bool:
    """Wait until a process has ended: a minute at most."""
    for _ in range(600):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # its parent has not asked for its end
            return True
        time.sleep(0.1)
    return False


@contextlib.contextmanager
def _as_new(folder: Path, cwd: Path, env: dict[str, str]) -> Iterator[None]:
    """
    What a new process starts with: nothing of another project, and MLRun's settings as they were.
    """
    names = {path.stem for path in folder.glob("*.py")}
    modules = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    path, settings = sys.path[:], (mlrun.mlconf.artifact_path, mlrun.mlconf.dbpath)
    logger = logging.getLogger("mlrun")
    handlers = [(one, one.filters[:], getattr(one, "stream", None)) for one in logger.handlers]
    environment = dict(os.environ)
    global_context.set(None)
    setup._prepared = None
    mlrun.datastore.store_manager._db = None  # the run DB that it met first
    try:
        os.environ.update(env)
        with contextlib.chdir(cwd), warnings.catch_warnings():
            yield
    finally:
        os.environ.clear()
        os.environ.update(environment)
        for handler, filters, stream in handlers:
            handler.filters[:] = filters
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(stream)
        mlrun.mlconf.artifact_path, mlrun.mlconf.dbpath = settings
        sys.path[:] = path
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(modules)


@pytest.fixture(autouse=True)
def new_process() -> Iterator[None]:
    """A process has one project, and its log: each test is as if in a new one."""
    setup._prepared = None
    note_modules()  # or MLRun looks through all modules for each call of pytest, in each run
    handlers = (*logging.root.handlers, *logging.getLogger("mlrun").handlers)
    levels = [(handler, handler.level) for handler in handlers]
    yield
    setup._prepared = None
    for handler, level in levels:
        handler.setLevel(level)


@pytest.fixture
def copy(project, tmp_path: Path) -> Copy:
    """A copy of the default project, without git and without runs."""
    ignored = shutil.ignore_patterns(".*", "artifacts")
    return Copy(shutil.copytree(project.folder, tmp_path / "copy", ignore=ignored))


@pytest.fixture
def main(copy: Copy) -> Callable[..., Done]:
    """The command of a copy of the project: `main("run", "-p", "width=8")`."""
    return copy.main


@pytest.fixture
def folder(copy: Copy) -> Path:
    """The folder of the copy."""
    return copy.folder
