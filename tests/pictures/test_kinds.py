"""What comes with images of each kind is kept, or told by its name."""

import inspect
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import (
    ExifTags,
    Image,
    ImageCms,
    ImageDraw,
    ImageOps,
    PngImagePlugin,
    TiffImagePlugin,
    features,
)

from mlrun_images.pictures import writing
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.opening import as_returned
from mlrun_images.pictures.page import preview_page
from mlrun_images.pictures.reading import read
from oracle import encoded, frames_of, off, picture, sample, tiff, values
from saved import kept, save

AVIF = ["AVIF"] if features.check("avif") else []
RED_TO_BLUE = [Image.new("RGB", (20, 10), (255 - 8 * i, 0, 8 * i)) for i in range(30)]


def saved(image: Image.Image, format: str, **options) -> tuple[Image.Image, list[str]]:
    file = io.BytesIO()
    _, _, changes = save(image, file, format, options)
    return Image.open(file), changes


# Looking leaves an image as it was


@pytest.mark.parametrize("count", [2, 3, 5, 30])
@pytest.mark.parametrize("source", ["PNG", "GIF", "WEBP", "TIFF"])
def test_all_frames_are_there_however_often_an_image_is_read(source, count):
    options = {"duration": 50} if source != "TIFF" else {}
    image = encoded(RED_TO_BLUE[:count], source, **options)
    for _ in range(2):
        opened, changes = saved(image, "TIFF")
        assert opened.n_frames == count, changes
        for frame, before in zip(frames_of(opened), RED_TO_BLUE, strict=False):
            assert off(before, frame)[1] < 4


def test_an_animation_of_colours_in_a_palette_keeps_them():
    frames = [frame.convert("P") for frame in RED_TO_BLUE[:4]]
    image = encoded(frames, "PNG", duration=50)
    assert image.mode == "P"
    for _ in range(2):
        opened, changes = saved(image, "TIFF")
        assert (opened.n_frames, "changed" in str(changes)) == (4, False)
        for frame, before in zip(frames_of(opened), frames, strict=True):
            assert off(before, frame) == (0, 0)


@pytest.mark.parametrize("source", ["PNG", "GIF", "WEBP", "TIFF"])
def test_an_image_that_was_changed_in_place_stays_so(source):
    image = encoded(RED_TO_BLUE[:3], source)
    image.thumbnail((10, 5))
    before = image.tobytes()
    for _ in range(2):
        assert len(read(image).frames) == 1
        assert (image.size, image.tobytes()) == ((10, 5), before)


def test_a_layered_file_of_photoshop_completes_and_says_what_is_not_kept():
    layered = Image.open(io.BytesIO(photoshop(layers=2)))
    assert layered.n_frames == 2
    opened, changes = saved(layered, "PNG")
    assert (off(picture(8, 6), opened), changes) == ((0, 0), ["its layers are not kept"])
    flat = Image.open(io.BytesIO(photoshop(layers=0)))
    assert (flat.n_frames, saved(flat, "PNG")[1]) == (0, [])


def photoshop(layers: int) -> bytes:
    """A PSD of 8 x 6 pixels, after Adobe's specification, with empty layers."""
    height, width = 6, 8
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3)
    record = struct.pack(">4iHhI", 0, 0, 0, 0, 1, 0, 2) + b"8BIMnorm"
    record += struct.pack(">4BI", 255, 0, 0, 0, 12)
    record += struct.pack(">II", 0, 0) + b"\1a\0\0"
    info = struct.pack(">h", layers) + record * layers + b"\0\0" * layers
    section = struct.pack(">I", len(info)) + info + struct.pack(">I", 0)
    section = section if layers else b""
    bands = b"".join(band.tobytes() for band in picture(width, height).split())
    return (
        head
        + struct.pack(">II", 0, 0)
        + struct.pack(">I", len(section))
        + section
        + b"\0\0"
        + bands
    )


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("how", ["unread", "read", "closed"])
@pytest.mark.parametrize("format", ["PNG", "GIF", "TIFF", "WEBP"])
def test_all_frames_of_a_file_are_read_and_no_others_missed(format, how, count, tmp_path):
    path = tmp_path / "a.image"
    frames = RED_TO_BLUE[:count]
    frames[0].save(path, format, save_all=True, append_images=frames[1:])
    image = Image.open(path)
    if how != "unread":
        image.load()
    if how == "closed":
        image.__exit__()
    found = read(image)
    assert (len(found.frames), found.notes) == (count, ())


