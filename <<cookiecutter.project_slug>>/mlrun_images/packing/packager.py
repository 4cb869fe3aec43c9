"""Packs PIL images as MLRun artifacts; see `PILImagePackager`. Below it is the page that a plot artifact shows."""

import base64
import hashlib
import html
import inspect
import io
import re
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

import mlrun
import mlrun.utils.regex
from mlrun.artifacts import Artifact
from mlrun.artifacts.plots import PlotArtifact
from mlrun.common.runtimes.constants import RunStates
from mlrun.package.packagers.default_packager import DefaultPackager
from mlrun.package.utils import ArtifactType
from mlrun.runtimes.utils import global_context
from mlrun.utils import validate_tag_name
from PIL import Image, ImageOps

from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.fitting import fit, lossless
from mlrun_images.packing.formats import find_format, suffix
from mlrun_images.packing.frames import copy_frames, frame_count, one_mode
from mlrun_images.packing.metadata import metadata, orientation
from mlrun_images.packing.modes import DEEP, alpha_kind, scale, to_mode
from mlrun_images.packing.saving import save

KEY_LENGTH = 200  # with the run's name before it and the extension behind, it must fit in a file's name: 255 bytes


class ImageArtifact(Artifact):
    """A file artifact whose own labels stay beside those of a log hint, which win."""

    image_labels: dict[str, str] = {}

    def before_log(self) -> None:
        """Add the labels: MLRun replaces an artifact's labels by those of the log hint after packing."""
        Artifact.before_log(self)  # not super(): MLRun's plot artifact would import matplotlib
        self.metadata.labels = {**self.image_labels, **(self.metadata.labels or {})}
        context, tag = global_context.get(), self.metadata.tag
        if context and tag and not validate_tag_name(tag, "tag", raise_on_failure=False):
            _fail(context, f"{self.key!r}: MLRun does not take the tag {tag!r}; logged without it")
            self.metadata.tag = ""


class ImagePlotArtifact(ImageArtifact, PlotArtifact):
    """MLRun's plot artifact with a page of our own."""

    page = ""

    def before_log(self) -> None:
        """Set the viewer as MLRun's plot artifact does."""
        self.spec.viewer = "chart"
        if not self.page:
            raise ValueError("an image's plot artifact has no page")
        super().before_log()

    def get_body(self) -> str:
        """Get the HTML page."""
        return self.page


