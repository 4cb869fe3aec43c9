#!/bin/sh
# One would guess that two hints take two images from what a handler returns, be it a tuple or a
# list. MLRun asks for `tuple` itself: a list and a named tuple are one output, logged whole by the
# first hint, and the second hint is dropped. The run is completed, with a warning in its log. A
# handler whose outputs are given names, or gathered in a list, logs one where there were two.
# Found in mlrun 1.12.1, mlrun/package/__init__.py (handler).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 cloudpickle==3.1.3

expected <<'END'
tuple: completed, logged ['image', 'mask']
list: completed, logged ['image']
named tuple: completed, logged ['image']
END

program <<'END'
import typing

import mlrun


class Outputs(typing.NamedTuple):
    image: str
    mask: str


def say(name, value):
    run = mlrun.new_function("images").run(
        handler=lambda: value, name="run", local=True, returns=["image", "mask"]
    )
    logged = sorted({**(run.status.results or {}), **(run.status.artifact_uris or {})})
    print(f"{name}: {run.status.state}, logged {logged}")


say("tuple", ("an image", "a mask"))
say("list", ["an image", "a mask"])
say("named tuple", Outputs("an image", "a mask"))
END
