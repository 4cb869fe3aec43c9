"""What may be answered, and what is said to the rest."""

import json
import os
import sys
import tomllib
from pathlib import Path

import mlrun
import pytest
import yaml
from cookiecutter.main import cookiecutter as cookiecutter_in_process

import prepared
from conftest import COOKIECUTTER, TEMPLATE, cookiecutter, run

GOOD_SLUGS = (
    *("image-project", "a", "7", "007", "null", "true", "a--b", "a1-b2", "tests", "class"),
    "x" * 63,
)
BAD_SLUGS = (
    *("", " ", "A", "a_b", "a.b", "-a", "a-", "a b", "a/b", "../x", "/x", "..", "~", "é", "a\nb"),
    *("x" * 64, "٣", '"', "'", "a:", "#", "a'b", "&a", "*a", "!a", "%", "@", "`x`", "$HOME"),
    *("$(x)", "a;b", "{{x}}", "<<x>>", "<% x"),
)
BAD_ANSWERS = {
    "project_name": (
        *("", "  ", "x" * 101, "a\nb", "a\tb", "a\x07", "a\u202eb", "a\udc80b", "a << b", "a >> b"),
        *("<%", "<# x", "{{x}}", "<<cookiecutter.project_slug>>", "<<cookiecutter._template>>"),
    ),
    "project_slug": (*BAD_SLUGS, "a\n"),
    "description": (
        *("```", "  ~~~ x", "<!-- x", "x" * 501, "a\nb", "a\0b", "<<cookiecutter", "a <<x>> b"),
        *("{% x %}", "#>", "<<cookiecutter.project_slug>>", "<<cookiecutter.project_name>>"),
    ),
    "image": (
        *("", "a b", '"a"', "a'b", "a\nb", "-a", "a{{x}}", "a#b", "x" * 256, "a:b:c"),
        *("http://a/b", "a/B", "a//b", "a@b"),
    ),
    "git_source": (
        *("https://github.com/a/b", "github.com/a/b", "git://", "git://host", "git://a/b c"),
        *('git://a/"', "./", "git://a/" + "b" * 500),
    ),
}
GOOD_IMAGES = (
    *("a", "mlrun/mlrun", "mlrun/mlrun:1.12.1-rc_3", "localhost:5000/a_b/c--d/e.f", "R.example/a"),
    f"quay.io/a/b:1@sha256:{'0a' * 32}",
)
GOOD_TEXTS = (
    'Bob\'s "images": 100 % of #1 \\ C:\\new',
    "Éclairs à la crème, 画像, 🎨 👩\u200d💻",
    "- [x] *a* | b & <b>c</b> `d` $HOME ${x} {e: f} !g @h ~ '''",
)


def refusal(printed: str) -> str:
    """The one line that was printed."""
    (line,) = printed.strip().splitlines()
    assert line.startswith("Error: ")
    return line


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder to render into, with nothing beside it that counts."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def with_settings(here: Path, *arguments: str, **settings):
    """Render with a user's own cookiecutter settings, as their default_context."""
    file = here.parent / "settings.yaml"
    own = {"replay_dir": f"{here.parent}/replay", "default_context": settings}
    file.write_text(yaml.safe_dump(own))
    command = (prepared.python(), COOKIECUTTER, "--config-file", file, "--no-input")
    return run(*command, TEMPLATE, *arguments, cwd=here, check=False)


def in_process(here: Path, **answers: str) -> None:
    """Render without a process, and without the hook."""
    cookiecutter_in_process(
        str(TEMPLATE),
        no_input=True,
        extra_context=answers,
        output_dir=str(here),
        default_config=True,
        accept_hooks=False,
    )


def test_a_bad_answer_is_refused_in_one_line_that_says_what_to_type_and_nothing_is_left(
    tmp_path, here
):
    for name, answer in [(name, answer) for name, bad in BAD_ANSWERS.items() for answer in bad]:
        with pytest.raises(SystemExit) as error:
            in_process(here, **{name: answer})
        line = refusal(str(error.value))
        assert "; type " in line, (name, answer)
        marks = "<<" in answer or "<%" in answer or "<#" in answer
        said = "has template marks in it" if marks else f"Error: {name}: "
        assert said in line, (name, answer)
        assert list(tmp_path.rglob("*")) == [here], (name, answer)


