"""Where MLRun lacks something on which we rely, that is said in one line, and nothing is lost."""

import importlib
import inspect
import operator
import os
import re
import sys
import textwrap
from collections.abc import Callable

import mlrun
import pytest
from mlrun.package.context_handler import ContextHandler
from mlrun.projects import pipeline_context, pipelines

from conftest import TEMPLATE
from mlrun_images.mlrun_internals import (
    NAMES,
    MLRunChanged,
    check,
    drop_record_file,
    has_logged,
)
from mlrun_images.running import launching
from mlrun_images.running.launching import note_modules


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_missed_where_mlrun_lacks_it(monkeypatch, name):
    module, _, path = name.partition(":")
    holder, _, last = path.rpartition(".")
    owner = importlib.import_module(module)
    owner = operator.attrgetter(holder)(owner) if holder else owner
    if owner is pipeline_context:  # MLRun 1.12 hands on what it is asked
        owner = getattr(pipelines, "_legacy_pipeline_context", owner)
    for one in [owner, *type(owner).__mro__, *getattr(owner, "__mro__", ())]:
        if last in vars(one):
            monkeypatch.delattr(one, last)
    missed = re.escape(name.replace(":", "."))
    with pytest.raises(MLRunChanged, match=f"has no {missed}, on which"):
        check()


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_told_to_who_carries_on(name):
    told = (TEMPLATE / "CONTRIBUTING.md").read_text()
    assert re.search(rf"\b{name.rpartition('.')[2].rpartition(':')[2]}\b", told)


def test_a_project_is_not_loaded_where_a_name_is_missed(main, monkeypatch):
    monkeypatch.delattr(mlrun.runtimes.local, "exec_from_params")
    done = main("run")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"MLRun {mlrun.__version__} has no mlrun.runtimes.local.exec_from_params" in done.stderr


@pytest.mark.parametrize(
    "name", ["cxt_handler", "func", "func_outputs", "inputs", "outputs", "kwargs", "wrapper"]
)
def test_a_run_fails_where_mlrun_calls_the_handler_otherwise(main, monkeypatch, name):
    changed = _renamed(mlrun.package.handler, name)

    def handler(**options):
        return changed(*(options.get(one) for one in ("labels", "outputs", "inputs")))

    monkeypatch.setattr(mlrun.runtimes.local, "mlrun_handler_decorator", handler)
    _check_refused(main("run", "--json"), name)


@pytest.mark.parametrize("name", ["outputs", "log_hints", "log_outputs"])
def test_a_run_fails_where_mlrun_logs_its_outputs_otherwise(main, monkeypatch, name):
    changed = _renamed(ContextHandler.log_outputs, name)

    def log_outputs(self, outputs, log_hints):
        return changed(self, outputs, log_hints)

    monkeypatch.setattr(ContextHandler, "log_outputs", log_outputs)
    _check_refused(main("run", "--json"), name)


def test_a_context_without_the_uris_of_its_artifacts_is_missed():
    context = mlrun.MLClientCtx()
    context._artifacts_manager = object()
    with pytest.raises(MLRunChanged, match="has no object.artifact_uris"):
        has_logged(context, "a")


def test_a_context_without_a_record_file_is_missed():
    context = mlrun.MLClientCtx()
    del context._tmpfile
    with pytest.raises(MLRunChanged, match="has no MLClientCtx._tmpfile"):
        drop_record_file(context)


def test_the_files_of_modules_are_known_without_resolving_links(monkeypatch):
    for name in ("modulesbyfile", "_filesbymodname"):
        monkeypatch.setattr(inspect, name, {})
    launching._note_files.cache_clear()
    code = "import inspect\nnote()\nfile = inspect.getabsfile(inspect.currentframe())"
    exec(compile(code, "<cell>", "exec"), cell := {"note": note_modules, "__name__": "json"})
    assert inspect.modulesbyfile[cell["file"]] == "json"
    resolved = []
    monkeypatch.setattr(os.path, "realpath", resolved.append)
    for function in (ContextHandler.look_for_context, _renamed):
        file = function.__code__.co_filename
        assert inspect.getmodule(function.__code__, file) is sys.modules[function.__module__]
    assert not resolved


def _renamed(function: Callable, name: str) -> Callable:
    """A function of MLRun in which something is named otherwise."""
    source = textwrap.dedent(inspect.getsource(function))
    names = dict(function.__globals__)
    exec(compile(re.sub(rf"\b{name}\b(?!=)", f"a_{name}", source), "renamed", "exec"), names)
    return names.get(function.__name__) or names[f"a_{name}"]


def _check_refused(done, name: str) -> None:
    (run,) = done.made
    assert (done.returncode, run["state"]) == (1, "error")
    assert f"MLRun {mlrun.__version__} has no" in run["error"] and name in run["error"], run[
        "error"
    ]
