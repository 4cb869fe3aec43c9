"""The command in processes of its own: how it starts, and how it ends."""

import json
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest
from PIL import Image

import prepared
from in_process import listen_to_ctrl_c, new_environment


def test_it_prints_what_was_made_and_nothing_else(copy):
    command = [prepared.python(), copy.folder / "main.py", "run"]
    done = subprocess.run(
        command, cwd=copy.folder, env=new_environment(), capture_output=True, text=True
    )
    title, output, *more = done.stdout.splitlines()
    assert done.stderr == ""
    assert re.fullmatch(r"gen-image-generate-gradient  completed  [0-9a-f]{32}", title)
    assert output.startswith("  gradient  plot  PNG  256 x 256  artifacts/")
    assert (copy.folder / output.split()[-1]).is_file()
    assert [line.split("/")[0] for line in more] == [f"    {title.split()[-1][:8]}"]


def test_verbose_shows_the_log_of_mlrun_beside_the_output(copy):
    done = copy.process("run", "--verbose", "--json")
    assert "Run execution finished" in done.stderr
    assert json.loads(done.stdout)[0]["state"] == "completed"
    done = copy.process("run", "--verbose")
    assert "Storing function" in done.stderr
    assert "gen-image-generate-gradient  completed" in done.stdout


def test_the_tutorials_steps_work(copy):
    folder = copy.folder
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
    done = subprocess.run(
        [prepared.python(), "-c", script], env=new_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    page, photo = [line for line in done.stdout.splitlines() if line.startswith(str(folder))]
    assert "<figure" in Path(page).read_text() and Image.open(photo).format == "JPEG"


def test_an_interrupted_sweep_is_aborted_and_what_it_made_is_shown(copy):
    wait = "import time; n == 1 and [open('begun', 'w'), [time.sleep(0.1) for _ in range(6000)]]"
    copy.add_function("slow", f"{wait}; return Image.new('L', (4, 4))", "n=0")
    sweep = ["run", "slow", "-x", f"n={list(range(60))}", "--returns", "a : file"]
    command = [prepared.python(), copy.folder / "main.py", *sweep]
    with subprocess.Popen(
        command, env=new_environment(), stdout=-1, stderr=-1, text=True, preexec_fn=listen_to_ctrl_c
    ) as process:
        while not (copy.folder / "begun").exists():  # by the second: the first has ended
            time.sleep(0.1)
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        shown, _ = process.communicate(timeout=600)
    assert process.returncode == 1
    assert "slow-handler  aborted" in shown and "a  file  PNG  4 x 4" in shown
    (sweep, *iterations) = copy.main("runs", "-n", "100", "--json").made
    assert sweep["state"] == "aborted"
    assert {run["state"] for run in iterations} == {"completed", "aborted"}


def test_a_server_that_cannot_be_used_is_said_in_one_line(copy):
    done = copy.process("runs", python=sys.executable, MLRUN_DBPATH="foo://host")
    assert done.returncode == 1
    said = "Error: cannot start MLRun (MLRUN_DBPATH must name a server"
    assert done.stderr.splitlines()[-1].startswith(said)
    assert "Traceback" not in done.stderr


def test_help_needs_no_mlrun(copy, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "mlrun.py").write_text("raise ImportError('MLRun was imported')")
    for arguments in ([], ["--help"], ["run", "--help"]):
        done = copy.process(*arguments, PYTHONPATH=str(broken))
        assert (done.returncode, done.stderr) == (0, "")
        assert "python main.py run " in done.stdout


def block(folder: Path, *names: str) -> str:
    """A folder where importing these modules fails."""
    folder.mkdir()
    for name in names:
        (folder / f"{name}.py").write_text(f"raise ImportError('{name} was imported')")
    return str(folder)


def test_looking_at_runs_needs_no_mlrun(copy, tmp_path):
    copy.main("run", "-p", "width=8", "--returns", "gradient : file")
    sweep = copy.main("run", "-x", "width=[8,0]", "--json").made[0]["uid"]
    without = block(tmp_path / "without", "mlrun", "pandas", "numpy", "PIL")
    for arguments in (["runs"], ["runs", "--json"], ["runs", sweep[:9]], ["images"]):
        done = copy.process(*arguments, PYTHONPATH=without)
        asked = copy.main(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, asked.stdout, ""), arguments
    page = copy.process("gallery", "--no-open", PYTHONPATH=block(tmp_path / "no", "mlrun"))
    assert page.returncode == 0 and "Images: 2, runs: 2" in page.stdout, page.stderr
    none = copy.process("runs", "nope", PYTHONPATH=without)
    assert none.returncode == 1 and "no run 'nope'" in none.stderr
    done = copy.process("delete", sweep, "--yes", PYTHONPATH=without)
    assert (done.returncode, done.stdout) == (0, "Deleted: 1 run(s)\n"), done.stderr
    assert not (copy.folder / "artifacts" / sweep).exists()


@pytest.mark.parametrize("arguments, said", [
    (["run", "nope"], "no function 'nope' in project.yaml, which has: gen-image"),
    (["run", "-p", "widht=1"], "gen-image takes no parameter widht; it takes: width, height"),
    (["run", "-p", "width=1", "-x", "width=[1]"], "width is given twice"),
    (["run", "transform-image"], "transform-image needs image"),
    (["run", "--returns", "a : b : c"], "one colon belongs between"),
    (["run", "--returns", "a", "--returns", "a"], "the key 'a' is asked for twice"),
    (["run", "--returns", "-"], "MLRun does not take the key '-'"),
    (["run", "transform-image", "-i", "image=0123/a"], "there is no file '0123/a' here"),
    (["run", "--remote"], "a remote run needs an MLRun API server"),
    (["workflow", "nope"], "no workflow 'nope' in project.yaml, which has: main"),
    (["workflow", "-a", "wdth=3"],
     "the workflow main takes no argument wdth; it takes: width, height, degrees"),
    (["delete", "nope"], "no run 'nope' in project"),
])  # fmt: skip
def test_what_project_yaml_and_the_history_can_refuse_needs_no_mlrun(
    copy, tmp_path, arguments, said
):
    done = copy.process(*arguments, PYTHONPATH=block(tmp_path / "without", "mlrun"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ") and said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_handler_that_is_not_in_its_module_is_told_with_those_that_are(copy, tmp_path):
    copy.add_function("drawn", "return 1")
    path = copy.folder / "drawn.py"
    path.write_text(path.read_text().replace("handler", "draw") + "\n\ndef paint(): pass\n")
    done = copy.process("run", "drawn", PYTHONPATH=block(tmp_path / "without", "mlrun"))
    said = "drawn: drawn.py has no function 'handler'; it has: draw, paint"
    assert done.stderr == f"Error: {said}\n"
    path.write_text("from os.path import *\n" + path.read_text())
    assert "drawn.py has no function" not in copy.main("run", "drawn").stderr


def test_what_project_setup_adds_to_the_project_is_not_refused(copy):
    (copy.folder / "more.py").write_text("def handler(n: int = 1):\n    return n\n")
    path = copy.folder / "project_setup.py"
    add = "    project.set_function('more.py', 'more', kind='job', handler='handler')\n    return"
    path.write_text(path.read_text().replace("    return", add))
    (run,) = copy.main("run", "more", "-p", "n=5", "--returns", "n", "--json").made
    assert run["outputs"][0]["value"] == 5
    assert "no function 'nope'" in copy.main("run", "nope").stderr


def test_functions_are_listed_with_what_they_take(copy):
    copy.add_function("decorated", "return 1", "a, b=(1, 2), **more")
    file = copy.folder / "decorated.py"
    copy.add_function("plain", "return 1", "a, b=(1, 2), **more")
    file.write_text(file.read_text().replace("def", "@print\ndef"))
    lines = copy.main("functions").stdout.splitlines()
    example = (
        "gen-image width: int=256, height: int=256 gradient generate_image.py: generate_gradient"
    )
    assert any(line.split() == example.split() for line in lines)
    assert any("plain " in line and " a, b=(1, 2), … " in line for line in lines)
    assert any("decorated " in line and " ? " in line for line in lines)
    plain, *_ = json.loads(copy.main("functions", "--json").stdout)
    assert plain["parameters"] == {"a": None, "b": "(1, 2)"} and plain["takes_any"]


def test_the_help_of_a_function_is_what_its_source_says(copy):
    done = copy.process("run", "gen-image", "-h", PYTHONPROFILEIMPORTTIME="1")
    assert "mlrun_images.looking" in done.stderr
    assert not re.search(r"\| +(mlrun|pydantic)\n", done.stderr)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "width int [default: 256]" in lines
    assert any(line.startswith("Generate an RGB gradient: red grows") for line in lines)
    assert "image Image.Image [needed]" in " ".join(
        copy.main("run", "-h", "transform-image").stdout.split()
    )
    copy.add_function("plain", "return 1", "a, **more")
    shown = " ".join(copy.main("run", "plain", "--help").stdout.split())
    assert "Parameters: a [needed] … any others Options:" in shown
    assert "Run FUNCTION and show what it made." in copy.main("run", "-h").stdout


def test_the_versions_are_told(copy):
    assert re.fullmatch(
        rf"mlrun_images [\d.]+, MLRun {re.escape(version('mlrun'))}, Python 3\.11\.\d+\n",
        copy.main("--version").stdout,
    )


def test_a_project_that_mlrun_would_refuse_can_be_looked_at(copy):
    copy.main("run")
    copy.folder = copy.folder.rename(copy.folder.with_name("a#b"))
    assert copy.main("run").returncode == 1
    assert "gen-image" in copy.main("runs").stdout


@pytest.mark.parametrize("broken", ["{", "spec: {}\n", "[]"])
def test_a_project_yaml_that_cannot_be_read_is_one_line(copy, broken):
    (copy.folder / "project.yaml").write_text(broken)
    done = copy.main("runs")
    assert done.returncode == 1 and done.stderr.startswith("Error: cannot read project.yaml: ")
    assert done.stderr.count("\n") == 1


def test_another_python_is_refused_in_one_line(copy, tmp_path):
    version = "import sys; sys.version_info = (3, 13, 0, 'final', 0)"
    (tmp_path / "sitecustomize.py").write_text(version)
    (line,) = copy.process("run", PYTHONPATH=str(tmp_path)).stderr.splitlines()
    assert "MLRun needs Python 3.11" in line


def test_what_a_child_process_prints_does_not_come_between_the_json(copy):
    copy.add_function("child", "import os; os.system('echo child'); print('here'); return 1")
    done = copy.process("run", "child", "--returns", "a", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)[0]["outputs"][0]["value"] == 1
    assert "child" in done.stderr and "here" in done.stderr


def test_a_reader_that_leaves_is_no_error(copy):
    copy.add_function("long", "return 'x' * 1_000_000")
    command = f"{prepared.python()} {copy.folder}/main.py run long --returns a --json | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=new_environment(),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[\n", "")


def test_closed_output_is_no_error(copy):
    command = f"{prepared.python()} {copy.folder}/main.py"
    script = f"{command} run >&- && {command} runs --json >&- && {command} runs >&- 2>&-"
    done = subprocess.run(
        ["bash", "-c", script], env=new_environment(), capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_tab_completes_commands_without_mlrun(copy):
    readme = (copy.folder / "README.md").read_text()
    line = re.search(r"^    (eval .*_MAIN_PY_COMPLETE.*)$", readme, re.MULTILINE)[1]
    python = str(Path(sys.executable).parent)
    script = f"""PATH={python}:$PATH
{line}
COMP_WORDS=(./main.py ga) COMP_CWORD=1
_mainpy_completion ./main.py
echo "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=copy.folder,
        env=new_environment(),
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("gallery\n", "")


def test_help_lists_the_exit_codes_and_h_is_short_for_it(copy):
    done = copy.process("-h", python=sys.executable)
    assert done.returncode == 0 and "Exit codes:" in done.stdout
    for code in (0, 1, 2):
        assert re.search(rf"^ +{code}  ", done.stdout, re.MULTILINE)
