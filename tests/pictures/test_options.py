"""The options of encoders."""

import io

import pytest
from PIL import Image

from mlrun_images.pictures.errors import ImageRefused
from oracle import picture
from saved import save


def size_of(image: Image.Image, format: str, **options) -> int:
    file = io.BytesIO()
    save(image, file, format, options)
    return len(file.getbuffer())


def test_options_reach_the_encoder():
    noise = Image.effect_noise((64, 64), 90).convert("RGB")
    assert size_of(noise, "JPEG", quality=10) < size_of(noise, "JPEG", quality=90) / 2
    assert size_of(noise, "PDF", quality=10) < size_of(noise, "PDF", quality=90) / 2
    flat = Image.new("RGB", (64, 64))
    assert size_of(flat, "TIFF", compression="tiff_lzw") < size_of(flat, "TIFF") / 2
    assert size_of(flat, "PNG", compress_level=9) < size_of(flat, "PNG", compress_level=0) / 2
    texts = io.BytesIO()
    save(flat, texts, "TIFF", {"description": "a flat one", "software": "this test"})
    assert Image.open(texts).tag_v2[270] == "a flat one"


def test_an_option_that_the_format_does_not_have_is_refused_with_those_that_it_has():
    wrong = [
        ("JPEG", "qualty", "possible: .*quality"),
        ("PNG", "quality", "possible: .*compress_level"),
        ("TIFF", "jpeg", "possible: .*compression"),
        ("TIFF", "timestamp", "possible: .*tiffinfo"),
        ("PDF", "8BIM", "possible: .*title"),
        ("XBM", "quality", "possible: hotspot"),
        ("PPM", "quality", "possible: none"),
        ("BMP", "save_all", "possible: dpi"),
    ]
    for format, option, said in wrong:
        with pytest.raises(ImageRefused, match=f"{format} has no option {option}; {said}"):
            save(picture(9, 9), io.BytesIO(), format, {option: 90})


def test_a_value_that_the_encoder_refuses_is_named():
    wrong = [("JPEG", "quality", "hihg"), ("PNG", "compress_level", 99), ("WEBP", "method", "x")]
    for format, option, value in wrong:
        with pytest.raises(ImageRefused, match=f"refused option {option}={value!r}"):
            save(picture(40, 40), io.BytesIO(), format, {option: value})


@pytest.mark.parametrize("name", ["lzw", "Deflate", 5, ["raw"]])
def test_a_compression_that_pillow_does_not_know_is_refused_with_those_that_it_does(name):
    with pytest.raises(ImageRefused, match="TIFF has no compression .*; possible: raw.* tiff_lzw"):
        save(picture(9, 9), io.BytesIO(), "TIFF", {"compression": name})


def test_options_that_give_another_picture_are_told():
    palette = picture(40, 40).quantize(64)
    _, _, changes = save(palette, io.BytesIO(), "PNG", {"bits": 1})
    assert changes == ["another picture by the options"]
    _, _, changes = save(palette, io.BytesIO(), "PNG", {"optimize": True})
    assert changes == []


def test_a_file_that_cannot_be_read_again_is_refused():
    with pytest.raises(ImageRefused, match="option extra="):
        save(picture(9, 9), io.BytesIO(), "JPEG", {"extra": b"\xff\xd9" + bytes(99)})


@pytest.fixture
def foreign():
    """
    A format that another package registered with Pillow: it writes what its encoder was given.
    """
    given = []

    def write(image, file, name):
        given.append(dict(image.encoderinfo))
        file.write(b"foreign" + image.tobytes())

    Image.register_save("FOREIGN", write)
    yield given
    del Image.SAVE["FOREIGN"]


def test_options_of_a_format_that_another_package_registered_are_passed_on(foreign):
    save(picture(9, 9), io.BytesIO(), "FOREIGN", {"any": 5, "thing": "x"})
    assert foreign[-1] == {"any": 5, "thing": "x"}


def test_an_option_that_another_packages_source_names_nowhere_is_refused(foreign):
    misspelt = "thi" + "gn"  # in one piece it would stand in this source, the encoder's
    with pytest.raises(ImageRefused, match="FOREIGN has no option thi.n; possible: what test_opt"):
        save(picture(9, 9), io.BytesIO(), "FOREIGN", {misspelt: 5})
    assert not any(foreign)  # which is asked with no options for what it can hold
