"""What `main.py run --remote` sends to an MLRun server, and what it makes of the answers."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

import prepared
from in_process import listen_to_ctrl_c
from mlrun_images.errors import Refused
from mlrun_images.running import remote

# The server is a stand-in on loopback: it answers the few endpoints that a job's submission needs,
# and keeps what the real MLRun client sends. So these tests show that a job is sent with all that
# it needs, that nothing is sent when something is missing, and that the exit code tells what the
# server says of the run. They do not show that a cluster runs the job: `make test-server` does, on
# a server of yours.

SOURCE = "git://example.org/org/repo.git#main"
LOG = "the job's own words\n"


class Server(ThreadingHTTPServer):
    """An MLRun server that has one run, whose end the test decides."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.namespace = "jobs"  # empty: a server without Kubernetes
        self.sent = {}  # method and path: body, in the order in which they came
        self.end = {"state": "completed"}
        self.loses_files = False
        self.goes_away = False  # once it has the job


class Answers(BaseHTTPRequestHandler):
    server: Server

    def answer(self):
        url = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        self.server.sent[f"{self.command} {url.path}"] = body
        task = (self.server.sent.get("POST /api/v1/submit_job") or {}).get("task")
        if self.server.goes_away and task:
            if url.path.endswith("/submit_job"):
                self.server.shutdown()  # no more after this answer
                self.server.socket.close()
            else:
                return None
        match url.path.split("/")[3:]:
            case ["client-spec"]:
                path = "s3://images/{{run.project}}"
                answer = {
                    "version": version("mlrun"),
                    "namespace": self.server.namespace,
                    "artifact_path": path,
                }
            case ["projects", _]:
                answer = body
            case ["projects", _, "functions", _]:
                answer = {"hash_key": "1" * 40}
            case ["submit_job"]:
                answer = {"data": task | {"status": {"state": "running"}}}
            case ["projects", _, "runs", _]:
                answer = {"data": task | {"status": self.server.end}}
            case ["projects", _, "runs"]:
                answer = {"runs": [task | {"status": self.server.end}] if task else []}
            case ["projects", project, "artifacts", _]:
                answer = {
                    "kind": "artifact",
                    "metadata": {"key": "gradient", "project": project},
                    "spec": {"target_path": f"{task['spec']['output_path']}/gradient.png"},
                }
            case ["projects", _, "filestat"]:
                if self.server.loses_files:
                    return self.send_error(404)
                answer = {"size": 1}
            case ["projects", _, "logs", _]:
                answer = LOG[int(parse_qs(url.query)["offset"][0]) :]
            case _:
                return self.send_error(404)
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(200)
        self.send_header("x-mlrun-run-state", self.server.end["state"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = answer

    def log_message(self, *arguments):
        """Keep the tests' output quiet."""


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def pushed(project, tmp_path, server):
    """A copy of the project whose code is pushed to a git host, which is a folder."""
    if not shutil.which("git"):
        pytest.skip("a job gets its code from git, which is not installed")
    folder, host = tmp_path / "project", tmp_path / "org" / "repo.git"
    git_config = {
        f"url.{tmp_path}/.insteadOf": "https://example.org/",
        "user.name": "me",
        "user.email": "me@home",
    }
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("MLRUN_", "GIT_"))
    }
    environ |= {
        "MLRUN_IGNORE_ENV_FILE": "true",
        "MLRUN_DBPATH": server.url,
        "NO_PROXY": "127.0.0.1",
    }
    environ |= {
        "MLRUN_HTTPDB__LOGS__PULL_LOGS_DEFAULT_INTERVAL": "0",
        "GIT_CONFIG_COUNT": str(len(git_config)),
    }
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for number, (name, value) in enumerate(git_config.items()):
        environ |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}

    def git(*arguments):
        subprocess.run(
            ["git", *arguments], cwd=folder, env=environ, check=True, capture_output=True
        )

    def commit():
        git("add", "--all")
        git("commit", "--message", "change")

    def set_source(source):
        definition["spec"]["source"] = source
        (folder / "project.yaml").write_text(yaml.safe_dump(definition))

    def run_remote(*arguments):
        command = [prepared.python(), folder / "main.py", "run", "--remote", *arguments]
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=600)

    made = shutil.ignore_patterns(".git", ".mlrun", "artifacts")
    shutil.copytree(project.folder, folder, ignore=made)
    definition = yaml.safe_load((folder / "project.yaml").read_text())
    set_source(SOURCE)
    git("init")
    commit()
    git("init", "--bare", str(host))
    git("push", str(host), "HEAD:refs/heads/main")
    return SimpleNamespace(
        folder=folder,
        host=host,
        environ=environ,
        git=git,
        commit=commit,
        set_source=set_source,
        run_remote=run_remote,
        name=definition["metadata"]["name"],
        function=next(
            function
            for function in definition["spec"]["functions"]
            if function["name"] == "gen-image"
        ),
    )


