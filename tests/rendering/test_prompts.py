"""What may be answered, and what is said to the rest."""

import json
import sys
import tomllib
from pathlib import Path

import mlrun
import pytest
import yaml
from cookiecutter.main import cookiecutter as cookiecutter_in_process

from conftest import ENVIRONMENT, TEMPLATE, cookiecutter, run

GOOD_SLUGS = (
    "image-project",
    "a",
    "7",
    "007",
    "null",
    "true",
    "a--b",
    "a1-b2",
    "tests",
    "class",
    "x" * 63,
)
BAD_SLUGS = (
    *(
        "",
        " ",
        "A",
        "a_b",
        "a.b",
        "-a",
        "a-",
        "a b",
        "a/b",
        "../x",
        "/x",
        "..",
        "~",
        "é",
        "x" * 64,
        "a\nb",
        "٣",
    ),
    *(
        '"',
        "'",
        "a:",
        "#",
        "a'b",
        "&a",
        "*a",
        "!a",
        "%",
        "@",
        "`x`",
        "$HOME",
        "$(x)",
        "a;b",
        "{{x}}",
        "<<x>>",
        "<% x",
    ),
)
BAD_ANSWERS = {
    "project_name": (
        "",
        "  ",
        "x" * 101,
        "a\nb",
        "a\tb",
        "a\x07",
        "a\u202eb",
        "a << b",
        "a >> b",
        "<%",
        "<# x",
        "{{x}}",
    ),
    "project_slug": (*BAD_SLUGS, "a\n"),
    "description": (
        "```",
        "  ~~~ x",
        "<!-- x",
        "x" * 501,
        "a\nb",
        "a\0b",
        "<<cookiecutter",
        "a <<x>> b",
        "{% x %}",
        "#>",
    ),
    "image": ("", "a b", '"a"', "a'b", "a\nb", "-a", "a{{x}}", "a#b", "x" * 256),
    "git_source": (
        "https://github.com/a/b",
        "github.com/a/b",
        "git://",
        "git://host",
        "git://a/b c",
        'git://a/"',
        "./",
    ),
}
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


@pytest.mark.parametrize(
    ("name", "answer"), [(name, answer) for name, bad in BAD_ANSWERS.items() for answer in bad]
)
def test_a_bad_answer_is_refused_in_one_line_that_says_what_to_type_and_nothing_is_left(
    tmp_path, name, answer
):
    here = tmp_path / "here"
    here.mkdir()
    with pytest.raises(SystemExit) as error:
        cookiecutter_in_process(
            str(TEMPLATE),
            no_input=True,
            extra_context={name: answer},
            output_dir=str(here),
            default_config=True,
        )
    line = refusal(str(error.value))
    assert "; type " in line
    assert line.startswith(f"Error: {name}: ") or "template marks" in line
    assert list(tmp_path.rglob("*")) == [here]


@pytest.mark.parametrize(
    ("name", "value"), [("description", None), ("project_slug", True), ("git_source", None)]
)
def test_an_answer_of_a_settings_file_that_is_not_text_is_refused_in_one_line(
    tmp_path, name, value
):
    settings = tmp_path / "settings.yaml"
    settings.write_text(yaml.safe_dump({"default_context": {name: value}}))
    (tmp_path / "here").mkdir()
    command = (
        sys.executable,
        "-P",
        "-m",
        "cookiecutter",
        "--config-file",
        settings,
        "--no-input",
        TEMPLATE,
    )
    done = run(*command, cwd=tmp_path / "here", check=False)
    assert f"{name}: {value!r} is not text; type" in refusal(done.stderr)
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize("slug", ["a/b", "../x", "My Slug", "a << b"])
def test_on_the_command_line_too(tmp_path, slug):
    here = tmp_path / "here"
    here.mkdir()
    done = cookiecutter("--no-input", f"project_slug={slug}", cwd=here, check=False)
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


def test_answers_typed_at_the_prompts_are_taken(tmp_path):
    done = cookiecutter(
        cwd=tmp_path, input='My name\n\nThat\'s "all"\n\ngit://host/me/it.git#main\n'
    )
    assert "cd my-name\n" in done.stdout
    spec = yaml.safe_load((tmp_path / "my-name/project.yaml").read_text())["spec"]
    assert spec["description"] == 'That\'s "all"'
    assert spec["source"] == "git://host/me/it.git#main"


@pytest.mark.parametrize("accept_hooks", ["yes", "no"])
def test_a_replay_is_checked_too(tmp_path, accept_hooks):
    here = tmp_path / "here"
    here.mkdir()
    cookiecutter("--no-input", "-o", "first", cwd=here)
    replay = next(tmp_path.rglob("replay/*.json"))
    for name, answer in (("project_slug", "a/b"), ("description", "a\nb")):
        answers = json.loads(replay.read_text())
        answers["cookiecutter"][name] = answer
        (tmp_path / "edited.json").write_text(json.dumps(answers))
        done = cookiecutter(
            "--replay-file",
            str(tmp_path / "edited.json"),
            "--accept-hooks",
            accept_hooks,
            cwd=here,
            check=False,
        )
        assert name in refusal(done.stderr)
        assert [path.name for path in here.iterdir()] == ["first"]


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