# Rest is no change


@pytest.mark.parametrize("source", ["PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("target", ["PNG", "GIF", "WEBP", *AVIF])
def test_a_transparency_that_rests_while_colours_change_is_kept(source, target):
    frames = [Image.new("RGBA", (40, 40)) for _ in range(5)]
    for i, frame in enumerate(frames):
        ImageDraw.Draw(frame).ellipse((5, 5, 35, 35), (50 * i, 100, 200, 255))
    options = {"WEBP": {"lossless": True}, "GIF": {"disposal": 2}}.get(source, {})
    opened, changes = saved(encoded(frames, source, duration=50, **options), target)
    assert (opened.n_frames, changes) == (5, [])
    corners = [frame.convert("RGBA").getpixel((0, 0))[3] for frame in frames_of(opened)]
    assert corners == [0] * 5


@pytest.mark.parametrize("target", ["PNG", "GIF", "WEBP", *AVIF])
def test_an_opaque_animation_that_opens_with_transparency_stays_one(target):
    frames = [frame.convert("RGBA") for frame in RED_TO_BLUE[:4]]
    opened, changes = saved(encoded(frames, "PNG", duration=50), target)
    assert (opened.n_frames, changes) == (4, [])


# Pages


def scan(*pages: dict) -> Image.Image:
    file = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(file) as writer:
        for options in pages:
            picture(30, 20).save(writer, "TIFF", **options)
            writer.newFrame()
    return Image.open(file)


def test_each_page_keeps_its_resolution():
    image = scan({"dpi": (150, 150)}, {"dpi": (300, 300)})
    opened, changes = saved(image, "TIFF")
    assert [frame.info["dpi"] for frame in frames_of(opened)] == [(150, 150), (300, 300)]
    assert changes == []
    file = io.BytesIO()
    save(image, file, "PDF", {})
    for size in (b"0 0 14.4 9.6", b"0 0 7.2 4.8"):
        assert size in file.getvalue()


def test_each_page_keeps_its_profile():
    profiles = [rgb_profile(b"one"), rgb_profile(b"two"), None]
    pages = [{"icc_profile": profile} if profile else {} for profile in profiles]
    opened, changes = saved(scan(*pages), "TIFF")
    for number, profile in enumerate(profiles):
        opened.seek(number)
        assert opened.tag_v2.get(34675) == profile, number
    assert changes == []


def rgb_profile(name: bytes) -> bytes:
    head = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return head + name


@pytest.mark.parametrize("unit, dots", [(1, 4.0), (2, 300.0), (3, 118.11)])
def test_a_tiff_keeps_a_resolution_in_any_unit(unit, dots):
    image = tiff({270: (2, "unit=micron"), 282: (5, dots), 283: (5, dots), 296: (3, unit)})
    opened, changes = saved(image, "TIFF")
    assert (opened.tag_v2[282], opened.tag_v2[296], changes) == (dots, unit, [])
    assert opened.tag_v2[270] == "unit=micron"
    if unit == 1:
        assert saved(image, "PNG")[1] == ["without resolution"]
    else:
        assert round(saved(image, "JPEG")[0].info["dpi"][0]) == 300


def test_the_frame_at_which_an_image_was_left_is_the_current_one():
    for format in ("TIFF", "MPO"):
        image = encoded([picture(20, 10), Image.new("RGB", (20, 10), "red")], format)
        if getattr(image, "n_frames", 1) < 2:
            continue  # an older Pillow does not read its own MPO
        image.seek(1)
        opened, changes = saved(image, "PNG")
        assert opened.getpixel((9, 9))[0] > 250 and changes == ["frame 2 of 2 only"], format


@pytest.mark.parametrize(
    "name", ["tiff_adobe_deflate", "tiff_lzw", "packbits", "lzma", "group3", "group4"]
)
def test_a_tiff_keeps_its_compression(name):
    image = picture(600, 400).convert("1" if name.startswith("group") else "RGB")
    before = encoded([image], "TIFF", compression=name)
    opened, changes = saved(before, "TIFF")
    assert (opened.info["compression"], changes, off(image, opened)) == (name, [], (0, 0))


def test_deflate_by_its_older_number_is_deflate():
    image = encoded([picture(60, 40)], "TIFF", compression="tiff_adobe_deflate")
    file = bytearray(image.fp.getvalue())
    place = file.index(struct.pack("<HHI", 259, 3, 1)) + 8
    file[place : place + 2] = struct.pack("<H", 32946)
    opened = Image.open(io.BytesIO(bytes(file)))
    assert opened.info["compression"] == "tiff_deflate"
    opened, changes = saved(opened, "TIFF")
    assert (opened.info["compression"], changes) == ("tiff_adobe_deflate", [])


def test_a_lossy_compression_of_a_tiff_becomes_one_without_loss():
    image = encoded([picture(600, 400)], "TIFF", compression="jpeg")
    opened, changes = saved(image, "TIFF")
    assert opened.info["compression"] == "tiff_adobe_deflate"
    assert changes == ["compression jpeg as Deflate, without loss"]
    assert off(image, opened) == (0, 0)


# Colours


def cmyk_profile() -> bytes:
    """An ICC profile (version 2) of inks that make white, and with any full ink nearly black."""
    grid = [(0, 0, 0, 0), *[tuple(int(bit) for bit in f"{i:04b}") for i in range(1, 16)]]
    lab = bytes(
        part
        for inks in grid
        for part in (255 - 40 * sum(inks), 128 - 60 * inks[0] + 60 * inks[1], 128 + 60 * inks[2])
    )
    ramp = bytes(range(256))
    head = b"mft1" + bytes(4) + struct.pack(">BBBB", 4, 3, 2, 0)
    head += struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = head + ramp * 4 + lab + ramp * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    parts, place = {b"A2B0": table, b"wtpt": white}, 128 + 4 + 12 * 2
    tags, data = struct.pack(">I", len(parts)), b""
    for name, part in parts.items():
        part += bytes(-len(part) % 4)
        tags += name + struct.pack(">II", place + len(data), len(part))
        data += part
    size = 128 + len(tags) + len(data)
    front = struct.pack(">I4sI4s4s4s", size, b"test", 0x02100000, b"prtr", b"CMYK", b"Lab ")
    front += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return front.ljust(128, b"\0") + tags + data


@pytest.mark.parametrize("target", ["PNG", "WEBP", "BMP", *AVIF])
def test_colours_of_inks_are_converted_by_their_profile(target):
    image = Image.new("CMYK", (40, 30), (0, 255, 0, 0))
    naive = image.convert("RGB").getpixel((5, 5))
    image.info["icc_profile"] = cmyk_profile()
    opened, changes = saved(image, target)
    red, green, blue = opened.convert("RGB").getpixel((5, 5))
    assert changes == ["CMYK to RGB by its profile"]
    assert naive == (255, 0, 255) and blue < 220 and red > 200, (red, green, blue)
    assert "icc_profile" not in opened.info
    assert saved(image, "TIFF")[0].info["icc_profile"] == image.info["icc_profile"]


def test_what_a_png_says_of_its_colours_is_kept_or_told():
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"gAMA", struct.pack(">I", 100_000))
    primaries = (31270, 32900, 64000, 33000, 15000, 6000, 30000, 60000)
    chunks.add(b"cHRM", struct.pack(">8I", *primaries))
    image = encoded([Image.new("L", (99, 99), 128)], "PNG", pnginfo=chunks)
    opened, changes = saved(image, "PNG")
    assert (opened.info["gamma"], opened.info["chromaticity"][2]) == (1.0, 0.64)
    assert changes == []
    assert saved(image, "JPEG")[1] == ["without chromaticity, gamma"]


@pytest.mark.parametrize("mode", ["HSV", "La", "RGBa", "RGBX", "LAB", "YCbCr", "CMYK"])
def test_what_is_kept_without_loss_comes_back_in_its_mode(mode):
    image = sample(mode)
    back = as_returned(kept(image)[0])
    assert (back.mode, back.tobytes()) == (mode, image.tobytes())


@pytest.mark.parametrize(
    "format, mode, plain",
    [
        ("TGA", "1", "L"),
        ("TGA", "LA", "RGBA"),
        ("DDS", "L", "RGB"),
        ("DDS", "LA", "RGBA"),
        ("JPEG2000", "CMYK", "RGB"),
        ("JPEG2000", "LA", "RGBA"),
        ("PCX", "1", "L"),
        ("TIFF", "LAB", "RGB"),
        ("TIFF", "PA", "RGBA"),
        ("TIFF", "YCbCr", "RGB"),
        *[("WEBP", mode, "RGB") for mode in ("CMYK", "LAB", "HSV", "YCbCr")],
    ],
)
def test_a_mode_that_only_pillow_reads_becomes_a_plain_one(format, mode, plain):
    opened, changes = saved(sample(mode), format)
    assert opened.mode == plain
    assert changes[0].startswith(f"{mode} to {plain}")


def test_an_xbm_says_that_only_pillow_shows_it_right():
    opened, changes = saved(sample("1"), "XBM")
    assert off(sample("1"), opened) == (0, 0)
    assert changes == ["other readers than Pillow show its negative"]


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA"])
def test_the_rows_of_a_tga_begin_at_the_top(mode):
    file = io.BytesIO()
    save(sample(mode), file, "TGA", {})
    assert file.getvalue()[17] & 0x30 == 0x20  # as Truevision's specification numbers the corners
    assert off(sample(mode), Image.open(file)) == (0, 0)


# Orientation


def on_its_side(**more) -> Image.Image:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = "a description"
    return encoded([picture(40, 24)], "JPEG", exif=exif, quality=95, **more)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", *AVIF])
def test_pixels_are_turned_and_the_exif_that_stays_says_so(format):
    opened, changes = saved(on_its_side(), format)
    opened.load()
    assert (opened.size, changes[0]) == ((24, 40), "turned as its EXIF says")
    exif = opened.getexif()
    assert exif.get(ExifTags.Base.Orientation, 1) == 1
    assert exif[ExifTags.Base.ImageDescription] == "a description"


@pytest.mark.parametrize("target", ["PNG", "TIFF", "BMP"])
def test_a_resolution_is_turned_with_the_pixels(target):
    opened, _ = saved(on_its_side(dpi=(300, 150)), target)
    assert tuple(map(round, opened.info["dpi"])) == (150, 300)


def test_an_option_that_takes_the_exif_away_turns_the_pixels():
    opened, changes = saved(on_its_side(), "JPEG", exif=b"")
    assert (opened.size, dict(opened.getexif())) == ((24, 40), {})
    assert changes == ["turned as its EXIF says", "without exif"]
    opened, changes = saved(on_its_side(), "JPEG")
    assert (ImageOps.exif_transpose(opened).size, changes) == ((24, 40), [])


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "JPEG", *AVIF])
@pytest.mark.parametrize("given", [6, 3])
def test_an_exif_in_the_options_turns_no_pixels_that_are_turned(format, given):
    image, exif = on_its_side(), Image.Exif()
    exif[ExifTags.Base.Orientation], exif[ExifTags.Base.Software] = given, "own"
    wanted = ImageOps.exif_transpose(image)
    opened, _ = saved(image, format, exif=exif)
    opened.load()
    tags = opened.getexif()
    upright = opened if format == "TIFF" else ImageOps.exif_transpose(opened)
    assert off(wanted, upright)[1] < 8
    assert tags[ExifTags.Base.Software] == "own"


