"""
The options of Pillow's encoders, format by format.

The table holds what Pillow's handbook lists ("Image file formats"), and the few more that its
encoders take. Pillow ignores an option that it does not know, so a typing error would go unseen.
"""

import functools
import inspect
import sys
from collections.abc import Mapping
from typing import Any

from PIL import Image

from mlrun_images.pictures.errors import ImageRefused

_JPEG = (
    "quality optimize progressive smooth keep_rgb subsampling qtables streamtype "
    "restart_marker_blocks restart_marker_rows dpi icc_profile exif xmp comment extra"
)
_OPTIONS = {
    "AVIF": "quality subsampling speed max_threads range codec tile_rows tile_cols autotiling "
    "alpha_premultiplied advanced icc_profile exif xmp duration",
    "BLP": "blp_version",
    "BMP": "dpi",
    "DDS": "pixel_format",
    "DIB": "dpi",
    "GIF": "interlace disposal palette optimize transparency duration loop comment background "
    "include_color_table",
    "ICNS": "append_images",
    "ICO": "sizes append_images bitmap_format",
    "JPEG": _JPEG,
    "JPEG2000": "offset tile_offset tile_size quality_mode quality_layers num_resolutions "
    "codeblock_size precinct_size irreversible mct progression signed cinema_mode no_jp2 comment "
    "plt",
    "MPO": _JPEG,
    "PALM": "bpp",
    # RGB, L and CMYK pages go through the JPEG encoder
    "PDF": "append resolution dpi title author subject keywords creator producer creationDate "
    "modDate quality optimize progressive subsampling qtables",
    "PNG": "optimize transparency dpi pnginfo compress_level compress_type icc_profile exif "
    "bits dictionary default_image loop duration disposal blend",
    "QOI": "colorspace",
    "SGI": "bpc",
    "TGA": "rle compression id_section orientation",
    "TIFF": "tiffinfo exif big_tiff compression quality description software date_time artist "
    "copyright icc_profile resolution_unit resolution x_resolution y_resolution dpi strip_size",
    "WEBP": "lossless quality alpha_quality method exact icc_profile exif xmp duration "
    "loop background minimize_size kmin kmax allow_mixed",
    "XBM": "hotspot",
}


@functools.cache
def known_options(format: str) -> frozenset[str] | None:
    """
    Get the names of a format's encoder options.

    :param format: Pillow's name of the format.

    :returns: The names; None for a format that another package registered, whose options are not
              checked.
    """
    module = Image.SAVE[format].__module__
    if module.partition(".")[0] != "PIL":
        return None
    names = [name for name in _OPTIONS.get(format, "").split() if _is_read(name, module)]
    return frozenset(names + (["save_all", "append_images"] if format in Image.SAVE_ALL else []))


def _is_read(name: str, module: str) -> bool:
    """Check if this Pillow's source names the option: an older one lacks some."""
    try:
        # MPO and PDF hand over to the JPEG encoder
        sources = (sys.modules[name] for name in (module, Image.SAVE["JPEG"].__module__))
        return any(f'"{name}"' in inspect.getsource(source) for source in sources)
    except (KeyError, OSError):  # Pillow without its source
        return True


def check_options(format: str, options: Mapping[str, Any]) -> None:
    """
    Check that a format has the options.

    :raise ImageRefused: If it does not have one of them.
    """
    known = known_options(format)
    unknown = [] if known is None else [name for name in options if name not in known]
    if unknown:
        possible = ", ".join(sorted(known or ())) or "none"
        raise ImageRefused(f"{format} has no option {', '.join(unknown)}; possible: {possible}")
