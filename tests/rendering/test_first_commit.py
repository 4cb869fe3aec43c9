"""What the hook does when the files are there: a repository with a first commit, and next steps."""

from pathlib import Path

from conftest import ENVIRONMENT, cookiecutter, run

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
