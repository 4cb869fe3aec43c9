"""The process that imports MLRun once, and forks for each command that `program.py` asks for."""

import ast
import atexit
import builtins
import contextlib
import fcntl
import gc
import importlib
import itertools
import multiprocessing.process
import multiprocessing.spawn
import os
import runpy
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import types
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# what a command imports besides. None of it is of the project: tests change their copies of that
IMPORTED = (
    "click",
    "cookiecutter.cli",
    "distributed",
    "jinja2",
    "mlrun",
    "mlrun.db.httpdb",
    "mlrun.db.nopdb",
    "mlrun.package.context_handler",
    "mlrun.package.packagers.numpy_packagers",
    "mlrun.package.packagers.pandas_packagers",
    "mlrun.package.packagers.python_standard_library_packagers",
    "mlrun.track.tracker_manager",
    "PIL.Image",
    "PIL.ImageChops",
    "PIL.ImageCms",
    "PIL.ImageFile",
    "PIL.ImageOps",
    "PIL.ImageSequence",
    "PIL.ImageStat",
    "PIL.TiffTags",
    "sqlite3",
)
OPTIONS = ("-B", "-P")  # of Python, which a fork can take over
# the beginnings of variables that are read when they are needed, not as Python or MLRun starts
LATE = tuple(
    "CI COLUMNS GIT_ LINES MAKE MFLAGS NO_ OLDPWD PATH PWD PYTEST_ PYTHONDONTWRITEBYTECODE SE_ "
    "SHLVL TMPDIR UV VIRTUAL_ENV _".split()
)
# what Dask sets for its workers: how many threads NumPy may take, and the seed of hashes
OF_DASK = tuple("DASK_PARENT MALLOC_ MKL_ OMP_ OPENBLAS_ PYTHONHASHSEED".split())
# MLRun is made to read these again
SETTINGS = ("MLRUN_DBPATH", "MLRUN_HTTP")
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
LIFELINE = 0  # a descriptor that is closed when the tests end


class Command(NamedTuple):
    """What a program was started for: its arguments as Python's, and what it inherited."""

    words: list[str]
    environment: dict[str, str]
    folder: str
    heard: list[int]  # the signals that are not ignored
    umask: int
    open_files: list[int]

    def can_be_served(self) -> bool:
        differing = {name for name, _ in self.environment.items() ^ os.environ.items()}
        _, words = divided(self.words)
        path = self.environment.get("PATH")
        return (
            bool(words)
            and (words[0] in ("-c", "-m") or not words[0].startswith("-"))
            and self.open_files[:3] == [0, 1, 2]
            and all(name.startswith((*LATE, *OF_DASK, *SETTINGS)) for name in differing)
            and bool(shutil.which("git", path=path)) == bool(shutil.which("git"))  # MLRun asks it
        )


def divided(words: list[str]) -> tuple[list[str], list[str]]:
    """The options of Python that are first, and what it was started for."""
    options = list(itertools.takewhile(OPTIONS.__contains__, words))
    return options, words[len(options) :]


def received(program: socket.socket) -> tuple[Command | None, list[int]]:
    """What a program asks for, and its open files; None of one that was killed as it asked."""
    size, files, *_ = socket.recv_fds(program, 8, 250)
    with program.makefile("rb") as asked:
        words = asked.read(int.from_bytes(size, "big")).decode()
    return Command(*ast.literal_eval(words)) if words else None, files


class Fork(NamedTuple):
    """A fork, and the program whose part it plays."""

    pid: int
    program: socket.socket

    def tell(self) -> None:
        """Say to the program how the fork has ended."""
        _, status = os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):  # the program was killed
            self.program.send(str(os.waitstatus_to_exitcode(status)).encode())
        self.program.close()


