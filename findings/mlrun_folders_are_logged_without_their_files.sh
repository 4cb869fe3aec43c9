#!/bin/sh
# One would guess that a folder of images, given to `log_artifact`, is copied to the run's
# artifacts, as a file is. The run is completed, and its record names a folder, which does not
# exist: no image was copied. On another machine, or after the run's own folder is gone, they are
# lost. The docstring of `upload` says that a folder needs `upload=True`; then the files are copied,
# and a folder inside of the folder ends the run.
# Found in mlrun 1.12.1, mlrun/artifacts/manager.py (log_artifact) and base.py (DirArtifact.upload).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
a file and a folder: completed, files ['one.png'], the recorded folder is there: False
upload=True: completed, files ['a.png', 'b.png', 'one.png'], the recorded folder is there: True
upload=True, a folder inside: created, files ['a.png', 'one.png'], the recorded folder is there: None
END

program <<'END'
import contextlib
import io
import pathlib

import mlrun

for name in ("a.png", "b.png"):
    pathlib.Path("images").mkdir(exist_ok=True)
    pathlib.Path("images", name).write_bytes(b"an image")


def run(what, number, **options):
    def handler(context):
        context.log_artifact("one", local_path="images/a.png")
        logged.append(context.log_artifact("all", local_path="images", **options))

    logged = []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            done = mlrun.new_function("images").run(
                handler=handler, local=True, output_path=f"./run{number}"
            )
            state = done.status.state
        except Exception as error:
            state = type(error).__name__
    files = sorted(file.name for file in pathlib.Path(f"run{number}").rglob("*.png"))
    folder = pathlib.Path(logged[0].target_path).is_dir() if logged else None
    print(f"{what}: {state}, files {files}, the recorded folder is there: {folder}")


run("a file and a folder", 1)
run("upload=True", 2, upload=True)
pathlib.Path("images", "more").mkdir()
run("upload=True, a folder inside", 3, upload=True)
END
