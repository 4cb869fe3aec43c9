"""The handlers; then the command, as a user types it: with no server, and with one that stands in for a cluster's."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import mlrun
import pytest
import yaml
from PIL import Image

from generate_image import generate_gradient, transform


def made(done) -> list[dict]:
    """The runs that `--json` printed."""
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def only_line(text: str) -> str:
    (line,) = text.strip().splitlines()
    return line


def use_handler(folder, name: str, body: str) -> None:
    """Give the copy of the project one more function, as a user would."""
    (folder / f"{name}.py").write_text(f"from PIL import Image\n\n\ndef handler():\n    {body}\n")
    project = folder / "project.yaml"
    entry = f"  functions:\n    - {{name: {name}, kind: job, url: {name}.py, handler: handler, with_repo: true}}\n"
    project.write_text(project.read_text().replace("  functions:\n", entry, 1))


@pytest.mark.parametrize("size", [(256, 256), (1, 1), (254, 3), (7, 255), (1000, 257)])
def test_the_gradient_has_the_pixels_of_the_tutorial(size):
    width, height = size
    pixels = [
        (int(255 * x / width), int(255 * y / height), 50)
        for y in range(height)
        for x in range(width)
    ]
    image = generate_gradient(width, height)
    assert (image.mode, image.size) == ("RGB", size)
    assert image.tobytes() == bytes(value for pixel in pixels for value in pixel)


@pytest.mark.parametrize("length", [*range(1, 1000, 7), 4095, 30000, 100003])
def test_the_gradient_is_exact_at_any_length(length):
    assert generate_gradient(width=length, height=1).getchannel("R").tobytes() == bytes(
        255 * x // length for x in range(length)
    )


@pytest.mark.parametrize("value", [0, -1, 2.5, "9", True, None])
def test_a_wrong_length_is_refused(value):
    for name in ("width", "height"):
        with pytest.raises(
            ValueError, match=f"^{name} must be a whole number of pixels, 1 or more, not {value!r}$"
        ):
            generate_gradient(**{name: value})


def test_transform_turns_the_image_and_keeps_all_of_it(tmp_path):
    image = Image.new("L", (3, 2))
    image.putpixel((0, 0), 255)
    image.save(tmp_path / "a.png")
    turned = transform(mlrun.get_dataitem(str(tmp_path / "a.png")))
    assert (turned.size, turned.getpixel((0, 2))) == ((2, 3), 255)


def test_by_default_an_image_becomes_a_page(main, folder):
    done = main("run", "-p", "width=128", "-p", "height=128", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (run,) = made(done)
    (output,) = run["outputs"]
    assert (run["state"], output["key"], output["type"]) == ("completed", "gradient", "plot")
    assert output["path"].startswith(f"{folder}/artifacts/{run['uid']}/")
    assert open(output["path"]).read().startswith("<!doctype html>")


def test_the_words_of_a_log_hint_need_no_quotes(main):
    (run,) = made(
        main(
            "run",
            "-p",
            "width=16",
            "--returns",
            "gradient : file[format=jpeg, quality=90]",
            "--json",
        )
    )
    with Image.open(run["outputs"][0]["path"]) as image:
        assert (image.format, image.size) == ("JPEG", (16, 256))


def test_it_prints_what_was_made_and_nothing_else(main, folder):
    done = main("run", cwd=folder)
    first, second = done.stdout.splitlines()
    assert (first, done.stderr) == ("gen-image-generate-gradient  completed", "")
    assert second.startswith("  gradient  plot  PNG  256 x 256  artifacts/")
    assert (folder / second.split()[-1]).is_file()


def test_verbose_shows_the_log_of_mlrun(main):
    done = main("run", "--verbose", "--json")
    assert "Run execution finished" in done.stderr
    assert made(done)[0]["state"] == "completed"


def test_what_was_kept_of_a_failed_run_is_shown(main):
    done = main("run", "--returns", "gradient : file[format=nope]", "--json")
    (run,) = made(done)
    assert (done.returncode, run["state"]) == (1, "error")
    assert "'gradient'" in run["error"] and "nope" in run["error"] and "kept as PNG" in run["error"]
    with Image.open(run["outputs"][0]["path"]) as image:
        assert image.size == (256, 256)


def test_a_handler_that_raises_fails_the_run_with_its_message(main):
    done = main("run", "-p", "width=0")
    assert done.returncode == 1
    assert "width must be a whole number of pixels, 1 or more, not 0" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.splitlines()[-1] == "Add --verbose for MLRun's log and tracebacks."


@pytest.mark.parametrize(
    ("name", "body", "hints", "said"),
    [
        (
            "in-a-list",
            "return [Image.new('L', (4, 4))]",
            ["a"],
            "in a list or dict was not logged; possible: *key",
        ),
        ("nothing", "return None", ["a"], "a: the handler returned None for it"),
        ("text", "return 'text'", ["a : file"], "a: asked for, but the run does not hold it"),
        (
            "too-few",
            "return Image.new('L', (4, 4))",
            ["a", "b"],
            "b: asked for, but the run does not hold it",
        ),
        (
            "too-many",
            "return Image.new('L', (4, 4)), 1",
            ["a"],
            "does not return as many outputs as the 1 log hint",
        ),
    ],
)
def test_a_completed_run_without_what_was_asked_is_no_success(
    main, folder, name, body, hints, said
):
    use_handler(folder, name, body)
    done = main("run", name, *[word for hint in hints for word in ("--returns", hint)])
    assert done.returncode == 1, done.stdout
    assert said in done.stdout


def test_what_was_not_made_is_an_error_in_the_history_too(main, folder):
    use_handler(folder, "none", "return None")
    main("--project", "history", "run", "none", "--returns", "a")
    (run,) = made(main("--project", "history", "runs", "--json"))
    assert (run["state"], run["error"]) == ("error", "a: the handler returned None for it")


def test_one_hint_in_project_yaml_may_be_a_text(main, folder):
    use_handler(folder, "one", "return Image.new('L', (4, 4))")
    project = folder / "project.yaml"
    project.write_text(
        project.read_text().replace("    returns:\n", '    returns:\n      one: "a : file"\n', 1)
    )
    (run,) = made(main("run", "one", "--json"))
    assert [(output["key"], output["type"]) for output in run["outputs"]] == [("a", "file")]


def test_without_the_example_the_first_function_is_run(main, folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    definition = yaml.safe_load((copy / "project.yaml").read_text())
    definition["spec"]["functions"] = [
        {"name": "mine", "kind": "job", "url": "mine.py", "handler": "handler", "with_repo": True}
    ]
    (copy / "project.yaml").write_text(yaml.safe_dump(definition))
    (copy / "mine.py").write_text(
        "from PIL import Image\n\n\ndef handler():\n    return Image.new('L', (4, 4))\n"
    )
    done = subprocess.run(
        [sys.executable, copy / "main.py", "run", "--returns", "a"], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.startswith("mine-handler  completed")


def test_an_input_is_found_from_the_working_folder(main, tmp_path):
    Image.new("L", (6, 3)).save(tmp_path / "here.png")
    done = main("run", "transform-image", "-i", "image=here.png", "--json", cwd=tmp_path)
    assert made(done)[0]["outputs"][0]["labels"]["width"] == "3"


def test_a_handler_that_leaves_python_is_an_error(main, folder):
    use_handler(folder, "leaves", "raise SystemExit(0)")
    done = main("run", "leaves", "--returns", "a")
    assert done.returncode == 1
    assert (
        "leaves-handler  error" in done.stdout
        and "the handler ended with SystemExit(0)" in done.stdout
    )


def test_a_run_whose_artifact_was_deleted_is_shown_without_it(main, folder):
    (run,) = made(main("--project", "deleted", "run", "--json"))
    script = f"""