def test_an_answer_of_a_settings_file_that_is_not_text_is_refused_in_one_line(here):
    for name, value, shown in (
        ("description", None, "None"),
        ("project_slug", True, "True"),
        ("git_source", None, "None"),
        ("image", {"a": "b"}, "Undefined"),
    ):
        done = with_settings(here, **{name: value})
        assert f"{name}: {shown} is not text; type" in refusal(done.stderr)
        assert list(here.iterdir()) == []


def test_a_bad_answer_on_the_command_line_is_refused_with_and_without_hooks(tmp_path, here):
    for slug, hooks in (("a/b", "yes"), ("../x", "no"), ("My Slug", "no"), ("a << b", "yes")):
        done = cookiecutter(
            "--no-input", "--accept-hooks", hooks, f"project_slug={slug}", cwd=here, check=False
        )
        assert done.returncode == 1
        assert not done.stdout
        refusal(done.stderr)
        assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["here"]
        assert list(here.iterdir()) == []


def test_a_bad_answer_is_refused_before_the_next_question(tmp_path):
    done = cookiecutter(cwd=tmp_path, check=False, input="My name\nMy Slug\n")
    assert "[2/5]" in done.stdout and "[3/5]" not in done.stdout
    assert refusal(done.stderr) == (
        "Error: project_slug: 'My Slug' (7 characters) cannot be used; "
        "type 1 to 63 of a-z, 0-9 and, inside, -; such as my-slug"
    )
    assert list(tmp_path.iterdir()) == []


def test_answers_typed_at_the_prompts_are_taken_and_the_prompts_are_few_and_in_words(tmp_path):
    done = cookiecutter(
        cwd=tmp_path, input='My name\n\nThat\'s "all"\n\ngit://host/me/it.git#main\n'
    )
    assert done.stdout.count("[5/5]") == 1
    for words in ("What is the project called", "(its tag should be the version of your MLRun"):
        assert words in done.stdout
    assert "cd my-name\n" in done.stdout
    spec = yaml.safe_load((tmp_path / "my-name/project.yaml").read_text())["spec"]
    assert spec["description"] == 'That\'s "all"'
    assert spec["source"] == "git://host/me/it.git#main"


def test_a_replay_is_checked_too_with_and_without_hooks(tmp_path, here):
    cookiecutter("--no-input", "-o", "first", cwd=here)
    answers = json.loads(next(tmp_path.rglob("replay/*.json")).read_text())
    for name, value in (
        ("project_slug", "a/b"),
        ("description", "a\nb"),
        ("_copy_without_render", ["*"]),
    ):
        edited = answers["cookiecutter"] | {name: value}
        (tmp_path / "edited.json").write_text(json.dumps(answers | {"cookiecutter": edited}))
        replay = ("--replay-file", tmp_path / "edited.json")
        for hooks in ("yes", "no"):
            done = cookiecutter(*replay, "--accept-hooks", hooks, cwd=here, check=False)
            assert name in refusal(done.stderr)
            assert [path.name for path in here.iterdir()] == ["first"]


def test_a_package_named_hooks_in_the_working_folder_or_on_the_path_changes_nothing(tmp_path):
    for where in ("here", "path"):
        folder = tmp_path / where
        (folder / "hooks").mkdir(parents=True)
        (folder / "hooks/__init__.py").write_text("raise SystemExit('not these')\n")
    command = (sys.executable, "-m", "cookiecutter", "--default-config", "--no-input", TEMPLATE)
    own = {"PYTHONPATH": str(tmp_path / "path"), "HOME": str(tmp_path)}
    run(*command, cwd=tmp_path / "here", **own)
    assert (tmp_path / "here/image-project/main.py").exists()
    done = run(*command, "project_slug=a/b", cwd=tmp_path / "here", check=False, **own)
    assert "project_slug: 'a/b'" in refusal(done.stderr)


def test_a_users_own_settings_for_jinja_change_nothing(here, project):
    for number, settings in enumerate(
        (
            {"variable_start_string": "{{", "variable_end_string": "}}"},
            {"block_start_string": "{%", "comment_start_string": "/*", "comment_end_string": "*/"},
            {"trim_blocks": True, "lstrip_blocks": True, "newline_sequence": "\r\n"},
            {"line_statement_prefix": "import", "line_comment_prefix": "#", "autoescape": True},
            {"enable_async": True, "optimized": False, "cache_size": 0},
        )
    ):
        arguments = ("-o", f"{number}", "--accept-hooks", "no")
        done = with_settings(here, *arguments, _jinja2_env_vars=settings)
        assert (done.returncode, done.stderr) == (0, ""), settings
        for path in project.files():
            rendered = here / f"{number}/image-project" / path.relative_to(project.folder)
            assert rendered.read_bytes() == path.read_bytes(), (settings, path)


