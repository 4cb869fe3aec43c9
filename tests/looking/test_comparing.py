"""Images compared in the gallery by keyboard alone, in a real browser."""

import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from selenium.webdriver.common.keys import Keys

from browsing import Browser
from conftest import Project, add_functions
from firefox import PROGRAM, Firefox

AXE = "axe-core@4.14.1"
LEFT, RIGHT, UP, DOWN = Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ARROW_DOWN
TRAIN = """
import io

from PIL import Image


def train(context, rate=1):
    context.log_result("loss", 10 - rate)
    for series in ("sample", "mask"):
        for step in (100, 20, 3):
            file = io.BytesIO()
            Image.new("RGB", (40, 30), (step * rate, 0, 0)).save(file, "PNG")
            labels = {"series": series, "step": step}
            key = f"{series}-{step}"
            context.log_artifact(key, body=file.getvalue(), format="png", labels=labels)
    return Image.new("RGB", (300, 200), (20 * rate, 0, 0))
"""
FAIL = """
def fail():
    for line in range(100):
        print("line", line)
    raise ValueError("no paper")
"""
MATRIX = "return new DOMMatrix(getComputedStyle(document.querySelector('.holder')).transform)"
FULL = "return [...document.querySelectorAll('.holder img')].every(i => i.naturalWidth === 300)"
CENTRE = """
const holders = [...document.querySelectorAll(".holder")];
return holders.map(holder => {
  const inner = holder.getBoundingClientRect(), box = holder.parentElement.getBoundingClientRect();
  return [inner.width, inner.x - box.x - box.width / 2, inner.y - box.y].map(Math.round);
});
"""


