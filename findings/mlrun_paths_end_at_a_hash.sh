#!/bin/sh
# One would guess that the path of a file is a path. MLRun reads each as a URL, and it ends at the
# first `#` or `?`, or at a `;` in its last part. In a folder "batch #7" all artifacts of all runs
# are written to one file "batch ", one over the other, and the runs completed. `put` to frame#1.png
# and to frame#2.png writes one file, frame. An input mask#1.png is what lies at "mask", or a path
# of a file that is not there. Spaces and percent signs are kept.
# Whose project lies below a folder with a number sign has the last artifact, and no image.
# Found in mlrun 1.12.1, mlrun/datastore/utils.py (parse_url) and datastore/datastore.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
put: 'a 20%.png' holds a 20%.png
put: 'frame' holds frame#2.png
input mask#1.png, path_of: mask
input mask#1.png, content_of: content of mask
a run in 'batch #7': completed, artifacts ['image', 'mask']
    file 'batch ' holds mask
END

program <<'END'
import contextlib
import io
import pathlib

import mlrun


def run(handler, **options):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return mlrun.new_function("images").run(handler=handler, local=True, **options).status


def path_of(image: pathlib.Path):
    return image.name


def content_of(image: mlrun.DataItem):
    return image.get().decode()


def log(context):
    context.log_artifact("image", body=b"image", format="png")
    context.log_artifact("mask", body=b"mask", format="png")


folder = pathlib.Path("put").absolute()
for name in ("frame#1.png", "frame#2.png", "a 20%.png"):
    mlrun.get_dataitem(str(folder / name)).put(name.encode())
for path in sorted(folder.iterdir()):
    print(f"put: {path.name!r} holds {path.read_text()}")
there = pathlib.Path("there").absolute()
there.mkdir()
for name in ("mask", "mask#1.png"):
    (there / name).write_text(f"content of {name}")
for handler in (path_of, content_of):
    status = run(handler, inputs={"image": str(there / "mask#1.png")}, returns=["it"])
    print(f"input mask#1.png, {handler.__name__}: {status.results['it']}")
folder = pathlib.Path("artifacts").absolute()
status = run(log, output_path=str(folder / "batch #7"))
print(f"a run in 'batch #7': {status.state}, artifacts {list(status.artifact_uris)}")
for path in folder.rglob("*"):
    print(f"    file {str(path.relative_to(folder))!r} holds {path.read_text()}")
END
