#!/bin/sh
# One would guess that a handler may log one image by its context and return another. Without a
# server it may not: once there is an artifact of the context, MLRun reads it back to link it to the
# returned ones, gets None, and raises AttributeError. Each of the two ways works alone. `run()`
# does not raise either; the run stays "created", and its other outputs are lost. A first try on a
# laptop, before a server is there, fails where both ways are used.
# Found in mlrun 1.12.1, mlrun/package/packagers_manager.py (link_packages) and db/nopdb.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
by_return: completed, logged ['number']
by_context: completed, logged ['image']
by_both: created, logged []
END

program <<'END'
import contextlib

import mlrun


def by_return():
    return 1


def by_context(context):
    context.log_artifact("image", body=b"bytes", format="png")


def by_both(context):
    by_context(context)
    return by_return()


for handler in (by_return, by_context, by_both):
    with contextlib.redirect_stderr(None):
        run = mlrun.new_function("images").run(
            handler=handler, local=True, returns=None if handler is by_context else ["number"]
        )
    logged = {**(run.status.results or {}), **(run.status.artifact_uris or {})}
    print(f"{handler.__name__}: {run.status.state}, logged {list(logged)}")
END
