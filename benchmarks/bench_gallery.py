"""The gallery in a browser, against a plain page of the same images and against MLflow's grid."""

import contextlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plain_page
import pytest
from projects import TEMPLATE, Project

sys.path.append(str(TEMPLATE / "tests"))
ROUNDS = 5
ROWS = (
    ("first image painted", 1, "ms"),
    ("key press in the filter to painted", 0.5, "ms"),
    ("memory of the tab", 0.7, "MB"),
)
# notes when the first image had been painted: in the frame behind the one that it was there for
FIRST_IMAGE = """
const isDrawn = image => image.complete && image.naturalWidth;
const look = () => [...document.querySelectorAll("IMAGES")].some(isDrawn)
  ? requestAnimationFrame(() => setTimeout(() => { window.firstImage = performance.now(); }))
  : requestAnimationFrame(look);
requestAnimationFrame(look);
"""
KEY_PRESS = """
const [text, done] = arguments, field = document.getElementById("filter");
const start = performance.now();
field.value = text;
field.dispatchEvent(new Event("input", {bubbles: true}));
requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
"""
RUNS = """
const images = [...document.querySelectorAll("img[src*=get-artifact]")];
return [...new Set(images.map(image => new URL(image.src).searchParams.get("run_uuid")))];
"""
# MLflow's grid shows the images of the runs that its search finds, once Enter is pressed
MLFLOW_PAGE = "#/experiments/1/runs?compareRunsMode=CHART"
MLFLOW_IMAGES = "img[src*=get-artifact]"
ENTER = """
const start = performance.now();
const runOf = image => new URL(image.src).searchParams.get("run_uuid");
const look = () => {
  const images = [...document.querySelectorAll("IMAGES")];
  const isFound = images.length && images.every(image => isDrawn(image) && runOf(image) === "RUN");
  if (!isFound) requestAnimationFrame(look);
  else requestAnimationFrame(() => setTimeout(() => { window.found = performance.now() - start; }));
};
window.found = undefined;
addEventListener("keydown", ({ key }) => key === "Enter" && look(), { capture: true, once: true });
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> tuple[Path, Path, int]:
    """Get the gallery, the plain page and the number of their images: 10 runs of 1,000."""
    project = Project(tmp_path_factory.mktemp("gallery"))
    project.main("run", "photos", "-p", "count=1000", "--returns", "*img : file")
    project.repeat_run(9)
    project.main("gallery", "--newest", "100000")
    ours, theirs = project.folder / "gallery.html", project.folder / "plain.html"
    return ours, theirs, plain_page.write(ours, theirs)


@pytest.fixture(scope="module")
def mlflow_page(mlflow) -> Iterator[str]:
    """Get MLflow's page of as many images: a grid of 10 runs for each of 1,000 keys."""
    for _ in range(10):
        mlflow.log_images(1000, "keys")
    with mlflow.serve() as address:
        yield address + MLFLOW_PAGE


def bench_gallery_in_a_browser(table, pages):
    ours, theirs, count = pages
    rounds = [(_look(ours), _look(theirs)) for _ in range(ROUNDS)]
    for name, goal, unit in ROWS:
        _add_row(table, f"{name}, {count:,} images / a plain page", name, rounds, goal, unit)
    sizes = [page.stat().st_size / count for page in (ours, theirs)]
    note = f"{sizes[0]:,.0f} / {sizes[1]:,.0f} bytes an image"
    table.add("size of the gallery / of a plain page", [sizes[0] / sizes[1]], ("<=", 1), note)


def bench_gallery_against_mlflow(table, pages, mlflow_page):
    ours, _, count = pages
    rounds = [(_look(ours), _look_at_mlflow(mlflow_page)) for _ in range(ROUNDS)]
    for name, goal, unit in ROWS:
        _add_row(table, f"{name}, {count:,} images / MLflow's grid", name, rounds, goal, unit)


def _add_row(table: Any, what: str, name: str, rounds: list, goal: float, unit: str) -> None:
    ratios = [ours[name] / theirs[name] for ours, theirs in rounds]
    medians = (sorted(one[at][name] for one in rounds)[len(rounds) // 2] for at in (0, 1))
    table.add(what, ratios, ("<=", goal), f"{' / '.join(f'{one:.3g}' for one in medians)} {unit}")


@contextlib.contextmanager
def _browser(address: str, images: str) -> Iterator[Any]:
    """A page in a browser of its own, once one of the images that a selector names is painted."""
    from selenium.webdriver.support.ui import WebDriverWait

    from browser import start

    with tempfile.TemporaryDirectory() as profile:
        driver = start(profile)
        try:
            script = {"source": FIRST_IMAGE.replace("IMAGES", images)}
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
            driver.get(address)
            wait = WebDriverWait(driver, 120)
            wait.until(lambda _: driver.execute_script("return window.firstImage"))
            yield driver
        finally:
            driver.quit()


def _look(page: Path) -> dict[str, float]:
    """Open a page, and measure."""
    with _browser(page.as_uri(), "img") as driver:
        driver.execute_script("window.scrollTo(0, 2000)")
        memory = _memory_of_tab(driver)
        words = ("i", "im", "img_77", "nothing", "")
        return _measured(
            driver, memory, [driver.execute_async_script(KEY_PRESS, word) for word in words]
        )


def _look_at_mlflow(address: str) -> dict[str, float]:
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    with _browser(address, MLFLOW_IMAGES) as driver:
        memory = _memory_of_tab(driver)
        field = driver.find_element("css selector", "input[type=search]")
        wait, times = WebDriverWait(driver, 120), []
        for run in driver.execute_script(RUNS)[:3]:
            field.send_keys(Keys.CONTROL + "a")
            field.send_keys(f'attributes.run_id = "{run}"')
            driver.execute_script(ENTER.replace("IMAGES", MLFLOW_IMAGES).replace("RUN", run))
            field.send_keys(Keys.ENTER)
            times.append(wait.until(lambda _: driver.execute_script("return window.found")))
        return _measured(driver, memory, times)


def _measured(driver: Any, memory: float, times: list[float]) -> dict[str, float]:
    values = (driver.execute_script("return window.firstImage"), sorted(times)[len(times) // 2])
    return dict(zip((name for name, _, _ in ROWS), (*values, memory), strict=True))


def _memory_of_tab(driver: Any) -> float:
    """Get what the largest renderer below the driver has for itself, in MB."""
    lines = subprocess.check_output(["ps", "-eo", "pid,ppid,args"], text=True).splitlines()[1:]
    processes = [line.split(None, 2) for line in lines]
    below = {str(driver.service.process.pid)}
    for _ in range(10):  # generations
        below |= {pid for pid, parent, _ in processes if parent in below}
    renderers = [pid for pid, _, args in processes if pid in below and "--type=renderer" in args]
    return max(map(_private_memory, renderers))


def _private_memory(pid: str) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"Private_\w+:\s+(\d+) kB", text)) / 1000