# Times


@pytest.mark.parametrize("source", ["PNG", "WEBP"])
@pytest.mark.parametrize(
    "durations, played",
    [([16, 17, 17] * 4, [20] * 12), ([33, 33, 34] * 2, [30, 40, 30] * 2), ([10] * 6, [20] * 6)],
)
def test_a_gif_plays_hundredths_of_a_second_of_at_least_two(source, durations, played):
    image = encoded(RED_TO_BLUE[: len(durations)], source, duration=durations)
    opened, changes = saved(image, "GIF")
    assert [frame.info["duration"] for frame in frames_of(opened)] == played
    assert changes == ["durations in hundredths of a second, of at least 20 ms"]


def test_a_duration_that_is_too_long_for_a_format_is_told():
    image = encoded(RED_TO_BLUE[:2], "WEBP", duration=[70_000, 50])
    opened, changes = saved(image, "PNG")
    assert (opened.info["duration"], changes) == (65_535, ["durations of 1 to 65535 ms"])
    assert saved(image, "WEBP")[1] == []


def test_an_avif_plays_for_ever_though_pillow_does_not_say_so():
    for target in ("GIF", "PNG", "WEBP") if AVIF else ():
        opened, changes = saved(encoded(RED_TO_BLUE[:3], "AVIF", duration=50), target)
        assert (opened.info["loop"], changes) == (0, []), target
    for loop, told in ((0, []), (3, ["without loop"])) if AVIF else ():
        assert saved(encoded(RED_TO_BLUE[:3], "PNG", loop=loop), "AVIF")[1] == told


