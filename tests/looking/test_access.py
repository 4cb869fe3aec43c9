"""What a record of the run DB may have this machine read: what a hostile one names is text."""

import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import mlrun
import pytest
from PIL import Image

from mlrun_images.access import Access
from mlrun_images.errors import Refused
from mlrun_images.running.setup import load
from pages import Page


class Listener(ThreadingHTTPServer):
    """A server on this machine that keeps what it is asked, and may never answer."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.address = f"127.0.0.1:{self.server_port}"
        self.asked: list[str] = []
        self.silent = threading.Event()
        self.ended = threading.Event()
        self.body = b""


class Answers(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.server.silent.is_set():
            self.server.ended.wait(600)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_PUT = do_POST = do_HEAD = do_GET

    def log_message(self, *arguments):
        """Keep the tests' output quiet."""


@pytest.fixture
def listener():
    with Listener() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.ended.set()
        server.shutdown()


def record(key: str, path: str) -> None:
    """Put an artifact's record into the run DB, as somebody else may into a server's."""
    body: dict = {"kind": "artifact", "metadata": {"key": key}, "spec": {"target_path": path}}
    body["spec"]["unpackaging_instructions"] = {"object_type": "PIL.Image.Image"}
    mlrun.get_run_db().store_artifact(key, body, project="image-project", tree="0" * 32)


def test_what_is_elsewhere_is_text_with_the_reason(copy, tmp_path, listener, monkeypatch):
    monkeypatch.setenv("HTTPS_AUTH_TOKEN", "secret-token")
    monkeypatch.setenv("V3IO_ACCESS_KEY", "secret-key")
    secret = tmp_path / "secret.png"
    Image.new("RGB", (64, 64), "red").save(secret)
    artifacts = copy.folder / "artifacts"
    artifacts.mkdir()
    (artifacts / "link.png").symlink_to(secret)
    (artifacts / "folder").symlink_to(tmp_path)
    paths = [
        "/etc/passwd", str(secret), f"file://{secret}", f"FILE://localhost{secret}",
        f"file://{str(secret).replace('/', '%2F')}", f"file://other{secret}", "../secret.png",
        f"{copy.folder}/../secret.png", str(artifacts / "link.png"),
        str(artifacts / "folder" / "secret.png"), f"http://{listener.address}/a.png",
        f"https://{listener.address}/a.png", f"v3ios://{listener.address}/a/b.png",
        f"v3io://{listener.address}/a/b.png", "s3://bucket/a.png", "store://artifacts/x/y",
        "memory://a.png", "", "\0",
    ]  # fmt: skip
    load(copy.folder)
    for number, path in enumerate(paths):
        record(f"image-{number}", path)
    page = Page(copy.gallery())
    faults = "\n".join(page.faults)
    assert len(page.faults) == len(paths)
    assert not any(image["thumbnail"] or image.get("link") for image in page.images)
    assert faults.count("outside the project") == 8
    assert faults.count("not below the artifact path of the server or of project.yaml") >= 7
    assert listener.asked == []


def test_a_fifo_and_a_device_are_not_opened(copy):
    os.mkfifo(copy.folder / "fifo.png")
    (copy.folder / "device.png").symlink_to("/dev/zero")
    (copy.folder / "folder.png").mkdir()
    load(copy.folder)
    for name in ("fifo", "folder", "device"):
        record(name, str(copy.folder / f"{name}.png"))
    faults = "\n".join(Page(copy.gallery()).faults)
    assert faults.count("it is not a regular file") == 2
    assert faults.count("outside the project") == 1


