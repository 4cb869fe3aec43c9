"""
What common readers see of an image file: each a function that takes its path and gives `Seen`.

Pixels are NumPy arrays of height x width (grey, any values) or height x width x bands: grey and
alpha, red, green and blue, or these and alpha. Integers mean 0 to 255, or 0 to 65535 if they have
16 bits.
"""

import functools
import http.server
import json
import re
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pypdfium2
import pyvips
import rasterio
from PIL import Image

import browser

FINE = 9  # pixels for each point at which a page of a PDF is drawn
PAGE = Path(__file__).with_name("page.html")


@dataclass(frozen=True)
class Seen:
    """
    What a reader sees of a file.

    :param pixels:    Of the first frame.
    :param frames:    Of all frames, the first too.
    :param durations: Of the frames, in ms; empty if the reader does not tell.
    """

    pixels: np.ndarray
    frames: list[np.ndarray] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)


def output(*command: str | Path) -> bytes:
    """Run a command; gives what it prints, and raises if it fails."""
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return done.stdout


# Libraries


def opencv(path: Path) -> Seen:
    """Read with OpenCV: `imread`, and `imreadanimation` or `imreadmulti` for frames."""
    flag = cv2.IMREAD_UNCHANGED
    if path.suffix in (".jpg", ".mpo"):  # no transparency, but perhaps on their side
        flag = cv2.IMREAD_ANYCOLOR
    pixels = _from_bgr(cv2.imread(str(path), flag))
    if path.suffix == ".tiff":
        return Seen(pixels, [_from_bgr(page) for page in cv2.imreadmulti(str(path), flags=flag)[1]])
    if "animation" not in path.stem:
        return Seen(pixels)
    _, found = cv2.imreadanimation(str(path))
    return Seen(pixels, [_from_bgr(frame) for frame in found.frames], list(found.durations))


def _from_bgr(pixels: np.ndarray | None) -> np.ndarray:
    if pixels is None:
        raise ValueError("not read")
    return pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]


def libvips(path: Path) -> Seen:
    """Read with libvips, which gives all frames as one tall image."""
    first = pyvips.Image.new_from_file(str(path))
    pixels = _from_vips(first)
    if first.get_typeof("n-pages") == 0 or first.get("n-pages") < 2:
        return Seen(pixels)
    delays = first.get("delay") if first.get_typeof("delay") else []
    pages = (pyvips.Image.new_from_file(str(path), page=n) for n in range(first.get("n-pages")))
    return Seen(pixels, [_from_vips(page) for page in pages], list(delays))


def _from_vips(image: pyvips.Image) -> np.ndarray:
    if image.interpretation in ("cmyk", "lab", "labs"):
        image = image.colourspace("srgb")
    return _flat(image.numpy())


def _flat(pixels: np.ndarray) -> np.ndarray:
    return pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels


def gdal(path: Path) -> Seen:
    """Read with GDAL, colours from the file's palette or inks, transparency as its mask says."""
    with rasterio.open(path) as file:
        names = [file.name, *file.subdatasets[1:]]
    frames = []
    for name in names:
        with rasterio.open(name) as file:
            frames.append(_from_gdal(file))
    return Seen(frames[0], frames)


def _from_gdal(file: rasterio.DatasetReader) -> np.ndarray:
    pixels = np.moveaxis(file.read(), 0, -1)
    kind = file.colorinterp[0].name
    if kind == "palette":
        table = np.zeros((256, 4), np.uint8)
        for value, colour in file.colormap(1).items():
            table[value] = colour
        colours = table[pixels[..., 0]]
        if pixels.shape[-1] == 2:
            colours[..., 3] = pixels[..., 1]
        return colours
    if kind == "cyan":
        return np.asarray(Image.fromarray(pixels, "CMYK").convert("RGB"))
    if file.tags(1, ns="IMAGE_STRUCTURE").get("NBITS") == "1":
        pixels = pixels * np.uint8(255)
    if pixels.shape[-1] in (1, 3) and pixels.dtype == np.uint8:
        mask = file.dataset_mask()
        if not mask.all():
            pixels = np.dstack([pixels, mask])
    return _flat(pixels)


# Commands


