#!/bin/sh
# One would guess that a requirement is added to the container image that a function names.
# `with_requirements` empties the image of the function's spec, keeps its name as the base of a
# build, and asks for that build before the function can run, also where the image holds the
# package. "pillow", listed to be on the safe side, makes a job that ran at once one that needs a
# builder.
# Found in mlrun 1.12.1, mlrun/runtimes/base.py (with_requirements) and launcher/client.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
before: image 'mlrun/mlrun', base of a build None, must be built: False
after: image '', base of a build 'mlrun/mlrun', must be built: True
END

program <<'END'
import mlrun

function = mlrun.new_function("images", kind="job", image="mlrun/mlrun")


def say(when):
    print(f"{when}: image {function.spec.image!r}, base of a build",
          f"{function.spec.build.base_image!r}, must be built: {function.requires_build()}")


say("before")
function.with_requirements(["pillow"])
say("after")
END
