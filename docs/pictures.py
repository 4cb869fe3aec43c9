"""
Makes the README's pictures from a freshly rendered project, with what its commands made and
printed: `make pictures`.

It needs Chromium (Debian's package has that name).
"""

import html
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from PIL import Image

DOCS = Path(__file__).resolve().parent
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --hide-scrollbars --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
SHOWN = (
    "make run",
    'python main.py run -p width=512 --returns "gradient : file[format=jpeg]"',
    "python main.py runs",
)
RUNS = (  # the last is the first in the gallery
    "python main.py run -x width=[64,128,256,512] -x height=[64,128,256]",
    "python main.py run -p width=96 -p height=192 --returns 'gradient : file[format=gif]'",
    "python main.py run -p width=12 -p height=8",
    "python main.py workflow",
    "python main.py run -p width=0",
)
COLOURS = {"31": "#ff8a80", "32": "#7fd99a"}  # of ANSI
TERMINAL = """<!doctype html>
<meta charset="utf-8">
<style>
  body { margin: 0; background: #fff }
  main { border-radius: 10px; background: #1d1f21; color: #e4e4e4; overflow: hidden }
  header { padding: 9px 14px; background: #303336; font-size: 0 }
  i { display: inline-block; width: 12px; height: 12px; margin-right: 8px; border-radius: 50% }
  pre { margin: 0; padding: 14px 18px 18px; font: 14px/1.5 "DejaVu Sans Mono", monospace;
        white-space: pre-wrap;
        overflow-wrap: anywhere }
  b { color: #8ab8f5 }
</style>
<main><header><i style="background:#ff5f57"></i><i style="background:#febc2e"></i
><i style="background:#28c840"></i>
</header><pre>"""


def in_terminal(command: str, folder: Path) -> str:
    """Run a command in a terminal; gives what it shows."""
    own, its = pty.openpty()
    with subprocess.Popen(command, shell=True, cwd=folder, stdin=its, stdout=its, stderr=its):
        os.close(its)
        shown = b""
        try:
            while part := os.read(own, 4096):
                shown += part
        except OSError:  # it has ended
            os.close(own)
    return shown.decode().replace("\r\n", "\n")


def to_html(command: str, shown: str) -> str:
    def span(code: re.Match) -> str:
        return f'<span style="color:{COLOURS[code[1]]}">' if code[1] in COLOURS else "</span>"

    return f"<b>$</b> {html.escape(command)}\n" + re.sub(r"\x1b\[(\d+)m", span, html.escape(shown))


def screenshot(page: Path, picture: Path, width: int, height: int, view: str = "") -> None:
    with tempfile.TemporaryDirectory() as profile:
        size = f"--window-size={width},{height}"
        command = [
            "chromium",
            *FLAGS,
            f"--user-data-dir={profile}",
            size,
            f"--screenshot={picture}",
            page.as_uri() + view,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    with Image.open(picture) as image:
        small = image.convert("RGB")
    small.save(picture, optimize=True)
    print(
        f"{picture.name}: {small.width} x {small.height} pixels, {picture.stat().st_size:,} bytes"
    )


def main() -> None:
    if not shutil.which("chromium"):
        sys.exit("Chromium is needed to make the pictures: apt-get install chromium")
    for name in [name for name in os.environ if name.startswith("MAKE")]:
        del os.environ[name]
    os.environ |= {"UV_PROJECT_ENVIRONMENT": sys.prefix, "UV_NO_SYNC": "1"}
    os.environ["PATH"] = f"{sys.prefix}/bin:{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        cookiecutter = [
            sys.executable,
            "-P",
            "-m",
            "cookiecutter",
            "--default-config",
            "--no-input",
        ]
        subprocess.run(
            [*cookiecutter, DOCS.parent, "-o", folder], check=True, stdout=subprocess.DEVNULL
        )
        project = Path(folder, "image-project")
        page = Path(folder, "terminal.html")
        page.write_text(
            TERMINAL
            + "\n".join(to_html(command, in_terminal(command, project)) for command in SHOWN)
        )
        screenshot(page, DOCS / "terminal.png", 1000, 461)
        (plot,) = project.glob("artifacts/**/gradient.html")
        screenshot(plot, DOCS / "plot.png", 480, 360)
        for command in (*RUNS, "python main.py gallery --no-open"):
            in_terminal(command, project)
        made = subprocess.run(
            [sys.executable, "main.py", "images", "--json"], cwd=project, check=True, stdout=-1
        )
        take_gallery(project / "gallery.html", json.loads(made.stdout))


def take_gallery(page: Path, images: list[dict]) -> None:
    """Take pictures of the gallery: the grid, an image, two that are compared, and a sweep."""
    swept = [image for image in images if image["iteration"]]
    transformed = next(image for image in images if image["key"] == "transformed")
    square = next(
        image for image in swept if image["labels"]["width"] == "256" == image["labels"]["height"]
    )

    def name(image: dict) -> str:
        number = f"-{image['iteration']}" if image["iteration"] else ""
        return quote(f"{image['uid'][:12]}{number}/{image['key']}", safe="")

    chosen = "".join(f"&choose={name(image)}" for image in (square, transformed))
    table = f"#filter=run:{square['uid']}&group=param.height&columns=param.width&size=90"
    screenshot(page, DOCS / "gallery.png", 1200, 860)
    screenshot(page, DOCS / "lightbox.png", 1000, 640, f"#open={name(transformed)}")
    screenshot(page, DOCS / "compare.png", 1000, 640, f"#compare=1{chosen}")
    screenshot(page, DOCS / "sweep.png", 1200, 640, table)


if __name__ == "__main__":
    main()
