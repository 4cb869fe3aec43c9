"""What log hints make of a run's outputs."""

from PIL import Image


def sizes(run: dict) -> set[tuple[int, int]]:
    with Image.open(run["outputs"][0]["path"]) as icon:
        return icon.info["sizes"]


def test_lists_and_tuples_in_a_hint_reach_the_encoder(copy):
    hint = "icon : file[format=ico, sizes=[(16,16),(32,32)]]"
    (run,) = copy.main("run", "--returns", hint, "--json").made
    assert (run["state"], sizes(run)) == ("completed", {(16, 16), (32, 32)})
    _, *iterations = copy.main("run", "-x", "height=[256,256]", "--returns", hint, "--json").made
    assert [sizes(run) for run in iterations] == [{(16, 16), (32, 32)}] * 2


def test_false_in_a_hint_is_false(copy):
    for word, progressive in {"false": False, "TRUE": True}.items():
        hint = f"a : file[format=jpeg, progressive={word}]"
        (run,) = copy.main("run", "-p", "width=8", "--returns", hint, "--json").made
        with Image.open(run["outputs"][0]["path"]) as image:
            assert bool(image.info.get("progressive")) == progressive, word


def test_spaces_in_an_options_text_stay(copy):
    hint = "a : file[format=jpeg, comment='two words']"
    (run,) = copy.main("run", "-p", "width=8", "--returns", hint, "--json").made
    with Image.open(run["outputs"][0]["path"]) as image:
        assert image.info["comment"] == b"two words"


def test_the_command_needs_no_log_hint_for_one_picture(copy):
    copy.add_function("plain", "return Image.new('L', (8, 8))")
    done = copy.main("run", "plain", "--json")
    assert done.returncode == 0, done.stderr
    assert [(one["key"], one["type"]) for one in done.made[0]["outputs"]] == [("plain", "plot")]
