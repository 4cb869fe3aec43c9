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
# a set that is drawn for each start; how it grows is logged while it does
JULIA = """
import numpy as np
from PIL import Image

from mlrun_images import log_image


def julia(real: float = -0.8, imaginary: float = 0.156, steps: int = 60):
    y, x = np.mgrid[-1.1:1.1:240j, -1.6:1.6:350j]
    z, count = x + 1j * y, np.zeros(x.shape)
    for step in range(1, steps + 1):
        inside = abs(z) <= 2
        z[inside] = z[inside] ** 2 + complex(real, imaginary)
        count += inside
        if step in (5, 10, 20, 40):
            drawn, part = coloured(count / step * ~inside), inside.mean()
            log_image(drawn, "growth", step, caption=f"{part:.0%} inside")
    image = coloured(count / steps * ~inside)
    return image, Image.fromarray(inside), round(inside.mean(), 3)


def coloured(part):
    bands = [np.clip(3 * part - low, 0, 1) for low in (0.9, 0.35, 0)]
    return Image.fromarray((255 * np.stack(bands, axis=2)).astype("uint8"))
"""
HINTS = '--returns "image : file" --returns "inside : file" --returns share'
RUNS = (  # the last is the first in the gallery
    "python main.py workflow",
    "python main.py run -p width=12 -p height=8",
    'python main.py run julia -x "real=[-0.8,-0.7,-0.4]" -x "imaginary=[0.156,0.27,0.6]" ' + HINTS,
    f"python main.py run julia -p real=-0.7 -p imaginary=0.27 {HINTS}",
    f"python main.py run julia {HINTS}",
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


def in_terminal(command: str, folder: Path, columns: int = 120) -> str:
    """Run a command in a terminal; gives what it shows in the end."""
    own, its = pty.openpty()
    env = os.environ | {"COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(
        command, shell=True, cwd=folder, stdin=its, stdout=its, stderr=its, env=env
    ):
        os.close(its)
        shown = b""
        try:
            while part := os.read(own, 4096):
                shown += part
        except OSError:  # it has ended
            os.close(own)
    text = shown.decode().replace("\r\n", "\n")
    return re.sub(r"[^\n]*\r", "", text)  # a line that was written over


def to_html(command: str, shown: str) -> str:
    def span(code: re.Match) -> str:
        return f'<span style="color:{COLOURS[code[1]]}">' if code[1] in COLOURS else "</span>"

    text = re.sub(r"\x1b\[(\d+)m", span, html.escape(shown))
    text = re.sub(r"\x1b\]8;;[^\x1b]+\x1b\\(.*?)\x1b\]8;;\x1b\\", r"<u>\1</u>", text)  # a link
    return f"<b>$</b> {html.escape(command)}\n" + re.sub(r"\x1b\[[\d;]*[A-Z]", "", text)


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
        take_terminal(project, "terminal.png", SHOWN, 120, 400)
        (plot,) = project.glob("artifacts/**/gradient.html")
        screenshot(plot, DOCS / "plot.png", 480, 360)
        (project / "julia.py").write_text(JULIA)
        settings = project / "project.yaml"
        entry = "    - {name: julia, kind: job, url: julia.py, handler: julia, with_repo: true}\n"
        settings.write_text(settings.read_text().replace("functions:\n", f"functions:\n{entry}", 1))
        for command in (*RUNS, "python main.py gallery --no-open"):
            in_terminal(command, project)
        shown = ("python main.py runs -n 4", "python main.py images -n 3")
        take_terminal(project, "terminal-60.png", shown, 60, 690)
        made = subprocess.run(
            [sys.executable, "main.py", "images", "--json"], cwd=project, check=True, stdout=-1
        )
        take_gallery(project / "gallery.html", json.loads(made.stdout))


def take_terminal(
    project: Path, name: str, commands: tuple[str, ...], columns: int, height: int
) -> None:
    """Take a picture of a terminal in which commands were typed."""
    shown = [to_html(command, in_terminal(command, project, columns)) for command in commands]
    page = project.parent / "terminal.html"
    page.write_text(TERMINAL + "\n".join(shown))
    screenshot(page, DOCS / name, round(columns * 8.43) + 37, height)


def take_gallery(page: Path, images: list[dict]) -> None:
    """Take pictures of the gallery: the grid, an image, two that are compared, and a sweep."""
    (sweep,) = {image["uid"] for image in images if image["iteration"] and image["key"] == "image"}
    one, two = (image for image in images if image["key"] == "image" and not image["iteration"])

    def name(image: dict) -> str:
        return quote(f"{image['uid'][:12]}/{image['key']}", safe="")

    chosen = "".join(f"&choose={name(image)}" for image in (one, two))
    table = f"#filter=run:{sweep} key=image&group=param.imaginary&columns=param.real"
    screenshot(page, DOCS / "gallery.png", 1200, 860)
    screenshot(page, DOCS / "lightbox.png", 1000, 560, f"#open={name(one)}")
    screenshot(page, DOCS / "compare.png", 1000, 480, f"#compare=1{chosen}")
    screenshot(page, DOCS / "sweep.png", 900, 760, quote(table, safe="#=&:"))


if __name__ == "__main__":
    main()
