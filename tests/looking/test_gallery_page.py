"""The rendered project's pages in a real browser: what is painted, requested and filtered."""

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import Project, add_functions

UNTYPED = """
from generate_image import generate_gradient


def untyped(width):
    return generate_gradient(width, 8)
"""
SCRIPT = "<script>alert(1)</script>"
# the least contrast of text with the background behind it, as WCAG defines it
CONTRAST = """
const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
const light = colour => numbers(colour).slice(0, 3).map(v => v / 255)
  .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const paper = document.body.appendChild(document.createElement("i"));
paper.style.backgroundColor = "canvas";
const behind = element => {
  const colour = getComputedStyle(element || paper).backgroundColor;
  return numbers(colour)[3] === 0 ? behind(element.parentElement) : colour;
};
const texts = "h1, h2, h3, p, time, code, output, .state, a, figcaption";
const contrast = Math.min(...[...document.querySelectorAll(texts)]
  .filter(element => element.checkVisibility())
  .map(e => [light(getComputedStyle(e).color), light(behind(e))].sort((a, b) => b - a))
  .map(([high, low]) => (high + .05) / (low + .05)));
return [contrast, light(behind(document.body))];
"""


@pytest.fixture(scope="session")
def project(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a plot, a JPEG, a failed run, a parameter that is a script, and a sweep."""
    project = project.copy(tmp_path_factory.mktemp("page"))
    (project.folder / "untyped.py").write_text(UNTYPED)
    add_functions(project.folder, "untyped.py", "untyped")
    for arguments, code in (
        (["-p", "width=300"], 0),
        (["-p", "width=400", "--returns", "photo : file[format=jpeg]"], 0),
        (["-p", "width=0"], 1),
        (["untyped", "-p", f"width={SCRIPT}", "--returns", "a"], 1),
        (["-x", "width=[8,16]", "-p", "height=8"], 0),
    ):
        done = project.python("main.py", "run", *arguments, check=False)
        assert done.returncode == code, done.stdout + done.stderr
    project.python("main.py", "gallery", "--no-open")
    return project


@pytest.fixture
def page(project: Project) -> Path:
    return project.folder / "gallery.html"


def test_all_images_are_painted_and_nothing_is_requested(browser, page):
    browser.open(page)
    images = browser.find("#grid img")
    assert len(images) == 4
    for image in images:
        browser.check_gradient(image)
    browser.check_quiet()


def test_a_script_in_a_parameter_is_text(browser, page):
    browser.open(page)
    assert [one.get_attribute("nonce") != "" for one in browser.find("script")].count(True) == 1
    assert SCRIPT in browser.find("main")[0].text
    browser.check_quiet()  # an alert would also have stopped the browser


def test_a_script_that_got_into_the_page_would_not_run(browser, page, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text(
        page.read_text().replace("<body>", "<body><script>document.title = 'it ran'</script>")
    )
    browser.open(bad)
    assert browser.driver.title != "it ran"
    assert any("Content Security Policy" in line for line in browser.console())


def test_the_filter_shows_what_fits_and_counts_it(browser, page):
    browser.open(page)
    (field,) = browser.find("#filter")
    count = browser.find("#count")[0]
    assert count.text == "4 images"
    field.send_keys("JPEG")
    assert count.text == "1 of 4 images"
    assert browser.shown(".key") == ["photo"]
    field.clear()
    field.send_keys("param.width=16 completed")
    assert count.text == "1 of 4 images"
    assert len(browser.shown("h2")) == 1
    field.clear()
    field.send_keys("whole number")
    assert count.text == "0 of 4 images"
    assert len(browser.shown("h2")) == 2  # the failed runs
    field.send_keys(" nowhere")
    assert browser.shown("h2") == [] and browser.shown("#none") != []
    field.send_keys(Keys.ESCAPE)
    assert count.text == "4 images"
    assert len(browser.shown("h2")) == 5
    browser.check_quiet()


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("width>350", ["photo"]),
        ("width<=300 width>100", ["gradient"]),
        ("label.format:jp", ["photo"]),
        ("key:grad param.height=8", ["gradient", "gradient"]),
        ("state:error", []),
        ("key!=gradient", ["photo"]),
        ('"400 × 256"', ["photo"]),
        ("http://nowhere", []),
    ],
)
def test_filter_words_ask_for_fields(browser, page, words, keys):
    browser.open(page)
    browser.find("#filter")[0].send_keys(words)
    assert browser.shown(".key") == keys


def test_a_field_that_no_image_has_is_text(browser, page):
    browser.open(page)
    for words in ("constructor:x", "__proto__=1", "toString>1", "param.constructor:a"):
        browser.find("#filter")[0].clear()
        browser.find("#filter")[0].send_keys(words)
        assert browser.find("#count")[0].text == "0 of 4 images"
    browser.check_quiet()


def test_an_address_that_was_cut_off_is_text_to_filter_by(browser, page):
    for view, count in (
        ("#%F", "0 of 4 images"),
        ("#photo", "1 of 4 images"),
        ("#open=no/thing", "4 images"),
    ):
        browser.open(page, view)
        assert browser.find("#count")[0].text == count
    browser.check_quiet()


def test_a_large_tile_shows_the_file_itself(browser, page):
    browser.open(page, "#filter=key:photo&size=300")
    browser.wait("return document.querySelector('.frame img').naturalWidth === 400")
    browser.find("#filter")[0].send_keys(Keys.ESCAPE)
    assert len(browser.find(".frame img")) == 4
    browser.check_quiet()


def test_tab_reaches_each_control_and_one_place_of_the_grid(browser, page):
    browser.open(page)
    browser.press("/")
    focused = browser.driver.switch_to.active_element
    assert focused.get_attribute("id") == "filter" and focused.get_attribute("value") == ""
    reached = []
    for _ in range(7):
        browser.press(Keys.TAB)
        focused = browser.driver.switch_to.active_element
        assert browser.run("return getComputedStyle(arguments[0]).outlineStyle", focused) != "none"
        reached.append(focused.get_attribute("name"))
    assert reached == ["group", "columns", "sort", "down", "size", "folded", None]
    browser.press(Keys.TAB)
    assert browser.focused() == "fold"  # the first heading
    browser.press(Keys.ARROW_DOWN)
    assert browser.focused() == "open"
    browser.press(Keys.TAB)
    assert browser.focused() not in ("fold", "open")


def test_a_link_leads_to_the_full_file(browser, page):
    browser.open(page, "#filter=photo")
    browser.find(".open")[0].send_keys(Keys.ENTER)
    (link,) = [a for a in browser.find("#details a") if a.get_attribute("href").endswith(".jpg")]
    browser.driver.get(link.get_attribute("href"))
    assert browser.run("return document.images[0].naturalWidth") == 400


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(browser, project, page, scheme):
    plot = next(project.folder.glob("artifacts/**/gradient.html"))
    for shown, view in ((page, ""), (page, "#open={first}"), (plot, "")):
        browser.open(shown, view, scheme=scheme)
        contrast, background = browser.run(CONTRAST)
        assert contrast >= 4.5
        assert (background > 0.5) == (scheme == "light")


@pytest.mark.parametrize("width", [360, 1600])
def test_it_fits_the_screen(browser, page, width):
    for view in ("", "#open={first}", "#compare=1&choose={first}&choose={last}", "#columns=key"):
        browser.open(page, view, width=width)
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), view
        for element in browser.find("dialog[open] button, .block .tile"):
            if element.is_displayed():
                right = browser.run("return arguments[0].getBoundingClientRect().right", element)
                assert right <= width, view


def test_an_empty_project_says_what_to_do(browser, project, tmp_path):
    project.python(
        "main.py", "--project", "empty", "gallery", "--no-open", "-o", tmp_path / "empty.html"
    )
    browser.open(tmp_path / "empty.html")
    assert "python main.py run" in browser.shown(".empty")[0]
    assert browser.find("#count")[0].text == "0 images"
    browser.check_quiet()


def test_hundreds_of_images_stay_usable(browser, project, tmp_path):
    sweep = (
        "-x",
        f"width={list(range(100, 400))}",
        "-p",
        "height=100",
        "--returns",
        "image : file[format=jpeg]",
    )
    project.python("main.py", "--project", "hundreds", "run", *sweep, timeout=600)
    page = tmp_path / "hundreds.html"
    project.python("main.py", "--project", "hundreds", "gallery", "--no-open", "-o", page)
    assert page.stat().st_size < 1_800_000
    browser.open(page, "#size=80")
    assert browser.find("#count")[0].text == "300 images"
    # what is far from the screen is not there
    assert 0 < len(browser.find("#grid img")) < 100
    browser.check_gradient(browser.find("#grid img")[0])
    browser.find(".open")[0].send_keys(Keys.END)
    focused = browser.driver.switch_to.active_element
    assert "width=399" in focused.text
    browser.check_gradient(focused.find_element(By.TAG_NAME, "img"))
    browser.find("#filter")[0].send_keys("width=277")
    assert browser.find("#count")[0].text == "1 of 300 images"
    assert len(browser.shown(".key")) == 1
    browser.check_quiet()
    browser.open(page, "#open={last}")
    assert "open=" in browser.address()
    browser.driver.refresh()  # the last records are read after the first are shown
    assert browser.shown("#title") == ["image (300 of 300)"]


@pytest.mark.parametrize("framed", [False, True])
def test_the_plot_page_of_an_image_is_painted(browser, project, tmp_path, framed):
    pages = {path: path.read_text() for path in project.folder.glob("artifacts/**/gradient.html")}
    assert len(pages) == 3
    for path, text in pages.items():
        if framed:
            frame = tmp_path / "frame.html"
            frame.write_text(
                f'<!doctype html><iframe src="{path.as_uri()}" width="600" height="500"></iframe>'
            )
            browser.open(frame)
            browser.driver.switch_to.frame(0)
        else:
            browser.open(path)
        (image,) = browser.find("img")
        browser.check_gradient(image)
        small = "8 x 8" in text or "16 x 8" in text
        assert browser.run("return getComputedStyle(arguments[0]).imageRendering", image) == (
            "pixelated" if small else "auto"
        )
        assert browser.run("return arguments[0].clientWidth >= arguments[0].naturalWidth", image)
        assert "pixels, mode RGB" in browser.find("figcaption")[0].text
        browser.driver.switch_to.default_content()
        browser.check_quiet()
