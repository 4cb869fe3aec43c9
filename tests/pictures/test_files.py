"""What was written is looked at before it is believed."""

import io

import pytest
from PIL import Image, ImageOps

from mlrun_images.pictures import comparing
from mlrun_images.pictures.comparing import open_written
from mlrun_images.pictures.errors import ImageRefused
from oracle import encoded, off, picture, sample
from saved import save


class Silent(Image.Image):
    """An image whose `save` does less than it says."""

    written = b""

    def save(self, file, *arguments, **options):
        file.write(self.written)


def other(image: Image.Image, format: str) -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


def disguised(written: bytes) -> Image.Image:
    image = picture(30, 20)
    image.__class__ = type("Disguised", (Silent,), {"written": written})
    return image


def test_a_save_of_a_subclass_that_writes_no_such_image_is_replaced_by_pillows():
    cut = other(picture(30, 20), "PNG")[:30]
    for written in (
        b"",
        bytes(100_000),
        cut,
        other(picture(9, 9), "PNG"),
        other(picture(30, 20), "GIF"),
    ):
        for format in ("PNG", "TIFF", "BMP", "PDF"):
            if format == "PDF" and written:
                continue  # Pillow cannot look at one
            file = io.BytesIO()
            save(disguised(written), file, format, {})
            if format == "PDF":
                assert file.getvalue().startswith(b"%PDF")
                continue
            opened = Image.open(file)
            assert opened.format == format
            assert off(picture(30, 20), opened) == (0, 0)
            assert len(file.getbuffer()) < 10_000  # and nothing of the first attempt behind it


def test_another_picture_in_a_small_file_is_not_believed():
    file = io.BytesIO()
    save(disguised(other(Image.new("RGB", (30, 20), "red"), "PNG")), file, "PNG", {})
    assert off(picture(30, 20), Image.open(file)) == (0, 0)


class Forgetful(Image.Image):
    """An image whose `save` writes the pixels alone."""

    def save(self, file, format, **options):
        Image.Image.save(self.copy(), file, format)


def test_an_orientation_that_is_not_in_the_file_is_not_believed():
    exif = Image.Exif()
    exif[0x0112] = 3
    image = picture(100, 80)
    image.info["exif"] = exif.tobytes()
    image.__class__ = Forgetful
    for format in ("PNG", "JPEG", "WEBP"):
        file = io.BytesIO()
        _, _, changes = save(image, file, format, {})
        assert ("turned as its EXIF says" in changes) == (format != "JPEG"), format
        upside_down = picture(100, 80).transpose(Image.Transpose.ROTATE_180)
        assert off(upside_down, ImageOps.exif_transpose(Image.open(file)))[1] < 8, format


def test_what_was_written_is_opened():
    assert open_written(other(picture(30, 20), "PNG"), "PNG").size == (30, 20)
    assert open_written(b"%PDF", "PDF") is None
    with pytest.raises(ImageRefused, match="nothing was written"):
        open_written(b"", "PDF")
    with pytest.raises(Exception, match="cannot identify"):
        open_written(other(picture(30, 20), "GIF"), "PNG")


def test_an_icon_that_would_be_smaller_than_the_image_is_refused():
    with pytest.raises(
        ImageRefused,
        match="^the image in a ICO file opens as .*, not 300 x 200; possible: another format, or "
        "at most 256 x 256 pixels$",
    ):
        save(picture(300, 200), io.BytesIO(), "ICO", {})
    file = io.BytesIO()
    save(picture(300, 200), file, "ICO", {"sizes": [(32, 32)]})
    assert Image.open(file).size[0] == 32
    file = io.BytesIO()
    save(picture(200, 100), file, "ICO", {})
    assert Image.open(file).size == (200, 100)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_an_icon_has_the_mode_that_its_pixels_have(mode):
    file = io.BytesIO()
    written, _, _ = save(sample(mode, 1024, 1024), file, "ICNS", {})
    opened = Image.open(file)
    opened.load()
    assert written.held.mode == opened.mode == mode


def test_a_large_file_is_not_read_whole(monkeypatch):
    """Reading each file again would double the time of packing."""
    read = []
    monkeypatch.setattr(comparing, "read", lambda image: read.append(image.size))
    save(picture(400, 300), io.BytesIO(), "PNG", {})
    assert read == []


def test_an_image_larger_than_pillow_likes_to_open_is_no_bomb(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    file = io.BytesIO()
    save(picture(10, 10), file, "PNG", {})
    monkeypatch.undo()
    assert off(picture(10, 10), Image.open(file)) == (0, 0)


def test_a_file_is_written_anew_when_the_first_attempt_fails():
    file = io.BytesIO()
    image = picture(100, 100)
    image.info["comment"] = b"x" * 70_000
    _, _, changes = save(image, file, "JPEG", {})
    assert changes == ["without comment"]
    assert file.getvalue().startswith(b"\xff\xd8") and file.getvalue().count(b"JFIF") == 1


def test_what_is_lossless_is_so_whatever_the_image_came_from():
    lossy = encoded([picture(60, 40)], "TIFF", compression="jpeg")
    file = io.BytesIO()
    save(lossy, file, "TIFF", {})
    assert off(lossy, Image.open(file)) == (0, 0)
    hidden = picture(60, 40)
    hidden.putalpha(Image.new("L", (60, 40)))  # colours that nobody sees
    save(hidden, file, "WEBP", {"lossless": True})
    assert Image.open(file).convert("RGBA").tobytes() == hidden.tobytes()
