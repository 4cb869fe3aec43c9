"""What a rendered project's files are, from wherever the template is taken."""

import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest

from conftest import TEMPLATE, Project, cookiecutter, run

LEFT_BEHIND = re.compile(r"<<|>>|<%|%>|<#|#>|cookiecutter\.\w")


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a project, without its git repository."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if not {".git", "__pycache__"} & set(path.relative_to(folder).parts)
    }


def as_rendered(project: Project) -> dict[str, bytes]:
    return {
        path.relative_to(project.folder).as_posix(): path.read_bytes() for path in project.files()
    }


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A copy of the template as a git repository of its own."""
    folder = tmp_path_factory.mktemp("template") / "image-template.git"
    skipped = shutil.ignore_patterns(
        ".git", ".uv", ".venv*", "uv.lock", "__pycache__", ".*_cache", ".benchmarks"
    )
    shutil.copytree(TEMPLATE, folder, ignore=skipped)
    run("git", "init", "-b", "main", cwd=folder)
    run("git", "add", ".", cwd=folder)
    run("git", "commit", "-m", "template", cwd=folder)
    run("git", "tag", "v1", cwd=folder)
    return folder


def test_a_clone_gives_the_same_project_as_the_folder(template, project, tmp_path):
    cookiecutter("--no-input", "--checkout", "v1", cwd=tmp_path, template=f"file://{template}")
    assert contents(tmp_path / "image-project") == as_rendered(project)
    assert (tmp_path / "image-project/.git").exists()


def test_a_clone_of_a_user_whose_git_writes_windows_line_ends_does_too(template, project, tmp_path):
    (tmp_path / "gitconfig").write_text("[core]\n\tautocrlf = true\n")
    own = {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")}
    here = tmp_path / "here"
    here.mkdir()
    cookiecutter("--no-input", cwd=here, template=f"file://{template}", **own)
    assert contents(here / "image-project") == as_rendered(project)


def test_a_zip_gives_the_same_project_as_the_folder(template, project, tmp_path):
    packed = tmp_path / "template.zip"
    names = run("git", "ls-files", "-z", cwd=template).stdout.strip("\0").split("\0")
    with zipfile.ZipFile(packed, "w") as file:
        file.mkdir("image-template")  # cookiecutter takes the first entry for the template's folder
        for name in names:
            file.write(template / name, f"image-template/{name}")
    here = tmp_path / "here"
    here.mkdir()
    cookiecutter("--no-input", cwd=here, template=packed)
    assert contents(here / "image-project") == as_rendered(project)


def test_a_bad_answer_is_refused_from_a_clone_too(template, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    done = cookiecutter(
        "--no-input", "project_slug=a/b", cwd=here, template=f"file://{template}", check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: project_slug: 'a/b' ") and done.stderr.count("\n") == 1
    assert [path.name for path in here.iterdir()] == []


def test_no_template_syntax_is_left(project):
    for path in project.files():
        if "mlrun_images" in path.relative_to(project.folder).parts:
            continue  # copied as it is
        found = LEFT_BEHIND.search(path.read_text())
        assert not found, f"{path}: {found}"
        assert not LEFT_BEHIND.search(path.name)


def test_every_file_ends_in_exactly_one_newline(render):
    for answers in ({}, {"description": "", "git_source": "git://host/path.git#main"}):
        for path in render(**answers).files():
            content = path.read_bytes()
            assert not content or (content.endswith(b"\n") and not content.endswith(b"\n\n")), path


def test_no_file_names_this_machine_or_a_package_registry(project):
    ours = run(
        "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=TEMPLATE
    ).stdout.split("\0")
    for path in (
        *project.files(),
        *(TEMPLATE / name for name in ours if name and not name.endswith(".png")),
    ):
        if path == Path(__file__):
            continue
        content = path.read_text()
        assert str(TEMPLATE) not in content and str(Path.home()) + "/" not in content, path
        assert not re.search(r"index-url|find-links|pypi\.org/simple", content), path


def test_the_template_is_tested_with_what_a_project_asks_for(project):
    ours, its = (
        tomllib.loads((folder / "pyproject.toml").read_text())
        for folder in (TEMPLATE, project.folder)
    )
    asked = {line.replace("[dask]", "") for line in ours["dependency-groups"]["dev"]}
    assert asked >= {*its["project"]["dependencies"], *its["dependency-groups"]["dev"]}
    assert ours["project"]["requires-python"] == its["project"]["requires-python"]


def test_the_machinery_is_copied_as_it_is(project):
    here = TEMPLATE / "<<cookiecutter.project_slug>>" / "mlrun_images"
    assert contents(here) == contents(project.folder / "mlrun_images")


def test_git_ignores_what_holds_secrets_and_what_runs_make_and_no_file_of_the_project(project):
    secrets = (
        *(".env", "cluster.env", ".env.local", ".env.production", "cluster.env.bak", ".envrc"),
        *("secrets.yaml", "secret.yml", "my-secrets.json", ".secrets.toml", "deploy/secrets.yaml"),
        *("credentials.json", ".aws/credentials", "kubeconfig", "id_rsa", "id_ed25519", "tls.key"),
        *("tls.pem", ".netrc", ".pypirc"),
    )
    made = (
        ".mlrun/runs.db",
        "artifacts/x/gradient.html",
        "gallery.html",
        "gallery.zip",
        ".venv/bin/python",
    )
    others = (".env.example", "cluster.env.example", "id_rsa.pub", "secrets.py", "environment.yml")
    command = ("git", "check-ignore", "--no-index", *secrets, *made, *others)
    ignored = run(*command, cwd=project.folder).stdout.splitlines()
    assert set(ignored) == {*secrets, *made}
    files = [str(path.relative_to(project.folder)) for path in project.files()]
    none = run("git", "check-ignore", "--no-index", *files, cwd=project.folder, check=False)
    assert none.stdout == ""
