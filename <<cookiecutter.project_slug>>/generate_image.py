"""The example handlers, which the project's tests run; yours go into files of their own."""

import mlrun
from PIL import Image, ImageOps


def generate_gradient(width: int = 256, height: int = 256) -> Image.Image:
    """
    Generate an RGB gradient: red grows from left to right, green from top to bottom, blue is 50.

    The same bytes as MLRun's pack-only packager tutorial, without its loop over pixels: Pillow makes the image of all
    colours, in which each pixel looks up its own.

    :param width:  Image width in pixels, 1 or more.
    :param height: Image height in pixels, 1 or more.

    :returns: A PIL Image in mode RGB. A width or height that is not a whole number of at least 1 is a ValueError.
    """
    for name, value in (("width", width), ("height", height)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a whole number of pixels, 1 or more, not {value!r}")
    green = Image.linear_gradient("L")  # 256 x 256 pixels; a row's value is its number
    red = green.transpose(Image.Transpose.TRANSPOSE)
    colours = Image.merge("RGB", (red, green, Image.new("L", red.size, 50)))
    # Pillow asks for x + 0.5: pixel x takes column (255 * x + 0.5) / width, where rounding cannot reach the next one
    lookup = (255 / width, 0, -127 / width, 0, 255 / height, -127 / height)
    return colours.transform(
        (width, height), Image.Transform.AFFINE, lookup, Image.Resampling.NEAREST
    )


def transform(image: mlrun.DataItem, degrees: int = 90) -> Image.Image:
    """
    Rotate an image, keeping all of it: the workflow's second step.

    The packager only packs, so an image comes in as an `mlrun.DataItem`: open it with Pillow.

    :param image:   The image file: an artifact of another run (a `store://` URI), a path or a URL.
    :param degrees: Degrees to rotate, counter-clockwise.

    :returns: A PIL Image in the mode of the input.
    """
    with image.open("rb") as file:
        return ImageOps.exif_transpose(Image.open(file)).rotate(degrees, expand=True)