def test_a_users_own_list_of_files_to_copy_is_refused_or_changes_nothing(here, project):
    done = with_settings(here, _copy_without_render=[])
    assert "_copy_without_render: [] is not the template's own" in refusal(done.stderr)
    assert list(here.iterdir()) == []
    done = with_settings(here, "--accept-hooks", "no", _copy_without_render=["*"])
    assert done.returncode == 0  # cookiecutter says itself that it does not take them
    for path in project.files():
        rendered = here / "image-project" / path.relative_to(project.folder)
        assert rendered.read_bytes() == path.read_bytes()


def test_a_folder_with_template_marks_in_its_name_is_refused(tmp_path):
    for name in ("<<cookiecutter.project_slug>>", "a <% b", "<#"):
        here = tmp_path / name
        here.mkdir()
        done = cookiecutter("--no-input", cwd=here, check=False)
        assert "has '<" in refusal(done.stderr) and str(here) in done.stderr
        assert list(here.iterdir()) == []


def test_a_long_name_gives_a_slug_that_is_not_too_long(tmp_path):
    cookiecutter("--no-input", f"project_name={'long name ' * 10}", cwd=tmp_path)
    (folder,) = tmp_path.iterdir()
    assert folder.name == ("long-name-" * 7)[:63].strip("-")


def test_a_name_that_gives_no_slug_asks_for_one(tmp_path):
    assert "project_slug: " in refusal(
        cookiecutter("--no-input", "project_name=🎨", cwd=tmp_path, check=False).stderr
    )
    cookiecutter("--no-input", "project_name=🎨", "project_slug=art", cwd=tmp_path)
    assert [folder.name for folder in tmp_path.iterdir()] == ["art"]


def test_the_rule_for_slugs_is_that_of_mlrun():
    # "a\n" is not here: MLRun takes it by mistake
    def of_mlrun(slug: str) -> bool:
        return mlrun.projects.ProjectMetadata.validate_project_name(slug, raise_on_failure=False)

    assert all(map(of_mlrun, GOOD_SLUGS))
    assert not any(map(of_mlrun, BAD_SLUGS))


def test_a_good_slug_is_the_name_of_folder_and_project_whatever_it_means_in_yaml(here):
    for slug in GOOD_SLUGS:
        in_process(here, project_slug=slug)
        folder = here / slug
        assert yaml.safe_load((folder / "project.yaml").read_text())["metadata"]["name"] == slug
        name = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["name"]
        assert name == f"{slug}-mlrun"


def test_a_project_may_be_named_like_a_package_that_it_needs(here):
    for number, slug in enumerate(("pillow", "mlrun", "pytest", "click")):
        in_process(here, project_slug=slug)
        offline = ["--offline"] if number else []  # the packages are those of the first
        run(os.environ.get("UV", "uv"), "lock", *offline, cwd=here / slug)


def test_a_good_image_is_that_of_the_functions(here):
    for number, image in enumerate(GOOD_IMAGES):
        in_process(here, project_slug=f"image-{number}", image=image)
        definition = yaml.safe_load((here / f"image-{number}/project.yaml").read_text())
        assert {function["image"] for function in definition["spec"]["functions"]} == {image}


def test_odd_characters_in_free_text_leave_valid_files(here):
    for number, text in enumerate(GOOD_TEXTS):
        in_process(here, project_name=text, project_slug=f"odd-{number}", description=text)
        for path in (here / f"odd-{number}").rglob("*.*"):
            match path.suffix:
                case ".py":
                    compile(path.read_text(), path, "exec")
                case ".toml":
                    loaded = tomllib.loads(path.read_text())
                    assert loaded["project"]["description"] == text
                case ".yaml" | ".yml":
                    loaded = yaml.safe_load(path.read_text())
                    assert path.name != "project.yaml" or loaded["spec"]["description"] == text
        title = (here / f"odd-{number}/README.md").read_text().splitlines()[0]
        assert title == f"# {text}"
        script = "import mlrun; print(mlrun.load_project('.', save=False).spec.description)"
        printed = run(prepared.python(), "-c", script, cwd=here / f"odd-{number}").stdout
        assert f"{text}\n" in printed
