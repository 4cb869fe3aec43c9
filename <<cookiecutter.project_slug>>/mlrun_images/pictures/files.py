"""Image files in memory: as asked, or without loss."""

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from PIL import Image

from mlrun_images.pictures.comparing import Held, ShowsThrough, compare
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.fitting import FLATTENED, TIMES, fit, flattened
from mlrun_images.pictures.formats import becomes, can_read, round_trip
from mlrun_images.pictures.modes import DEEP, alpha_kind, to_mode, whole_palette
from mlrun_images.pictures.picture import BANDS, Frame, Picture
from mlrun_images.pictures.turning import TURNED, turn, upright
from mlrun_images.pictures.writing import check_options, encoder_options, write


class ImageFile(NamedTuple):
    """
    An image file in memory.

    :param data:     The bytes of the file.
    :param format:   Pillow's name of the format.
    :param held:     What the file holds.
    :param changes:  What was changed or is missing, in words.
    :param is_whole: Whether the file holds all pixels of all frames, as they were.
    :param frame:    The number of the frame at which the picture was left, from 0.
    """

    data: bytes
    format: str
    held: Held
    changes: tuple[str, ...]
    is_whole: bool
    frame: int = 0


def write_file(
    picture: Picture,
    format: str,
    options: Mapping[str, Any],
    defaults: Mapping[str, Any] = {},
    vmin: float | None = None,
    vmax: float | None = None,
    is_seen: bool = True,
) -> ImageFile:
    """
    Write a picture as a file in memory: Pillow does not see that a full disk took only half of one.

    What comes with the pixels never costs them: what the encoder refuses is dropped, and named
    among the changes.

    :param picture:  The picture.
    :param format:   Pillow's name of the format.
    :param options:  Options of Pillow's encoder; they win over what comes with the picture.
    :param defaults: Options in place of the encoder's own defaults: the file is not read again for
                     them.
    :param vmin:     Of a deep picture, the value that becomes black; None: as the format takes it.
    :param vmax:     Of a deep picture, the value that becomes white.
    :param is_seen:  Take only modes that common readers show, and not all that Pillow reads back.

    :raise ImageRefused: If the encoder refuses the picture or an option, or what was written is not
                         the picture.
    """
    if options:
        check_options(format, options)
    fitted, changes = fit(picture, format, options, vmin, vmax, is_seen)
    if TURNED in changes and options.get("exif"):
        said = upright({"exif": options["exif"]})
        options = {**options, "exif": said.get("exif", b"")}
    refused: Set[str] | None = None
    while True:
        try:
            data = write(fitted, format, options, defaults, refused or set())
            held = compare(fitted, data, format, options)
            break
        except ShowsThrough:
            fitted = flattened(fitted)
            changes.append(FLATTENED)
        except Exception as error:
            _blame(error, fitted, format, options, is_last=refused is not None)
            fitted, more, refused = _pixels_alone(fitted, format, options)
            changes += [change for change in more if change not in changes]
    in_pixels = [one for one in changes if not one.startswith((TURNED, TIMES))]
    is_whole = not in_pixels and held.frames == len(picture.frames)
    notes = (*changes, *held.notes, *picture.left_out)
    return ImageFile(data, format, held, notes, is_whole, fitted.current)


def write_lossless(picture: Picture, quick: bool = False) -> ImageFile:
    """
    Write a picture as PNG, or as TIFF where PNG does not hold its values or its pages.

    :param picture: The picture.
    :param quick:   Compress a PNG quickly rather than well.

    :raise ImageRefused: If the encoder refuses even the bare pixels of the current frame.
    """
    kept, format, change = _fit_lossless(picture)
    defaults = {"compress_level": 1} if quick and format == "PNG" else {}
    try:
        file = write_file(kept, format, {}, defaults, is_seen=False)
    except Exception:  # of the frames, an ICC profile, EXIF, a text or the transparency
        current = turn(picture.only_current())
        kept, format, change = _fit_lossless(current._replace(frames=(Frame(current.image),)))
        file = write_file(kept, format, {}, defaults, is_seen=False)
        change = ", ".join(filter(None, ["pixels of the current frame only", change]))
    if not change:
        return file
    return file._replace(changes=(change, *file.changes), is_whole=False)


def _fit_lossless(picture: Picture) -> tuple[Picture, str, str]:
    """
    Find how to keep a picture without loss whatever its mode: as PNG, else as TIFF, else its bands
    in another mode.

    :returns: The picture to write, Pillow's name of the format, and the change in words (empty:
              none).
    """
    pages = not picture.is_animated and len(picture.frames) > 1
    image = picture.image
    for format in ("TIFF", "PNG") if pages else ("PNG", "TIFF"):
        found = becomes(format, image.mode, alpha_kind(image))
        if found.likeness == "exact" and (found.mode == image.mode or image.mode in DEEP):
            return picture, format, ""
    picture = picture.only_current()
    if image.mode in DEEP:
        return picture, "TIFF", ""  # which has another mode for its values
    bands = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[len(image.getbands())]
    texts = {**picture.frame.inventory.texts, BANDS: image.mode}
    frame = picture.frame._replace(
        image=Image.merge(bands, image.split()),
        inventory=picture.frame.inventory._replace(texts=texts),
    )
    return picture.with_frames([frame]), "PNG", f"its {image.mode} bands stored as {bands}"


def _blame(
    error: Exception, picture: Picture, format: str, options: Mapping[str, Any], is_last: bool
) -> None:
    """
    Refuse what cannot be written in any way: an option that the encoder does not take, or pixels
    alone.

    :param error:   What went wrong.
    :param is_last: Whether the pixels were written alone.

    :raise ImageRefused: With what is to blame.
    """
    wrong = [name for name in options if not _accepts(picture, format, name, options[name])]
    if wrong or is_last and not isinstance(error, ImageRefused):
        values = ", ".join(f"{name}={options[name]!r}" for name in wrong)
        blamed = f"option {values}" if wrong else "the image"
        reason = str(error) or type(error).__name__
        raise ImageRefused(f"Pillow's {format} encoder refused {blamed}: {reason}") from error
    if is_last:
        raise error


def _pixels_alone(
    picture: Picture, format: str, options: Mapping[str, Any]
) -> tuple[Picture, list[str], Set[str]]:
    """
    Make of a picture its pixels, with what the encoder takes beside them.

    :returns: The picture, what was changed, in words, and the options that are not taken.
    """
    given = encoder_options(picture.frame, format, options)
    refused = {name for name in given if not _accepts(picture, format, name, given[name])}
    is_turned = "exif" in refused and picture.frame.orientation != 1
    picture = turn(picture) if is_turned else picture
    bare = picture.with_images(map(_bare, picture.images))
    fitted, changes = fit(bare._replace(notes=()), format, options)
    return fitted, [*[TURNED] * is_turned, *changes], refused


def _accepts(picture: Picture, format: str, name: str, value: Any) -> bool:
    """Check if an encoder takes an option alone, for a small image of each mode of a picture."""
    try:
        for image in {image.mode: image for image in picture.images}.values():
            small = image.resize((32, 32), Image.Resampling.NEAREST)
            if round_trip(small, format, **{name: value}) is None and can_read(format):
                return False
        return True
    except Exception:
        return False


def _bare(image: Image.Image) -> Image.Image:
    """Make of pixels such without a transparent colour, but a band, and without a short palette."""
    banded = alpha_kind(image) in ("key", "table", "palette") and image.mode not in DEEP
    bare = to_mode(image, "RGBA") if banded else whole_palette(image.copy(), 256)
    bare.info = {}
    return bare
