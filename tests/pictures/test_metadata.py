"""What comes with an image besides its pixels, which it never costs."""

import datetime
import io
from fractions import Fraction

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin, TiffImagePlugin

from mlrun_images.pictures.formats import writable_formats
from mlrun_images.pictures.reading import read
from mlrun_images.pictures.turning import turn
from oracle import encoded, frames_of, off, picture, tiff
from saved import save

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# what EXIF's orientations say, as NumPy turns rows and columns
TURNED = {
    1: lambda rows: rows,
    2: lambda rows: rows[:, ::-1],
    3: lambda rows: rows[::-1, ::-1],
    4: lambda rows: rows[::-1],
    5: lambda rows: rows.swapaxes(0, 1),
    6: lambda rows: np.rot90(rows, -1),
    7: lambda rows: np.rot90(rows, 2).swapaxes(0, 1),
    8: lambda rows: np.rot90(rows, 1),
}
READ = [f for f in writable_formats() if f not in "BLP EPS ICNS MSP PALM PDF SPIDER XBM".split()]


def exif(orientation: int = 0, description: str = "") -> bytes:
    tags = Image.Exif()
    if orientation:
        tags[ExifTags.Base.Orientation] = orientation
    if description:
        tags[ExifTags.Base.ImageDescription] = description
    return tags.tobytes()


def with_info(**info) -> Image.Image:
    image = picture(40, 24)
    image.info.update(info)
    return image


def saved(image: Image.Image, format: str) -> tuple[Image.Image, str]:
    file = io.BytesIO()
    _, _, changes = save(image, file, format, {})
    return Image.open(file), ", ".join(changes)


def as_viewed(opened: Image.Image) -> Image.Image:
    """The image as a viewer shows it, turned as its EXIF says; Pillow turns a TIFF itself."""
    opened.load()
    tag = 1 if opened.format == "TIFF" else opened.getexif().get(ExifTags.Base.Orientation, 1)
    return Image.fromarray(np.ascontiguousarray(TURNED[tag](np.asarray(opened.convert("RGB")))))


def sources(orientation: int) -> dict[str, Image.Image]:
    """The picture on its side, from files of each format that has EXIF, and made in memory."""
    block = exif(orientation)
    formats = {name for name in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF") if name in Image.SAVE}
    made: dict[str, Image.Image] = {}
    for format in sorted(formats):
        made[format] = encoded([picture(40, 24)], format, exif=block)
    made["changed"] = encoded([picture(40, 24)], "JPEG", exif=exif(3))
    made["changed"].getexif()[ExifTags.Base.Orientation] = orientation
    made["info"] = with_info(exif=block)
    made["memory"] = picture(40, 24)
    made["memory"].getexif()[ExifTags.Base.Orientation] = orientation
    return made


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_exif_turns_is_upright_in_every_format(orientation):
    wanted = Image.fromarray(TURNED[orientation](np.asarray(picture(40, 24))).copy())
    some = [format for format in READ if format in ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "BMP")]
    for source, image in sources(orientation).items():
        for format in READ if orientation == 6 else some:
            opened, changes = saved(image, format)
            case = (source, format, changes)
            assert off(wanted, as_viewed(opened))[1] < 12, case


def test_a_format_that_keeps_no_exif_gets_turned_pixels_and_the_changes_tell_it():
    for format in ("BMP", "PPM", "TGA", "JPEG2000", "ICO", "PDF", "SGI", "PCX", "GIF"):
        file = io.BytesIO()
        first, _, changes = save(with_info(exif=exif(6)), file, format, {})
        assert (first.held.size, changes[0]) == ((24, 40), "turned as its EXIF says"), format
    _, changes = saved(with_info(exif=exif(6)), "JPEG")
    assert changes == ""


def test_an_orientation_that_is_none_turns_nothing():
    for value in (0, 9, 200):
        image = with_info(exif=exif(value))
        assert turn(read(image)).frame.orientation == 1
        assert off(picture(40, 24), saved(image, "BMP")[0]) == (0, 0)