class ImagePackager(DefaultPackager):
    """
    A custom packager for PIL Image objects and their subclasses.

    Two artifact types:

    * ``plot`` (default): a page that shows the image, bounded in size; ``plot[max_size=1024]``.
    * ``file``: an image file in any format that Pillow writes; ``file[format='jpeg', quality=90]``.

    **No image is lost.** What cannot be logged as asked (unknown format, option or artifact type, a mode that the
    format cannot hold, a key that MLRun refuses or that is taken) is kept without loss under its key or one like it, as
    PNG or TIFF, and the run ends in error with one line: the key, what was asked, why not, what is possible, what was
    kept. So are images in a list or dict that MLRun passes over. The run's other outputs are logged. MLRun alone would
    log a warning, drop the image and complete the run. Called outside a run, the same is raised as `ImageRefused` or
    Pillow's own exception, and nothing is kept.

    **Conversions**, only where the format does not take the image's mode; the artifact's description tells them:

    * transparency (LA, La, PA, RGBA, RGBa, palette entries, a transparent colour) is flattened on white where the
      format has none; premultiplied modes (La, RGBa) are divided first; GIF knows only full and no transparency;
    * a palette becomes RGB, or RGBA if it has transparency; 1 becomes L, else RGB;
    * RGBX, CMYK, YCbCr, HSV and LAB become RGB by Pillow's own conversions (LAB through ImageCms and sRGB);
    * I, F and I;16 with its byte orders stay exact where the format holds their values (TIFF does), else are scaled
      from their own minimum to maximum to 0..65535 or 0..255; NaN and -inf become 0, +inf the maximum;
    * RGB to 256 colours in GIF, and the losses of JPEG and other lossy formats, are the encoder's own.

    All frames with durations and loop, the ICC profile, EXIF, DPI and texts are kept where the format has them. Every
    artifact has the labels width, height (pixels), mode, format and frames; labels of a log hint win.

    What was written is opened again to check its size, and read whole if options or several frames went into it. Only
    what Pillow writes but cannot open (PDF, PALM, EPS without Ghostscript) is not.
    """

    DEFAULT_OPTIONS: dict[str, dict[str, Any]] = {}

    def __init__(self) -> None:
        """Note the run: MLRun makes the packagers anew for each, before its handler is called."""
        super().__init__()
        self._context = _running_context()
        self._keys: set[str] = set()
        self._due: dict[int, Image.Image] = {}

    def get_supported_packing_artifact_types(self) -> list[str]:
        """Get an image's artifact types: not MLRun's pickle (``object``), which needs the same Pillow to be read."""
        types = super().get_supported_packing_artifact_types()
        return [kind for kind in types if kind not in (ArtifactType.OBJECT, ArtifactType.RESULT)]

    def is_packable(
        self, obj: Any, artifact_type: str | None = None, configurations: dict | None = None
    ) -> bool:
        """Take every image, whatever the artifact type: `pack` keeps it if the type is not one of an image."""
        if artifact_type != ArtifactType.OBJECT:
            self._due |= {id(image): image for image in _images_in(obj)}
        return super().is_packable(obj)

    def can_unbundle(self, bundled_object: Any) -> bool:
        """Note the images of a list or dict: MLRun drops those behind an item that it cannot pack."""
        self._due |= {id(image): image for image in _images_in(bundled_object)}
        return False

    @property
    def future_clearing_path_list(self) -> list[str]:
        """MLRun asks for it when all outputs are logged: here no image may be left."""
        if self._context:
            for number, image in enumerate(self._due.values()):
                problem = "an image in a list or dict was not logged; possible: *key, and nothing else in it"
                package = self._keep(image, f"image-{number}", problem, self._context)
                if isinstance(package, tuple):
                    self._context.log_artifact(package[0])
        self._due.clear()
        return self._future_clearing_path_list

    def pack(
        self,
        obj: Image.Image,
        key: str = "",
        artifact_type: str | None = None,
        configurations: dict | None = None,
    ) -> tuple[Artifact, dict] | dict:
        """
        Pack the image as asked, or keep it and mark the run as failed.

        :param obj:            The PIL Image to pack; it is not changed.
        :param key:            The artifact key.
        :param artifact_type:  ``plot`` (default) or ``file``.
        :param configurations: Arguments of `pack_plot` or `pack_file`.

        :returns: The artifact and unpacking instructions; in a run, if the image cannot even be kept (it is empty, its
                  file is gone, the disk is full), a result of that key that says so.

        :raise ImageRefused: Outside a run, if the image cannot be packed as asked.
        """
        context = self._context = self._context or _running_context()
        self._due.pop(id(obj), None)
        options = configurations or {}
        asked = (artifact_type or self.DEFAULT_PACKING_ARTIFACT_TYPE) + (
            f"[{', '.join(f'{name}={value!r:.100}' for name, value in options.items())}]"
            if options
            else ""
        )
        try:
            _check_key(key, context.name if context else "")
            if context and key in (*self._keys, *context.artifact_uris):
                raise ImageRefused("the key is taken by another output; possible: one of its own")
            _check_type(artifact_type, self.get_supported_packing_artifact_types())
            # not MLRun's own `pack`: it would warn of every encoder option, as `pack_file` does not name them
            pack = getattr(self, f"pack_{artifact_type or self.DEFAULT_PACKING_ARTIFACT_TYPE}")
            _check_options(pack, options)
            package = pack(obj, key, **options)
            self._keys.add(key)
            return package
        except Exception as error:
            if context is None:
                raise
            return self._keep(
                obj, key, f"{key!r:.80}: asked for {asked}, but {_line(error)}", context
            )

    def image_file(
        self, obj: Image.Image, key: str, format: str = "png", options: dict[str, Any] | None = None
    ) -> tuple[Artifact, dict]:
        """
        Make the artifact of an image file.

        :param obj:     The PIL Image; it is not changed.
        :param key:     The artifact key; it is no part of the temporary file's path.
        :param format:  Pillow's name of the format or an extension, in any case: ``png``, ``JPG``, ``.tif``, ``jp2``.
        :param options: Options of Pillow's encoder for the format; they win over `DEFAULT_OPTIONS`.

        :returns: The artifact, whose file lives as long as it does or until the run is logged, and unpacking
                  instructions: the asked format, and the changes, if any.

        :raise ImageRefused: If Pillow cannot write the format, or its encoder refuses the image or an option.
        """
        defaults = self.DEFAULT_OPTIONS.get(find_format(format), {})
        return self._pack_image(obj, key, format, {**defaults, **(options or {})})

    def image_page(self, obj: Image.Image, key: str, max_size: int) -> tuple[PlotArtifact, dict]:
        """
        Make the artifact of a page with the image embedded as PNG bytes.

        :param obj:      The PIL Image; it is not changed.
        :param key:      The artifact key.
        :param max_size: The longest side in pixels; larger images are reduced, smaller ones never enlarged.

        :returns: The plot artifact and unpacking instructions.

        :raise ImageRefused: If the image is empty or `max_size` is not a whole number of at least 1.
        """
        _load(obj)
        page, caption = make_page(obj, max_size, title=key)
        artifact = ImagePlotArtifact(key=key, title=key)
        artifact.page = page
        _label(artifact, obj, "PNG", frame_count(obj))
        return artifact, {"format": "png", "caption": caption}

    def _pack_image(
        self,
        obj: Image.Image,
        key: str,
        asked: str,
        options: dict[str, Any],
        changes: tuple[str, ...] = (),
    ) -> tuple[Artifact, dict]:
        """Save the image as a temporary file that is gone with the run or the artifact, however the run ends."""
        format = find_format(asked)
        _load(obj)
        file = (
            io.BytesIO()
        )  # not the file itself: Pillow does not see that a full disk took only half
        saved, frames, changed = save(obj, file, format, options)
        handle, name = tempfile.mkstemp(suffix(format, asked, saved.mode))
        path = Path(name)
        try:
            with open(handle, "wb") as target:
                target.write(file.getbuffer())
        except BaseException:
            path.unlink()
            raise
        artifact = ImageArtifact(key=key, src_path=name)
        self.add_future_clearing_path(
            path
        )  # where MLRun clears; it does not if it fails to log an artifact
        weakref.finalize(artifact, path.unlink, missing_ok=True)
        notes = "; ".join((*changes, *changed))
        artifact.metadata.description = notes or None
        _label(artifact, saved, format, frames)
        return artifact, {"format": asked, **({"changes": notes} if notes else {})}

    def _keep(
        self, obj: Image.Image, key: str, problem: str, context: mlrun.MLClientCtx
    ) -> tuple[Artifact, dict] | dict:
        """Keep the image without loss under its key, or a safe one, and mark the run as failed."""
        name = _safe_key(key, context.name)
        while name in (*self._keys, *context.artifact_uris):
            name += "-2"
        self._keys.add(name)
        package: tuple[Artifact, dict] | dict
        try:
            package = self._pack_lossless(obj, name)
            kept = package[1]
            changes = f" ({kept['changes']})" if "changes" in kept else ""
            message = f"{problem}; kept as {kept['format'].upper()}{changes} under the key {name}"
        except Exception as error:
            reason = _line(error)
            message = f"{problem}; nothing could be kept" + (
                "" if reason in problem else f": {reason}"
            )
            package = {name: message}
        if name != key:
            context.log_result(
                key, name
            )  # MLRun looks up the outputs of a list or dict by the keys that it gave them
        _fail(context, message)
        return package

    def _pack_lossless(self, obj: Image.Image, key: str) -> tuple[Artifact, dict]:
        try:
            image, format, change = lossless(obj)
            return self._pack_image(image, key, format.lower(), {}, (change,) if change else ())
        except Exception:  # of the frames, an ICC profile, EXIF, a text or the transparency
            image = obj.copy()
            image.info.clear()
            image, format, change = lossless(image)
            notes = ("pixels of the current frame only", *filter(None, [change]))
            return self._pack_image(image, key, format.lower(), {}, notes)