import mlrun
project = mlrun.load_project({str(folder)!r}, name="deleted", save=False, allow_cross_project=True)
project.delete_artifact(project.list_artifacts(tree={run["uid"]!r}).to_objects()[0])
"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    (run,) = made(main("--project", "deleted", "runs", "--json"))
    assert run["outputs"] == [] and run["problems"] == [
        "gradient: asked for, but the run does not hold it"
    ]


def test_a_workflow_that_breaks_after_a_step_says_so(main, folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    with (copy / "workflow.py").open("a") as file:
        file.write("    raise ValueError('no more paper')\n")
    done = subprocess.run(
        [sys.executable, copy / "main.py", "workflow"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "the workflow main failed after transform-image-transform: no more paper" in only_line(
        done.stderr
    )


def test_the_tutorials_steps_work(folder):
    script = f"""
import mlrun
project = mlrun.load_project({str(folder)!r}, name="tutorial", save=False, allow_cross_project=True)
fn = project.set_function({str(folder / "generate_image.py")!r}, name="gen-image", kind="job",
                          image="mlrun/mlrun", handler="generate_gradient")
project.add_custom_packager(packager="image_packager.PILImagePackager", is_mandatory=True)
for hint in ("gradient", "gradient : file[format='jpeg']"):
    run = fn.run(local=True, params={{"width": 128, "height": 128}}, returns=[hint])
    assert run.outputs["gradient"]
    print(run.artifact("gradient").url)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page, photo = [line for line in done.stdout.splitlines() if line.startswith(str(folder))]
    assert "<figure" in Path(page).read_text() and Image.open(photo).format == "JPEG"


def test_an_interrupted_sweep_is_aborted_and_what_it_made_is_shown(main, folder):
    use_handler(folder, "slow", "import time; time.sleep(1); return Image.new('L', (4, 4))")
    (folder / "slow.py").write_text(
        (folder / "slow.py").read_text().replace("handler()", "handler(n=0)")
    )
    command = [
        sys.executable,
        folder / "main.py",
        "--project",
        "slow",
        "run",
        "slow",
        "-x",
        f"n={list(range(60))}",
    ]
    with subprocess.Popen(
        [*command, "--returns", "a : file"], stdout=-1, stderr=-1, text=True
    ) as process:
        while not list(folder.glob("artifacts/*/slow-handler/2/a.png")):  # so the first has ended
            time.sleep(0.1)
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        shown, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "slow-handler  aborted" in shown and "a  file  PNG  4 x 4" in shown
    states = {
        run["state"] for run in made(main("--project", "slow", "runs", "-n", "100", "--json"))
    }
    assert states == {"completed", "aborted"}


def test_a_server_that_cannot_be_used_is_said_in_one_line(main):
    done = main("runs", MLRUN_DBPATH="foo://host")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "Error: cannot start MLRun (MLRUN_DBPATH must name a server"
    )
    assert "Traceback" not in done.stderr


def test_each_image_of_a_list_is_logged_where_the_hint_has_an_asterisk(main, folder):
    use_handler(folder, "images", "return [Image.new('L', (4, 4)), Image.new('RGB', (2, 2))]")
    done = main("run", "images", "--returns", "*a : file[format=png]", "--json")
    assert done.returncode == 0
    artifacts = [output for output in made(done)[0]["outputs"] if output["type"] == "file"]
    assert [(a["key"], a["labels"]["width"]) for a in artifacts] == [("a_0", "4"), ("a_1", "2")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["run", "-p", "widht=512"],
            1,
            "gen-image takes no parameter widht; it takes: width, height",
        ),
        (["run", "nope"], 1, "no function 'nope' in project.yaml, which has:"),
        (
            ["run", "transform-image"],
            1,
            "transform-image needs image: -p NAME=VALUE, or -i NAME=PATH",
        ),
        (["run", "--returns", "a", "--returns", "a : file"], 1, "the key 'a' is asked for twice"),
        (
            ["run", "--returns", "a : b : c"],
            1,
            "'a : b : c' is not a log hint like 'key : file[format=png]'",
        ),
        (["run", "--returns", "a : file[png]"], 1, "is not a log hint like"),
        (["run", "--returns", "a : file[format=png"], 1, "its bracket is not closed"),
        (["run", "-p", "width"], 2, "'width' is not NAME=VALUE, for example width=512"),
        (["run", "-x", "width=64"], 2, 'a list of values, for example "width=[64,128,256]"'),
        (["run", "--parallel", "2"], 2, "--parallel is for a sweep"),
        (
            ["run", "--remote"],
            1,
            "a remote run needs an MLRun API server: set MLRUN_DBPATH to its URL",
        ),
        (["workflow", "nope"], 1, "no workflow 'nope' in project.yaml, which has: main"),
        (["workflow", "-a", "widht=1"], 1, "the workflow main failed: "),
        (["--env-file", "nope", "run"], 2, "'nope' does not exist"),
    ],
)
def test_a_mistake_is_refused_in_one_line(main, arguments, code, said):
    done = main(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr.splitlines()[-1]
    assert code == 2 or only_line(done.stderr).startswith("Error: ")


def test_a_sweep_makes_one_image_each_and_survives_one_that_fails(main):
    done = main("run", "-x", "width=[8,0,16]", "--returns", "gradient : file", "--json")
    sweep, *iterations = made(done)
    assert (done.returncode, sweep["state"]) == (1, "error")
    assert [run["state"] for run in iterations] == ["completed", "error", "completed"]
    paths = [run["outputs"][0]["path"] for run in iterations if run["outputs"]]
    assert [Image.open(path).width for path in paths] == [8, 16]


def test_the_workflow_rotates_what_it_generated_and_its_input_stays(main):
    done = main("workflow", "-a", "width=16", "-a", "height=8", "--json")
    generated, transformed = made(done)
    assert done.returncode == 0
    with Image.open(generated["outputs"][0]["path"]) as image:
        assert image.size == (16, 8)
    assert transformed["outputs"][0]["labels"]["width"] == "8"


def test_past_runs_are_shown_newest_first(main):
    main("run", "-p", "width=7")
    newest, before = made(main("runs", "-n", "2", "--json"))
    assert newest["parameters"] == {"width": 7}
    assert newest["start"] > before["start"]
    assert "width=7" in main("runs", "-n", "1").stdout.splitlines()[2]


def test_no_command_rewrites_project_yaml(main, folder):
    before = (folder / "project.yaml").read_bytes()
    for arguments in (["run"], ["runs"], ["workflow"], ["gallery", "--no-open"]):
        assert main(*arguments).returncode == 0
    assert (folder / "project.yaml").read_bytes() == before


def test_help_needs_no_mlrun(main, folder):
    broken = folder.parent / "broken"
    broken.mkdir()
    (broken / "mlrun.py").write_text("raise ImportError('MLRun was imported')")
    for arguments in ([], ["--help"], ["run", "--help"]):
        done = main(*arguments, PYTHONPATH=str(broken))
        assert (done.returncode, done.stderr) == (0, "")
        assert "python main.py run -p width=512" in done.stdout


def test_another_python_is_refused_in_one_line(main, folder, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; sys.version_info = (3, 13, 0, 'final', 0)"
    )
    assert "MLRun needs Python 3.11" in only_line(main("run", PYTHONPATH=str(tmp_path)).stderr)


# The page of all runs and images, as text


@pytest.fixture
def gallery(main, folder) -> Callable[[str], str]:
    """Write a project's page beside the project's code, and read it."""

    def page(project: str) -> str:
        done = main("--project", project, "gallery", "--no-open")
        assert done.returncode == 0, done.stderr
        return (folder / "gallery.html").read_text()

    return page


def tiles(page: str) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", page, re.DOTALL)


def linked(page: str, folder: Path) -> list[Path]:
    links = [unescape(link) for link in re.findall(r'class="frame" href="([^"]+)"', page)]
    return [folder / unquote(link.removeprefix("file://")) for link in links]


def test_a_project_without_runs_says_how_to_make_one(gallery):
    page = gallery("empty")
    assert "No runs yet" in page and "python main.py run" in page


def test_runs_are_newest_first_and_link_to_the_full_files(main, gallery, folder):
    main("--project", "links", "run", "-p", "width=20", "--returns", "older : file[format=png]")
    main("--project", "links", "run", "-p", "width=30", "--returns", "newer : file[format=jpeg]")
    page = gallery("links")
    assert page.index("<h3>newer</h3>") < page.index("<h3>older</h3>")
    assert "width=30" in page and "30 × 256, RGB, JPEG" in page
    assert "<title>links" in page
    assert [Image.open(path).size for path in linked(page, folder)] == [(30, 256), (20, 256)]
    assert not re.search(
        r'href="(/|file:)', page
    )  # relative, so that folder and page can be moved together


def test_a_page_elsewhere_links_to_the_absolute_file(main, tmp_path, folder):
    main("--project", "elsewhere", "run", "-p", "width=20", "--returns", "image : file[format=png]")
    main(
        "--project",
        "elsewhere",
        "gallery",
        "--no-open",
        "-o",
        str(tmp_path / "new folder" / "page.html"),
    )
    page = (tmp_path / "new folder" / "page.html").read_text()
    assert 'href="file:///' in page
    assert [Image.open(path).size for path in linked(page, folder)] == [(20, 256)]
    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["page.html"]


def test_what_a_user_wrote_is_text(main, gallery):
    script = "<script>alert(1)</script>"
    done = main(
        "--project", "script", "run", "--returns", f"{script} : file"
    )  # kept under another key, and in error
    assert done.returncode == 1
    main("--project", "script", "run", "-p", f"width={script}")
    page = gallery("script")
    assert script not in page
    assert (
        page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    )  # the key, the parameter, the messages


def test_a_failed_run_shows_its_message(main, gallery):
    main("--project", "failed", "run", "-p", "width=0")
    page = gallery("failed")
    assert '<span class="state error">error</span>' in page
    assert '<p class="fault">width must be a whole number of pixels, 1 or more, not 0</p>' in page
    assert not tiles(page)


def test_a_sweep_shows_each_iteration_with_its_parameters(main, gallery):
    main("--project", "sweep", "run", "-x", "width=[16,0,32]")
    first, second, third = tiles(gallery("sweep"))
    assert "#1" in first and "width=16" in first and "16 × 256" in first
    assert "#2" in second and "must be a whole number" in second and "<img" not in second
    assert "#3" in third and "width=32" in third and "32 × 256" in third


def test_the_steps_of_a_workflow_keep_their_own_images(main, gallery):
    main("--project", "steps", "workflow", "-a", "width=32", "-a", "height=16")
    page = gallery("steps")
    transformed, generated = re.findall(r"<section.*?</section>", page, re.DOTALL)
    assert "<h3>transformed</h3>" in transformed and "16 × 32" in transformed
    assert "<h3>gradient</h3>" in generated and "32 × 16" in generated
    assert len(tiles(page)) == 2


def test_small_images_are_enlarged_in_pixels_and_transparent_ones_lie_on_a_checkerboard(
    main, gallery, tmp_path
):
    Image.new("RGBA", (300, 100), (255, 0, 0, 128)).save(tmp_path / "clear.png")
    main(
        "--project",
        "looks",
        "run",
        "-p",
        "width=8",
        "-p",
        "height=4",
        "--returns",
        "small : file[format=png]",
    )
    image = f"image={tmp_path / 'clear.png'}"
    main(
        "--project",
        "looks",
        "run",
        "transform-image",
        "-i",
        image,
        "-p",
        "degrees=0",
        "--returns",
        "clear : file",
    )
    clear, small = tiles(gallery("looks"))
    assert 'class="clear"' in clear and 'width="192" height="64"' in clear
    assert 'class="pixels"' in small and 'width="192" height="96"' in small


def test_an_image_that_cannot_be_opened_says_so_and_the_others_are_there(main, gallery, folder):
    main("--project", "faults", "run", "--returns", "empty : plot")
    main("--project", "faults", "run", "-x", "width=[20,30,40]", "--returns", "image : file")
    good, gone, broken, empty = linked(gallery("faults"), folder)
    gone.unlink()
    broken.write_bytes(b"no image")
    empty.write_text("<p>a page of something else</p>")
    good, gone, broken, empty = tiles(gallery("faults"))
    assert "<img" in good and "no preview" not in good
    assert "no preview: the page holds no image" in empty
    assert "no preview: " in gone and "No such file" in gone
    assert "no preview: cannot identify image file" in broken


def test_writing_again_replaces_the_page(main, gallery, folder):
    main("--project", "again", "run")
    assert len(tiles(gallery("again"))) == 1
    main("--project", "again", "run")
    assert len(tiles(gallery("again"))) == 2
    assert not list(folder.glob(".gallery-*"))


# The way to a cluster
#
# What `main.py run --remote` sends to an MLRun server, and what it makes of the answers.
#
# The server is a stand-in on loopback: it answers the few endpoints that a job's submission needs, and keeps what the
# real MLRun client sends. So these tests show that a job is sent with all that it needs, that nothing is sent when
# something is missing, and that the exit code tells what the server says of the run. They do not show that a cluster
# runs the job: `make test-server` does, on a server of yours.

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


class Answers(BaseHTTPRequestHandler):
    server: Server

    def answer(self):
        url = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        self.server.sent[f"{self.command} {url.path}"] = body
        task = (self.server.sent.get("POST /api/v1/submit_job") or {}).get("task")
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
            case ["projects", project, "artifacts", _]:
                answer = {
                    "kind": "artifact",
                    "metadata": {"key": "gradient", "project": project},
                    "spec": {"target_path": f"{task['spec']['output_path']}/gradient.png"},
                }
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
        command = [sys.executable, folder / "main.py", "run", "--remote", *arguments]
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)

    made = shutil.ignore_patterns(".git", ".mlrun", "artifacts", "__pycache__")
    shutil.copytree(project.folder, folder, ignore=made)
    definition = yaml.safe_load((folder / "project.yaml").read_text())
    set_source(SOURCE)
    git("init")
    commit()
    git("init", "--bare", str(host))
    git("push", str(host), "HEAD:refs/heads/main")
    return SimpleNamespace(
        folder=folder,
        environ=environ,
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
    assert task["spec"]["returns"] == ["gradient : file[format='jpeg']"]
    assert task["spec"]["output_path"] == f"s3://images/{pushed.name}/{task['metadata']['uid']}"


def test_a_job_that_made_its_image_is_listed_with_its_log(pushed, server):
    uri = f"store://artifacts/{pushed.name}/gradient@tree"
    server.end = {"state": "completed", "artifact_uris": {"gradient": uri}}
    ran = pushed.run_remote()
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(LOG) == 1
    assert "gradient.png" in ran.stdout


def test_a_job_that_completed_without_its_image_is_a_failure(pushed):
    ran = pushed.run_remote()
    assert ran.returncode == 1
    assert "gradient: asked for, but the run does not hold it" in ran.stdout.splitlines()[-1]


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


@pytest.mark.parametrize("source", ["./", "https://example.org/org/repo.git#main"])
def test_a_remote_run_needs_a_git_source(pushed, server, source):
    pushed.set_source(source)
    pushed.commit()
    assert f"project.yaml's source is {source!r}" in refusal(pushed, server)


def test_a_remote_run_needs_all_changes_committed(pushed, server):
    (pushed.folder / "new_module.py").touch()
    assert "1 uncommitted change(s)" in refusal(pushed, server)


def test_a_remote_run_needs_all_commits_pushed(pushed, server):
    (pushed.folder / "new_module.py").touch()
    pushed.commit()
    assert "push first" in refusal(pushed, server)
