"""What a run is asked to log is checked before its handler is called."""

import pytest

BEGIN = "open('begun', 'w');"


def annotate(copy, name: str, returned: str) -> None:
    """Say in a handler's signature what it returns."""
    module = copy.folder / f"{name}.py"
    module.write_text(module.read_text().replace("handler():", f"handler() -> {returned}:"))


@pytest.fixture
def refusal(copy):
    """Runs a function with a log hint; it must be refused, and its handler not called."""
    copy.add_function("plain", f"{BEGIN} return Image.new('L', (4, 4))")
    copy.add_function("image", f"{BEGIN} return Image.new('L', (4, 4))")
    annotate(copy, "image", "Image.Image")

    def run(*arguments: str) -> str:
        done = copy.main("run", *arguments)
        assert (done.returncode, done.stdout) == (1, ""), arguments
        assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1
        assert not (copy.folder / "begun").exists()
        return done.stderr

    return run


def test_what_no_image_can_be_logged_as_is_refused_before_the_run(refusal):
    for hint, said in {
        "a : file[format=nope]": "nope",
        "a : plto": "no artifact type 'plto'; possible: ",
        "a : plot[max_size=0]": "max_size",
        "a : plot[size=1]": "a plot has no option size; possible: ",
        "a : file[format=jpeg, qualty=90]": "qualty",
        "a : file[format=jpeg, quality=best]": "quality",
        "a/b : file": "MLRun does not take the key 'a/b'; possible: ",
        "-a": "MLRun does not take the key '-a'; possible: ",
        "a" * 201: "digit, at most 200 with the run's name",
    }.items():
        for function in ("plain", "image"):
            assert said in refusal(function, "--returns", hint), (function, hint)


def test_an_artifact_type_of_other_objects_is_refused_where_the_handler_makes_images(refusal):
    assert "no artifact type 'dataset'" in refusal("image", "--returns", "a : dataset")


def test_what_another_object_can_be_logged_as_is_not_refused(copy):
    copy.add_function("array", "import numpy; return numpy.zeros(3)")
    hint = "a : file[file_format=npy]"
    assert copy.main("run", "array", "--returns", hint, "--json").made[0]["state"] == "completed"


def test_hints_of_project_yaml_are_checked_before_a_run_and_a_workflow(copy):
    project = copy.folder / "project.yaml"
    hints = "gen-image: ['gradient : file[format=nope]']"
    project.write_text(project.read_text().replace("gen-image: [gradient]", hints))
    for command in ("run", "workflow"):
        done = copy.main(command)
        assert (done.returncode, done.stdout) == (1, "")
        assert "the output 'gradient'" in done.stderr and "nope" in done.stderr
    assert copy.main("runs", "--json").made == []


def test_a_handler_annotated_with_several_outputs_is_checked_one_by_one(copy):
    copy.add_function("pair", "return Image.new('L', (4, 4)), {'a': 1}")
    annotate(copy, "pair", "tuple[Image.Image, dict]")
    given = ("run", "pair", "--returns", "a : file", "--json")
    assert copy.main(*given, "--returns", "b : result").made[0]["state"] == "completed"
    done = copy.main("run", "pair", "--returns", "b : result", "--returns", "a : result")
    assert "no artifact type 'result'" in done.stderr


def test_a_packager_that_may_be_missing_and_is_stops_no_run(copy):
    project = copy.folder / "project.yaml"
    entry = "custom_packagers:\n    - [missing.Packager, false]\n"
    project.write_text(project.read_text().replace("custom_packagers:\n", entry, 1))
    assert copy.main("run", "--json").made[0]["state"] == "completed"


def test_a_function_whose_code_mlrun_keeps_runs_here_too(copy):
    copy.add_function("plain", "return Image.new('L', (4, 4))")
    project = copy.folder / "project.yaml"
    project.write_text(project.read_text().replace("handler, with_repo: true}", "handler}"))
    done = copy.main("run", "plain", "--returns", "a", "--json")
    assert done.made[0]["state"] == "completed"
