"""The gallery in a browser, against a plain page of the same images."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import plain_page
import pytest
from projects import TEMPLATE, Project

sys.path.append(str(TEMPLATE / "tests"))
ROUNDS = 5
# notes when the first image had been painted: in the frame behind the one that it was there for
FIRST_IMAGE = """
const look = () => [...document.images].some(image => image.complete && image.naturalWidth)
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


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> tuple[Path, Path, int]:
    """Get the gallery, the plain page and the number of their images: 10 runs of 1,000."""
    project = Project(tmp_path_factory.mktemp("gallery"))
    project.main("run", "photos", "-p", "count=1000", "--returns", "*img : file")
    project.repeat_run(9)
    project.main("gallery", "--newest", "100000")
    ours, theirs = project.folder / "gallery.html", project.folder / "plain.html"
    return ours, theirs, plain_page.write(ours, theirs)


def bench_gallery_in_a_browser(table, pages):
    ours, theirs, count = pages
    rounds = [(_look(ours), _look(theirs)) for _ in range(ROUNDS)]
    for name, goal in (("first image painted", 1), ("key press in the filter to painted", 0.5),
                       ("memory of the tab", 0.7)):  # fmt: skip
        ratios = [mine[name] / other[name] for mine, other in rounds]
        medians = " / ".join(
            f"{sorted(one[at][name] for one in rounds)[ROUNDS // 2]:.3g}" for at in (0, 1)
        )
        unit = "MB" if "memory" in name else "ms"
        table.add(
            f"{name}, {count:,} images / a plain page", ratios, ("<=", goal), f"{medians} {unit}"
        )
    sizes = [page.stat().st_size / count for page in (ours, theirs)]
    note = f"{sizes[0]:,.0f} / {sizes[1]:,.0f} bytes an image"
    table.add("size of the gallery / of a plain page", [sizes[0] / sizes[1]], ("<=", 1), note)


def _look(page: Path) -> dict[str, float]:
    """Open a page in a browser of its own, and measure."""
    from browser import start

    with tempfile.TemporaryDirectory() as profile:
        driver = start(profile)
        try:
            script = {"source": FIRST_IMAGE}
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
            driver.get(page.as_uri())
            driver.execute_script("window.scrollTo(0, 2000)")
            memory = _memory_of_tab(driver)
            words = ("i", "im", "img_77", "nothing", "")
            times = sorted(driver.execute_async_script(KEY_PRESS, word) for word in words)
            return {
                "first image painted": driver.execute_script("return window.firstImage"),
                "key press in the filter to painted": times[len(times) // 2],
                "memory of the tab": memory,
            }
        finally:
            driver.quit()


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
