# /// script
# requires-python = "==3.11.*"
# dependencies = [
#     "imageio-ffmpeg==0.8.1",
#     "numpy==2.4.6",
#     "opencv-python-headless==5.0.0.93",
#     "Pillow==13.0.0",
#     "pypdfium2==5.15.2",
#     "pyvips-binary==8.18.7",
#     "pyvips==3.2.0",
#     "rasterio==1.4.4",
#     "selenium==4.51.0",
# ]
# ///
"""
Makes docs/formats.md: `make readers`. Every cell of its tables is measured.

Images of each mode, an animation and pages are written in each format, as `file[format=…]` writes
them. Each reader gets the file alone, and what it sees is compared with the image.

- `samples.py` makes the images, and judges what is seen.
- `readers.py` asks the readers; `page.html` is what the browsers open.
- `text.md` is the page without its tables.

uv brings the packages above. Chromium, Firefox, ImageMagick and Poppler must be there (Debian:
chromium, firefox-esr, imagemagick, poppler-utils).
"""

import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import cv2
import imageio_ffmpeg
import pypdfium2
import pyvips
import rasterio
import readers
from samples import (
    KEYED,
    MODES,
    PROFILED,
    SIZE,
    TURNED,
    Sample,
    annotated,
    discs,
    is_exact,
    judge,
    samples,
    written,
)

import browser
from mlrun_images.pictures.fitting import FLATTENED
from mlrun_images.pictures.formats import writable_formats
from oracle import encoded, sample

TEXT = Path(__file__).with_name("text.md")
PAGE = Path(__file__).parents[1] / "formats.md"
LIBRARIES: dict[str, Callable[[Path], readers.Seen]] = {
    "OpenCV": readers.opencv,
    "libvips": readers.libvips,
    "GDAL": readers.gdal,
    "ImageMagick": readers.imagemagick,
    "FFmpeg": readers.ffmpeg,
}
VIEWERS = {"Poppler": readers.poppler, "PDFium": readers.pdfium}  # of PDF alone
BROWSERS = ("Chromium", "Firefox")
PROGRAMS = (browser.paths()[0] or "chromium", "firefox-esr", "/usr/bin/convert", "pdftoppm")
DEBIAN = "chromium firefox-esr imagemagick poppler-utils"
ANIMATED = ("animation", "clear animation")
KEPT = [
    "format", "without loss", "with loss", "becomes", "transparency", "frames", "also kept"
]  # fmt: skip
Verdicts = dict[str, dict[Path, str]]  # by reader and file, of those that it reads


# Measuring


def verdicts(every: list[Sample]) -> Verdicts:
    """Judge what all readers see of all files."""
    found: Verdicts = {}
    for name, shown in readers.browsers([one.path for one in every]).items():
        found[name] = {one.path: judge(one, seen) for one in every if (seen := shown.get(one.path))}
    for name, look in {**LIBRARIES, **VIEWERS}.items():
        found[name] = {}
        for one in every:
            if name in VIEWERS and one.path.suffix != ".pdf":
                continue
            try:
                seen = look(one.path)
            except Exception:  # each has its own for what it does not read
                continue
            found[name][one.path] = judge(one, seen)
    return found


def versions() -> str:
    """Say which versions were measured."""
    found = {
        "Pillow": version("Pillow"),
        "Chromium": _printed(str(browser.paths()[0]), "--version"),
        "Firefox": _printed("firefox-esr", "--version"),
        "OpenCV": cv2.__version__,
        "libvips": ".".join(str(pyvips.version(part)) for part in range(3)) + " (pyvips-binary)",
        "GDAL": f"{rasterio.__gdal_version__} (rasterio {rasterio.__version__})",
        "ImageMagick": _printed("/usr/bin/convert", "-version"),
        "FFmpeg": _printed(imageio_ffmpeg.get_ffmpeg_exe(), "-version") + " (imageio-ffmpeg)",
        "Poppler": _printed("pdftoppm", "-v"),
        "PDFium": str(pypdfium2.PDFIUM_INFO).partition("@")[0],
    }
    return ", ".join(f"{name} {which}" for name, which in found.items())


def _printed(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)+(-\d+)?", done.stdout + done.stderr)
    return found[0] if found else "of an unknown version"


# What a format keeps


def keeps(format: str, files: dict[str, Sample]) -> list[str]:
    """Fill a row of the first table."""
    whole, changed = modes(files)
    exact = [name for name in whole if is_exact(files[name]) is not False]
    lossy = [name for name in whole if name not in exact]
    return [
        _name(format),
        ", ".join(exact),
        ", ".join(lossy),
        becomes(changed) if changed else "refused",
        transparency(format, files),
        frames(format, files),
        ", ".join(metadata(format, whole)),
    ]


def modes(files: dict[str, Sample]) -> tuple[list[str], dict[str, str]]:
    """Find the modes that are written as they are, and what the others become, in words."""
    changes = {name: ", ".join(files[name].file.changes) for name in MODES if name in files}
    changed = {name: said for name, said in changes.items() if said.startswith(f"{name} to ")}
    return [name for name in changes if name not in changed], changed