# Transparency


@pytest.mark.parametrize("size", [(30, 20), (300, 200)])
@pytest.mark.parametrize(
    "clear", [3, 200, bytes([9, 0, 99]), bytes(256)], ids=["value", "none", "table", "long table"]
)
@pytest.mark.parametrize("target", ["PNG", "WEBP", "TIFF"])
def test_a_palette_with_alpha_and_a_transparent_value_keeps_both(size, clear, target):
    image = picture(*size)
    image.putalpha(Image.linear_gradient("L").resize(size))
    image = image.quantize(64)
    image.info["transparency"] = clear
    look = image.copy().convert("RGBA").tobytes()
    options = {"lossless": True, "exact": True} if target == "WEBP" else {}
    assert saved(image, target, **options)[0].convert("RGBA").tobytes() == look


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGB"])
@pytest.mark.parametrize("format", ["PDF", "EPS"])
def test_what_pillow_cannot_read_again_gets_no_transparency(format, mode):
    image = sample(mode)
    if mode == "RGB":
        image.info["transparency"] = image.getpixel((0, 0))
    file = io.BytesIO()
    _, _, changes = save(image, file, format, {})
    assert "transparency flattened on white" in changes[0]
    assert b"SMask" not in file.getvalue()


# Encoders of other packages


@pytest.mark.parametrize("exif", [b"", None])
def test_an_option_without_exif_is_none_for_any_encoder(by_name, exif):
    save(picture(9, 9), io.BytesIO(), "FOREIGN", {"exif": exif})
    assert by_name.options[-1] == {}


