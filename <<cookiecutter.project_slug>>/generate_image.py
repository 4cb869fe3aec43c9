"""The example's handlers. Write yours beside them, or in their place."""

from PIL import Image, ImageOps


def generate_gradient(width: int = 256, height: int = 256) -> Image.Image:
    """
    Generate an RGB gradient: red grows from left to right, green from top to bottom, blue is 50.

    The bytes are those of MLRun's pack-only packager tutorial, without its loop over pixels: Pillow
    makes a square of all colours, and each pixel takes its own from there.

    :param width:  Image width in pixels, 1 or more.
    :param height: Image height in pixels, 1 or more.

    :returns: A PIL Image in mode RGB. If the width or height is not a whole number of at least 1,
              ValueError is raised (MLRun takes no `:raise` in the docstring of a handler).
    """
    for name, value in (("width", width), ("height", height)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a whole number of pixels, 1 or more, not {value!r}")
    green = Image.linear_gradient("L")  # 256 x 256 pixels; a row's value is its number
    red = green.transpose(Image.Transpose.TRANSPOSE)
    colours = Image.merge("RGB", (red, green, Image.new("L", red.size, 50)))
    # Pillow looks up x + 0.5, so pixel x takes column (255 * x + 0.5) / width. The 0.5 keeps it so
    # far from the columns beside it that rounding does not reach them
    lookup = (255 / width, 0, -127 / width, 0, 255 / height, -127 / height)
    affine, nearest = Image.Transform.AFFINE, Image.Resampling.NEAREST
    return colours.transform((width, height), affine, lookup, nearest)


def transform(image: Image.Image, degrees: int = 90) -> Image.Image:
    """
    Rotate an image, keeping all of it: the workflow's second step.

    :param image:   The image: an artifact of another run (a `store://` URI), a path or a URL.
    :param degrees: Degrees to rotate, counter-clockwise.

    :returns: A PIL Image in the mode of the input.
    """
    return ImageOps.exif_transpose(image).rotate(degrees, expand=True)
