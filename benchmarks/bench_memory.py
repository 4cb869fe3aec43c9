"""The memory of packing one image, beyond the image itself."""

import subprocess
import sys
from pathlib import Path

import pytest
from projects import HERE

from generate_image import generate_gradient

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is read from Linux's /proc"
)


@pytest.mark.parametrize("how", ["plot", "png", "jpeg", "webp"])
def bench_memory_of_packing(table, tmp_path, how):
    path = _gradient(tmp_path, "RGB")
    saved = "" if how == "plot" else f"Image.save: {_measure('save', how, path):.2f}"
    table.add(_what(how, "RGB"), [_measure("pack", how, path)], None, saved)


@pytest.mark.parametrize("how", ["plot", "jpeg"])
def bench_memory_of_packing_transparency(table, tmp_path, how):
    path = _gradient(tmp_path, "RGBA")
    table.add(_what(how, "RGBA"), [_measure("pack", how, path)])


def _what(how: str, mode: str) -> str:
    call = "pack_plot" if how == "plot" else f"pack_file {how}"
    return f"memory of {call}, {mode} 4096 x 4096, beyond the image / the image"


def _gradient(folder: Path, mode: str) -> Path:
    path = folder / "large.png"
    generate_gradient(4096, 4096).convert(mode).save(path, compress_level=1)
    return path


def _measure(action: str, how: str, path: Path) -> float:
    command = [sys.executable, str(HERE / "pack_memory.py"), action, how, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.splitlines()[-1])  # MLRun warns that there is no server
