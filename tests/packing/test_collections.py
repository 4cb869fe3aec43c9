"""Images in collections of every kind: each is there, or the run fails and says why."""

import re

import pytest

from with_handlers import BLUE, RED, colours, opened


@pytest.mark.parametrize(
    "what",
    (
        "list dict objects series frame deque values dataclass plain iterator slots bad-list "
        "pairs numbered items walk "
        "recursive structured named deep partial method closure exception index figures"
    ).split(),
)
def test_images_inside_of_something_else_are_kept_and_the_run_fails(run, what):
    status, artifacts = run("give", params={"what": what}, returns=["a"])
    assert status["state"] == "error"
    assert "not logged" in status["error"]
    of_one = "plain slots recursive partial method closure exception figures".split()
    if what == "figures":
        assert opened(artifacts["a_0"]).size == (6, 4)
    else:
        assert colours(artifacts) == ({RED} if what in of_one else {RED, BLUE})
    if what in ("list", "named"):
        assert opened(artifacts["a_0"]).size == (6, 4)  # in the order that they have there
    assert "\n" not in status["error"]


@pytest.mark.parametrize("what", "number text numbers words model frame-of-numbers empty".split())
def test_what_holds_no_image_is_logged_as_mlrun_does(run, what):
    status, _ = run("give", params={"what": what}, returns=["a"])
    assert status["state"] == "completed", status["error"]


def test_the_images_of_an_endless_iterator_are_not_all_logged_and_the_run_says_so(run):
    status, artifacts = run("give", params={"what": "endless"}, returns=["*a : file[format='bmp']"])
    assert status["state"] == "error"
    assert status["error"].startswith("an iterator gives more than 1000 items")
    assert {f"a_{number}" for number in range(1000)} <= set(artifacts)
    status, _ = run("give", params={"what": "walk-endless"}, returns=["*a : file[format='bmp']"])
    assert status["error"].startswith("an iterator gives more than 1000 items")


@pytest.mark.parametrize("what", ("pairs", "numbered"))
def test_what_an_iterator_gave_is_kept_where_an_item_of_it_is_no_image(run, what):
    status, artifacts = run("give", params={"what": what}, returns=["*a : file"])
    assert status["state"] == "error"
    assert "not logged" in status["error"]
    assert colours(artifacts) == {RED, BLUE}


@pytest.mark.parametrize(
    "what", "list objects series column deque values dataclass iterator items walk".split()
)
def test_an_asterisk_takes_every_collection_apart(run, what):
    status, artifacts = run("give", params={"what": what}, returns=["*a : file"])
    assert status["state"] == "completed", status
    assert set(artifacts) == {"a_0", "a_1"}
    assert colours(artifacts) == {RED, BLUE}


@pytest.mark.parametrize("what, kept", [("empty", set()), ("holes", {RED}), ("none", set())])
def test_fewer_images_than_asked_for_fail_the_run(run, what, kept):
    status, artifacts = run("give", params={"what": what}, returns=["*a : file"])
    assert status["state"] == "error"
    assert re.search("empty list|returned None", status["error"])
    assert colours(artifacts) == kept
