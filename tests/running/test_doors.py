"""A run gets its log hints wherever it is submitted, and MLRun's own traps are refused there."""

import http.server
import re
import threading
from pathlib import Path

import mlrun
import numpy as np
import pytest
from dependency_injector import providers
from mlrun.launcher.factory import LauncherFactory
from mlrun.launcher.local import ClientLocalLauncher
from mlrun.runtimes.utils import RunError
from PIL import Image

from mlrun_images.errors import Refused

HANDLERS = """
import mlrun
import numpy as np
import pandas as pd
from PIL import Image

image, other = Image.new("RGB", (7, 5)), Image.new("RGB", (7, 6))


def give(what: str):
    cells = np.empty(2, object)
    cells[:] = [image, other]
    return {
        "image": image, "none": None, "list": [], "zero": 0, "series": pd.Series([image, other]),
        "cells": cells, "array": np.zeros((3, 3)), "frame": pd.DataFrame({"a": [1, 2]}),
        "two": (image, 5), "several": [image, other], "numbers": (1, "a"), "text": "a text",
    }[what]


def look(at: Image.Image, number: int = 1):
    return at.resize((at.width * number, 1))


def annotated(what: str) -> Image.Image:
    return image


def is_plain(number, numbers):
    return str([type(number).__name__, *(type(one).__name__ for one in numbers)])


@mlrun.handler(outputs=["own"])
def decorated(what: str):
    return image
"""


@pytest.fixture
def project(copy):
    (copy.folder / "doors.py").write_text(HANDLERS)
    project = mlrun.load_project(str(copy.folder), save=False)
    for name in ("hinted", "several", "unhinted"):
        project.set_function(
            "doors.py", name=name, kind="job", handler="give", image="mlrun/mlrun", with_repo=True
        )
    for handler in ("decorated", "annotated", "look", "is_plain"):
        project.set_function(
            "doors.py", name=handler.replace("_", "-"), kind="job", handler=handler, image="i",
            with_repo=True,
        )  # fmt: skip
    hints = dict.fromkeys(["hinted", "look", "is-plain", "gen-image"], ["a"]) | {"several": ["*a"]}
    project.spec.params = {"returns": hints}
    return project


@pytest.fixture
def run(project):
    def run(function: str, what: str, **options) -> tuple[dict, dict]:
        """Run it as a notebook does; gives the run's status and its images' widths by key."""
        options |= {"params": {"what": what}, "workdir": project.spec.context, "local": True}
        try:
            uid = project.get_function(function).run(**options).metadata.uid
        except RunError:
            uid = mlrun.get_run_db().list_runs(project=project.name)[0]["metadata"]["uid"]
        artifacts = project.list_artifacts(tree=uid).to_objects()
        widths = {one.key: one.labels.get("width") for one in artifacts}
        return mlrun.get_run_db().read_run(uid, project.name)["status"], widths

    return run


def test_a_function_has_the_log_hints_of_project_yaml_under_any_run_name(run):
    status, widths = run("hinted", "image", name="another")
    assert (status["state"], widths) == ("completed", {"a": "7"})


def test_what_a_handler_raises_is_told_as_the_command_tells_it(run, project):
    with pytest.raises(RunError, match=r"^KeyError: 'no' \(doors.py:\d+, in give\)$"):
        project.run_function("hinted", params={"what": "no"}, local=True)
    status, _ = run("hinted", "no")
    assert re.fullmatch(r"KeyError: 'no' \(doors.py:\d+, in give\)", status["error"])


@pytest.mark.parametrize("what", ["series", "cells"])
def test_a_collection_whose_truth_is_ambiguous_is_logged(run, what):
    status, widths = run("several", what)
    assert (status["state"], widths) == ("completed", {"a_0": "7", "a_1": "7"}), status


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("hinted", "none", "'a': the handler returned None for it"),
        ("several", "list", "'a': the handler returned an empty list"),
        ("several", "none", "'a': the handler returned None for it"),
    ],
)
def test_what_is_false_fails_the_run_that_asked_for_an_image(run, name, what, said):
    status, widths = run(name, what)
    assert (status["state"], status["error"], widths) == ("error", said, {})


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        ("two", {"return_0"}),
        ("series", {"return_0", "return_1"}),
        ("cells", {"return_0", "return_1"}),
    ],
)
def test_several_images_without_log_hints_are_kept_and_fail_the_run(run, what, keys):
    status, widths = run("unhinted", what)
    assert status["state"] == "error" and "the run was given no log hints" in status["error"]
    assert widths == dict.fromkeys(keys, "7")


