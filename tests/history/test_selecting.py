"""What SQL leaves out of a history is what the filters leave out, judged by every run."""

from datetime import UTC, datetime, timedelta

import pytest

from mlrun_images.history.filters import Filters
from mlrun_images.history.local import LocalHistory
from mlrun_images.looking.finding import find_images, find_runs

VALUES = [1, 1.0, 2, True, None, "1", "one", "a/b", [1, 2], {"a": 1}, 10**30, 'a"b']
START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ("mask", "mask_0", "mask_x", "masks", "m*", "m*_7", "mas[k]")
SIZES = ("8", "512", "", "large")


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> LocalHistory:
    history = LocalHistory(tmp_path_factory.mktemp("project"), "p")
    for number, value in enumerate(VALUES):
        for swept in (False, True):
            uid, function = f"{number:02}{swept:d}", ("f", "f-2", "g")[number % 3]
            run: dict = {
                "metadata": {"uid": uid, "name": function},
                "spec": {"function": f"p/{function}@abc", "parameters": {"n": value}},
                "status": {"state": ("completed", "error", "aborted")[number % 3]},
            }
            run["status"]["start_time"] = (START + timedelta(days=number // 2)).isoformat()
            if swept:
                run["spec"] |= {"parameters": {}, "hyperparams": {"n": [0, value]}}
            history.store.put_run("p", uid, 0, run)
            _put_image(history, uid, number, iter=int(swept))
    empty = {"metadata": {"uid": "empty", "name": ""}, "spec": {}}
    history.store.put_run("p", "empty", 0, empty | {"status": {"start_time": "1999-01-01"}})
    return history


def _put_image(history: LocalHistory, uid: str, number: int, iter: int) -> None:
    if iter:
        metadata = {"uid": uid, "iteration": iter, "name": ""}
        history.store.put_run("p", uid, iter, {"metadata": metadata, "spec": {}})
    labels = {"width": SIZES[number % 4], "height": "16", "format": ("PNG", "jpeg")[number % 2]}
    labels["step"] = str(number % 3)
    key = KEYS[number % len(KEYS)]
    metadata = {"key": key, "tree": uid, "updated": START.isoformat(), "labels": labels}
    spec = {
        "producer": {"uri": f"p/{uid}-{iter}" if iter else f"p/{uid}"},
        "unpackaging_instructions": {"object_type": "PIL.Image.Image"},
    }
    artifact = {"kind": "artifact", "metadata": metadata, "spec": spec}
    history.store.put_artifact("p", f"r_{key}", f"{uid}-{key}", iter, "", artifact)


FILTERS = [
    *({"params": {"n": text}} for text in map(str, VALUES)),
    *({"params": {"n": text}} for text in ("true", "null", "'1'", "0", "3", "[1, 2]", "1e0")),
    {"params": {'a"b': "1"}},
    {"params": {"n": "1", "m": "1"}},
    *({"function": name} for name in ("f", "g", "f-", "", "p")),
    {"failed": True},
    {"since": START + timedelta(days=2)},
    {"until": START + timedelta(days=2)},
    {"since": START + timedelta(days=1), "until": START + timedelta(days=3), "failed": True},
    *({"keys": (key,)} for key in ("mask", "m", "m*", "mas[k]", "m?", "none", "")),
    {"keys": ("masks", "m*")},
    *({"format": format} for format in ("PNG", "JPEG", "GIF")),
    *({"min_width": width} for width in (1, 9, 513)),
    {"min_height": 16, "step": "1"},
    {"min_height": 17},
    {"function": "f", "keys": ("mask",), "min_width": 8, "failed": False},
]


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_what_sql_leaves_out_the_filters_leave_out(history, given):
    filters = Filters(**given)
    every = [run for run in history.runs(Filters()) if filters.takes_run(run)]
    found = list(find_runs(history, filters))
    if not filters.of_images:
        assert found == every
        return
    uids = [run["metadata"]["uid"] for run in every]
    images = [image for image in find_images(history, Filters()) if filters.takes_image(image)]
    wanted = {image["uid"] for image in images}
    assert [run["metadata"]["uid"] for run in found] == [uid for uid in uids if uid in wanted]
    keys = [(image["uid"], image["key"]) for image in find_images(history, filters)]
    assert keys == [(image["uid"], image["key"]) for image in images if image["uid"] in uids]


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_named_runs_are_judged_as_all_runs_are(history, given):
    named = tuple(run["metadata"]["uid"] for run in history.runs(Filters()))
    found = find_runs(history, Filters(**given))
    assert list(find_runs(history, Filters(**given, uids=named))) == list(found)


def test_runs_of_some_states_and_times_are_found(history):
    failed = {run["status"]["state"] for run in history.runs(Filters(failed=True))}
    assert failed == {"error", "aborted"}
    since = [run["status"]["start_time"] for run in history.runs(Filters(since=START))]
    assert len(since) == 2 * len(VALUES) and since == sorted(since, reverse=True)
    assert len(list(history.runs(Filters(until=START)))) == 5


def test_an_artifact_whose_run_is_not_there_is_of_no_run(tmp_path):
    history = LocalHistory(tmp_path, "p")
    _put_image(history, "there", 0, iter=0)
    _put_image(history, "there", 1, iter=1)
    _put_image(history, "gone", 0, iter=0)
    run = {"metadata": {"uid": "there", "name": ""}, "spec": {}}
    history.store.put_run("p", "there", 0, run)
    artifact = {"metadata": {"key": "alone", "tree": "", "updated": START.isoformat()}, "spec": {}}
    history.store.put_artifact("p", "alone", "alone", 0, "", artifact)
    found = [artifact["metadata"] for artifact in history.artifacts_of_no_run()]
    assert [(one["tree"], one["key"]) for one in found] == [("gone", KEYS[0]), ("", "alone")]


def test_a_typed_value_is_a_text_as_well(history):
    """A handler's type hint decides which of them a run has: `label: str` keeps 12 as a text."""
    runs = find_runs(history, Filters(params={"n": "1"}))
    given = [run["spec"]["parameters"].get("n") for run in runs if run["spec"]["parameters"]]
    assert sorted(map(str, given)) == ["1", "1", "1.0", "True"]