class Forks:
    """The forks that have not ended."""

    def __init__(self, listener: socket.socket):
        self.listener = listener
        self.poll = select.poll()
        self.by_program: dict[int, Fork] = {}
        self.by_process: dict[int, Fork] = {}
        for number in (LIFELINE, listener.fileno()):
            self.poll.register(number, select.POLLIN)

    def next_command(self) -> tuple[Command, list[int]]:
        """
        Fork for each command.

        :returns: In the fork: the command, and its open files.
        """
        while True:
            number, _ = self.poll.poll()[0]  # one alone: each may do away with others
            if number == LIFELINE:
                os._exit(0)
            elif number in self.by_process:
                self._end(number)
            elif number in self.by_program:
                self._signal(number)
            elif command := self._fork():
                return command

    def _fork(self) -> tuple[Command, list[int]] | None:
        program, _ = self.listener.accept()
        command, files = received(program)
        if command and command.can_be_served():
            with contextlib.suppress(OSError):  # it was killed: then it is closed, which is seen
                program.send(b"y")
            pid = os.fork()
            if not pid:
                self._close()
                program.close()
                return command, files
            self._keep(Fork(pid, program))
        else:
            program.close()
        for file in files:
            os.close(file)
        return None

    def _keep(self, fork: Fork) -> None:
        process = os.pidfd_open(fork.pid)
        self.by_program[fork.program.fileno()] = self.by_process[process] = fork
        for number in (process, fork.program.fileno()):
            self.poll.register(number, select.POLLIN)

    def _signal(self, number: int) -> None:
        """Hand on what the program got. One that was killed has closed its end."""
        fork = self.by_program[number]
        signals = b""
        with contextlib.suppress(OSError):
            signals = fork.program.recv(100)
        for one in signals or [signal.SIGKILL]:
            os.kill(fork.pid, one)
        if not signals:
            self.poll.unregister(number)
            del self.by_program[number]

    def _end(self, number: int) -> None:
        fork = self.by_process.pop(number)
        self.poll.unregister(number)
        os.close(number)
        if self.by_program.pop(fork.program.fileno(), None):
            self.poll.unregister(fork.program)
        fork.tell()

    def _close(self) -> None:
        """In a fork, leave the others alone."""
        self.listener.close()
        for number, fork in self.by_process.items():
            os.close(number)
            fork.program.close()


def inherit(command: Command, files: list[int]) -> None:
    """Take over what a new process would inherit."""
    away = [fcntl.fcntl(file, fcntl.F_DUPFD, 1000) for file in files]
    for file in files:
        os.close(file)
    for number, file in zip(command.open_files, away, strict=True):
        os.dup2(file, number)
        os.close(file)
    settings = _settings(os.environ)
    os.environ.clear()
    os.environ.update(command.environment)
    os.chdir(command.folder)
    os.umask(command.umask)
    for one in SIGNALS:
        if one not in command.heard:
            signal.signal(one, signal.SIG_IGN)
        elif one == signal.SIGINT:
            signal.signal(one, signal.default_int_handler)
    # what was read as this process started
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    tempfile.tempdir = None
    multiprocessing.process.ORIGINAL_DIR = command.folder  # type: ignore[attr-defined]
    if _settings(os.environ) != settings:
        sys.modules["mlrun"].mlconf.reload()


def start(words: list[str]) -> None:
    """Do what Python does with its arguments."""
    sys.orig_argv = [sys.executable, *words]
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    vars(main).update(__annotations__={}, __builtins__=builtins)
    options, (what, *arguments) = divided(words)
    sys.argv = [what, *arguments]
    sys.dont_write_bytecode |= "-B" in options
    if what == "-c":
        found_first, compiled = "", compile(sys.argv.pop(1), "<string>", "exec")
    elif what == "-m":
        found_first, module = os.getcwd(), sys.argv.pop(1)
    else:
        vars(main).update(__cached__=None, __file__=what)
        compiled = compile(Path(what).read_bytes(), what, "exec")
        found_first = os.path.dirname(os.path.realpath(what))
    sys.path[:1] = [] if "-P" in options else [found_first]
    if what == "-m":
        return runpy._run_module_as_main(module)  # type: ignore[attr-defined]  # as Python does
    exec(compiled, vars(main))


def end(code: object, kept: set[str]) -> None:
    """
    Do what Python does when it ends, but for the objects of the modules that all forks have.
    To free them writes to each page of memory that the forks share: 0.05 s and more.

    :param code: What `sys.exit` was called with.
    :param kept: The names of those modules.
    """
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for name in sys.modules.keys() - kept:
        del sys.modules[name]
    gc.collect()
    with contextlib.suppress(OSError):  # then Python ends this, and says what it could not write
        for file in (sys.stdout, sys.stderr):
            if file and not file.closed:
                file.flush()
        os._exit((code or 0) & 0xFF)


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("MLRUN_")}


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    kept = sys.modules.keys() - {"__main__"}
    gc.collect()
    gc.freeze()  # a fork's collector neither goes through all this nor copies it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the tests, and they this
    multiprocessing.spawn.set_executable(str(Path(sys.argv[1]).with_name("python")))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(100)
        os.write(1, b"ready\n")
        command, files = Forks(listener).next_command()
    inherit(command, files)
    code: object = 0
    try:
        start(command.words)
    except SystemExit as ending:
        code = ending.code
    end(code, kept)