def test_each_page_that_pillow_turned_is_turned_once():
    image = encoded([picture(40, 24), picture(30, 20)], "TIFF", exif=exif(6))
    opened, _ = saved(image, "TIFF")
    assert [frame.size for frame in frames_of(opened)] == [(24, 40), (20, 30)]


def test_profile_exif_dpi_and_texts_are_kept():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Zoë")
    block = exif(6, "a description")
    options = {"exif": block, "dpi": (300, 300), "icc_profile": SRGB, "pnginfo": texts}
    image = encoded([picture(40, 24)], "PNG", **options)
    for format in ("PNG", "JPEG", "TIFF", "WEBP"):
        opened, changes = saved(image, format)
        assert opened.info.get("icc_profile") == SRGB, format
        assert opened.getexif()[ExifTags.Base.ImageDescription] == "a description"
        assert format == "WEBP" or round(opened.info["dpi"][0]) == 300
        assert format != "PNG" or opened.text["Author"] == "Zoë"
        lost = {"PNG": "", "WEBP": "without dpi, texts"}.get(format, "without texts")
        turned = "turned as its EXIF says" if format != "JPEG" else ""
        assert changes == ", ".join(filter(None, [turned, lost])), format
    assert "without icc_profile, exif, texts" in saved(image, "BMP")[1]


def test_exif_and_comments_come_back_from_every_format_that_has_them():
    block = exif(0, "a description")
    for source in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF"):
        if source not in Image.SAVE:
            continue
        image = encoded([picture(40, 24)], source, exif=block)
        for format in ("JPEG", "PNG", "WEBP", "TIFF"):
            tags = saved(image, format)[0].getexif()
            assert tags[ExifTags.Base.ImageDescription] == "a description", (source, format)
    assert saved(with_info(comment=b"hello"), "JPEG")[0].info["comment"] == b"hello"
    assert saved(with_info(comment="hello"), "GIF")[0].info["comment"] == b"hello"


def test_a_profile_of_other_colours_is_not_kept():
    image = Image.new("CMYK", (8, 8))
    image.info["icc_profile"] = bytes(16) + b"CMYK" + bytes(120)
    opened, changes = saved(image, "PNG")
    assert "icc_profile" not in opened.info
    assert "without icc_profile" in changes
    assert "icc_profile" in image.info
    assert saved(image, "TIFF")[0].info["icc_profile"] == image.info["icc_profile"]


# What cannot be kept

ODD = {
    "dpi": [
        (0, 0),
        (float("nan"), 72),
        (float("inf"), 1),
        (-1, -1),
        "300",
        300,
        (300,),
        ("a", "b"),
    ],
    "icc_profile": [5, "x", b"short", bytes(16) + b"RGB " + bytes(17_000_000), [1]],
    "exif": [5, "x", b"no exif", exif(0, "x" * 70_000), bytes(200), [1]],
    "xmp": [5, b"x" * 70_000, [1]],
    "comment": [5, b"x" * 70_000, "\ud800", [1]],
}
ODD["dpi"] += [(70_000, 70_000), (TiffImagePlugin.IFDRational(0, 0),) * 2, {"x": 1}, (72, 72, 72)]


def test_what_an_encoder_cannot_write_is_dropped_and_told():
    for name, odd in ODD.items():
        for value in odd:
            image = with_info(**{name: value})
            for format in ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "JPEG2000"):
                opened, changes = saved(image, format)
                case = (name, repr(value)[:40], format, changes)
                assert off(picture(40, 24), opened)[1] < 12, case
                kept = isinstance(value, bytes | str) and name in ("exif", "xmp", "comment")
                large = kept and len(value) > 60_000 or name == "icc_profile" and format == "TIFF"
                assert f"without {name}" in changes or large or name == "comment", case
            assert image.info == {name: value}


def test_dpi_of_any_numbers_is_kept():
    for value in ((Fraction(72), Fraction(72)), [72, 72], np.array([72, 72]), (72.2, 72.2)):
        for format in ("PNG", "JPEG", "TIFF", "BMP"):
            opened, changes = saved(with_info(dpi=value), format)
            assert (round(opened.info["dpi"][0]), changes) == (72, ""), format


