"""A fresh project: its own commands, as a user types them."""

import json
import os
import re
import shlex
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient
from PIL import Image

import prepared
from conftest import TEMPLATE, Render, run


def test_its_own_tests_pass(project):
    done = project.make("test", timeout=1200)
    assert re.search(r"\d+ passed", done.stdout)
    assert not re.search(r"failed|skipped|error", done.stdout.splitlines()[-1])


def test_without_the_example_its_tests_pass(project, tmp_path):
    copy = project.copy(tmp_path)
    for name in ("generate_image.py", "workflow.py", "tests/test_generate_image.py"):
        (copy.folder / name).unlink()
    assert re.search(r"[1-9] passed", copy.make("test").stdout)
    definition = yaml.safe_load((copy.folder / "project.yaml").read_text())
    del definition["spec"]["functions"], definition["spec"]["workflows"]
    (copy.folder / "project.yaml").write_text(yaml.safe_dump(definition))
    assert re.search(r"[1-9] passed", copy.make("test").stdout)


def test_a_function_of_a_module_in_a_folder_is_named_by_its_module(project, tmp_path):
    copy = project.copy(tmp_path)
    (copy.folder / "models").mkdir()
    (copy.folder / "models/draw.py").write_text(
        "from PIL import Image\n\n\ndef draw(side: int = 9):\n"
        '    return Image.new("L", (side, side))\n'
    )
    definition = yaml.safe_load((copy.folder / "project.yaml").read_text())
    mine = {"name": "draw", "kind": "job", "handler": "models.draw.draw", "with_repo": True}
    definition["spec"]["functions"] = [mine]
    (copy.folder / "project.yaml").write_text(yaml.safe_dump(definition))
    done = copy.python("main.py", "run", "draw", "-p", "side=3", "--returns", "picture")
    assert "PNG  3 x 3" in done.stdout
    assert "side: int=9" in copy.python("main.py", "functions").stdout


@pytest.mark.parametrize(
    "answers", [{}, {"project_slug": "x" * 63, "description": "w " * 250, "image": "a" * 200}]
)
def test_its_own_lint_passes(render: Render, answers, request):
    kept = request.config.cache.mkdir("mypy")  # what is known of MLRun and NumPy
    render(**answers).make("lint", timeout=600, MYPY_CACHE_DIR=str(kept))


def test_the_commands_that_the_hook_prints_work_as_printed(project, tmp_path):
    copy = project.copy(tmp_path)
    commands = re.findall(r"^    (.+)$", project.printed, re.MULTILINE)
    assert commands == ["cd image-project", "make run", "make test"]
    # what `make test` does is the business of test_its_own_tests_pass
    done = run(
        "bash", "-ec", "\n".join(commands[:2] + ["make -n test"]), cwd=tmp_path, UV=prepared.uv()
    )
    assert "gradient" in done.stdout
    assert list(copy.folder.glob("artifacts/**/gradient*"))


RENDERING = 'uvx "cookiecutter>=2.6" gh:org/mlrun-image-template'


def commands_in(readme: Path) -> list[str]:
    """The shell lines of a README, without their comments."""
    blocks = re.findall(r"^    (\S.*?)(?:  +#.*)?$", readme.read_text(), re.MULTILINE)
    return [line for line in blocks if re.match(r"(make|python|uvx|cd|export) ", line)]


def test_the_commands_of_its_readme_work_as_written(project, tmp_path):
    copy = project.copy(tmp_path)
    needs_a_server = re.compile(r"--remote|--env-file|make test-server|export MLRUN_DBPATH")
    commands = [
        line for line in commands_in(copy.folder / "README.md") if not needs_a_server.search(line)
    ]
    assert {"make run", "python main.py workflow", "python main.py gallery"} <= set(commands)
    # what `make test` does is the business of test_its_own_tests_pass
    script = "\n".join(line.replace("make test", "make -n test") for line in commands)
    path = f"{Path(prepared.python()).parent}:{os.environ['PATH']}"
    run("bash", "-ec", script, cwd=copy.folder, PATH=path, UV=prepared.uv(), timeout=1200)
    assert (copy.folder / "gallery.html").exists()


