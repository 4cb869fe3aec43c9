#!/bin/sh
# One would guess that a run whose output cannot be packed ends in an error. MLRun skips the output
# and completes the run: for an option that the packager does not have, for an artifact type that it
# does not have, and for any error that the packager raises. A warning in the log is the only trace,
# and a log is read when something failed.
# Found in mlrun 1.12.1, mlrun/package/context_handler.py (log_outputs).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 numpy==1.26.4

expected <<'END'
image : file[file_format='npy']: completed, logged ['image']
image : file[format='npy']: completed, logged []
image : file[file_format='tiff']: completed, logged []
image : plto: completed, logged []
END

program <<'END'
import mlrun
import numpy


def say(hint):
    run = mlrun.new_function("images").run(
        handler=lambda: numpy.zeros((64, 64)), name="run", local=True, returns=[hint]
    )
    print(f"{hint}: {run.status.state}, logged {list(run.status.artifact_uris or {})}")


say("image : file[file_format='npy']")
say("image : file[format='npy']")
say("image : file[file_format='tiff']")
say("image : plto")
END