def test_texts_that_a_png_cannot_hold_are_dropped_and_the_others_kept():
    wrong = {"ключ": "v", "k" * 80: "v", "": "v", "a\0b": "v", "n": "v\0w", "s": "\ud800"}
    for name, text in wrong.items():
        opened, changes = saved(with_info(**{name: text, "good": "ключ"}), "PNG")
        assert (opened.text, changes) == ({"good": "ключ"}, f"without text {name!r:.60}"), name
    for name in ("transparency", "duration", "loop", "gamma", "srgb", "bbox", "default_image"):
        opened, _ = saved(with_info(**{name: "x"}), "PNG")
        assert off(picture(40, 24), opened) == (0, 0), name


def test_an_exif_that_is_too_long_still_leaves_the_picture_upright():
    image = with_info(exif=exif(6, "x" * 70_000))
    opened, changes = saved(image, "JPEG")
    wanted = Image.fromarray(TURNED[6](np.asarray(picture(40, 24))).copy())
    assert off(wanted, as_viewed(opened))[1] < 12
    assert changes == "turned as its EXIF says, without exif"


def test_a_tiff_with_odd_tags_is_saved_in_every_format():
    nothing = TiffImagePlugin.IFDRational(0, 0)
    odd = [
        {282: (5, nothing), 283: (5, nothing), 296: (3, 2)},
        {282: (2, "abc"), 283: (2, "x")},
        {270: (2, "Zoë"), 305: (2, "soft"), 33432: (2, "c")},
        {65000: (7, b"\0\1"), 65001: (12, 1.5), 65003: (3, (1, 2, 3))},
        {33723: (4, (1, 2, 3))},
        {274: (3, 99)},
    ]
    for tags in odd:
        for format in READ:
            opened, changes = saved(tiff(tags), format)
            assert off(picture(40, 24), opened)[1] < 12, (tags, format, changes)
    assert saved(tiff(odd[2]), "TIFF")[0].tag_v2[305] == "soft"


def test_what_else_stands_in_an_images_information_is_no_matter():
    info = {"duration": "x", "loop": "x", "background": (1, 2, 3, 4), "disposal": 9, "blend": 7}
    info |= {"compression": "jpeg", "interlace": 1, "jfif": 5, "id_section": "x" * 300, "rle": 1}
    info |= {"sizes": [(1, 1)], "orientation": "x", "hotspot": ("a", "b"), "version": b"GIF89a"}
    for format in READ:
        image = with_info(**info)
        opened, _ = saved(image, format)
        assert off(picture(40, 24), opened)[1] < 12, format
        assert image.info == info


@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("target", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_is_as_the_handler_left_it(source, target):
    exif = Image.Exif()
    exif[270], exif[315], exif[0x8825] = "old", "me", {1: "N", 2: (1.0, 2.0, 3.0)}
    image = encoded([picture(30, 20)], source, exif=exif)
    image.getexif()[270] = "new"
    del image.getexif()[0x8825], image.getexif()[315]
    found = saved(image, target)[0].getexif()
    assert (found[270], 315 in found, dict(found.get_ifd(0x8825))) == ("new", False, {})


def test_exif_that_cannot_be_written_is_told():
    image = picture(30, 20)
    image.getexif()[36867] = datetime.datetime(2026, 1, 1)
    for target in ("JPEG", "PNG", "WEBP", "TIFF"):
        assert saved(image, target)[1] == "without exif", target


def test_the_profile_of_a_tiff_is_as_the_handler_left_it():
    old, new = (ImageCms.createProfile(name) for name in ("sRGB", "XYZ"))
    old, new = (ImageCms.ImageCmsProfile(one).tobytes() for one in (old, new))
    for before in (old, None):
        image = encoded([picture(30, 20)], "TIFF", icc_profile=before)
        image.info["icc_profile"] = new
        assert saved(image, "TIFF")[0].info["icc_profile"] == new
    image = encoded([picture(30, 20)], "TIFF", icc_profile=old)
    del image.info["icc_profile"]
    assert "icc_profile" not in saved(image, "TIFF")[0].info
