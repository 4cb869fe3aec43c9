"""`main.py run` and `main.py workflow`, as a user types them."""

import json
from pathlib import Path

import pytest
import yaml
from PIL import Image


def only_line(text: str) -> str:
    (line,) = text.strip().splitlines()
    return line


def test_by_default_an_image_becomes_a_page(main, folder):
    done = main("run", "-p", "width=128", "-p", "height=128", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (run,) = done.made
    (output,) = run["outputs"]
    assert (run["state"], output["key"], output["type"]) == ("completed", "gradient", "plot")
    assert output["path"].startswith(f"{folder}/artifacts/{run['uid']}/")
    assert open(output["path"]).read().startswith("<!doctype html>")


def test_the_words_of_a_log_hint_need_no_quotes(main):
    hint = "gradient : file[format=jpeg, quality=90]"
    (run,) = main("run", "-p", "width=16", "--returns", hint, "--json").made
    with Image.open(run["outputs"][0]["path"]) as image:
        assert (image.format, image.size) == ("JPEG", (16, 256))


def test_what_was_kept_of_a_failed_run_is_shown(main):
    wider_than_webp = ("-p", "width=16384", "-p", "height=1")
    hint = "gradient : file[format=webp]"
    done = main("run", *wider_than_webp, "--returns", hint, "--json")
    (run,) = done.made
    assert (done.returncode, run["state"]) == (1, "error")
    assert "'gradient'" in run["error"] and "webp" in run["error"] and "kept as PNG" in run["error"]
    with Image.open(run["outputs"][0]["path"]) as image:
        assert image.size == (16384, 1)


def test_a_handler_that_raises_fails_the_run_with_its_message(main):
    done = main("run", "-p", "width=0")
    assert done.returncode == 1
    assert "width must be a whole number of pixels, 1 or more, not 0" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert (
        done.stderr.splitlines()[-1]
        == "`python main.py runs UID` shows what a run said; --verbose adds MLRun's log."
    )


def test_the_traceback_of_a_failed_run_is_kept_with_it(copy):
    copy.add_function("deep", "print('said'); return level(n)", "n")
    path = copy.folder / "deep.py"
    path.write_text(path.read_text() + "\n\ndef level(n):\n    return 1 / n\n")
    (run,) = copy.main("run", "deep", "-p", "n=0", "--returns", "a", "--json").made
    for _ in range(2):  # with --verbose too it stands there once
        shown = copy.main("runs", run["uid"]).stdout
        lines = [line.strip() for line in shown.splitlines()]
        assert "said" in lines and "return 1 / n" in lines
        assert lines.count("ZeroDivisionError: division by zero") == 1
        (run,) = copy.main("run", "deep", "-p", "n=0", "--returns", "a", "--json", "--verbose").made
    first = copy.main("run", "deep", "-x", "n=[0,0]", "--returns", "a", "--json").made[0]
    log = copy.main("runs", first["uid"]).stdout
    assert log.count("return 1 / n") == 2 and "site-packages" not in log


@pytest.mark.parametrize(
    ("body", "hints", "said"),
    [
        (
            "return [Image.new('L', (4, 4))]",
            ["a"],
            "possible: *a",
        ),
        ("return None", ["a"], "'a': the handler returned None for it"),
        ("return 'text'", ["a : file"], "'a': asked for as file, but the handler returned a str"),
        ("return Image.new('L', (4, 4))", ["a", "b"], "returned 1 output(s) for 2 log hint(s)"),
        (
            "return Image.new('L', (4, 4)), 1",
            ["a"],
            "returned 2 output(s) for 1 log hint(s)",
        ),
    ],
)
def test_a_completed_run_without_what_was_asked_is_no_success(copy, body, hints, said):
    copy.add_function("mine", body)
    done = copy.main("run", "mine", *[word for hint in hints for word in ("--returns", hint)])
    assert done.returncode == 1, done.stdout
    assert said in done.stdout


def test_what_was_not_made_is_an_error_in_the_history_too(copy):
    copy.add_function("none", "return None")
    copy.main("run", "none", "--returns", "a")
    (run,) = copy.main("runs", "--json").made
    assert (run["state"], run["error"]) == ("error", "'a': the handler returned None for it")


def test_one_hint_in_project_yaml_may_be_a_text(copy):
    copy.add_function("one", "return Image.new('L', (4, 4))")
    project = copy.folder / "project.yaml"
    returns = '    returns:\n      one: "a : file"\n'
    project.write_text(project.read_text().replace("    returns:\n", returns, 1))
    (run,) = copy.main("run", "one", "--json").made
    assert [(output["key"], output["type"]) for output in run["outputs"]] == [("a", "file")]


def test_without_the_example_the_first_function_is_run(copy):
    copy.add_function("mine", "return Image.new('L', (4, 4))")
    project = copy.folder / "project.yaml"
    definition = yaml.safe_load(project.read_text())
    del definition["spec"]["functions"][1:]
    project.write_text(yaml.safe_dump(definition))
    done = copy.main("run", "--returns", "a")
    assert done.returncode == 0 and done.stdout.startswith("mine-handler  completed")


def test_an_input_is_found_from_the_working_folder(main, tmp_path):
    Image.new("L", (6, 3)).save(tmp_path / "here.png")
    done = main("run", "transform-image", "-i", "image=here.png", "--json", cwd=tmp_path)
    assert done.made[0]["outputs"][0]["labels"]["width"] == "3"


def test_a_handler_that_leaves_python_is_an_error(copy):
    copy.add_function("leaves", "raise SystemExit(0)")
    done = copy.main("run", "leaves", "--returns", "a")
    assert done.returncode == 1
    assert "leaves-handler  error" in done.stdout
    assert "the handler ended with SystemExit(0)" in done.stdout


def test_each_image_of_a_list_is_logged_where_the_hint_has_an_asterisk(copy):
    copy.add_function("images", "return [Image.new('L', (4, 4)), Image.new('RGB', (2, 2))]")
    done = copy.main("run", "images", "--returns", "*a : file[format=png]", "--json")
    assert done.returncode == 0
    artifacts = [output for output in done.made[0]["outputs"] if output["type"] == "file"]
    assert [(a["key"], a["labels"]["width"]) for a in artifacts] == [("a_0", "4"), ("a_1", "2")]


TAKES = "gen-image takes no parameter widht; it takes: width, height"
MISTAKES = [
    (["run", "-p", "widht=512"], 1, TAKES),
    (["run", "nope"], 1, "no function 'nope' in project.yaml, which has:"),
    (["run", "transform-image"], 1, "transform-image needs image: -p image=VALUE, or -i image=P"),
    (["run", "--returns", "a", "--returns", "a : file"], 1, "the key 'a' is asked for twice"),
    (["run", "--returns", "a : b : c"], 1, "'a : b : c' is not a log hint like"),
    (["run", "--returns", "a : file[png]"], 1, "is not a log hint like"),
    (["run", "--returns", "a : file[format=png"], 1, "its bracket is not closed"),
    (["run", "-p", "width"], 2, "'width' is not NAME=VALUE, for example width=512"),
    (["run", "-x", "width=64"], 2, 'a list of values, for example "width=[64,128,256]"'),
    (["run", "--parallel", "2"], 2, "--parallel is for a sweep"),
    (["run", "--remote"], 1, "a remote run needs an MLRun API server: set MLRUN_DBPATH to its URL"),
    (["workflow", "nope"], 1, "no workflow 'nope' in project.yaml, which has: main"),
    (["workflow", "-a", "widht=1"], 1, "workflow main takes no argument widht; it takes: width"),
    (["--env-file", "nope", "run"], 2, "'nope' does not exist"),
]


def test_a_mistake_is_refused_in_one_line(main):
    for arguments, code, said in MISTAKES:
        done = main(*arguments)
        assert (done.returncode, done.stdout) == (code, ""), arguments
        assert said in done.stderr.splitlines()[-1], arguments
        assert code == 2 or only_line(done.stderr).startswith("Error: "), arguments


def test_a_sweep_makes_one_image_each_and_survives_one_that_fails(main):
    done = main("run", "-x", "width=[8,0,16]", "--returns", "gradient : file", "--json")
    sweep, *iterations = done.made
    assert (done.returncode, sweep["state"]) == (1, "error")
    assert [run["state"] for run in iterations] == ["completed", "error", "completed"]
    paths = [run["outputs"][0]["path"] for run in iterations if run["outputs"]]
    assert [Image.open(path).width for path in paths] == [8, 16]


def test_the_workflow_rotates_what_it_generated_and_its_input_stays(main):
    done = main("workflow", "-a", "width=16", "-a", "height=8", "--json")
    generated, transformed = done.made
    assert done.returncode == 0
    assert Path(generated["outputs"][0]["path"]).exists()
    assert generated["outputs"][0]["labels"]["width"] == "16"
    assert transformed["outputs"][0]["labels"]["width"] == "8"


def test_a_workflow_that_breaks_after_a_step_says_so(copy):
    with (copy.folder / "workflow.py").open("a") as file:
        file.write("    raise ValueError('no more paper')\n")
    done = copy.main("workflow")
    assert done.returncode == 1
    said = "the workflow main failed after transform-image-transform: no more paper"
    assert said in only_line(done.stderr)


def test_no_command_rewrites_project_yaml(main, folder):
    before = (folder / "project.yaml").read_bytes()
    for arguments in (["run"], ["runs"], ["workflow"], ["gallery", "--no-open"]):
        assert main(*arguments).returncode == 0
    assert (folder / "project.yaml").read_bytes() == before


def test_an_output_that_is_nan_is_null_in_json(copy):
    copy.add_function("nan", "return float('nan'), float('-inf')")
    done = copy.main("run", "nan", "--returns", "a", "--returns", "b", "--json")
    assert [output["value"] for output in json.loads(done.stdout)[0]["outputs"]] == [None, None]


def test_the_example_in_the_help_is_of_the_projects_own_functions(copy):
    copy.add_function("mine", "return Image.new('L', (size, size))", "size=7")
    shown = " ".join(copy.main("run", "mine", "-h").stdout.split())
    assert 'Example: python main.py run mine -p size=7 --returns "mine : file[' in shown
    assert "Example: python main.py run gen-image -p width=" in copy.main("run", "-h").stdout
    (copy.folder / "project.yaml").write_text("metadata: {name: image-project}\n")
    done = copy.main("run", "-h")
    assert done.returncode == 0 and "--returns" in done.stdout and "Example" not in done.stdout