def _images_in(obj: Any) -> list[Image.Image]:
    if isinstance(obj, Image.Image):
        return [obj]
    items = (
        obj.values()
        if isinstance(obj, dict)
        else obj
        if isinstance(obj, list | tuple | set)
        else ()
    )
    return [image for item in items for image in _images_in(item)]


def _running_context() -> mlrun.MLClientCtx | None:
    context = global_context.get()  # MLRun leaves that of a failed run behind
    return context if context and context.state == RunStates.running else None


def _load(image: Image.Image) -> None:
    if 0 in image.size:
        raise ImageRefused(
            f"the image is empty ({image.width} x {image.height} pixels); possible: 1 x 1 or more"
        )
    image.load()


def _label(artifact: Any, image: Image.Image, format: str, frames: int) -> None:
    labels = {
        "width": image.width,
        "height": image.height,
        "mode": image.mode,
        "format": format,
        "frames": frames,
    }
    artifact.image_labels = {name: str(value) for name, value in labels.items()}
    artifact.labels = dict(artifact.image_labels)


def _check_type(artifact_type: str | None, types: list[str]) -> None:
    if artifact_type is not None and artifact_type not in types:
        raise ImageRefused(
            f"an image has no artifact type {artifact_type!r}; possible: {', '.join(types)}"
        )


