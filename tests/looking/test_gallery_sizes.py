"""The gallery of no, one, many and very many images, in a real browser."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from browsing import Browser
from conftest import Project, add_functions

PHOTOS = """
from PIL import Image

from mlrun_images import log_image


def photos(count):
    return [Image.new("RGB", (48, 32), (number % 256, 0, number // 256)) for number in range(count)]


def said(text):
    log_image(Image.new("L", (8, 8)), "image", caption=text)
    return len(text)
"""
CAPTION = "A mask after warm-up; <b>two</b> of nine are missing, which the next step finds"
DRAWN = "return [...document.querySelectorAll('#grid img')].map(image => image.src).filter(Boolean)"
COLOUR = """
const image = arguments[0], canvas = document.createElement("canvas");
const context = canvas.getContext("2d");
context.drawImage(image, 0, 0);
return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
"""


@pytest.fixture(scope="session")
def project(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    copy = project.copy(tmp_path_factory.mktemp("many"))
    (copy.folder / "photos.py").write_text(PHOTOS)
    add_functions(copy.folder, "photos.py", "photos", "said")
    return copy


def gallery(project: Project, name: str, *run: str) -> Path:
    """The page of one run, in a history of its own."""
    here = ("main.py", "--project", name)
    if run:
        project.python(*here, "run", *run, timeout=600)
    page = project.folder / f"{name}.html"
    project.python(
        *here, "gallery", "--no-open", "--newest", "100000", "-o", str(page), timeout=600
    )
    return page


@pytest.fixture(scope="session")
def page_of(project: Project) -> Callable[[int], Path]:
    """Gives the page of one run of so many images."""

    @functools.cache
    def page_of(count: int) -> Path:
        run = ("photos", "-p", f"count={count}", "--returns", "*img : file")
        return gallery(project, f"n{count}", *run)

    return page_of


@pytest.mark.parametrize("count", [1, 300, 2000])
def test_a_page_of_any_length_is_drawn_as_far_as_it_is_seen(browser: Browser, page_of, count):
    page = page_of(count)
    for width in (360, 1600):
        browser.open(page, width=width)
        assert browser.find("#count")[0].text == f"{count} image{'s' * (count > 1)}"
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
        assert min(count, 5) <= len(browser.run(DRAWN)) <= min(count, 150)
    first = browser.find(".open")[0]
    first.send_keys(Keys.END)
    last = browser.driver.switch_to.active_element
    assert last.text.startswith(f"img_{count - 1}")
    picture = last.find_element("css selector", "img")
    browser.run("return arguments[0].decode()", picture)
    red, _, blue = browser.run(COLOUR, picture)
    assert abs(red - (count - 1) % 256) < 12 and abs(blue - (count - 1) // 256) < 12
    browser.press("/")
    browser.find("#filter")[0].send_keys(f"key=img_{count - 1}")
    assert browser.find("#count")[0].text == f"1 of {count} image{'s' * (count > 1)}"
    assert browser.shown(".key") == [f"img_{count - 1}"]
    browser.press(Keys.ESCAPE)
    assert len(browser.run(DRAWN)) <= 150  # as at first: it is not drawn to the end again
    browser.check_quiet()


def test_more_is_drawn_as_one_scrolls(browser: Browser, page_of):
    browser.open(page_of(300))
    before = len(browser.find(".tile"))
    for _ in range(20):
        browser.run("scrollTo(0, document.documentElement.scrollHeight)")
        browser.driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
        if len(browser.find(".tile")) == 300:
            break
    assert before < len(browser.find(".tile")) == 300
    assert browser.shown(".key")[-1] == "img_299"
    browser.wait("return [...document.querySelectorAll('#grid img')].at(-1).naturalWidth")
    assert len(browser.run(DRAWN)) < 150  # what was left behind has no picture


def test_a_filter_that_all_fit_fills_the_screen_again(browser: Browser, page_of):
    browser.open(page_of(300), "#size=80")
    browser.run("window.before = document.querySelector('#grid').firstElementChild")
    browser.find("#filter")[0].send_keys("img")
    assert browser.find("#count")[0].text == "300 of 300 images"
    assert browser.run("return !before.isConnected")
    bottom = "document.querySelector('#grid').lastElementChild.getBoundingClientRect().bottom"
    assert browser.run(f"return {bottom} > innerHeight")


def test_an_empty_page_has_nothing_to_compare_or_to_move_to(browser: Browser, project):
    browser.open(gallery(project, "none"))
    assert browser.find("#count")[0].text == "0 images"
    browser.press("c", "x", "/", "a", Keys.ESCAPE, Keys.TAB)
    assert browser.shown("#none") == [] and not browser.find("#grid > *")
    browser.check_quiet()


def test_a_caption_stands_under_its_image(browser: Browser, project):
    run = ("said", "-p", f"text={CAPTION}", "--returns", "returned")
    browser.open(gallery(project, "said", *run))
    assert browser.shown(".caption") == [CAPTION]
    browser.find("#filter")[0].send_keys("warm-up")
    assert browser.find("#count")[0].text == "1 of 1 image"
    browser.find(".open")[0].send_keys(Keys.ENTER)
    assert CAPTION in browser.find("#details")[0].text
    browser.check_quiet()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("widht>512", "No field is named widht. There are "),
        ("width>wide", "wide is no number."),
        ("param.width=128", "No field is named param.width. There are "),
        ("nowhere", "Nothing here fits the filter."),
    ],
)
def test_a_wrong_filter_word_says_so(browser: Browser, page_of, words, said):
    browser.open(page_of(1))
    browser.find("#filter")[0].send_keys(words)
    (line,) = browser.shown("#none")
    assert said in line and line.count("\n") == 0
    assert (", width, height, mode" in line) == ("named" in said)
