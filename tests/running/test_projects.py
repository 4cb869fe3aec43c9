"""A process has one project: what it runs, lists and writes is that project's."""

import json
import shutil
import subprocess
from pathlib import Path

import prepared
from in_process import new_environment

BOTH = """
import json, sys, mlrun
first = mlrun.load_project(sys.argv[1], save=False)
path = list(sys.path)
try:
    mlrun.load_project(sys.argv[2], save=False)
except Exception as error:
    refusal = str(error)
assert sys.path == path
mlrun.load_project(sys.argv[1], save=False)
run = first.run_function("gen-image", params={"width": 9}, local=True)
print(json.dumps([refusal, run.artifact("gradient").url, len(first.list_runs())]))
"""


PLAIN = """
import sys, mlrun
mlrun.load_project(sys.argv[1], save=False)
plain = mlrun.new_project("plain", sys.argv[2], save=False)
plain.spec.artifact_path = sys.argv[2] + "/own"
plain.save_to_db()
def handler(context):
    context.log_artifact("text", body="x", local_path="text.txt")
mlrun.new_function("function", project="plain").run(handler=handler, local=True)
"""


def run(script: str, project: Path, other: Path) -> str:
    """Run a script in another folder than the project's: what it printed."""
    done = subprocess.run(
        [prepared.python(), "-c", script, project, other],
        cwd=other, env=new_environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_plain_project_of_mlrun_keeps_its_artifact_path(copy, tmp_path):
    run(PLAIN, copy.folder, tmp_path)
    (file,) = (tmp_path / "own").rglob("*.txt")
    assert str(file.relative_to(tmp_path)) == "own/function-handler/0/text.txt"


WITHOUT_A_PATH = """
import sys, mlrun
mlrun.load_project(sys.argv[1], save=False)
plain = mlrun.new_project("plain", sys.argv[2], save=False)
plain.save_to_db()
def handler(context, text):
    context.log_artifact("text", body=text, local_path="text.txt")
for text in ("one", "two"):
    mlrun.new_function("function", project="plain").run(
        handler=handler, params={"text": text}, local=True
    )
"""


def test_runs_of_a_plain_project_without_an_artifact_path_keep_each_its_file(copy, tmp_path):
    run(WITHOUT_A_PATH, copy.folder, tmp_path)
    files = [*copy.folder.rglob("text.txt"), *tmp_path.rglob("text.txt")]
    assert {path.read_text() for path in files} == {"one", "two"}


def test_another_project_is_refused_in_one_line_and_the_first_goes_on(copy):
    other = shutil.copytree(copy.folder, copy.folder.with_name("other"))
    printed = run(BOTH, copy.folder, other)
    refusal, path, runs = json.loads(printed.splitlines()[-1])
    assert refusal.startswith(f"this process has the project of {copy.folder}, whose modules")
    assert f"load that of {other} in another process" in refusal and "\n" not in refusal
    assert path.startswith(f"{copy.folder}/artifacts/") and runs == 1
    assert not (other / ".mlrun").exists()