def _check_options(pack: Callable, options: dict[str, Any]) -> None:
    """Refuse what the pack method does not name; one that takes any option checks them itself."""
    if {"obj", "key"} & set(options):
        raise ImageRefused("obj and key are no options")
    parameters = inspect.signature(pack).parameters.values()
    named = [parameter.name for parameter in parameters if parameter.name not in ("obj", "key")]
    unknown = sorted(set(options) - set(named))
    if unknown and not any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters):
        kind = pack.__name__.removeprefix("pack_")
        raise ImageRefused(
            f"a {kind} has no option {', '.join(unknown)}; possible: {', '.join(named) or 'none'}"
        )


def _check_key(key: str, run: str) -> None:
    if not _is_safe(key, run):
        raise ImageRefused(
            f"MLRun does not take the key; possible: at most {KEY_LENGTH} letters, digits, hyphens, underscores and "
            "dots, the first and last a letter or digit"
        )


def _is_safe(key: str, run: str) -> bool:
    return len(f"{run}_{key}") <= KEY_LENGTH and all(
        re.fullmatch(rule, key) for rule in mlrun.utils.regex.artifact_key
    )


def _safe_key(key: str, run: str) -> str:
    if _is_safe(key, run):
        return key
    digest = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:8]
    return "-".join(filter(None, [re.sub("[^A-Za-z0-9]+", "-", key)[:40].strip("-"), digest]))


def _fail(context: mlrun.MLClientCtx, message: str) -> None:
    errors = context.to_dict()["status"].get("error")
    context.set_state(error=" | ".join(filter(None, [errors, message])), commit=False)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


# The page of a plot artifact: the image, bounded in pixels and bytes, and a caption; no script, nothing loaded

ANIMATION_PIXELS = 8_000_000  # of all frames as shown; above, the first frame is shown

_PAGE = Template(Path(__file__).with_name("plot.html").read_text())


