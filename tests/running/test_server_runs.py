"""Runs of this machine that are logged on an MLRun server, when their process is killed."""

import json
import os
import re
import signal
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from mlrun.utils import update_in
from test_run_states import BEGIN, SLEEP, Running

from in_process import is_gone_soon

# The server is a stand-in on loopback that keeps runs as they are sent. It answers what a local run
# and the commands need; what a real server makes of a run besides is not shown here.


class Server(ThreadingHTTPServer):
    """An MLRun server that has runs, by uid and iteration, and says every function is new."""

    def __init__(self, artifact_path: Path):
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.artifact_path = str(artifact_path)
        self.project: dict = {}
        self.runs: dict[tuple[str, int], dict] = {}

    def states(self) -> dict[str, str]:
        return {
            f"{run['metadata']['name']} {iter}": run["status"]["state"]
            for (_, iter), run in self.runs.items()
        }


class Answers(BaseHTTPRequestHandler):
    server: Server

    def answer(self):
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.command, url.path.split("/")[3:]:
            case _, ["client-spec"]:
                answer = {"version": version("mlrun"), "artifact_path": self.server.artifact_path}
            case "PUT", ["projects", _]:
                answer = self.server.project = json.loads(body)
            case "GET", ["projects", _]:
                answer = self.server.project
            case "POST", ["projects", _, "functions", _]:
                answer = {"hash_key": "1" * 40}
            case _, ["projects", _, "runs", uid]:
                answer = self.run(uid, int(query.get("iter", ["0"])[0]), body)
            case "GET", ["projects", _, "runs"]:
                answer = {"runs": self.listed(query)}
            case "GET", ["projects", _, "artifacts"]:
                answer = {"artifacts": []}
            case "POST", ["projects", _, "logs", _]:
                answer = {}
            case _:
                return self.send_error(404)
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def run(self, uid: str, iter: int, body: bytes) -> dict:
        if self.command == "POST":
            self.server.runs[uid, iter] = json.loads(body)
        elif self.command == "PATCH":
            for path, value in json.loads(body).items():
                update_in(self.server.runs[uid, iter], path, value)
        return {"data": self.server.runs[uid, iter]}

    def listed(self, query: dict) -> list[dict]:
        states, uids = query.get("state"), query.get("uid")
        return [
            run
            for (uid, iter), run in self.server.runs.items()
            if (not iter or query.get("iter") == ["yes"])
            and (not states or run["status"]["state"] in states)
            and (not uids or uid in uids)
        ]

    do_GET = do_POST = do_PUT = do_PATCH = answer

    def log_message(self, *arguments):
        """Keep the tests' output quiet."""


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path / "of-the-server") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def slow(copy):
    copy.add_function("slow", f"{BEGIN} {SLEEP}", "n=0")
    (copy.folder / "steps.py").write_text(
        "import mlrun\n\n\ndef pipeline():\n    mlrun.run_function('slow', returns=['a'])\n"
    )
    project = copy.folder / "project.yaml"
    steps = "workflows:\n    - {name: steps, path: steps.py, engine: local}\n"
    project.write_text(project.read_text().replace("workflows:\n", steps))
    return copy


@pytest.mark.parametrize(
    "command",
    [
        ["run", "slow", "--returns", "a"],
        ["run", "slow", "-x", "n=[1,2]", "--returns", "a"],
        ["workflow", "steps"],
    ],
)
def test_a_run_whose_process_was_killed_is_aborted_for_every_list(slow, server, command):
    running = Running(slow, *command, MLRUN_DBPATH=server.url)
    listed = slow.process("runs", MLRUN_DBPATH=server.url)
    assert " slow" in listed.stdout, listed.stderr
    assert set(server.states().values()) == {"running"}, "its process lives"
    os.kill(running.handlers[0], signal.SIGKILL)
    running.ended()
    assert is_gone_soon(running.handlers[0])
    assert set(server.states().values()) == {"running"}, "nobody has said so yet"
    listed = slow.process("runs", MLRUN_DBPATH=server.url)
    assert re.search("aborted .* slow .*the process that it ran in has end", listed.stdout)
    assert set(server.states().values()) == {"aborted"}
    assert len(server.runs) == (2 if "-x" in command else 1)


def test_a_run_of_another_machine_or_a_job_stays_as_it_is(slow, server):
    running = Running(slow, "run", "slow", "--returns", "a", MLRUN_DBPATH=server.url)
    os.kill(running.handlers[0], signal.SIGKILL)
    running.ended()
    ((uid, _), run) = next(iter(server.runs.items()))
    text = json.dumps(run)
    elsewhere = text.replace(f'"{socket.gethostname()}/', '"elsewhere/')
    assert elsewhere != text
    server.runs["elsewhere", 0] = json.loads(elsewhere.replace(uid, "elsewhere"))
    job = json.loads(text.replace(uid, "job"))
    job["metadata"] |= {"labels": {"kind": "job"}, "annotations": {}}
    server.runs["job", 0] = job
    slow.process("images", MLRUN_DBPATH=server.url)
    states = {uid: run["status"]["state"] for (uid, _), run in server.runs.items()}
    assert states == {uid: "aborted", "elsewhere": "running", "job": "running"}