@pytest.mark.parametrize("slug", GOOD_SLUGS)
def test_a_good_slug_is_the_name_of_folder_and_project_whatever_it_means_in_yaml(render, slug):
    project = render(project_slug=slug)
    assert project.folder.name == slug
    assert yaml.safe_load((project.folder / "project.yaml").read_text())["metadata"]["name"] == slug
    assert tomllib.loads((project.folder / "pyproject.toml").read_text())["project"]["name"] == slug


@pytest.mark.parametrize("text", GOOD_TEXTS)
def test_odd_characters_in_free_text_leave_valid_files(render, text):
    project = render(project_name=text, project_slug="odd", description=text)
    for path in project.files():
        content = path.read_text()
        match path.suffix:
            case ".py":
                compile(content, path, "exec")
            case ".toml":
                assert tomllib.loads(content)["project"]["description"] == text
            case ".yaml" | ".yml":
                loaded = yaml.safe_load(content)
                assert path.name != "project.yaml" or loaded["spec"]["description"] == text
    assert (project.folder / "README.md").read_text().splitlines()[0] == f"# {text}"
    script = "import mlrun; print(mlrun.load_project('.', save=False, allow_cross_project=True).spec.description)"
    assert text in project.python("-c", script).stdout


def test_the_prompts_are_few_and_in_words():
    settings = json.loads((TEMPLATE / "cookiecutter.json").read_text())
    asked = {name for name in settings if not name.startswith("_")}
    assert len(asked) <= 6
    assert settings["__prompts__"].keys() == asked
    assert all(" " in prompt for prompt in settings["__prompts__"].values())


def test_every_answer_has_its_rule_and_is_checked_as_soon_as_it_is_given():
    settings = json.loads((TEMPLATE / "cookiecutter.json").read_text())
    names = list(settings)
    for name in settings["__prompts__"]:
        assert names[names.index(name) + 1] == f"__{name}"
        assert settings[f"__{name}"] == f"<<cookiecutter.{name}|checked('{name}')>>"


# what the hook does at the end


NEXT = "\nNext:\n    cd image-project\n    make run\n    make test\n"


def rendered_with(tmp_path: Path, printed: str = NEXT, **env: str):
    done = cookiecutter("--no-input", cwd=tmp_path, **env)
    assert (done.stdout, done.stderr) == (printed, "")
    return tmp_path / "image-project"


def test_a_new_project_is_a_git_repository_with_one_commit_of_all_its_files(project):
    assert len(run("git", "log", "--format=%h", cwd=project.folder).stdout.split()) == 1
    assert run("git", "status", "--porcelain", cwd=project.folder).stdout == ""
    names = {path.relative_to(project.folder).as_posix() for path in project.files()}
    assert {"Makefile", "project.yaml", ".gitignore", ".github/workflows/tests.yml"} <= names


def test_without_git_the_project_is_there_all_the_same(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sh").symlink_to("/bin/sh")
    (tmp_path / "here").mkdir()
    folder = rendered_with(tmp_path / "here", PATH=str(tmp_path / "bin"))
    assert (folder / "main.py").exists() and not (folder / ".git").exists()


def test_inside_another_repository_there_is_no_second_one(tmp_path):
    run("git", "init", cwd=tmp_path)
    folder = rendered_with(tmp_path)
    assert (folder / "main.py").exists() and not (folder / ".git").exists()


def test_with_no_git_user_there_is_no_commit_in_a_made_up_name(tmp_path, monkeypatch):
    for who in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            monkeypatch.delitem(ENVIRONMENT, f"GIT_{who}_{what}")
    folder = rendered_with(tmp_path, EMAIL="made@up.example", HOME=str(tmp_path))
    assert (folder / "main.py").exists() and not (folder / ".git").exists()


def test_rendered_elsewhere_the_next_steps_name_that_folder(tmp_path):
    done = cookiecutter("--no-input", "-o", "my projects", cwd=tmp_path)
    assert f"cd '{tmp_path}/my projects/image-project'\n" in done.stdout


def test_a_commit_that_git_refuses_stops_nothing(tmp_path):
    (tmp_path / "gitconfig").write_text("[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = false\n")
    (tmp_path / "here").mkdir()
    commit = "\n    git commit -m 'Start from the template'    # git refused to\n    make run"
    printed = NEXT.replace("\n    make run", commit)
    folder = rendered_with(
        tmp_path / "here", printed, GIT_CONFIG_GLOBAL=str(tmp_path / "gitconfig")
    )
    assert (folder / ".git").exists()
    assert run("git", "log", cwd=folder, check=False).returncode