def test_a_job_is_sent_with_all_that_its_pod_needs(pushed, server):
    pushed.run_remote("-p", "width=8", "--returns", "gradient : file[format=jpeg]")
    sent = list(server.sent)
    registered, stored, submitted = (
        f"PUT /api/v1/projects/{pushed.name}",
        f"POST /api/v1/projects/{pushed.name}/functions/gen-image",
        "POST /api/v1/submit_job",
    )
    assert sent.index(registered) < sent.index(stored) < sent.index(submitted)
    assert ["image_packager.PILImagePackager", True] in server.sent[registered]["spec"][
        "custom_packagers"
    ]
    function = server.sent[stored]["spec"]
    assert function["build"]["source"] == SOURCE
    assert function["build"]["load_source_on_run"] is True
    assert function["image"] == pushed.function["image"]
    task = server.sent[submitted]["task"]
    assert task["metadata"]["project"] == pushed.name
    assert task["spec"]["function"].startswith(f"{pushed.name}/gen-image@")
    assert task["spec"]["handler"] == pushed.function["handler"]
    assert task["spec"]["parameters"] == {"width": 8}
    (hint,) = task["spec"]["returns"]
    assert (hint["key"], hint["artifact_type"]) == ("gradient", "file")
    assert hint["packing_kwargs"] == {"format": "jpeg"}
    assert task["spec"]["output_path"] == f"s3://images/{pushed.name}/{task['metadata']['uid']}"


def test_a_job_that_made_its_image_is_listed_with_its_log(pushed, server):
    uri = f"store://artifacts/{pushed.name}/gradient@tree"
    server.end = {"state": "completed", "artifact_uris": {"gradient": uri}}
    ran = pushed.run_remote()
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(LOG) == 1
    assert "gradient.png" in ran.stdout


def test_a_job_whose_file_is_not_there_as_the_server_sees_it_is_a_failure(pushed, server):
    uri = f"store://artifacts/{pushed.name}/gradient@tree"
    server.end = {"state": "completed", "artifact_uris": {"gradient": uri}}
    server.loses_files = True
    ran = pushed.run_remote()
    assert ran.returncode == 1
    assert "gradient: its file is not there, as the server sees it: s3://images/" in ran.stdout


def test_a_remote_run_needs_an_artifact_path_that_outlives_its_pod(pushed, server):
    project = pushed.folder / "project.yaml"
    text = project.read_text()
    project.write_text(text.replace("spec:\n", "spec:\n  artifact_path: /data/images\n", 1))
    pushed.commit()
    assert "artifact_path is a folder, '/data/images', which is gone" in refusal(pushed, server)


def test_a_branch_whose_name_only_ends_alike_is_not_what_a_job_would_run(pushed, server):
    (pushed.folder / "new_module.py").touch()
    pushed.commit()
    pushed.git("push", str(pushed.host), "HEAD:refs/heads/zzz/main", "HEAD:refs/heads/aaa/main")
    assert "push first" in refusal(pushed, server)


def test_a_tag_is_taken_for_the_commit_that_it_names(pushed, server):
    pushed.git("tag", "--annotate", "--message", "x", "v1")
    pushed.git("push", str(pushed.host), "v1")
    for ref in ("v1", "refs/tags/v1"):
        # what is committed last is not what the tag names
        pushed.set_source(f"git://example.org/org/repo.git#{ref}")
        pushed.commit()
        assert "push first" in refusal(pushed, server)
        pushed.git("tag", "--force", "--annotate", "--message", "x", "v1")
        pushed.git("push", "--force", str(pushed.host), "v1")
        pushed.run_remote()
        assert server.sent.pop("POST /api/v1/submit_job")


def test_a_password_in_the_servers_address_is_not_shown(pushed, server):
    server.namespace = ""
    pushed.environ["MLRUN_DBPATH"] = server.url.replace("//", "//user:secret@")
    said = refusal(pushed, server)
    assert "the server at http://***@127.0.0.1" in said and "secret" not in said


def test_a_server_that_goes_away_leaves_the_job_going_on_and_says_so(pushed, server):
    server.goes_away = True
    pushed.environ["MLRUN_HTTP_RETRY_DEFAULTS__MAX_RETRIES"] = "0"
    ran = pushed.run_remote()
    assert ran.returncode == 1
    assert "does not answer" in ran.stderr and "the job goes on" in ran.stderr, ran.stderr


def test_a_job_that_completed_without_its_image_is_a_failure(pushed):
    ran = pushed.run_remote()
    assert ran.returncode == 1
    assert "gradient: asked for, but the run has no such output" in ran.stdout.splitlines()[-1]


def test_a_failed_job_is_a_failure_with_its_message(pushed, server):
    server.end = {"state": "error", "error": "no memory left"}
    ran = pushed.run_remote()
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1].strip() == "no memory left"