def test_the_python_of_its_readme_works_as_written(project, tmp_path):
    copy = project.copy(tmp_path)
    lines = re.findall(
        r"^    ((?:import|from|project|run|image|show)\b.*)$",
        (copy.folder / "README.md").read_text(),
        re.MULTILINE,
    )
    assert len(lines) == 10
    lines.append("assert image.size == (256, 256)")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("\n".join(lines))])
    shown = (
        NotebookClient(notebook, resources={"metadata": {"path": copy.folder}})
        .execute()
        .cells[0]
        .outputs
    )
    assert any(
        "data:image/png;base64," in output.get("data", {}).get("text/html", "") for output in shown
    )


def test_the_commands_of_the_templates_readme_are_tested():
    here = {"make demo", "make test", RENDERING, "cd image-project", "make run"}
    assert set(commands_in(TEMPLATE / "README.md")) == here


def test_the_templates_readme_renders_without_an_installed_cookiecutter(tmp_path):
    words = shlex.split(RENDERING.replace("gh:org/mlrun-image-template", str(TEMPLATE)))
    run(os.environ.get("UV", "uv"), "tool", "run", *words[1:], "--no-input", cwd=tmp_path)
    assert (tmp_path / "image-project/main.py").is_file()


def test_make_demo_ends_with_an_image_and_a_page_that_are_there(tmp_path):
    own = {"TMPDIR": str(tmp_path), "UV": prepared.uv()}
    done = run("make", "-C", TEMPLATE, "demo", cwd=tmp_path, timeout=1200, **own)
    made = [Path(line) for line in done.stdout.splitlines() if line.startswith(str(tmp_path))]
    assert {path.suffix for path in made} == {".html", ".png"}
    assert all(path.is_file() for path in made)
    assert not re.search("traceback|warning|error", done.stdout + done.stderr, re.IGNORECASE)


