"""A page and the files that it links to, in a ZIP file."""

import io
import re
import shutil
import time
import zipfile
from pathlib import Path

from mlrun_images.access import Access
from mlrun_images.errors import Refused


class Packed:
    """
    The files that a page links to.

    :param access: What may be read.
    """

    def __init__(self, access: Access):
        self._access = access
        self._names: dict[Path | str, str] = {}

    def add(self, location: Path | str) -> str:
        """
        Add a file.

        :param location: Where it is, as `Access` found it.

        :returns: The link to it in the unpacked folder; empty where the file is not there.
        """
        if isinstance(location, Path) and not location.is_file():
            return ""
        name = re.sub(r"[^\w.-]", "_", str(location).rpartition("/")[2])[-100:]
        # a folder for each file: two may have the same name
        return self._names.setdefault(location, f"files/{len(self._names) + 1}/{name}")

    def write(self, path: Path, page: bytes) -> None:
        """
        Write the ZIP file.

        :param path: The file.
        :param page: The page.
        """
        with zipfile.ZipFile(path, "w") as archive:  # images are compressed already
            archive.writestr(_member("gallery.html"), page)
            for location, name in self._names.items():
                try:
                    source = self._access.open(location)
                except (Refused, OSError, ValueError) as error:
                    archive.writestr(_member(f"{name}.missing.txt"), f"{location}: {error}\n")
                    continue
                with io.BytesIO(source) if isinstance(source, bytes) else source as file:
                    with archive.open(_member(name), "w", force_zip64=True) as target:
                        shutil.copyfileobj(file, target)


def _member(name: str) -> zipfile.ZipInfo:
    """A file of the archive, written now, which its owner may read and change."""
    member = zipfile.ZipInfo(name, time.localtime()[:6])
    member.external_attr = 0o644 << 16
    return member