def imagemagick(path: Path) -> Seen:
    """Convert with ImageMagick to 16 bits."""
    said = output("/usr/bin/identify", "-format", "%T %w %h %W %H\n", path).decode().splitlines()
    found = [[int(word) for word in line.split()] for line in said]
    durations = [10.0 * ticks for ticks, *_ in found]
    coalesced = ["-coalesce"] if any(durations) else []
    frames = []
    with tempfile.TemporaryDirectory() as folder:
        output("/usr/bin/convert", path, *coalesced, "-depth", "16", "+adjoin", f"rgba:{folder}/%d")
        for number, (_, *size) in enumerate(found):
            width, height = size[2:] if coalesced else size[:2]
            name = folder + (f"/{number}" if len(found) > 1 else "/0")
            frames.append(np.fromfile(name, "<u2").reshape(height, width, 4))
    return Seen(frames[0], frames, durations)


def ffmpeg(path: Path) -> Seen:
    """Decode with FFmpeg's command to 16 bits; floats stay floats."""
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "info", "-i", path)
    more = ("-fps_mode", "passthrough", "-vf", "showinfo", "-f", "rawvideo", "-pix_fmt", "rgba64le")
    done = subprocess.run([*command, *more, "-"], check=True, capture_output=True, timeout=60)
    said = done.stderr.decode(errors="replace")
    shown = re.findall(r"duration_time:([\d.]+) +fmt:(\w+).* s:(\d+)x(\d+)", said)
    width, height = (int(word) for word in shown[0][2:])
    if "gray" in shown[0][1] and "f32" in shown[0][1]:
        floats = output(*command[:1], "-v", "error", "-i", path, "-f", "rawvideo", "-")
        order = "<f4" if shown[0][1].endswith("le") else ">f4"
        return Seen(np.frombuffer(floats, order).reshape(height, width))
    frames = list(np.frombuffer(done.stdout, "<u2").reshape(-1, height, width, 4))
    return Seen(frames[0], frames, [1000 * float(one[0]) for one in shown])


# Viewers of documents


def poppler(path: Path) -> Seen:
    """Draw the pages of a PDF with Poppler."""
    with tempfile.TemporaryDirectory() as folder:
        output("pdftoppm", "-r", str(72 * FINE), "-png", path, f"{folder}/page")
        drawn = [cv2.imread(str(page)) for page in sorted(Path(folder).iterdir())]
    frames = [_centres(_from_bgr(pixels)) for pixels in drawn]
    return Seen(frames[0], frames)


def pdfium(path: Path) -> Seen:
    """Draw the pages of a PDF with PDFium, as Chromium does."""
    pages = pypdfium2.PdfDocument(path)
    drawn = [page.render(scale=FINE, rev_byteorder=True).to_numpy() for page in pages]
    frames = [_centres(pixels[..., :3]) for pixels in drawn]
    return Seen(frames[0], frames)


def _centres(pixels: np.ndarray) -> np.ndarray:
    """Take a pixel for each point: viewers smooth between them."""
    return pixels[FINE // 2 :: FINE, FINE // 2 :: FINE]


# Browsers


def browsers(files: list[Path]) -> dict[str, dict[Path, Seen]]:
    """
    Open files in Chromium and in Firefox: each decodes them in a page, which sends what it sees.

    :param files: Files of one folder.

    :returns: By browser, and by file, what it sees; a file that it does not show is not there.
    """
    with tempfile.TemporaryDirectory() as profile:
        chromium = [str(browser.paths()[0]), *browser.FLAGS, f"--user-data-dir={profile}/chromium"]
        firefox = ["firefox-esr", "--headless", "--no-remote", "--profile", f"{profile}/firefox"]
        Path(profile, "firefox").mkdir()
        return {
            "Chromium": _in_browser(chromium, files),
            "Firefox": _in_browser(firefox, files),
        }


def _in_browser(command: list[str], files: list[Path]) -> dict[Path, Seen]:
    found: dict[str, list[tuple[float, np.ndarray]]] = {}
    is_done = threading.Event()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/":
                return super().do_GET()
            names = json.dumps([path.name for path in files])
            page = PAGE.read_text().replace("NAMES", names).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/done":
                is_done.set()
            else:
                _, name, duration, width = self.path.split("/")
                pixels = np.frombuffer(data, np.uint8).reshape(-1, int(width), 4)
                found.setdefault(name, []).append((float(duration), pixels))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Handler, directory=files[0].parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        shown = subprocess.Popen(
            [*command, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            if not is_done.wait(180):
                raise TimeoutError(f"{command[0]} does not end")
        finally:
            shown.terminate()
            shown.wait()
            server.shutdown()
    seen = {}
    for path in files:
        if path.name in found:
            (_, first), *frames = found[path.name]
            seen[path] = Seen(first, [pixels for _, pixels in frames], [ms for ms, _ in frames])
    return seen