def test_it_runs_from_any_folder_and_leaves_what_git_tracks_as_it_was(project, tmp_path):
    copy = project.copy(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = copy.make("run", cwd=elsewhere)
    assert "API server" not in done.stdout + done.stderr  # MLRun's warnings that there is none
    main = str(copy.folder / "main.py")
    copy.python(
        main, "run", "-p", "width=300", "--returns", "gradient : file[format=jpeg]", cwd=elsewhere
    )
    (jpeg,) = copy.folder.glob("artifacts/**/*.jp*g")
    with Image.open(jpeg) as image:
        assert image.format == "JPEG" and image.size == (300, 256)
    assert list(elsewhere.iterdir()) == []
    assert run("git", "status", "--porcelain", cwd=copy.folder).stdout == ""


def test_mlrun_saves_and_loads_the_project_without_loss(project, tmp_path):
    copy = project.copy(tmp_path)
    script = """
import mlrun
loaded = mlrun.load_project(".", save=False)
loaded.save()
again = mlrun.load_project(".", save=False)
assert again.to_dict() == loaded.to_dict() and again.to_dict()["spec"]["params"]
"""
    before = (copy.folder / "project.yaml").read_text()
    copy.python("-c", script)
    assert (copy.folder / "project.yaml").read_text() != before  # it was written
    assert "gradient" in copy.python("main.py", "run").stdout


def test_mlruns_own_command_runs_the_workflow_and_leaves_project_yaml_as_it_is(project, tmp_path):
    copy = project.copy(tmp_path)
    copy.python("-m", "mlrun", "project", ".", "-r", "main", "--engine", "local")
    assert [
        one["state"] for one in json.loads(copy.python("main.py", "runs", "--json").stdout)
    ] == ["completed"] * 2
    assert run("git", "status", "--porcelain", cwd=copy.folder).stdout == ""


def test_mlrun_and_pillow_are_all_it_needs(project, tmp_path):
    copy = project.copy(tmp_path)
    script = """
import runpy, sys
hidden = ["matplotlib", "cloudpickle", "selenium", "pytest"]
sys.modules |= dict.fromkeys(hidden)  # cannot be imported
sys.argv = ["main.py", "run", "--returns", "a"]
runpy.run_path("main.py", run_name="__main__")
"""
    copy.python("-c", script)
    assert list(copy.folder.glob("artifacts/**/a.html"))


def test_a_run_that_fails_ends_make_with_an_error(project, tmp_path):
    copy = project.copy(tmp_path)
    (copy.folder / "generate_image.py").write_text(
        "def generate_gradient():\n    raise ValueError('no ink')\n"
    )
    done = copy.make("run", check=False)
    assert done.returncode
    assert "no ink" in done.stdout + done.stderr


def test_its_ci_runs_what_its_makefile_has(project):
    targets = re.findall(
        r"run: make (\S+)", (project.folder / ".github/workflows/tests.yml").read_text()
    )
    assert targets == ["lint", "test"]
    for target in targets:
        project.make(target, MAKEFLAGS="n")


def test_make_alone_names_its_commands(project):
    printed = run("make", cwd=project.folder).stdout
    for command in ("run", "gallery", "test", "test-server", "lint"):
        assert f"make {command}: " in printed


def test_the_update_block_of_its_readme_gives_a_project_with_other_handlers_new_machinery(
    project, tmp_path
):
    copy = project.copy(tmp_path)
    # a project of somebody: another handler, a packager and files of their own, old machinery
    (copy.folder / "generate_image.py").write_text(
        "from PIL import Image\n\n\ndef make(side: int = 9) -> Image.Image:\n"
        '    return Image.new("L", (side, side))\n'
    )
    definition = yaml.safe_load((copy.folder / "project.yaml").read_text())
    mine = {"kind": "job", "url": "generate_image.py", "with_repo": True}
    definition["spec"]["functions"] = [{"name": "mine", "handler": "make", **mine}]
    definition["spec"]["params"]["returns"] = {"mine": ["picture"]}
    del definition["spec"]["workflows"]
    (copy.folder / "project.yaml").write_text(yaml.safe_dump(definition))
    (copy.folder / "tests/test_generate_image.py").write_text(
        "from generate_image import make\n\n\ndef test_it():\n    assert make(3).size == (3, 3)\n"
    )
    (copy.folder / "gallery.py").write_text("MINE = True\n")
    old = copy.folder / "mlrun_images"
    (old / "gone.py").write_text("")
    (old / "__init__.py").write_text('__version__ = "0.1"\n')
    readme = (copy.folder / "README.md").read_text()
    block = re.findall(r"^    ((?:git clone|rm -r|cp -r) .+)$", readme, re.MULTILINE)
    assert len(block) == 3
    clone = re.sub(r"--branch \S+ \S+", str(TEMPLATE), block[0])
    run("bash", "-ec", "\n".join([clone, *block[1:]]), cwd=copy.folder)
    assert not (old / "gone.py").exists()
    assert "0.1" not in (old / "__init__.py").read_text()
    assert (copy.folder / "gallery.py").read_text() == "MINE = True\n"
    copy.make("test")
    assert "mine-make  completed" in copy.python("main.py", "run").stdout


def test_an_artifact_type_and_a_default_that_are_added_as_its_readme_says_work(project, tmp_path):
    copy = project.copy(tmp_path)
    packager = copy.folder / "image_packager.py"
    code = packager.read_text()
    setting = re.search(r"    DEFAULT_OPTIONS.*\n", code)
    assert setting
    code = code.replace(setting[0], '    DEFAULT_OPTIONS = {"JPEG": {"quality": 1}}\n')
    packager.write_text(
        code
        + """
    def pack_thumbnail(self, obj, key, size=64):
        small = obj.copy()
        small.thumbnail((size, size))
        return self.image_file(small, key)
"""
    )
    hints = ["a : thumbnail", "a : thumbnail[size=32]", "a : file[format=jpeg]"]
    hints += ["a : file[format=jpeg, quality=95]"]
    files = []
    for hint in hints:
        done = copy.python("main.py", "run", "--returns", hint, "--json")
        (output,) = json.loads(done.stdout)[0]["outputs"]
        files.append(Path(output["path"]))
    small, smaller, low, high = files
    assert [Image.open(path).width for path in (small, smaller)] == [64, 32]
    assert low.stat().st_size < high.stat().st_size
    wrong = copy.python("main.py", "run", "--returns", "a : thumbnail[sise=32]", check=False)
    assert wrong.returncode == 1
    assert "a thumbnail has no option sise; possible: size" in wrong.stdout + wrong.stderr
