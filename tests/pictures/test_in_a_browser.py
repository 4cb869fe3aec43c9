"""What Chromium shows of the files that are written: one page with all of them, read by canvas."""

import base64
import io
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, ImageOps, PngImagePlugin, features
from test_kinds import cmyk_profile

from browsing import Browser
from mlrun_images.pictures.opening import embedded
from mlrun_images.pictures.page import preview_page
from mlrun_images.pictures.reading import read
from oracle import encoded, picture
from saved import save

AVIF = ["AVIF"] if features.check("avif") else []
NEAR = 8  # levels by which a lossy encoder may miss a colour
DURATIONS = [40, 250, 100, 60]  # ms
SHADES = [(220, 30, 20), (30, 200, 40), (20, 40, 210), (128, 128, 128)]
STILLS = """
const done = arguments[arguments.length - 1];
const corners = image => {
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const at = (x, y) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3);
  const right = canvas.width - 2, bottom = canvas.height - 2;
  return {size: [canvas.width, canvas.height], corners: [at(1, 1), at(right, 1), at(1, bottom)]};
};
const all = [...document.images];
Promise.all(all.map(image => image.decode().then(() => [image.id, corners(image)])))
  .then(found => done(Object.fromEntries(found)), error => done(String(error)));
"""
FRAMES = """
const [source, type, done] = arguments;
const frames = async () => {
  const data = Uint8Array.from(atob(source), one => one.charCodeAt(0));
  const decoder = new ImageDecoder({data, type});
  await decoder.tracks.ready;
  await decoder.completed;
  const canvas = new OffscreenCanvas(60, 40), found = [];
  const context = canvas.getContext("2d");
  for (let frameIndex = 0; frameIndex < decoder.tracks.selectedTrack.frameCount; frameIndex++) {
    const {image} = await decoder.decode({frameIndex});
    context.drawImage(image, 0, 0);
    const colour = [...context.getImageData(9, 9, 1, 1).data].slice(0, 3);
    found.push([image.duration / 1000, colour]);
    image.close();
  }
  return found;
};
frames().then(done, error => done(String(error)));
"""


def lying() -> Image.Image:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    return encoded([picture(60, 40)], "JPEG", exif=exif, quality=95)


def inks() -> Image.Image:
    image = Image.new("CMYK", (60, 40), (0, 200, 30, 10))
    image.info["icc_profile"] = cmyk_profile()
    return image


def with_gamma() -> bytes:
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"gAMA", struct.pack(">I", 100_000))
    file = io.BytesIO()
    Image.new("L", (60, 40), 128).save(file, "PNG", pnginfo=chunks)
    return file.getvalue()


def written(image: Image.Image, format: str) -> bytes:
    file = io.BytesIO()
    save(image, file, format, {})
    return file.getvalue()


def on_the_page(image: Image.Image) -> bytes:
    """The file in the page of a plot."""
    return embedded(preview_page(read(image), 512, "title", 10**7).html.encode()).file


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory) -> Iterator[dict[str, Any]]:
    files = {
        "gamma": with_gamma(),
        "gamma PNG": written(Image.open(io.BytesIO(with_gamma())), "PNG"),
    }
    for name, image in (("lying", lying()), ("inks", inks())):
        files[f"{name} page"] = on_the_page(image)
        for format in ["PNG", "WEBP", *AVIF, *["JPEG"] * (name == "lying")]:
            files[f"{name} {format}"] = written(image, format)
    page = tmp_path_factory.mktemp("browser") / "page.html"
    types = {"WEBP": "webp", "AVIF": "avif", "JPEG": "jpeg"}
    page.write_text(
        "".join(
            f'<img id="{name}" src="data:image/{types.get(name.split()[-1], "png")};base64,'
            f'{base64.b64encode(file).decode()}">'
            for name, file in files.items()
        )
    )
    browser.open(page)
    found = browser.driver.execute_async_script(STILLS)
    assert isinstance(found, dict), found
    yield found


def corners(image: Image.Image) -> list:
    right, bottom = image.width - 2, image.height - 2
    return [image.getpixel(place) for place in ((1, 1), (right, 1), (1, bottom))]


def check(found: dict[str, Any], wanted: Image.Image, name: str) -> None:
    assert tuple(found["size"]) == wanted.size, name
    off = np.abs(np.array(found["corners"]) - np.array(corners(wanted)))
    assert off.max() <= NEAR, (name, found["corners"], corners(wanted))


@pytest.mark.parametrize("target", ["page", "PNG", "WEBP", "JPEG", *AVIF])
def test_a_lying_photo_is_upright(shown, target):
    check(shown[f"lying {target}"], ImageOps.exif_transpose(lying()), target)


@pytest.mark.parametrize("target", ["page", "PNG", "WEBP", *AVIF])
def test_inks_have_the_colours_of_their_profile(shown, target):
    source = ImageCms.ImageCmsProfile(io.BytesIO(cmyk_profile()))
    srgb = ImageCms.createProfile("sRGB")
    wanted = ImageCms.profileToProfile(inks(), source, srgb, outputMode="RGB")
    assert wanted
    check(shown[f"inks {target}"], wanted, target)


def test_a_png_keeps_the_look_that_its_gamma_gives_it(shown):
    assert shown["gamma PNG"] == shown["gamma"]
    assert shown["gamma"]["corners"][0][0] > 150  # it is not shown as it is stored


@pytest.mark.parametrize("target", ["GIF", "PNG", "WEBP", *AVIF])
def test_an_animation_plays_its_colours_for_as_long_as_they_should(browser, shown, target):
    frames = [Image.new("RGB", (60, 40), shade) for shade in SHADES]
    file = written(encoded(frames, "PNG", duration=DURATIONS), target)
    source = base64.b64encode(file).decode()
    found = browser.driver.execute_async_script(FRAMES, source, f"image/{target.lower()}")
    assert isinstance(found, list), found
    assert [duration for duration, _ in found] == DURATIONS
    for (_, colour), shade in zip(found, SHADES, strict=True):
        assert np.abs(np.array(colour) - shade).max() <= NEAR, (target, colour, shade)
