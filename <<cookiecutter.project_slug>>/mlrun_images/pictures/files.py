"""Image files in memory: as asked, or without loss."""

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from PIL import Image

from mlrun_images.pictures.comparing import Held, ShowsThrough, compare, named
from mlrun_images.pictures.errors import ImageRefused
from mlrun_images.pictures.fitting import FLATTENED, fit, fit_lossless, flattened
from mlrun_images.pictures.formats import can_read, find_format, round_trip, suffix
from mlrun_images.pictures.modes import DEEP, alpha_kind, to_mode, whole_palette
from mlrun_images.pictures.options import check_options
from mlrun_images.pictures.picture import Frame, Picture
from mlrun_images.pictures.turning import TURNED, turn, upright
from mlrun_images.pictures.writing import encoder_options, write


class ImageFile(NamedTuple):
    """
    An image file in memory.

    :param data:      The bytes of the file.
    :param asked:     The format as it was asked for.
    :param format:    Pillow's name of the format.
    :param extension: The file's extension, without the dot.
    :param held:      What the file holds.
    :param changes:   What was changed or is missing, in words.
    :param is_whole:  Whether the file holds all pixels of all frames, as they were.
    :param frame:     The number of the frame at which the picture was left, from 0.
    """

    data: bytes
    asked: str
    format: str
    extension: str
    held: Held
    changes: tuple[str, ...]
    is_whole: bool
    frame: int = 0


def write_file(
    picture: Picture,
    asked: str,
    options: Mapping[str, Any],
    defaults: Mapping[str, Any] | None = None,
    vmin: float | None = None,
    vmax: float | None = None,
    is_seen: bool = True,
) -> ImageFile:
    """
    Write a picture as a file in memory: Pillow does not see that a full disk took only half of one.

    What comes with the pixels never costs them: what the encoder refuses is dropped, and named
    among the changes.

    :param picture:  The picture.
    :param asked:    Pillow's name of the format or an extension, in any case.
    :param options:  Options of Pillow's encoder; they win over what comes with the picture.
    :param defaults: Options in place of the encoder's own defaults: the file is not read again for
                     them.
    :param vmin:     Of a deep picture, the value that becomes black; None: as the format takes it.
    :param vmax:     Of a deep picture, the value that becomes white.
    :param is_seen:  Take only modes that common readers show, and not all that Pillow reads back.

    :raise ImageRefused: If Pillow cannot write the format, its encoder refuses the picture or an
                         option, or what was written is not the picture.
    """
    format = find_format(asked)
    check_options(format, options)
    fitted, changes = fit(picture, format, options, vmin, vmax, is_seen)
    if TURNED in changes and options.get("exif"):
        said = upright({"exif": options["exif"]})
        options = {**options, "exif": said.get("exif", b"")}
    plan = _Plan(fitted, tuple(changes), named(fitted), format, options, defaults or {})
    while True:
        try:
            data, held = plan.carry_out()
            break
        except ShowsThrough:
            plan = plan._replace(
                picture=flattened(plan.picture), changes=(*plan.changes, FLATTENED)
            )
        except Exception as error:
            plan.blame(error)
            plan = plan.pixels_alone()
    is_whole = not set(plan.changes) - {TURNED} and held.frames == len(picture.frames)
    extension = suffix(format, asked, held.mode).removeprefix(".")
    notes = (*plan.changes, *held.notes)
    return ImageFile(data, asked, format, extension, held, notes, is_whole, fitted.current)


def write_lossless(picture: Picture, quick: bool = False) -> ImageFile:
    """
    Write a picture as PNG, or as TIFF where PNG does not hold its values or its pages.

    :param picture: The picture.
    :param quick:   Compress a PNG quickly rather than well.

    :raise ImageRefused: If the encoder refuses even the bare pixels of the current frame.
    """
    kept, format, change = fit_lossless(picture)
    defaults = {"compress_level": 1} if quick and format == "PNG" else {}
    try:
        file = write_file(kept, format.lower(), {}, defaults, is_seen=False)
    except Exception:  # of the frames, an ICC profile, EXIF, a text or the transparency
        current = turn(picture.only_current())
        bare = current._replace(frames=(Frame(current.image),))
        kept, format, change = fit_lossless(bare)
        file = write_file(kept, format.lower(), {}, defaults, is_seen=False)
        change = ", ".join(filter(None, ["pixels of the current frame only", change]))
    if not change:
        return file
    return file._replace(changes=(change, *file.changes), is_whole=False)


class _Plan(NamedTuple):
    """
    How a picture is written. A plan that does not hold makes the next, which leaves less to fail.

    :param picture:  The picture as the format holds it.
    :param changes:  What was changed, in words.
    :param names:    What should come with it.
    :param format:   Pillow's name of the format.
    :param options:  Options of the encoder.
    :param defaults: Options in place of the encoder's own defaults.
    :param refused:  Names of options that the encoder does not take; None in the first plan.
    """

    picture: Picture
    changes: tuple[str, ...]
    names: Set[str]
    format: str
    options: Mapping[str, Any]
    defaults: Mapping[str, Any]
    refused: Set[str] | None = None

    def carry_out(self) -> tuple[bytes, Held]:
        """Write the picture: gives the file, and what it holds."""
        refused = self.refused or frozenset()
        data = write(self.picture, self.format, self.options, self.defaults, refused)
        return data, compare(self.picture, self.names, data, self.format, self.options)

    def blame(self, error: Exception) -> None:
        """
        Refuse what no plan can write: an option that the encoder does not take, or the last plan.

        :param error: What went wrong.

        :raise ImageRefused: If no other plan is left.
        """
        wrong = [name for name in self.options if not self._accepts(name, self.options[name])]
        if self.refused is not None and not wrong and isinstance(error, ImageRefused):
            raise error
        if wrong or self.refused is not None:
            values = ", ".join(f"{name}={self.options[name]!r}" for name in wrong)
            blamed = f"option {values}" if wrong else "the image"
            reason = str(error) or type(error).__name__
            raise ImageRefused(
                f"Pillow's {self.format} encoder refused {blamed}: {reason}"
            ) from error

    def pixels_alone(self) -> "_Plan":
        """Plan for the bare pixels, with what the encoder takes beside them."""
        picture, changes = self.picture, self.changes
        given = encoder_options(picture.frame, self.format, self.options)
        refused = {name for name, value in given.items() if not self._accepts(name, value)}
        if "exif" in refused and picture.frame.orientation != 1:
            picture, changes = turn(picture), (*changes, TURNED)
        bare = picture.with_images([_bare(image) for image in picture.images])
        fitted, more = fit(bare._replace(notes=()), self.format, self.options)
        changes += tuple(change for change in more if change not in changes)
        return self._replace(picture=fitted, changes=changes, refused=refused)

    def _accepts(self, name: str, value: Any) -> bool:
        """Check if the encoder takes an option alone, for a small image of each mode."""
        try:
            for image in {image.mode: image for image in self.picture.images}.values():
                small = image.resize((32, 32), Image.Resampling.NEAREST)
                opened = round_trip(small, self.format, **{name: value})
                if opened is None and can_read(self.format):
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