def test_what_a_run_of_this_machine_wrote_elsewhere_is_shown_here_only(copy, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    log = f"context.log_artifact('a', body=open({str(tmp_path / 'a.png')!r}, 'rb').read(),"
    copy.add_function("writes", f"{log} format='png', artifact_path={str(elsewhere)!r})", "context")
    Image.new("RGB", (64, 64), "red").save(tmp_path / "a.png")
    (run,) = copy.main("run", "writes", "--returns", "b", "--json").made
    assert Page(copy.gallery()).thumbnails
    database = mlrun.get_run_db()
    host = {"metadata.labels": {"host": f"not-{socket.gethostname()}"}}
    database.update_run(host, run["uid"], "image-project")
    page = Page(copy.gallery())
    assert not page.thumbnails and "no run on this machine wrote it" in page.faults[0]
    host["metadata.labels"]["host"] = socket.gethostname()
    database.update_run(host, run["uid"], "image-project")
    assert Page(copy.gallery()).thumbnails
    (written,) = elsewhere.rglob("*.png")
    written.unlink()
    written.symlink_to(tmp_path / "a.png")
    assert not Page(copy.gallery()).thumbnails


def test_the_artifact_path_of_project_yaml_is_read(copy, tmp_path):
    project = copy.folder / "project.yaml"
    path = f"spec:\n  artifact_path: {tmp_path}/images/{{{{run.uid}}}}\n"
    project.write_text(project.read_text().replace("spec:\n", path, 1))
    copy.main("run")
    record("beside", str(tmp_path / "images" / ".." / "secret.png"))
    page = Page(copy.gallery())
    assert len(page.thumbnails) == 1 and "outside the project" in page.faults[0]


def access(copy, artifact_path: str, seconds: float = 10) -> Access:
    load(copy.folder)
    return Access(copy.folder, "image-project", [artifact_path], is_local=True, seconds=seconds)


def test_a_remote_file_is_fetched_only_below_the_artifact_path(copy, listener):
    listener.body = b"image"
    root = f"http://{listener.address}/art/{{{{run.project}}}}"
    allowed = access(copy, root)
    url = f"http://{listener.address}/art/image-project/a.png"
    assert allowed.open(allowed.locate(url)).read() == b"image"
    assert listener.asked == ["/art/image-project/a.png"]
    for other in (
        url.replace("/a.png", "/../../b"), url.replace("/a.png", "/%2e%2e/%2e%2e/b"),
        url.replace("/a.png", "/%252e%252e/b"), url.replace("/a.png", "/..\\b"),
        url.replace("http:", "https:"), url.replace("http://", "http://me@"),
        f"http://{listener.address}/artful/b", f"http://{listener.address}@other/art/b",
    ):  # fmt: skip
        with pytest.raises(Refused, match="not below the artifact path"):
            allowed.locate(other)


def test_a_store_that_does_not_answer_is_asked_once_and_said(copy, listener):
    listener.silent.set()
    root = f"http://{listener.address}/art"
    allowed = access(copy, root, seconds=0.2)
    with pytest.raises(Refused, match="did not answer within 0.2 seconds"):
        allowed.open(allowed.locate(f"{root}/a.png"))
    with pytest.raises(Refused, match="did not answer for an earlier file"):
        allowed.open(allowed.locate(f"{root}/b.png"))
    assert listener.asked == ["/art/a.png"]


def test_what_a_store_refuses_is_said_as_it_says_it(copy):
    root = f"http://{Listener().address}/art"  # nobody serves there
    allowed = access(copy, root, seconds=60)
    with pytest.raises(OSError, match="(?i)timed out|refused"):
        allowed.open(allowed.locate(f"{root}/a.png"))


def test_an_artifact_path_that_holds_other_things_too_opens_nothing(copy):
    home = os.path.expanduser("~")
    around = str(copy.folder.parent)
    for wide, path in (
        ("/", "/etc/passwd"), ("/{{run.uid}}", "/etc/passwd"), ("file:///", "/etc/passwd"),
        (home, f"{home}/a.png"), (around, f"{around}/a.png"),
        ("s3://", "s3://bucket/a.png"), ("s3:///", "s3:///bucket/a.png"),
    ):  # fmt: skip
        with pytest.raises(Refused):
            access(copy, wide).locate(path)


def test_an_input_whose_record_names_what_is_elsewhere_is_refused(copy, tmp_path):
    secret = tmp_path / "secret.png"
    Image.new("RGB", (64, 64), "red").save(secret)
    load(copy.folder)
    os.mkfifo(copy.folder / "fifo.png")
    for number, path in enumerate((str(secret), "../secret.png", str(copy.folder / "fifo.png"))):
        record(f"bad-{number}", path)
        uri = f"store://artifacts/image-project/bad-{number}"
        done = copy.main("run", "transform-image", "-i", f"image={uri}")
        assert done.returncode == 1 and "the input image cannot be read: it is " in done.stderr
    # what a person types is theirs
    assert copy.main("run", "transform-image", "-i", f"image={secret}").returncode == 0


def test_the_inputs_of_a_notebook_and_a_workflow_are_held_to_the_same_rule(
    copy, tmp_path, listener
):
    secret = tmp_path / "secret.png"
    Image.new("RGB", (64, 64), "red").save(secret)
    project = mlrun.load_project(str(copy.folder), save=False)
    page, file = (
        project.run_function("gen-image", local=True, returns=[hint]).outputs["gradient"]
        for hint in ("gradient", "gradient : file")
    )
    for image in (page, file, str(secret)):  # what a person writes is theirs
        inputs: dict = {"image": image}
        done = project.run_function("transform-image", local=True, inputs=inputs)
        assert done.state() == "completed"
    os.mkfifo(copy.folder / "fifo.png")
    named = (
        str(secret), f"file://{secret}", "../secret.png", f"http://{listener.address}/a.png",
        str(copy.folder / "fifo.png"),
    )  # fmt: skip
    (copy.folder / "workflow.py").write_text(
        "import mlrun\n\n\ndef pipeline(image):\n"
        "    mlrun.run_function('transform-image', inputs={'image': image})\n"
    )
    for number, path in enumerate(named):
        record(f"bad-{number}", path)
        uri = f"store://artifacts/image-project/bad-{number}"
        with pytest.raises(mlrun.runtimes.utils.RunError, match=f"image: {uri}: it is "):
            project.run_function("transform-image", local=True, inputs={"image": uri})
        done = copy.main("workflow", "-a", f"image={uri}")
        assert done.returncode == 1 and f"image: {uri}: it is " in done.stdout
    assert listener.asked == []
