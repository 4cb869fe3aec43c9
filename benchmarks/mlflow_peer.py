"""MLflow as the peer: an environment of its own, and a process that waits there for its turns."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from projects import HERE, TEMPLATE

ENVIRONMENT = TEMPLATE / ".venv-mlflow"


class NoMLflow(Exception):
    """MLflow cannot be installed. The message says why."""


def python_with_mlflow() -> Path:
    """
    Get the Python of MLflow's environment, which uv makes the first time.

    :raise NoMLflow: If it cannot be installed.
    """
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "complete").exists():
        _uv("venv", "--clear", "--python", "3.11", str(ENVIRONMENT))
        _uv("pip", "install", "--python", str(python), "mlflow>=3", "Pillow")
        (ENVIRONMENT / "complete").touch()
    return python


def _uv(*arguments: str) -> None:
    command = [os.environ.get("UV", "uv"), *arguments]  # `uv run` says in UV which uv it is
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except OSError as error:
        raise NoMLflow(f"uv: {error}") from error
    except subprocess.CalledProcessError as error:
        raise NoMLflow(" ".join(error.stderr.split())[:200]) from error


class MLflow:
    """
    A process of MLflow with a SQLite store.

    :param folder: Where it keeps its runs.

    :raise NoMLflow: If there is no MLflow, or it does not start.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._process = subprocess.Popen(
            [python_with_mlflow(), HERE / "mlflow_worker.py"],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._wait_for("ready")

    def log_images(self, count: int, kind: str = "files") -> None:
        """Run once in MLflow, and log images of a kind that its `log_images` names."""
        assert self._process.stdin
        self._process.stdin.write(f"{count} {kind}\n")
        self._process.stdin.flush()
        self._wait_for("done")

    @contextlib.contextmanager
    def serve(self) -> Iterator[str]:
        """
        Have MLflow serve its page.

        :returns: The page's address.

        :raise NoMLflow: If it does not answer within two minutes.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ("--backend-store-uri", "sqlite:///mlflow.db", "--port", str(port))
        process = subprocess.Popen(
            [ENVIRONMENT / "bin" / "mlflow", "server", *options, "--workers", "1"],
            cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            _wait_for_answer(f"http://127.0.0.1:{port}/health", 120)
            yield f"http://127.0.0.1:{port}/"
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # its workers are processes of their own
            process.wait()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _wait_for(self, word: str) -> None:
        assert self._process.stdout
        said = self._process.stdout.readline().strip()
        if said != word:
            raise NoMLflow(f"MLflow's process said {said!r}")


def _wait_for_answer(address: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=10):
            return
        time.sleep(0.5)
    raise NoMLflow(f"its server did not answer within {seconds:.0f} s")