def test_pages_are_compared_with_the_one_that_the_file_opens_at(primary):
    image = encoded([picture(60, 40), picture(30, 20)], "TIFF")
    image.seek(1)
    file = io.BytesIO()
    written, frames, changes = save(image, file, "PRIMARY", {})
    assert (written.held.size, frames, changes) == ((30, 20), 2, [])


class Primary(TiffImagePlugin.TiffImageFile):
    """A format of pages that opens at one of them, as HEIF does at the primary image."""

    format = "PRIMARY"

    def _open(self):
        self.fp.seek(-1, io.SEEK_END)
        number = self.fp.read(1)[0]
        self.fp.seek(0)
        super()._open()
        self.seek(number)


@pytest.fixture
def primary():
    def write(image, file, name):
        pages = [image, *image.encoderinfo.get("append_images", [])]
        number = image.encoderinfo.get("primary_index", 0)
        pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
        file.write(bytes([number]))

    Image.register_open("PRIMARY", Primary, lambda head: head[:2] == b"II")
    Image.register_save("PRIMARY", write)
    Image.register_save_all("PRIMARY", write)
    yield
    del Image.OPEN["PRIMARY"], Image.SAVE["PRIMARY"], Image.SAVE_ALL["PRIMARY"]
    Image.ID.remove("PRIMARY")


class Given(list):
    """What an encoder got: names, information and classes of images; and its options."""

    def __init__(self):
        super().__init__()
        self.options = []


@pytest.fixture
def by_name():
    """An encoder that reads the image's file again, and takes what stands in its info."""
    given = Given()

    def write(image, file, name):
        given.options.append(dict(image.encoderinfo))
        given.append((getattr(image, "filename", ""), dict(image.info), type(image)))
        file.write(b"foreign" + image.tobytes())

    Image.register_save("FOREIGN", write)
    yield given
    del Image.SAVE["FOREIGN"]


def test_an_encoder_gets_plain_pixels_of_the_handler(by_name, tmp_path):
    on_its_side().save(tmp_path / "a.jpg", exif=on_its_side().info["exif"])
    image = Image.open(tmp_path / "a.jpg")
    ImageDraw.Draw(image).rectangle((0, 0, 40, 24), "lime")
    file = io.BytesIO()
    save(image, file, "FOREIGN", {})
    assert by_name[-1] == ("", {}, Image.Image)
    assert file.getvalue()[7:] == Image.new("RGB", (24, 40), "lime").tobytes()


# What is told


