"""Small pictures of image files: how they are made, and what they cost."""

import base64
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from mlrun_images.errors import Refused
from mlrun_images.looking import thumbnails
from mlrun_images.looking.thumbnail_cache import KEPT, ThumbnailCache
from programs import eps, ghostscript, iptc

SIZES = [(1, 1), (64, 48), (192, 192), (1000, 10), (10, 1000), (3000, 2000)]


def opened(thumbnail: dict) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(thumbnail["src"].partition(",")[2])))


def made(image: Image.Image, format: str, **options) -> Image.Image:
    file = io.BytesIO()
    image.save(file, format, **options)
    return opened(thumbnails.make(file))


def empty_png(width: int, height: int, rows: int | None = None) -> io.BytesIO:
    """A black PNG of any size in few bytes; with fewer rows than its header tells, where asked."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    row = zlib.compressobj()
    data = (
        b"".join(
            row.compress(bytes(1 + 3 * width)) for _ in range(height if rows is None else rows)
        )
        + row.flush()
    )
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + body)


def test_a_thumbnail_fits_its_frame_and_keeps_the_shape():
    for width, height in SIZES:
        small = made(Image.new("RGB", (width, height), "red"), "PNG")
        factor = min(1, 192 / max(width, height))
        assert max(small.size) <= 192
        assert abs(small.width - width * factor) <= 1 and abs(small.height - height * factor) <= 1


def test_colours_of_every_mode_are_those_of_the_image():
    kinds = "L-PNG P-PNG 1-PNG RGB-JPEG CMYK-TIFF CMYK-JPEG LAB-TIFF RGBA-PNG LA-PNG"
    for mode, format in (kind.split("-") for kind in kinds.split()):
        image = Image.new("RGB", (300, 200), (200, 200, 200)).convert(
            "LA" if mode == "LA" else "RGB"
        )
        if mode == "LAB":
            srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
            image = ImageCms.profileToProfile(image, srgb, lab, outputMode="LAB")
        small = made(image.convert(mode) if mode != "LAB" else image, format).convert("RGB")
        assert abs(np.asarray(small, float).mean() - 200) < (60 if mode == "1" else 8), mode


def test_a_deep_image_is_scaled_also_where_it_is_large():
    for width, height in ((100, 50), (4000, 2000)):
        values = np.tile(np.linspace(1000, 60000, width, dtype="u2"), (height, 1))
        small = np.asarray(made(Image.fromarray(values), "TIFF").convert("L"), float)
        assert small[:, 0].mean() < 20 and small[:, -1].mean() > 235


def test_a_photo_is_turned_as_its_exif_says():
    image = Image.new("RGB", (400, 200), "blue")
    image.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned to the left
    for format in ("JPEG", "PNG", "WEBP", "TIFF"):
        small = made(image, format, exif=exif).convert("RGB")
        assert small.size == (96, 192), format
        assert small.getpixel((48, 20))[0] > 200 and small.getpixel((48, 170))[2] > 200, format


def test_a_photo_with_a_profile_is_turned_too():
    exif, srgb = Image.Exif(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    exif[0x0112] = 6
    photo = Image.new("RGB", (300, 200), "red")
    assert made(photo, "JPEG", exif=exif, icc_profile=srgb.tobytes()).size == (128, 192)


def test_of_many_thumbnails_the_newest_are_kept(tmp_path):
    names = [str(number) for number in range(KEPT + 5)]
    versions, bodies = dict.fromkeys(names, "1"), {name: {"src": name} for name in names}
    with ThumbnailCache(tmp_path / "kept.db") as cache:
        cache.write(versions, bodies)
        assert list(cache.read(versions)) == names[5:]


def test_an_image_of_too_many_pixels_is_not_decoded():
    file = empty_png(10_001, 10_000, 0)
    with pytest.raises(Refused, match="too large to preview: 100,010,000 pixels"):
        thumbnails.make(file)
    with pytest.raises(Refused, match="too large to preview"):
        thumbnails.make(empty_png(20_000, 10_000, 0))


def test_formats_that_can_are_decoded_at_a_fraction_of_their_size(monkeypatch):
    monkeypatch.setattr(thumbnails, "TOO_LARGE", 1_000_000)
    image = Image.new("RGB", (3000, 2000), "red")
    for format, options in (("JPEG", {}), ("JPEG2000", {"num_resolutions": 6})):
        assert made(image, format, **options).size == (192, 128)
    for format, options in (("JPEG", {"progressive": True}), ("PNG", {})):
        with pytest.raises(Refused, match="too large to preview"):
            made(image, format, **options)


def test_many_large_images_take_the_memory_of_one(tmp_path):
    large = empty_png(8000, 5000).getvalue()
    for number in range(8):
        (tmp_path / f"{number}.png").write_bytes(large)
    script = f"""
import resource, sys
from pathlib import Path
from types import SimpleNamespace
sys.path.insert(0, {str(Path(thumbnails.__file__).parents[2])!r})
from mlrun_images.access import open_regular
from mlrun_images.looking.thumbnails import add_thumbnails
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
paths = Path({str(tmp_path)!r}).glob("*.png")
tiles = [{{"location": path, "size": 0, "updated": ""}} for path in paths]
before = peak()
add_thumbnails(tiles, SimpleNamespace(open=open_regular))
assert len(tiles) == 8 and all("src" in tile for tile in tiles), tiles
print(peak() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    one = 8000 * 5000 * 4  # bytes of a decoded image
    assert int(done.stdout.splitlines()[-1]) < 1.6 * one


def test_no_image_starts_a_program(tmp_path, monkeypatch):
    started = ghostscript(tmp_path, monkeypatch)
    for data in (eps(), iptc(eps())):
        with pytest.raises(Refused):
            thumbnails.make(io.BytesIO(data))
    assert not started.exists()
    # the guard of this test: Pillow alone starts it
    with pytest.raises(Exception), Image.open(io.BytesIO(eps())) as image:  # noqa: B017
        image.load()
    assert started.exists()


def test_an_eps_says_why_it_is_not_shown():
    with pytest.raises(Refused, match="an EPS is a program"):
        thumbnails.make(io.BytesIO(eps()))


def test_a_broken_file_is_refused_by_pillow_and_ends_nothing(tmp_path):
    good, file = io.BytesIO(), tmp_path / "broken.png"
    Image.effect_noise((300, 300), 50).save(good, "PNG")
    file.write_bytes(good.getvalue()[: len(good.getvalue()) // 2])
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    with pytest.raises(OSError):
        thumbnails.make(io.BytesIO(file.read_bytes()))