def becomes(changed: dict[str, str]) -> str:
    """Say what modes become: `CMYK, HSV → RGB; I, F → 16 bits`."""
    groups: dict[str, list[str]] = {}
    for name, change in changed.items():
        target = re.findall(r"to ([A-Z]+)\b", change)[-1]
        if "scaled" in change:
            target = "16 bits" if "to 0..65535" in change else "8 bits"
        groups.setdefault(target, []).append(name)
    return "; ".join(f"{', '.join(names)} → {target}" for target, names in groups.items())


def transparency(format: str, files: dict[str, Sample]) -> str:
    """Say how much of transparency a format keeps: all levels, or full and none."""
    if "RGBA" in files and FLATTENED not in str(files["RGBA"].file.changes):
        return "yes"
    cutout = written(sample("RGBA", *SIZE, cutout=True), format)
    return "on or off" if cutout and FLATTENED not in str(cutout.changes) else "no"


def frames(format: str, files: dict[str, Sample]) -> str:
    """Say which frames a format keeps."""
    pages, animation = files.get("pages"), files.get("animation")
    if animation and animation.file.held.frames == 3 and not animation.file.changes:
        fast = written(encoded(discs(), "PNG", duration=33), format)
        return "animation, in " + ("10 ms" if fast and "hundredths" in str(fast.changes) else "ms")
    return "pages" if pages and pages.file.held.frames == 2 else "one"


def metadata(format: str, whole: list[str]) -> list[str]:
    """Name what a format keeps beside pixels."""
    mode = next((name for name in ("RGB", "L", "P", "1") if name in whole), "")
    file = written(annotated(mode), format) if mode else None
    if not file:
        return []
    lost = " ".join(note for note in file.changes if note.startswith("without"))
    names = {"icc_profile": "profile", "exif": "EXIF", "xmp": "XMP", "dpi": "dpi"}
    names |= {"comment": "comment", "texts": "texts"}
    return [name for told, name in names.items() if told not in lost]


# Who sees it


def sees(files: dict[str, Sample], seen: dict[Path, str], name: str) -> tuple[str, str]:
    """
    Judge how a reader sees the modes that a format keeps.

    :returns: ``yes``, ``part`` or ``–``, and what it does not see right.
    """
    whole, _ = modes(files)
    others = [*KEYED, TURNED, *(PROFILED if name in BROWSERS else [])]
    kept = whole + [key for key in others if key in files and not files[key].file.changes]
    told: dict[str, list[str]] = {}
    for key in kept:
        verdict = seen.get(files[key].path, "not read")
        is_right = verdict == "in 8 bits" and name in BROWSERS  # as on any screen
        told.setdefault("" if is_right else verdict, []).append(key)
    if set(told) == {"not read"}:
        return "–", ""
    wrong = [f"{', '.join(keys)}: {verdict}" for verdict, keys in told.items() if verdict]
    return "part" if wrong else "yes", "; ".join(wrong)


def plays(files: dict[str, Sample], seen: dict[Path, str]) -> str:
    """Judge how a reader sees animations, or pages if a format has these."""
    names = [key for key in ANIMATED if not files[key].file.changes] or ["pages"]
    said = [seen.get(files[key].path, "–") or "yes" for key in names]
    return said[0] if len(set(said)) == 1 else f"{said[0]}, {said[1]}"


# The page


def table(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table in Markdown; an empty cell is a dash."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell or '–' for cell in line)} |" for line in lines)


def page(every: dict[str, dict[str, Sample]], found: Verdicts) -> str:
    """Write the page."""
    showing = [*BROWSERS, *LIBRARIES]
    seen = {
        (format, reader): sees(files, found[reader], reader)
        for format, files in every.items()
        for reader in (VIEWERS if format == "PDF" else showing)
    }
    others = [format for format in every if format != "PDF"]
    cells = {format: [seen[format, reader][0] for reader in showing] for format in others}
    several = [format for format in others if frames(format, every[format]) != "one"]
    pdf = [
        ["what it keeps", *(seen["PDF", reader][0] for reader in VIEWERS)],
        ["pages", *(plays(every["PDF"], found[reader]) for reader in VIEWERS)],
    ]
    return TEXT.read_text().format(
        versions=versions(),
        keeps=table(KEPT, (keeps(format, files) for format, files in every.items())),
        sees=table(
            ["format", *showing],
            ([_name(one), *cells[one]] for one in others if set(cells[one]) != {"–"}),
        ),
        pdf=table(["`pdf`", *VIEWERS], pdf),
        parts=table(
            ["format", "reader", "not seen right"],
            ([_name(one), reader, part] for (one, reader), (_, part) in seen.items() if part),
        ),
        unseen=", ".join(_name(one) for one in others if set(cells[one]) == {"–"}),
        plays=table(
            ["format", *showing],
            (
                [_name(one), *(plays(every[one], found[reader]) for reader in showing)]
                for one in several
            ),
        ),
    )


def _name(format: str) -> str:
    return f"`{format.lower()}`"


def main() -> None:
    """Measure, and write the page."""
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        raise SystemExit(f"{', '.join(missing)} missing (Debian: {DEBIAN})")
    warnings.simplefilter("ignore")  # of readers, about what a file lacks
    with tempfile.TemporaryDirectory() as folder:
        every = {name: samples(name, Path(folder)) for name in writable_formats()}
        found = verdicts([one for files in every.values() for one in files.values()])
        PAGE.write_text(page(every, found))


if __name__ == "__main__":
    main()
