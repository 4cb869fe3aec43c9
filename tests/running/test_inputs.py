"""What a run is given as inputs: files, lists of them, and the outputs of earlier runs."""

import pytest
from PIL import Image

FILE = ("--returns", "gradient : file[format=png]", "--json")
SIZES = "return '+'.join(f'{Image.open(file.local()).width}' for file in images)"


@pytest.fixture
def sizes(copy):
    """A function that gives the widths of the images of its one input."""
    copy.add_function("sizes", SIZES, "images: list")

    def run(*arguments, **options):
        done = copy.main("run", "sizes", *arguments, "--returns", "sizes", "--json", **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.made[0]["outputs"][0]["value"]

    return run


def test_an_input_that_is_given_twice_is_a_list(sizes, tmp_path):
    for width in (3, 5, 7):
        Image.new("L", (width, 2)).save(tmp_path / f"{width}.png")
    given = ("-i", "images=3.png", "-i", f"images={tmp_path / '5.png'}", "-i", "images=7.png")
    assert sizes(*given, cwd=tmp_path) == "3+5+7"


def test_an_output_of_an_earlier_run_is_an_input_by_its_key_or_its_run(copy, sizes):
    older, newer = (copy.main("run", "-p", f"width={n}", *FILE).made[0]["uid"] for n in (20, 30))
    given = ("gradient", f"{older}/gradient", f"{older[:8]}/gradient", f"{newer[:8]}/gradient")
    assert sizes(*[word for one in given for word in ("-i", f"images={one}")]) == "30+20+20+30"


def test_an_output_of_an_iteration_is_an_input(copy, sizes):
    sweep = copy.main("run", "-x", "width=[4,6]", *FILE).made[0]["uid"]
    given = ("-i", f"images={sweep[:9]}-2/gradient", "-i", f"images={sweep}-1/gradient")
    assert sizes(*given) == "6+4"


def test_a_file_wins_over_an_output_of_that_name(copy, sizes, tmp_path):
    copy.main("run", "-p", "width=20", *FILE)
    Image.new("L", (3, 2)).save(tmp_path / "gradient", "PNG")
    given = ("-i", "images=gradient", "-i", f"images={tmp_path / 'gradient'}")
    assert sizes(*given, cwd=tmp_path) == "3+3"


def test_the_home_folder_is_found_where_the_shell_left_it(sizes, tmp_path):
    Image.new("L", (3, 2)).save(tmp_path / "a.png")
    given = ("-i", "images=~/a.png", "-i", "images=~/a.png")
    assert sizes(*given, HOME=str(tmp_path)) == "3+3"


def test_an_input_that_is_nowhere_is_refused_before_the_run(copy):
    uid = copy.main("run", *FILE).made[0]["uid"]
    names = ("nope", "nope.png", "/nope/a.png", "/gradient", "radient")
    for given in (*names, f"{uid}/nope", "00000000/gradient"):
        done = copy.main("run", "transform-image", "-i", f"image={given}")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"Error: image: there is no file {given!r} here, and no output of that name; "
            "possible: a path, a URL, KEY, or UID/KEY\n"
        )
    assert len(copy.main("runs", "--json").made) == 1


@pytest.mark.parametrize("name, read", [("a #1.png", "a "), ("a?b.png", "a"), ("a;b.png", "a")])
def test_a_file_whose_path_mlrun_cuts_off_is_refused(copy, tmp_path, name, read):
    for one, width in ((name, 3), (read, 5)):
        Image.new("L", (width, 2)).save(tmp_path / one, "PNG")
    done = copy.main("run", "transform-image", "-i", f"image={name}", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "MLRun reads a file's path up to its" in done.stderr and name in done.stderr