@pytest.mark.parametrize(
    ("what", "result"),
    [
        ("zero", 0),
        ("list", []),
        ("text", "a text"),
        ("numbers", "(1, 'a')"),
        ("array", [[0.0] * 3] * 3),
    ],
)
def test_anything_else_without_log_hints_is_a_result(run, what, result):
    status, widths = run("unhinted", what)
    assert (status["state"], widths) == ("completed", {}), status
    assert status["results"]["return"] == result


@pytest.mark.parametrize("what", ["none", "frame"])
def test_a_run_without_log_hints_may_return_nothing_or_a_table(run, what):
    status, _ = run("unhinted", what)
    assert status["state"] == "completed", status


def test_a_handler_that_logs_by_itself_takes_no_log_hints(run):
    status, widths = run("decorated", "image")
    assert (status["state"], widths) == ("completed", {"own": "7"}), status
    status, widths = run("decorated", "image", returns=["a"])
    assert "`mlrun.handler`" in status["error"] and "\n" not in status["error"]
    assert (status["state"], widths) == ("error", {})


def test_a_path_is_that_of_the_callers_folder(project, tmp_path, monkeypatch):
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    Image.new("L", (3, 3)).save(notebooks / "photo.png")
    for name in ("photo.png", "projects.png"):
        Image.new("L", (5, 5)).save(Path(project.spec.context, name))
    monkeypatch.chdir(notebooks)
    for name, width in (("photo.png", "3"), ("projects.png", "5")):
        run = project.run_function("look", inputs={"at": name}, local=True)
        (artifact,) = project.list_artifacts(tree=run.metadata.uid).to_objects()
        assert artifact.labels["width"] == width


def test_numbers_of_numpy_are_numbers(project):
    params = {"number": np.int64(5), "numbers": [np.float32(2), (np.bool_(True), 1)]}
    run = project.run_function("is-plain", params=params, local=True)
    assert run.outputs["a"] == "['int', 'float', 'tuple']"
    sweep = {"width": np.array([3, 4]), "height": [np.int32(1), np.int32(2)]}
    run = project.run_function("gen-image", hyperparams=sweep, local=True)
    assert run.state() == "completed" and len(run.status.iterations) == 5


def test_a_notification_is_sent_without_a_server(project, caplog):
    got = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        do_POST = do_PUT

    server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    notification = mlrun.model.Notification(
        "webhook", "told", "it ended", "info", ["completed"], params={"url": url}
    )
    project.run_function("gen-image", params={"width": 8}, notifications=[notification], local=True)
    server.shutdown()
    server.server_close()
    assert len(got) == 1 and b"it ended" in got[0]
    assert not [one for one in caplog.records if one.levelname in ("WARNING", "ERROR")]


def test_a_run_that_others_submit_without_log_hints_loses_no_image(run, project):
    project.save_to_db()
    launchers = LauncherFactory()._launcher_container  # as in a pod, where MLRun's own are used
    with launchers.client_local_launcher.override(providers.Factory(ClientLocalLauncher)):
        status, widths = run("hinted", "image")
        assert (status["state"], widths) == ("error", {})
        assert status["error"].startswith("the run was given no log hints; possible: returns=")
        status, widths = run("annotated", "image")
        assert (status["state"], widths) == ("completed", {"annotated": "7"})
        status, widths = run("unhinted", "several")
        assert (status["state"], set(widths)) == ("error", {"return_0", "return_1"})
        assert "since the run was given no log hints" in status["error"]
        status, _ = run("unhinted", "text")
        assert (status["state"], status["results"]) == ("completed", {"return": "a text"})


def test_packagers_that_are_turned_off_are_refused(run):
    mlrun.mlconf.packagers.enabled = False
    try:
        with pytest.raises(Refused, match="unset MLRUN_PACKAGERS__ENABLED"):
            run("hinted", "image")
    finally:
        mlrun.mlconf.packagers.enabled = True


def test_a_server_that_is_set_after_the_project_was_loaded_is_refused(run):
    before = mlrun.mlconf.dbpath
    mlrun.mlconf.dbpath = "http://127.0.0.1:9"
    try:
        with pytest.raises(Refused, match="since the project was loaded: load it again"):
            run("hinted", "image")
    finally:
        mlrun.mlconf.dbpath = before


def test_a_handler_that_is_not_in_its_module_is_refused_with_those_that_are(project):
    project.set_function(
        "doors.py", name="typo", kind="job", handler="gvie", image="i", with_repo=True
    )
    has = (
        "typo: doors.py has no function 'gvie'; it has: give, look, annotated, is_plain, decorated"
    )
    for run in (
        lambda: project.run_function("typo", local=True, returns=["a"]),
        lambda: project.run_function("hinted", handler="gvie", local=True),
    ):
        with pytest.raises(Refused, match=has.partition(":")[2]):
            run()
