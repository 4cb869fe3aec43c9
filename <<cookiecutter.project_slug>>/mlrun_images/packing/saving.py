"""Saves images with all that comes with them: frames, timing and metadata."""

import contextlib
import functools
import io
from typing import IO, Any

from PIL import Image

from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.fitting import fit
from mlrun_images.packing.formats import can_read, likeness, probe
from mlrun_images.packing.frames import copy_frames, frame_count, one_mode
from mlrun_images.packing.metadata import KEPT, metadata, orientation, texts_of
from mlrun_images.packing.modes import DEEP, alpha_kind, flatten, to_mode
from mlrun_images.packing.options import known_options


def save(
    image: Image.Image, file: IO[bytes], format: str, options: dict
) -> tuple[Image.Image, int, list[str]]:
    """
    Save an image with its frames, durations, loop, ICC profile, EXIF, DPI, comment and texts, where the format can.

    :param image:   The image; its pixels, information and current frame are as before when this returns.
    :param file:    The file to write, open for writing and reading.
    :param format:  Pillow's name of the format.
    :param options: Options of Pillow's encoder; they win over what is kept from the image.

    :returns: The (first) image as it was saved, the number of frames, and what was changed in words.

    :raise ImageRefused: If an option or the image is not one that the encoder takes.
    """
    known = known_options(format)
    unknown = [name for name in options if known is not None and name not in known]
    if unknown:
        possible = ", ".join(sorted(known or ())) or "none"
        raise ImageRefused(f"{format} has no option {', '.join(unknown)}; possible: {possible}")
    frames, changes = _frames_to_save(image, format, options)
    own = metadata(image, frames[0].mode, format) | _timing(image, frames, format)
    own |= _defaults(format, frames[0], options)
    lost = [name for name in KEPT if image.info.get(name) and not own.get(name)]
    lost += ["texts"] if texts_of(image) and "pnginfo" not in own else []
    changes += [f"without {', '.join(lost)}"] if lost else []
    palette = image.palette  # the GIF encoder gives a grey image one
    try:
        frames[0].save(file, format, **(own | options))
        with contextlib.suppress(Image.DecompressionBombError):  # a large image is no bomb
            changes += _check(file, frames, format, options, turned=orientation(image) > 4)
    except ImageRefused:
        raise
    except Exception as error:
        wrong = [
            name for name, value in options.items() if not _accepts(format, frames[0], name, value)
        ]
        blame = (
            "option " + ", ".join(f"{name}={options[name]!r}" for name in wrong)
            if wrong
            else "the image"
        )
        raise ImageRefused(
            f"Pillow's {format} encoder refused {blame}: {error or type(error).__name__}"
        ) from error
    finally:
        image.palette = palette
    return frames[0], len(frames), changes


def _check(
    file: IO[bytes], frames: list[Image.Image], format: str, options: dict[str, Any], turned: bool
) -> list[str]:
    """Open what was written; read it where more than Pillow's defaults for one frame went into it."""
    if format not in Image.OPEN and format != "MPO":
        return []  # PDF, PALM: Pillow only writes them
    image = frames[0]
    file.seek(0)
    with Image.open(file, formats=[format if format in Image.OPEN else "JPEG"]) as opened:
        # Pillow turns a TIFF as its EXIF says when it opens it
        sizes = (image.size, image.size[::-1]) if turned else (image.size,)
        if opened.size not in sizes and "sizes" not in options:
            found, wanted = (f"{width} x {height}" for width, height in (opened.size, image.size))
            raise ImageRefused(
                f"the image in a {format} file opens as {found}, not {wanted}; possible: another format"
            )
        if (
            format == "EPS" or not options and len(frames) == 1
        ):  # EPS: reading its pixels needs Ghostscript
            return []
        opened.load()
        another = bool(options) and opened.size == image.size and likeness(image, opened) == "no"
        for number in range(1, frame_count(opened)):
            opened.seek(number)
            opened.load()
        return ["another picture by the options"] if another else []


def _accepts(format: str, image: Image.Image, name: str, value: Any) -> bool:
    try:
        file = io.BytesIO()
        image.resize((32, 32), Image.Resampling.NEAREST).save(file, format, **{name: value})
        if can_read(format):
            Image.open(file).load()
        return True
    except Exception:
        return False


