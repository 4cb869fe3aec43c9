"""What the hook does when the files are there: a repository with a first commit, and next steps."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conftest import ENVIRONMENT, TEMPLATE, cookiecutter, run

NEXT = "\nNext:\n    cd image-project\n    make run\n    make test\n"
COMMIT = "git commit -m 'Start from the template'"


def rendered_with(cwd: Path, printed: str = NEXT, **env: str) -> Path:
    """Render in a folder, with this in the environment, and return the project's folder."""
    cwd.mkdir(exist_ok=True)
    done = cookiecutter("--no-input", cwd=cwd, **env)
    assert (done.stdout, done.stderr) == (printed, "")
    return cwd / "image-project"


def next_steps(why: str) -> str:
    """What is printed where the commit is left to the user."""
    return NEXT.replace("\n    make run", f"\n    {COMMIT}    # {why}\n    make run")


def committed(folder: Path) -> set[str]:
    """The files of the one commit."""
    (commit,) = run("git", "log", "--format=%h", cwd=folder).stdout.split()
    return set(run("git", "ls-tree", "-r", "--name-only", commit, cwd=folder).stdout.splitlines())


def of_template() -> set[str]:
    """The files that a project must have, as the template's own repository names them."""
    names = run("git", "ls-files", "-c", "-o", "--exclude-standard", cwd=TEMPLATE).stdout
    lines = [line.partition("<<cookiecutter.project_slug>>/") for line in names.splitlines()]
    return {name for start, _, name in lines if not start and (TEMPLATE / _ / name).exists()}