@pytest.fixture(scope="session")
def page(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery of two trainings, a sweep over two parameters and a failed run."""
    project = project.copy(tmp_path_factory.mktemp("compared"))
    for name, handler in (("train", TRAIN), ("fail", FAIL)):
        (project.folder / f"{name}.py").write_text(handler)
        add_functions(project.folder, f"{name}.py", name)
    for arguments, code in (
        (["fail", "--verbose", "--returns", "a"], 1),
        (["-x", "width=[30,40,50]", "-x", "height=[30,60]", "--returns", "gradient : file"], 0),
        (["train", "-p", "rate=1", "--returns", "image : file"], 0),
        (["train", "-p", "rate=2", "--returns", "image : file"], 0),
    ):
        done = project.python("main.py", "run", *arguments, check=False)
        assert done.returncode == code, done.stdout + done.stderr
    project.python("main.py", "gallery", "--no-open")
    return project.folder / "gallery.html"


def painted(png: bytes) -> tuple[int, ...]:
    """The colour in the middle of a picture."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    x, y = image.width // 2, image.height // 2
    return tuple(image.crop((x, y, x + 1, y + 1)).tobytes())


def to_first_image(browser: Browser) -> None:
    """Go from the filter to the grid by TAB, and past a heading."""
    browser.press("/")
    if browser.tab_to(".open, .fold").get_attribute("class") == "fold":
        browser.press(DOWN)


def test_a_grid_is_sized_and_its_headings_fold(browser, page):
    browser.open(page)
    (size,) = browser.find("[name=size]")
    height = browser.find(".frame img")[0].size["height"]
    browser.press("/")
    assert browser.tab_to("[name=size]") == size
    browser.press(RIGHT, RIGHT, RIGHT)
    assert browser.find(".frame img")[0].size["height"] > height
    assert "size=" not in browser.address()  # it is remembered, as long as it is the last
    heading = browser.tab_to(".fold")
    count = len(browser.find(".tile"))
    assert heading.get_attribute("aria-expanded") == "true"
    browser.press(Keys.ENTER)
    assert len(browser.find(".tile")) < count
    focused = browser.driver.switch_to.active_element
    assert focused.get_attribute("aria-expanded") == "false"
    assert "fold=" in browser.address()
    browser.press(Keys.ENTER)
    assert len(browser.find(".tile")) == count
    browser.run("localStorage.clear()")
    browser.check_quiet()


def test_the_lightbox_goes_on_with_the_same_zoom(browser, page):
    browser.open(page, "#group=&filter=key:gradient")
    to_first_image(browser)
    browser.press(RIGHT, Keys.ENTER)
    title = browser.find("#title")[0]
    assert title.text == "gradient (2 of 6)"
    assert "40 × 30, RGB, PNG" in browser.find("#details")[0].text
    assert browser.shown("#details a")[0] == "gradient.png"
    browser.wait("return document.querySelector('.holder img').naturalWidth === 40")
    browser.press("1")
    assert browser.run(MATRIX)["a"] == 1 and browser.shown("#zoom") == ["100 %"]
    smooth = browser.find(".holder")[0].get_attribute("class")
    browser.press(*"++++", Keys.SHIFT + LEFT)
    assert browser.run(MATRIX)["a"] == pytest.approx(1.25**4, rel=1e-4)
    assert "pixels" not in smooth and "pixels" in browser.find(".holder")[0].get_attribute("class")
    moved = browser.run(CENTRE)
    browser.press(Keys.NULL, LEFT)
    assert title.text == "gradient (1 of 6)"
    assert browser.run(MATRIX)["a"] == pytest.approx(1.25**4, rel=1e-4)
    browser.press(RIGHT)
    assert browser.run(CENTRE) == moved
    browser.press("0")
    assert browser.run(CENTRE) != moved
    browser.press(Keys.ESCAPE)
    assert browser.focused() == "open" and not browser.shown("#viewer")
    assert "#2 width=40" in browser.driver.switch_to.active_element.text
    browser.check_quiet()


@pytest.mark.parametrize("what", ["UID", "UID/KEY", "URI"])
def test_what_names_an_image_is_copied(browser, page, what):
    origin = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", origin)
    browser.open(page, "#open={last}")
    uid, uri = browser.run("const {run, uri} = images.at(-1); return [run.head.uid, uri]")
    names = {"UID": uid, "UID/KEY": f"{uid}/gradient", "URI": uri}
    button = browser.tab_to(f"[aria-label='Copy {what}']")
    browser.press(Keys.ENTER)
    browser.wait("return document.querySelector('#details').textContent.includes('copied')")
    assert button.text == "copied"
    read = "navigator.clipboard.readText().then(arguments[0])"
    assert browser.driver.execute_async_script(read) == names[what]


def test_images_are_compared_with_one_zoom_a_wiper_and_their_difference(browser, page):
    browser.open(page, "#filter=key=image")
    to_first_image(browser)
    browser.press(" ", RIGHT, " ")
    assert browser.shown("#choice") == ["2 chosen"]
    browser.press("c")
    assert browser.shown("#differing tr:last-child > *") == ["rate", "2", "1"]
    browser.wait(FULL)
    browser.press("+", "+", Keys.SHIFT + DOWN, Keys.NULL)
    one, two = browser.run(CENTRE)
    assert one == two
    way = browser.tab_to("#way")
    way.send_keys("wip")
    assert "way=wiper" in browser.address()
    clip = "return getComputedStyle(document.querySelector('.stage + .stage')).clipPath"
    assert browser.run(clip) == "inset(0px 0px 0px 50%)"
    browser.tab_to("#wiper")
    browser.press(RIGHT)
    assert browser.run(clip) == "inset(0px 0px 0px 51%)"
    for name, colour in (("difference", 20), ("difference ×", 160)):
        browser.tab_to("#way").send_keys(name)
        box = browser.find("#stages")[0]
        png = box.screenshot_as_png
        assert painted(png) == (colour, 0, 0)
    browser.press(Keys.ESCAPE)
    browser.press(" ")
    assert browser.shown("#choice") == ["1 chosen"]
    browser.check_quiet()


def test_a_heading_chooses_the_image_of_the_chosen_key(browser, page):
    browser.open(page, "#filter=train")
    to_first_image(browser)
    while "image" not in browser.driver.switch_to.active_element.text:
        browser.press(RIGHT)
    browser.press(" ", Keys.END, DOWN, UP)
    while browser.focused() != "fold":  # of the other run
        browser.press(UP)
    browser.press(" ")
    chosen = browser.run("return view.choose.map(id => byId.get(id).key)")
    assert chosen == ["image", "image"]
    browser.press("c")
    assert len(browser.find(".stage")) == 2
    browser.press(Keys.ESCAPE)


def test_an_address_may_name_images_that_are_gone(browser, page):
    browser.open(page, "#compare=1&choose=gone/one&choose={first}&choose={last}&sort=result.gone")
    assert len(browser.find(".stage")) == 2
    browser.press(Keys.ESCAPE)
    assert browser.shown("#choice") == ["2 chosen"]
    browser.open(page, "#compare=1&choose=gone/one&choose=gone/two")
    assert not browser.find(".stage") and not browser.shown("#choice")
    browser.check_quiet()


def test_no_more_than_eight_are_chosen(browser, page):
    browser.open(page, "#group=")
    to_first_image(browser)
    browser.press(*[" ", RIGHT] * 10)
    assert browser.shown("#choice") == ["8 chosen, the most there can be"]
    browser.press("c")
    assert len(browser.find(".stage")) == 8
    browser.press(Keys.ESCAPE)


def test_images_are_grouped_and_sorted_and_the_address_holds_it(browser, page):
    browser.open(page, "#filter=key=image")
    browser.press("/")
    browser.tab_to("[name=group]").send_keys("param.rate")
    assert browser.shown(".fold") == ["▾ rate = 1", "▾ rate = 2"]
    browser.tab_to("[name=sort]").send_keys("result.loss")
    assert browser.shown(".detail") == ["loss = 9", "loss = 8"]
    browser.press("/")
    browser.tab_to("[name=group]").send_keys("nothing")
    assert browser.shown(".detail") == ["loss = 8", "loss = 9"]
    browser.tab_to("[name=down]")
    browser.press(" ")
    assert browser.shown(".detail") == ["loss = 9", "loss = 8"]
    before = browser.address()
    browser.driver.refresh()
    assert browser.shown(".detail") == ["loss = 9", "loss = 8"]
    assert browser.address() == before
    assert browser.find("#filter")[0].get_attribute("value") == "key=image"


def test_a_sweep_is_a_table_of_its_two_parameters(browser, page):
    browser.open(page, "#filter=gradient")
    to_first_image(browser)
    browser.press("t")
    assert browser.shown("[role=columnheader]") == ["width = 30", "width = 40", "width = 50"]
    assert browser.shown("[role=rowheader]") == ["height = 30", "height = 60"]
    details = browser.shown(".detail")
    assert details == [
        f"#{number} width={width} height={height}"
        for number, (height, width) in enumerate(
            ((height, width) for height in (30, 60) for width in (30, 40, 50)), 1
        )
    ]
    before = browser.shown("#grid")
    assert "columns=param.width" in browser.address()
    browser.driver.refresh()
    assert browser.shown("#grid") == before
    to_first_image(browser)
    browser.press(DOWN, RIGHT)
    assert "#5" in browser.driver.switch_to.active_element.text


def test_a_series_is_one_tile_whose_step_is_chosen(browser, page):
    browser.open(page, "#filter=series:sample")
    assert browser.shown(".key") == ["sample", "sample"]
    assert browser.shown(".detail") == ["step 100"] * 2
    to_first_image(browser)
    browser.press("[")
    assert browser.shown(".detail") == ["step 20", "step 100"]
    browser.press("]")
    browser.press("/")
    browser.tab_to("[name=together]")
    browser.press(" ")
    to_first_image(browser)
    browser.press("[", "[")
    assert browser.shown(".detail") == ["step 3", "step 3"]
    browser.press(Keys.ENTER)
    assert "step=3" in browser.find("#details")[0].text
    browser.press("]")
    assert "step=20" in browser.find("#details")[0].text
    browser.press(Keys.ESCAPE)
    assert browser.shown(".detail") == ["step 20", "step 20"]


def test_a_failed_run_shows_its_reason_and_its_last_lines(browser, page):
    browser.open(page, "#filter=state:error")
    (tile,) = browser.find(".tile")
    assert "ValueError: no paper" in tile.text
    output = tile.get_attribute("textContent")
    assert 'raise ValueError("no paper")' in output and "line 1\n" not in output
    tile.find_element("css selector", ".open").send_keys(Keys.ENTER)
    assert "ValueError: no paper" in browser.find("#details")[0].text
    assert 'raise ValueError("no paper")' in browser.find("#details pre")[0].text
    browser.check_quiet()


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """The script of axe-core, which npm gets once."""
    folder = request.config.cache.mkdir("axe-core")
    archive = folder / f"{AXE.replace('@', '-')}.tgz"
    if not archive.exists():
        command = ["npm", "pack", AXE, "--silent", "--pack-destination", str(folder)]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
    with tarfile.open(archive) as files:
        script = files.extractfile("package/axe.min.js")
        assert script
        return script.read().decode()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "view",
    ["", "#open={first}", "#compare=1&choose={first}&choose={last}", "#columns=param.width"],
    ids=["grid", "lightbox", "comparison", "table"],
)
def test_axe_finds_nothing_serious(browser, page, axe, view, scheme):
    browser.open(page, view, scheme)
    browser.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    found = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run({iframes: false}).then(found => done(found.violations))"
    )
    serious = [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert not serious, json.dumps(serious, indent=1)


@pytest.fixture(scope="session")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    browser = Firefox(tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.quit()


@pytest.mark.skipif(not PROGRAM, reason="there is no Firefox")
def test_firefox_shows_the_same(firefox, page):
    sizes = "[...document.querySelectorAll('.holder img')].map(i => i.naturalWidth + i.src[0]) + ''"
    firefox.open(page)
    images = "[...document.querySelectorAll('#grid img')]"
    firefox.wait(f"{images}.length && {images}.every(image => image.naturalWidth)")
    assert firefox.run("return document.querySelectorAll('#grid img').length")
    firefox.open(page, "#filter=key=image&group=")
    firefox.run("document.querySelector('.open').click()")
    firefox.wait(f"{sizes} === '300f'")  # the file itself
    firefox.run("for (const key of ['1', '+', '+', '+', '+']) press(key)")
    assert "pixels" in firefox.run("return document.querySelector('.holder').className")
    chosen = "tiles.map(shown).filter(image => image?.key === 'image').map(image => image.id)"
    pair = "&".join(f"choose={quote(name, safe='')}" for name in firefox.run("return " + chosen))
    firefox.open(page, f"#compare=1&way=difference&{pair}")
    firefox.wait(f"{sizes} === '300f,300f'")
    firefox.run("await Promise.all([...document.images].map(image => image.decode()))")
    assert painted(firefox.picture()) == (20, 0, 0)
    firefox.open(page, "#filter=gradient&group=param.height&columns=param.width")
    headers = "[...document.querySelectorAll('[role=columnheader]')].map(cell => cell.textContent)"
    assert firefox.run("return " + headers) == ["width = 30", "width = 40", "width = 50"]
    assert firefox.console == []