@pytest.mark.parametrize("source", ["JPEG", "TIFF"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_the_parts_of_exif_are_kept_in_a_tiff_or_told_and_never_cost_it(source, compression):
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "a description"
    exif[34853] = {1: "N", 2: (1.0, 2.0, 3.0)}
    image = encoded([picture(40, 24)], source, exif=exif.tobytes())
    opened, changes = saved(image, "TIFF", compression=compression)
    assert (opened.tag_v2[270], off(picture(40, 24), opened)[1] < 12) == ("a description", True)
    kept = dict(opened.getexif().get_ifd(34853)).get(1) == "N"
    assert changes == ([] if kept else ["without exif of GPS"])
    assert kept == (compression == "raw")


def test_a_page_says_what_could_not_be_read(tmp_path):
    RED_TO_BLUE[0].save(tmp_path / "a.gif", save_all=True, append_images=RED_TO_BLUE[1:4])
    with Image.open(tmp_path / "a.gif") as image:
        image.load()
    (tmp_path / "a.gif").unlink()
    page = preview_page(read(image), 512, "title", 10**7)
    assert "other frames cannot be read" in page.caption


def test_an_option_that_one_page_cannot_have_is_named():
    image = encoded([picture(30, 20), sample("I;16")], "TIFF")
    with pytest.raises(ImageRefused, match="refused option compression='jpeg'"):
        save(image, io.BytesIO(), "TIFF", {"compression": "jpeg"})


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("format", ["IM", "PPM", "PCX", "SGI", "TGA", "BMP", "DDS", "GIF", "ICO"])
def test_how_a_file_keeps_an_image_is_not_told_as_lost(format, mode):
    file = io.BytesIO()
    sample(mode).save(file, format)
    for target in ("PNG", "TIFF"):
        assert "without" not in str(saved(Image.open(file), target)[1]).replace("without dpi", "")


@pytest.mark.parametrize("target", ["TIFF", "PNG", "BMP"])
def test_the_xmp_of_a_tiff_is_kept_or_told(target):
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    image = tiff({700: (1, xmp)})
    file = io.BytesIO()
    changes = save(image, file, target, {})[2]
    assert (xmp in file.getvalue(), "xmp" in str(changes)) == (target != "BMP", target == "BMP")


@pytest.mark.parametrize("tags", [{}, {274: (3, 1)}, {274: (3, 6)}])
def test_the_xmp_of_a_tiff_turns_nothing_that_pillow_has_turned(tags):
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a tiff:Orientation=\"6\"/></x:xmpmeta>"
    image = tiff(tags | {700: (1, xmp)})
    image.load()
    for target in ("TIFF", "PNG", "JPEG"):
        opened, changes = saved(image, target)
        opened.load()
        assert ImageOps.exif_transpose(opened).size == image.size, target
        assert set(changes) <= {"without xmp"}, target  # of a JPEG, by an older Pillow
    assert b"tiff:Orientation" not in saved(image, "TIFF")[0].tag_v2[700]


def test_an_animation_without_its_cover_stays_at_its_frame():
    image = encoded(RED_TO_BLUE[:4], "PNG", default_image=True, duration=[50, 50, 50])
    image.seek(2)
    file = io.BytesIO()
    assert save(image, file, "WEBP", {})[0].frame == 1


def test_parts_of_a_file_that_pillow_does_not_give_are_told():
    icon = encoded([picture(64, 64)], "ICO", sizes=[(16, 16), (64, 64)])
    assert saved(icon, "PNG")[1] == ["its other sizes are not kept"]
    surface = bytearray(encoded([picture(64, 64)], "DDS").fp.getvalue())
    surface[28:32] = struct.pack("<I", 4)
    told = saved(Image.open(io.BytesIO(bytes(surface))), "PNG")[1]
    assert told == ["its mipmaps are not kept"]


@pytest.mark.parametrize(
    "said, part",
    [(b'GCamera:MotionPhoto="1"', "embedded video"), (b'hdrgm:Version="1.0"', "gain map")],
)
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_xmp_that_speaks_of_what_is_gone_goes_with_it(said, part, format):
    image = encoded([picture(40, 24)], "JPEG")
    data = image.fp.getvalue()
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta " + said + b"/>"
    segment = b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp
    opened, changes = saved(Image.open(io.BytesIO(data[:2] + segment + data[2:])), format)
    assert changes == [f"its {part} is not kept, nor the XMP that speaks of it"]
    assert "xmp" not in opened.info


def jpeg_with(marker: int, segment: bytes) -> Image.Image:
    """A JPEG with a segment, by the number of its marker (APP0 is 0xE0)."""
    file = io.BytesIO()
    picture(30, 20).save(file, "JPEG")
    jpeg, head = file.getvalue(), struct.pack(">BBH", 0xFF, marker, len(segment) + 2)
    return Image.open(io.BytesIO(jpeg[:2] + head + segment + jpeg[2:]))


@pytest.mark.parametrize(
    "marker, head, told",
    [
        (0xE1, b"FLIR\0", "its parts APP1 are not kept"),
        (0xE1, b"http://ns.adobe.com/xmp/extension/\0", "its parts APP1 are not kept"),
        (0xE2, b"urn:iso:std:iso:ts:21496:-1\0", "its parts APP2 are not kept"),
        (0xE2, b"FPXR\0", "without flashpix"),
        (0xEB, b"JP\0\0", "its parts APP11 are not kept"),
        (0xED, b"Photoshop 3.0\08BIM\x07\xd0\0\0\0\0\0\4path", "without photoshop"),
    ],
)
@pytest.mark.parametrize("target", ["JPEG", "PNG", "TIFF"])
def test_what_pillow_passes_over_in_a_jpeg_is_told(marker, head, told, target):
    assert saved(jpeg_with(marker, head), target)[1] == [told]


@pytest.mark.parametrize("name", ["caBX", "mDCV", "cLLI", "sBIT"])
def test_chunks_of_a_png_that_pillow_passes_over_are_told(name):
    image = with_chunk(name.encode(), b"data")
    assert saved(image, "PNG")[1] == [f"its parts {name} are not kept"]


def test_iptc_and_the_tags_of_maps_are_told():
    iptc = bytes([0x1C, 2, 120, 0, 5]) + b"hello"
    resource = b"Photoshop 3.0\x008BIM" + struct.pack(">H2xI", 0x0404, len(iptc)) + iptc
    segment = b"\xff\xed" + struct.pack(">H", len(resource) + 2) + resource
    data = encoded([picture(40, 24)], "JPEG").fp.getvalue()
    image = Image.open(io.BytesIO(data[:2] + segment + data[2:]))
    assert "without iptc" in saved(image, "PNG")[1][-1]
    tags = {33550: (12, (1.0, 1.0, 0.0)), 34735: (3, (1, 1, 0, 0)), 65000: (2, "own")}
    opened, changes = saved(tiff(tags), "TIFF")
    assert (changes, opened.tag_v2[33550], opened.tag_v2[65000]) == ([], (1.0, 1.0, 0.0), "own")
    assert saved(tiff(tags), "PNG")[1] == ["without GeoTIFF tags, TIFF tag 65000"]


def test_what_else_stands_in_an_images_information_is_told_by_its_name():
    image = picture(30, 20)
    image.info.update({"exposure": 0.5, "settings": {"a": 1}, "one": "1", "ключ": "2"})
    told = saved(image, "PNG")[1]
    assert told == ["without exposure, settings, text 'ключ'"]
    assert saved(image, "BMP")[1] == ["without exposure, settings, texts"]


@pytest.mark.parametrize("quality", [5, 50, 90])
def test_noise_with_a_quality_is_no_other_picture(quality):
    levels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for format in ("JPEG", "WEBP"):
        assert saved(Image.fromarray(levels), format, quality=quality)[1] == []


@pytest.mark.parametrize("decibels, told", [(60, []), (5, ["another picture by the options"])])
def test_deep_values_with_a_quality_are_no_other_picture(decibels, told):
    options = {"quality_mode": "dB", "quality_layers": [decibels]}
    assert saved(sample("I;16"), "JPEG2000", **options)[1] == told


def test_deep_values_are_asked_of_a_format_with_the_options_that_are_given():
    deep = sample("I;16")
    opened, changes = saved(deep, "TIFF", compression="tiff_lzw")
    assert (changes, np.array_equal(values(opened), values(deep))) == ([], True)


def test_a_png_keeps_texts_whatever_their_names():
    chunks = PngImagePlugin.PngInfo()
    for name in ("metadata", "version", "orientation", "width", "sizes", "layers"):
        chunks.add_text(name, "x")
    opened, changes = saved(encoded([picture(30, 20)], "PNG", pnginfo=chunks), "PNG")
    assert (len(opened.text), changes) == (6, [])


def test_a_cover_is_no_frame_of_an_animation():
    frames = RED_TO_BLUE[:4]
    image = encoded(frames, "PNG", default_image=True, duration=[50, 50, 50])
    opened, changes = saved(image, "WEBP")
    assert opened.n_frames == 3
    assert changes == ["without its cover for readers of one frame"]


def test_sixteen_bits_of_which_pillow_reads_eight_are_told():
    levels = (np.arange(3 * 20 * 30).reshape(20, 30, 3) * 30).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in levels)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 30, 20, 16, 2, 0, 0, 0))]
    parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    told = saved(Image.open(io.BytesIO(png)), "PNG")[1]
    assert told == ["its 16 bits a band, of which Pillow reads 8, are not kept"]


