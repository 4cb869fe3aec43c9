"""Files that Pillow alone opens by starting a program."""

import io
import os
import struct
from pathlib import Path

import pytest
from PIL import Image


def eps() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 20)).save(file, "EPS")
    return file.getvalue()


def iptc(within: bytes) -> bytes:
    """An IPTC file that holds another file."""

    def field(record: int, number: int, data: bytes) -> bytes:
        return bytes((0x1C, record, number)) + struct.pack(">H", len(data)) + data

    fields = [(3, 60, b"\1\0"), (3, 65, b"\1"), (3, 20, b"\1\0"), (3, 30, b"\1\0"), (3, 120, b"\5")]
    head = b"".join(field(*one) for one in fields)
    return head + field(8, 10, within)


def ghostscript(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a Ghostscript on the path; gives the file that it makes when it is started."""
    program = folder / "gs"
    program.write_text(f"#!/bin/sh\ntouch {folder}/started\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None, raising=False)
    return folder / "started"