def refusal(pushed, server) -> str:
    """The one line with which a remote run is refused, before anything is submitted."""
    ran = pushed.run_remote()
    assert ran.returncode == 1
    assert (ran.stdout, ran.stderr.count("\n")) == ("", 1), ran.stdout + ran.stderr
    assert "POST /api/v1/submit_job" not in server.sent
    return ran.stderr


def test_a_remote_run_needs_a_server(pushed, server):
    del pushed.environ["MLRUN_DBPATH"]
    assert "set MLRUN_DBPATH" in refusal(pushed, server)
    assert not server.sent


def test_a_remote_run_needs_a_server_with_kubernetes(pushed, server):
    server.namespace = ""
    assert "has no Kubernetes" in refusal(pushed, server)


def test_a_remote_workflow_needs_a_server_that_would_not_run_its_steps_here(pushed, server):
    command = [prepared.python(), pushed.folder / "main.py", "workflow", "--remote"]
    ran = subprocess.run(command, env=pushed.environ, capture_output=True, text=True, timeout=600)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "has no Kubeflow Pipelines: MLRun would run the workflow's steps here" in ran.stderr
    assert not any("/runs/" in asked for asked in server.sent)


@pytest.mark.parametrize("source", ["./", "https://example.org/org/repo.git#main"])
def test_a_remote_run_needs_a_git_source(pushed, server, source):
    pushed.set_source(source)
    pushed.commit()
    assert f"project.yaml's source is {source!r}" in refusal(pushed, server)


def test_what_git_says_is_said_once(pushed, server):
    pushed.set_source("git://example.org/org/gone.git#main")
    pushed.commit()
    said = refusal(pushed, server)
    assert said.count("gone.git' does not appear to be a git repository") == 1, said
    assert "caused by" not in said


def test_a_remote_run_needs_all_changes_committed(pushed, server):
    (pushed.folder / "new_module.py").touch()
    assert "1 uncommitted change(s)" in refusal(pushed, server)


def test_a_remote_run_needs_all_commits_pushed(pushed, server):
    (pushed.folder / "new_module.py").touch()
    pushed.commit()
    assert "push first" in refusal(pushed, server)


def test_a_project_in_a_subfolder_of_its_repository_names_it_for_jobs(pushed, server):
    inner = pushed.folder / "models" / "images"
    shutil.copytree(pushed.folder, inner, ignore=shutil.ignore_patterns(".git", "models"))
    pushed.commit()
    pushed.git("push", str(pushed.host), "HEAD:refs/heads/main")

    def run(*arguments: str, **env: str):
        command = [prepared.python(), inner / "main.py", "run", "-p", "width=8", *arguments]
        environ = pushed.environ | env
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=600)

    ran = run("--remote")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
    assert "in models/images of its repository" in ran.stderr
    assert "write `workdir: models/images` below `spec:` in project.yaml" in ran.stderr
    assert "POST /api/v1/submit_job" not in server.sent
    definition = yaml.safe_load((inner / "project.yaml").read_text())
    definition["spec"]["workdir"] = "models/images"
    (inner / "project.yaml").write_text(yaml.safe_dump(definition))
    pushed.commit()
    pushed.git("push", str(pushed.host), "HEAD:refs/heads/main")
    run("--remote")
    assert "POST /api/v1/submit_job" in server.sent
    ran = run(MLRUN_DBPATH="")
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def silent():
    """A git host that takes a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(600)
        yield listener


def source_at(listener: socket.socket) -> str:
    return f"git://127.0.0.1:{listener.getsockname()[1]}/org/repo.git#main"


def processes_of(listener: socket.socket) -> list[str]:
    """The processes that ask it, such as git-remote-https, which git starts."""
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            commands.append(path.read_text(errors="replace").replace("\0", " "))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    return [command for command in commands if command.startswith("git") and address in command]


def are_gone(listener: socket.socket) -> bool:
    for _ in range(6000):
        if not processes_of(listener):
            return True
        time.sleep(0.1)
    return False


def test_a_git_host_that_stays_silent_is_said_and_no_process_of_git_is_left(
    tmp_path, silent, monkeypatch
):
    monkeypatch.setattr(remote, "GIT_SECONDS", 2)
    with pytest.raises(Refused, match="cannot ask git .* timed out"):
        remote._commit_of(str(tmp_path), source_at(silent))
    silent.accept()[0].close()  # it was asked
    assert are_gone(silent), processes_of(silent)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_ends_while_git_waits_leaves_no_process_of_git(pushed, silent, number):
    pushed.set_source(source_at(silent))
    pushed.commit()
    command = [prepared.python(), pushed.folder / "main.py", "run", "--remote"]
    options = {"stdout": -1, "stderr": -1, "preexec_fn": listen_to_ctrl_c}
    with subprocess.Popen(command, env=pushed.environ, **options) as process:
        connection, _ = silent.accept()
        assert processes_of(silent)
        process.send_signal(number)
        printed, said = process.communicate(timeout=600)
    connection.close()
    assert (process.returncode, printed, said.strip()) == (1, b"", b"Aborted!")
    assert are_gone(silent), processes_of(silent)
