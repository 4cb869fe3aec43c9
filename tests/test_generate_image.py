"""The example handlers of a project."""

import pytest
from PIL import Image

from generate_image import generate_gradient, transform


@pytest.mark.parametrize("size", [(256, 256), (1, 1), (254, 3), (7, 255), (1000, 257)])
def test_the_gradient_has_the_pixels_of_the_tutorial(size):
    width, height = size
    pixels = [
        (int(255 * x / width), int(255 * y / height), 50)
        for y in range(height)
        for x in range(width)
    ]
    image = generate_gradient(width, height)
    assert (image.mode, image.size) == ("RGB", size)
    assert image.tobytes() == bytes(value for pixel in pixels for value in pixel)


def test_the_gradient_is_exact_at_any_length():
    for length in (*range(1, 1000, 7), 4095, 30000, 100003):
        red = generate_gradient(width=length, height=1).getchannel("R").tobytes()
        assert red == bytes(255 * x // length for x in range(length)), length


@pytest.mark.parametrize("value", [0, -1, 2.5, "9", True, None])
def test_a_wrong_length_is_refused(value):
    for name in ("width", "height"):
        with pytest.raises(
            ValueError, match=f"^{name} must be a whole number of pixels, 1 or more, not {value!r}$"
        ):
            generate_gradient(**{name: value})


def test_transform_turns_the_image_and_keeps_all_of_it():
    image = Image.new("L", (3, 2))
    image.putpixel((0, 0), 255)
    turned = transform(image)
    assert (turned.size, turned.getpixel((0, 2))) == ((2, 3), 255)