def gitconfig(tmp_path: Path, text: str) -> dict[str, str]:
    """The environment of a user with these settings of git."""
    (tmp_path / "gitconfig").write_text(text)
    return {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")}


def script(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def is_running(pid: str) -> bool:
    """Say whether a process runs; one that ended may still be listed, as a zombie."""
    status = Path("/proc", pid, "status")
    return status.exists() and "zombie" not in status.read_text()


def test_a_new_project_is_a_git_repository_with_one_commit_of_all_its_files(project):
    assert committed(project.folder) == of_template()
    assert run("git", "status", "--porcelain", cwd=project.folder).stdout == ""
    assert {"Makefile", "project.yaml", ".gitignore"} <= of_template()
    assert run("git", "branch", "--show-current", cwd=project.folder).stdout == "main\n"
    assert run("git", "check-ignore", "a/.ipynb_checkpoints/b", cwd=project.folder).stdout


def test_without_git_the_project_is_there_all_the_same(tmp_path):
    (tmp_path / "bin").mkdir()
    folder = rendered_with(tmp_path / "here", PATH=str(tmp_path / "bin"))
    assert (folder / "main.py").exists() and not (folder / ".git").exists()


def test_inside_another_repository_there_is_no_second_one(tmp_path):
    run("git", "init", cwd=tmp_path)
    folder = rendered_with(tmp_path / "here", GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert (folder / "main.py").exists() and not (folder / ".git").exists()


def test_with_no_git_user_there_is_no_commit_in_a_made_up_name(tmp_path, monkeypatch):
    for what in ("NAME", "EMAIL"):
        monkeypatch.delitem(ENVIRONMENT, f"GIT_AUTHOR_{what}")  # the committer alone is no author
    for number in (1, 2):
        own = {"EMAIL": "made@up.example", "HOME": str(tmp_path)}
        folder = rendered_with(tmp_path / f"{number}", **own)
        assert (folder / "main.py").exists() and not (folder / ".git").exists()
        for what in ("NAME", "EMAIL"):
            monkeypatch.delitem(ENVIRONMENT, f"GIT_COMMITTER_{what}", raising=number == 1)


def test_a_git_user_of_the_configuration_or_of_the_environment_commits(tmp_path, monkeypatch):
    for who in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            monkeypatch.delitem(ENVIRONMENT, f"GIT_{who}_{what}")
    user = gitconfig(tmp_path, "[user]\n\tname = Ada\n\temail = ada@b.example\n")
    keys = {"GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_KEY_1": "user.email"}
    values = {"GIT_CONFIG_VALUE_0": "Ada", "GIT_CONFIG_VALUE_1": "ada@b.example"}
    for number, own in enumerate((user, {"GIT_CONFIG_COUNT": "2"} | keys | values)):
        folder = rendered_with(tmp_path / f"{number}", **own)
        author = run("git", "log", "--format=%an <%ae>", cwd=folder).stdout
        assert author == "Ada <ada@b.example>\n"


def test_what_lay_in_the_folder_before_is_left_out_of_the_commit_and_named(tmp_path):
    folder = tmp_path / "image-project"
    names = ("id_rsa", ".env", "tests/old.py", "data/big.bin", "with\nnewline", "z1", "z2")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("private")
    (folder / "main.py").write_text("overwritten")
    done = cookiecutter("--no-input", "-f", cwd=tmp_path)
    assert done.stdout == (
        "\nLeft out of the first commit, since it was here before: "
        f".env, data/, id_rsa, tests/old.py, 'with\\nnewline' and 2 more\n{NEXT}"
    )
    assert committed(folder) == of_template()
    assert all((folder / name).read_text() == "private" for name in names)


def test_folders_links_and_pipes_that_lay_there_before_are_left_out_too(tmp_path):
    folder = tmp_path / "image-project"
    (folder / "main.py").mkdir(parents=True)  # cookiecutter does not write its file then
    (folder / "main.py/key").write_text("private")
    (folder / "etc").symlink_to("/etc")
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    done = cookiecutter("--no-input", "-f", cwd=tmp_path)
    assert "since it was here before: dangling, etc/, main.py/, pipe\n" in done.stdout
    assert committed(folder) == of_template() - {"main.py"}


def test_a_repository_that_is_there_already_is_left_alone(tmp_path):
    folder = tmp_path / "image-project"
    run("git", "init", folder, cwd=tmp_path)
    (folder / "mine").write_text("mine")
    run("git", "add", "mine", cwd=folder)
    assert cookiecutter("--no-input", "-f", cwd=tmp_path).stdout == NEXT
    assert run("git", "diff", "--cached", "--name-only", cwd=folder).stdout == "mine\n"
    assert run("git", "log", cwd=folder, check=False).returncode


def test_a_repository_that_git_cannot_read_is_left_alone_too(tmp_path):
    broken = tmp_path / "image-project/.git"
    broken.mkdir(parents=True)
    (broken / "config").write_text("kept for its repair")
    assert cookiecutter("--no-input", "-f", cwd=tmp_path).stdout == NEXT
    assert [path.name for path in broken.iterdir()] == ["config"]


def test_files_that_the_users_git_ignores_are_committed_all_the_same(tmp_path):
    (tmp_path / "ignored").write_text("*.html\nMakefile\n/tests\n")
    own = gitconfig(tmp_path, f"[core]\n\texcludesFile = {tmp_path}/ignored\n")
    assert committed(rendered_with(tmp_path / "here", **own)) == of_template()


def test_git_variables_that_point_elsewhere_are_put_aside(tmp_path):
    other = tmp_path / "other"
    run("git", "init", other, cwd=tmp_path)
    before = {path: path.stat().st_mtime_ns for path in other.rglob("*")}
    elsewhere = {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / "index",
        "GIT_OBJECT_DIRECTORY": other / "objects",
        "GIT_COMMON_DIR": other / ".git",
        "GIT_NAMESPACE": "other",
        "GIT_QUARANTINE_PATH": other,
        "GIT_TRACE": other / "trace",
    }
    env = {name: str(value) for name, value in elsewhere.items()}
    assert committed(rendered_with(tmp_path / "here", **env)) == of_template()
    assert {path: path.stat().st_mtime_ns for path in other.rglob("*")} == before


def test_a_commit_that_git_refuses_stops_nothing(tmp_path):
    own = gitconfig(tmp_path, "[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = false\n")
    folder = rendered_with(tmp_path / "here", next_steps("git refused to"), **own)
    assert run("git", "log", cwd=folder, check=False).returncode
    run("sh", "-c", COMMIT, cwd=folder)
    assert committed(folder) == of_template()


def test_a_repository_that_git_refuses_to_make_stops_nothing(tmp_path):
    own = gitconfig(tmp_path, "[core]\n\tautocrlf = true\n\tsafecrlf = true\n")
    note = "\nThere is no git repository: git refused to make one\n"
    folder = rendered_with(tmp_path / "here", note + NEXT, **own)
    assert (folder / "main.py").exists() and not (folder / ".git").exists()


def test_a_signer_or_a_hook_that_waits_is_ended_and_the_commit_left_to_the_user(tmp_path):
    waits = f"echo $$ >>{tmp_path}/started; sleep 300 >/dev/tty; sleep 300"
    signer = script(tmp_path / "bin/signer", waits)
    script(tmp_path / "bin/pre-commit", waits)
    script(tmp_path / "bin/template/hooks/commit-msg", f"setsid sleep 60 & {waits}")
    configurations = {
        "signer": f"[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = {signer}\n",
        "hook": f"[core]\n\thooksPath = {tmp_path}/bin\n",
        "template": f"[init]\n\ttemplateDir = {tmp_path}/bin/template\n",
    }
    printed = next_steps("git did not end within 20 seconds")

    def render(name: str) -> None:
        (tmp_path / name).mkdir(exist_ok=True)
        own = gitconfig(tmp_path / name, configurations[name])
        folder = rendered_with(tmp_path / name / "here", printed, **own)
        run("git", "commit", "--no-verify", "-m", "mine", cwd=folder)
        assert committed(folder) == of_template()

    with ThreadPoolExecutor() as threads:
        list(threads.map(render, configurations))
    started = (tmp_path / "started").read_text().split()
    assert len(started) == 3
    assert not any(map(is_running, started))


def test_rendered_elsewhere_the_next_steps_name_that_folder(tmp_path):
    done = cookiecutter("--no-input", "-o", "my projects", cwd=tmp_path)
    assert f"cd '{tmp_path}/my projects/image-project'\n" in done.stdout


def test_the_next_steps_can_be_typed_whatever_the_folder_is_called(tmp_path):
    odd = {"PYTHONIOENCODING": "ascii:strict", "LC_ALL": "C", "PYTHONUTF8": "0"}
    for name in ("été 'à' \"b\" $x", "line\nfeed", os.fsdecode(b"latin-\xe9")):
        done = cookiecutter("--no-input", "-o", name, cwd=tmp_path, **odd)
        step = done.stdout.partition("\nNext:\n")[2].partition("\n    make run")[0]
        shown = run("bash", "-c", f'{step}\nprintf %s "$PWD"', cwd=tmp_path).stdout
        assert shown == str(tmp_path / name / "image-project")


def test_a_terminal_that_takes_no_text_stops_nothing(tmp_path):
    command = f"'{sys.executable}' -P -m cookiecutter --default-config --no-input '{TEMPLATE}'"
    for number, target in enumerate((">/dev/full", ">&-", "| true")):
        here = tmp_path / f"{number}"
        here.mkdir()
        shell = f"set -o pipefail; {command} {target}"
        run("bash", "-c", shell, cwd=here, HOME=str(tmp_path))
        assert committed(here / "image-project") == of_template()


def test_modules_in_the_temporary_folder_are_not_taken_for_pythons_own(tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    for name in ("json", "shlex", "shutil", "subprocess", "pathlib", "signal"):
        (temporary / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    assert committed(rendered_with(tmp_path / "here", TMPDIR=str(temporary))) == of_template()


def test_caches_in_a_working_tree_of_the_template_do_not_come_along(tmp_path):
    template = tmp_path / 'it\'s a "template" é'
    skipped = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*_cache", ".benchmarks")
    shutil.copytree(TEMPLATE, template, ignore=skipped)
    for name in (".", "tests", "mlrun_images", "mlrun_images/packing"):
        cache = template / "<<cookiecutter.project_slug>>" / name / "__pycache__"
        cache.mkdir()
        (cache / "module.cpython-311.pyc").write_bytes(b"\xa7\r\r\n\0\0\0\0<<")
    (tmp_path / "here").mkdir()
    mine = tmp_path / "here/image-project/lib/__pycache__/mine"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    cookiecutter("--no-input", "-f", cwd=tmp_path / "here", template=template)
    assert list((tmp_path / "here").rglob("__pycache__")) == [mine.parent]
    assert committed(tmp_path / "here/image-project") == of_template()
