"""A workflow tells of each step as it ends."""

import subprocess

import yaml

import prepared
from in_process import new_environment


def test_each_step_of_a_workflow_is_printed_as_it_ends_and_once(copy):
    with (copy.folder / "workflow.py").open("a") as file:
        file.write("    import pathlib, time\n")
        file.write("    while not pathlib.Path('go').exists(): time.sleep(0.1)\n")
    command = [prepared.python(), copy.folder / "main.py", "workflow"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=copy.folder, env=new_environment(), stdout=pipe, stderr=pipe, text=True
    ) as process:
        lines = []
        while not any(line.startswith("transform-image") for line in lines):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        assert process.poll() is None  # the workflow is not at its end
        (copy.folder / "go").touch()
        rest, said = process.communicate(timeout=600)
    assert (process.returncode, said) == (0, "")
    shown = "".join(lines) + rest
    assert shown.count("gen-image-generate-gradient  completed") == 1
    assert shown.count("transform-image-transform  completed") == 1


def test_a_sweep_in_a_workflow_is_one_step_that_is_shown_before_its_iterations(copy):
    (copy.folder / "workflow.py").write_text(
        "import mlrun\n\n\ndef pipeline():\n"
        "    mlrun.run_function('gen-image', hyperparams={'width': [8, 16]}, returns=['a'])\n"
        "    mlrun.run_function('gen-image', params={'width': 9})\n"
    )
    done = copy.main("workflow")
    assert done.returncode == 0, done.stderr
    titles = [line.split("  ")[0] for line in done.stdout.splitlines() if line[:1] != " "]
    single = "gen-image-generate-gradient"
    assert sorted(titles) == [single, single, "iteration 1", "iteration 2"]
    assert done.stdout.count("width=8") == done.stdout.count("width=9") == 1


def test_arguments_of_a_workflow_are_what_its_type_hints_say(copy):
    (copy.folder / "workflow.py").write_text(
        "import datetime, mlrun\nfrom pathlib import Path\n\n\n"
        "def pipeline(flag: bool, name: str, day: datetime.date, sizes: list[int], any=None,"
        " path: Path | None = None):\n"
        "    assert (flag, name, day, sizes, any) == (False, '12', datetime.date(2026, 1, 2),"
        " [3, 4], 5), (flag, name, day, sizes, any)\n"
        "    assert path == Path('a/b')\n"
        "    mlrun.run_function('gen-image', params={'width': 9})\n"
    )
    texts = ("flag=no", "name=12", "day=2026-01-02", "sizes=[3, 4]", "any=5", "path=a/b")
    given = [word for text in texts for word in ("-a", text)]
    done = copy.main("workflow", *given)
    assert done.returncode == 0, done.stderr
    done = copy.main("workflow", *("-a", "flag=maybe"), *given[2:])
    assert done.returncode == 1 and "flag: bool takes true or false, not 'maybe'" in done.stderr


def test_a_step_without_log_hints_completes_with_its_image(copy):
    path = copy.folder / "project.yaml"
    project = yaml.safe_load(path.read_text())
    del project["spec"]["params"]["returns"]
    path.write_text(yaml.safe_dump(project))
    (copy.folder / "workflow.py").write_text(
        "import mlrun\n\n\ndef pipeline():\n    mlrun.run_function('gen-image')\n"
    )
    done = copy.main("workflow", "--json")
    assert done.returncode == 0, done.stdout
    (run,) = done.made
    (seen,) = copy.main("runs", run["uid"], "--json").made
    for one in run, seen:
        assert [output["key"] for output in one["outputs"]] == ["gen-image"]
        assert (one["state"], one["problems"]) == ("completed", [])