def make_page(image: Image.Image, max_size: int, title: str) -> tuple[str, str]:
    """
    Make the page of an image, within MLRun's ``artifacts.limits.max_preview_size`` (bytes).

    :param image:    The image; it is not changed.
    :param max_size: The longest side in pixels; a smaller image is embedded with all its pixels, never enlarged.
    :param title:    The page's title; it is escaped.

    :returns: The HTML page, with the image turned as its EXIF says, animated if that stays small; and the caption.

    :raise ImageRefused: If `max_size` is not a whole number of at least 1, or no page is within the limit.
    """
    if not isinstance(max_size, int) or isinstance(max_size, bool) or max_size < 1:
        raise ImageRefused(
            f"option max_size={max_size!r} is not a whole number of pixels; possible: 1 or more"
        )
    limit = mlrun.mlconf.artifacts.limits.max_preview_size
    frames, note = _shown_frames(image, max_size)
    while True:
        shown, changes = _bounded(frames[0], max_size)
        png = _encode(
            image, one_mode([shown, *(_bounded(frame, max_size)[0] for frame in frames[1:])])
        )
        caption = _caption(image, shown, [*changes, note])
        page = _render(png, shown.size, title, caption)
        if len(page.encode()) <= limit:
            return page, caption
        if len(frames) > 1:
            frames, note = frames[:1], f"first of {frame_count(image)} frames"
        elif max(shown.size) > 1:
            max_size = max(1, max(shown.size) * 2 // 3)
        else:
            raise ImageRefused(
                f"MLRun's limit of {limit} bytes for a preview leaves no room for one; possible: file"
            )


def _render(png: bytes, size: tuple[int, int], title: str, caption: str) -> str:
    times = max(
        1, 256 // max(size)
    )  # a small image is drawn larger, pixel by pixel; its data is not
    return _PAGE.substitute(
        title=html.escape(title),
        caption=html.escape(caption),
        width=size[0] * times,
        height=size[1] * times,
        zoom="image-rendering: pixelated;" if times > 1 else "",
        data=base64.b64encode(png).decode(),
    )


def _shown_frames(image: Image.Image, max_size: int) -> tuple[list[Image.Image], str]:
    count = frame_count(image)
    if count == 1:
        return [image], ""
    factor = min(1.0, max_size / max(image.size))
    if (
        "duration" in image.info
        and count * image.width * image.height * factor * factor <= ANIMATION_PIXELS
    ):
        return copy_frames(image), f"{count} frames"
    return copy_frames(image, 1), f"first of {count} frames"


def _bounded(image: Image.Image, max_size: int) -> tuple[Image.Image, list[str]]:
    changes = []
    if image.mode in DEEP:
        image, change = scale(image)
        changes.append(change)
    factor = min(1.0, max_size / max(image.size))
    if factor < 1:
        if alpha_kind(image):
            image = to_mode(image, "RGBA")
        elif image.mode not in ("L", "RGB"):
            image = to_mode(image, "L" if image.mode == "1" else "RGB")
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.5)
    image, _ = fit(image, "PNG")
    return ImageOps.exif_transpose(image) if orientation(image) != 1 else image, changes


def _encode(image: Image.Image, frames: list[Image.Image]) -> bytes:
    file = io.BytesIO()
    profile = metadata(image, frames[0].mode, "PNG").get("icc_profile")
    options = {"compress_level": 1, "icc_profile": profile}
    if len(frames) > 1:
        durations = [frame.info.get("duration", 0) for frame in frames]
        whole = {"disposal": 0, "blend": 0, "default_image": False}  # each frame is a whole picture
        options |= {"save_all": True, "append_images": frames[1:], "duration": durations, **whole}
        options["loop"] = image.info.get("loop", 1)
    frames[0].save(file, "PNG", **options)
    return file.getvalue()


def _caption(image: Image.Image, shown: Image.Image, notes: list[str]) -> str:
    size = f"{image.width} x {image.height} pixels"
    reduced = (
        "" if max(shown.size) == max(image.size) else f"shown at {shown.width} x {shown.height}"
    )
    return ", ".join(filter(None, [size, f"mode {image.mode}", image.format, reduced, *notes]))
