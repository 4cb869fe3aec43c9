#!/bin/sh
# One would guess that a file that MLRun fetches has the suffix that it had. `log_artifact` keeps
# ".nii.gz" and ".ome.tif", and an input that is a local file is that file. What is fetched, as
# from a URL, lies in a temporary file that has the last suffix alone: scan.nii.gz is /tmp/….gz,
# and nibabel does not open it. The other way, all that follows the first dot of a name counts as
# suffix: the image v1.2.png, logged as "plot", is plot.2.png.
# A handler of medical images passes on a laptop, and fails as soon as its inputs are remote.
# Found in mlrun 1.12.1, mlrun/datastore/base.py (DataItem.local) and mlrun/artifacts/base.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 nibabel==5.4.2 numpy==1.26.4

expected <<'END'
scan.nii.gz from a local file: .nii.gz, nibabel (4, 4, 4)
scan.nii.gz from a URL: .gz, nibabel ImageFileError
logged: plot.2.png scan.nii.gz
END

program <<'END'
import contextlib
import http.server
import io
import pathlib
import threading

import mlrun
import nibabel
import numpy


class Server(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def run(handler, **options):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return mlrun.new_function("images").run(handler=handler, local=True, **options).status


def suffixes_and_shape(scan: pathlib.Path):
    suffixes = "".join(scan.suffixes)
    try:
        return suffixes, str(nibabel.load(scan).shape)
    except nibabel.filebasedimages.ImageFileError as error:
        return suffixes, type(error).__name__


def log(context):
    context.log_artifact("scan", local_path="scan.nii.gz")
    context.log_artifact("plot", local_path="v1.2.png")


nibabel.save(nibabel.Nifti1Image(numpy.zeros((4, 4, 4), numpy.int16), None), "scan.nii.gz")
pathlib.Path("v1.2.png").write_bytes(b"an image")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
scans = {
    "a local file": str(pathlib.Path("scan.nii.gz").absolute()),
    "a URL": f"http://127.0.0.1:{server.server_port}/scan.nii.gz",
}
for what, scan in scans.items():
    results = run(suffixes_and_shape, inputs={"scan": scan}, returns=["suffixes", "shape"]).results
    print(f"scan.nii.gz from {what}: {results['suffixes']}, nibabel {results['shape']}")
run(log, output_path="artifacts")
print("logged:", *sorted(path.name for path in pathlib.Path("artifacts").rglob("*.*")))
END
