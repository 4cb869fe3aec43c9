"""Projects rendered from this template, and what a person does with them."""

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import prepared
from browser import HELP, MISSING

PLUGINS = ("in_process", "browsing", "with_handlers")
COOKIECUTTER = Path(sys.executable).with_name("cookiecutter")
TEMPLATE = Path(__file__).resolve().parent.parent
# these tests need no server, and use none: neither the environment's nor that of ~/.mlrun.env
os.environ.pop("MLRUN_DBPATH", None)
os.environ["MLRUN_IGNORE_ENV_FILE"] = "true"
# one width of the terminal, which a process of pytest-xdist takes for narrower
os.environ["COLUMNS"] = "200"
# what a program prints to a pipe may be held back, as it is for a user
os.environ.pop("PYTHONUNBUFFERED", None)
# one git user, whatever the machine's; nothing of an MLRun server, not even from ~/.mlrun.env
ENVIRONMENT = {
    **{
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLRUN_", "GIT_", "MAKE"))
    },
    **{"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
    **{
        f"GIT_{who}_{what}": "a@b.example"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
    **{
        # rendered projects run in the environment of these tests; what sets one up has tests of its
        # own
        "UV_PROJECT_ENVIRONMENT": sys.prefix,
        "UV_NO_SYNC": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
        "MLRUN_IGNORE_ENV_FILE": "true",
    },
}


def pytest_configure(config: pytest.Config) -> None:
    """Where processes of pytest-xdist run the tests, they share what forks, and import MLRun."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        os.environ[prepared.STARTED] = prepared.python()
    else:
        for name in PLUGINS:
            config.pluginmanager.import_plugin(name)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Say in the very last line how many tests had no browser, and what they need."""
    result = yield
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if not reporter:  # in a process of pytest-xdist
        return result
    skipped = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    if without := sum(MISSING in reason for reason in skipped):
        print(f"{without} browser tests were skipped: {HELP}")
    return result


def run(
    *command: str | Path,
    cwd: Path,
    check: bool = True,
    timeout: float = 600,
    input: str | None = None,
    **env: str,
) -> subprocess.CompletedProcess[str]:
    """Run a command; when it fails and must not, fail with all that it printed."""
    done = subprocess.run(
        command, cwd=cwd, env=ENVIRONMENT | {"PWD": str(cwd)} | env, input=input, timeout=timeout,
        stdin=subprocess.DEVNULL if input is None else None, capture_output=True,
        text=True, errors="surrogateescape",
    )  # fmt: skip
    if check and done.returncode:
        pytest.fail(
            f"{command} in {cwd} ended with {done.returncode}\n{done.stdout}\n{done.stderr}",
            pytrace=False,
        )
    return done


def cookiecutter(
    *arguments: str | Path, cwd: Path, template: str | Path = TEMPLATE, **options
) -> subprocess.CompletedProcess[str]:
    """Run cookiecutter as a user does, in a folder, with settings of its own beside it."""
    own = cwd.parent / f"{cwd.name}-cookiecutter"
    settings = own.with_suffix(".yaml")
    settings.write_text(
        json.dumps({"cookiecutters_dir": f"{own}/templates", "replay_dir": f"{own}/replay"})
    )
    command = (prepared.python(), COOKIECUTTER, "--config-file", settings, template, *arguments)
    return run(*command, cwd=cwd, COLUMNS="500", **options)


class Project:
    """A rendered project."""

    def __init__(self, folder: Path, printed: str):
        self.folder = folder
        self.printed = printed

    def make(self, target: str, **options) -> subprocess.CompletedProcess[str]:
        cwd = options.pop("cwd", self.folder)
        return run("make", "-C", self.folder, target, cwd=cwd, UV=prepared.uv(), **options)

    def python(self, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
        return run(prepared.python(), *arguments, cwd=options.pop("cwd", self.folder), **options)

    def copy(self, folder: Path) -> "Project":
        """A copy, for a test that makes files in it, without its runs."""
        made = shutil.ignore_patterns(".mlrun", "artifacts")
        copy = shutil.copytree(self.folder, folder / self.folder.name, ignore=made)
        return Project(copy, self.printed)

    def files(self) -> list[Path]:
        """The files as rendered."""
        return [
            self.folder / name
            for name in run("git", "ls-files", cwd=self.folder).stdout.splitlines()
        ]


def add_functions(folder: Path, file: str, *names: str, handler: str = "") -> None:
    """Name functions of a file in project.yaml, of the names of their handlers or all of one."""
    functions = "".join(
        f"    - {{name: {name}, kind: job, url: {file}, handler: {handler or name}, "
        "with_repo: true}\n"
        for name in names
    )
    path = folder / "project.yaml"
    path.write_text(path.read_text().replace("functions:\n", f"functions:\n{functions}", 1))


Render = Callable[..., Project]


@pytest.fixture(scope="session")
def render(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Render]:
    """Renders a project, once per set of answers."""
    rendered: dict[tuple, Project] = {}

    def rendered_project(**answers: str) -> Project:
        key = tuple(sorted(answers.items()))
        if key not in rendered:
            cwd = tmp_path_factory.mktemp("rendered")
            done = cookiecutter("--no-input", *(f"{name}={value}" for name, value in key), cwd=cwd)
            (folder,) = cwd.iterdir()
            rendered[key] = Project(folder, done.stdout)
        return rendered[key]

    yield rendered_project


@pytest.fixture(scope="session")
def project(render: Render) -> Project:
    """The project with the default answers, and compiled, as it is from its second command on."""
    project = render()
    # by what is in the files: in a copy that git or a test makes they are of another time
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(project.folder, quiet=1, invalidation_mode=by_content)
    return project