@pytest.mark.parametrize("is_read", [False, True])
@pytest.mark.parametrize(
    "bits, bands, told",
    [
        (16, 3, "its 16 bits a band, of which Pillow reads 8, are not kept"),
        (8, 5, "its bands behind the first"),  # of which an older Pillow reads four
    ],
)
def test_what_pillow_does_not_read_of_the_bands_of_a_tiff_is_told(bits, bands, told, is_read):
    pixels, place = bytes(4 * 3 * bands * bits // 8), 10 + 12 * 11 + 4
    data = struct.pack(f"<{bands}H{bands - 3}H", *[bits] * bands, *[0] * (bands - 3)) + b"\0\0" * 2
    extra = [(338, 3, bands - 3, 0)] if bands > 3 else [(254, 4, 1, 0)]
    tags = [(256, 3, 1, 4), (257, 3, 1, 3), (258, 3, bands, place), (259, 3, 1, 1), (262, 3, 1, 2)]
    tags += [(273, 4, 1, place + len(data)), (277, 3, 1, bands), (278, 3, 1, 3)]
    tags += [(279, 4, 1, len(pixels)), (284, 3, 1, 1), *extra]
    head = b"II*\0" + struct.pack("<IH", 8, len(tags))
    head += b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags)) + bytes(4)
    image = Image.open(io.BytesIO(head + data + pixels))
    if is_read:
        image.load()
    assert saved(image, "PNG")[1][-1].startswith(told)