def _defaults(format: str, image: Image.Image, options: dict[str, Any]) -> dict[str, Any]:
    known = known_options(format) or frozenset()
    defaults: dict[str, Any] = {}
    if "sizes" in known and image.width <= 256 and image.height <= 256:
        defaults["sizes"] = [
            image.size
        ]  # else an icon has Pillow's usual sizes, without the image's own
    if "tiffinfo" in known:
        defaults["compression"] = "raw"  # else that of the file it came from: perhaps a lossy one
    if options.get("lossless") and "exact" in known:
        defaults["exact"] = True  # else WebP changes the colours below full transparency
    return defaults


def _frames_to_save(
    image: Image.Image, format: str, options: dict[str, Any]
) -> tuple[list[Image.Image], list[str]]:
    if frame_count(image) == 1:
        fitted, change = fit(image, format)
        return [fitted], [change] if change else []
    if (
        format in Image.SAVE_ALL
        and options.get("save_all", True)
        and "append_images" not in options
    ):
        frames = copy_frames(image)
        if len({(frame.size, frame.mode in DEEP) for frame in frames}) == 1 or _holds_sizes(format):
            changes = set()
            if any(map(alpha_kind, frames)) and not _holds_clear_frames(
                format, all(map(_is_clear, frames))
            ):
                frames = [
                    flatten(frame) if alpha_kind(frame) and frame.mode not in DEEP else frame
                    for frame in frames
                ]
                changes.add("transparency flattened on white")
            pairs = [fit(frame, format) for frame in frames]
            frames = [frame for frame, _ in pairs]
            changes |= {change for _, change in pairs if change}
            return frames if _holds_sizes(format) else one_mode(frames), sorted(changes)
    fitted, change = fit(image.copy(), format)
    return [fitted], [
        *filter(None, [change]),
        f"frame {image.tell() + 1} of {frame_count(image)} only",
    ]


def _timing(image: Image.Image, frames: list[Image.Image], format: str) -> dict[str, Any]:
    if len(frames) == 1:
        return {}
    timing: dict[str, Any] = {"save_all": True, "append_images": frames[1:]}
    timing["blend"] = 0  # every frame is a whole picture: none is drawn over the one before
    timing["disposal"] = 2 if format == "GIF" and any(map(alpha_kind, frames)) else 0
    if any("duration" in frame.info for frame in frames):
        timing["duration"] = [round(frame.info.get("duration") or 0) for frame in frames]
        if format == "PNG" and image.info.get("default_image"):
            del timing["duration"][0]  # the picture for readers without animation has none
        if (
            "loop" in image.info or format != "GIF"
        ):  # a GIF without a loop plays once, and others would for ever
            timing["loop"] = image.info.get("loop", 1)
    return timing


@functools.cache
def _holds_sizes(format: str) -> bool:
    file, small, large = io.BytesIO(), probe("RGB"), probe("RGB", side=64)
    try:
        large.save(file, format, save_all=True, append_images=[small])
        opened = Image.open(file)
        opened.seek(1)
        return opened.size == small.size
    except Exception:
        return not can_read(format)


def _is_clear(image: Image.Image) -> bool:
    return bool(alpha_kind(image)) and any(to_mode(image, "RGBA").getchannel("A").histogram()[:255])


@functools.cache
def _holds_clear_frames(format: str, all_clear: bool) -> bool:
    frames = [
        Image.new("RGBA", (12, 4), (0, 0, 0, 0 if all_clear or i != 1 else 255)) for i in range(3)
    ]
    for i, frame in enumerate(frames):
        frame.paste((200, 0, 0, 255), (4 * i, 0, 4 * i + 4, 4))
        frame.info["duration"] = 50
    file = io.BytesIO()
    try:
        frames[0].save(file, format, **_timing(frames[0], frames, format))
        opened = copy_frames(Image.open(file))
        return [look.convert("RGBA").getchannel("A").tobytes() for look in opened] == [
            frame.getchannel("A").tobytes() for frame in frames
        ]
    except Exception:
        return not can_read(format)