def test_a_resolution_of_one_without_a_unit_is_none():
    one = tiff({282: (5, 1.0), 283: (5, 1.0), 296: (3, 1)})
    assert (saved(one, "PNG")[1], saved(one, "TIFF")[0].tag_v2[282]) == ([], 1)
    assert saved(tiff({282: (5, 4.0), 283: (5, 4.0), 296: (3, 1)}), "PNG")[1] != []


def with_chunk(name: bytes, data: bytes) -> Image.Image:
    """A PNG with a chunk behind its head."""
    file = io.BytesIO()
    picture(30, 20).save(file, "PNG")
    png = file.getvalue()
    chunk = struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return Image.open(io.BytesIO(png[:33] + chunk + png[33:]))


def test_what_a_png_says_of_the_coding_of_its_colours_is_kept_or_told():
    code = bytes([9, 16, 0, 1])  # BT.2100 with PQ, as the PNG specification numbers them
    file = io.BytesIO()
    told = save(with_chunk(b"cICP", code), file, "PNG", {})[2]
    kept = b"cICP" + code in file.getvalue()
    assert told == ([] if kept else ["without cicp"])
    assert kept == ("cICP" in inspect.getsource(PngImagePlugin))  # an older one cannot write it
    assert saved(with_chunk(b"cICP", code), "WEBP")[1] == ["without cicp"]


@pytest.mark.parametrize("source", ["PNG", "JPEG", "GIF"])
@pytest.mark.parametrize("target", ["PNG", "JPEG", "GIF"])
def test_a_comment_is_one_by_any_formats_name(source, target):
    image = picture(30, 20)
    image.info["Comment" if source == "PNG" else "comment"] = "a word"
    before, _ = saved(image, source)
    opened, changes = saved(before, target)
    found = opened.info.get("comment") or opened.info["Comment"].encode()
    assert (found, "comment" in str(changes)) == (b"a word", False)


def test_a_resolution_that_pillow_made_up_is_not_told_as_lost():
    image = encoded([picture(40, 24)], "TIFF")
    assert image.info["dpi"] == (1, 1)  # dots an inch, where the file has none
    assert (saved(image, "WEBP")[1], "dpi" in saved(image, "PNG")[0].info) == ([], False)
    image = encoded([picture(40, 24)], "JPEG", exif=on_its_side().info["exif"])
    assert image.info["dpi"] == (72, 72)
    assert saved(image, "WEBP")[1] == ["turned as its EXIF says"]
    image = encoded([picture(40, 24)], "JPEG", dpi=(72, 72))
    assert saved(image, "WEBP")[1] == ["without dpi"]


def test_a_profile_of_the_formats_own_is_not_the_one_that_came(monkeypatch):
    image = picture(30, 20)
    image.info["icc_profile"] = rgb_profile(b"one")
    monkeypatch.setattr(writing, "encoder_options", lambda *_: {"icc_profile": rgb_profile(b"x")})
    assert saved(image, "PNG")[1] == ["without icc_profile"]
