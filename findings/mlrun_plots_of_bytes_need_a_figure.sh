#!/bin/sh
# One would guess that `PlotArtifact` takes the bytes of a PNG without Matplotlib, or at least with
# it. It imports matplotlib before it looks at the body, and then reads `matplotlib.figure`, which
# that import does not bring: with Matplotlib installed, bytes raise AttributeError until something
# else in the process has imported pyplot or the figure module. In a notebook with plots it works;
# the same handler in a job does not.
# Found in mlrun 1.12.1, mlrun/artifacts/plots.py (before_log).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 matplotlib==3.11.2

expected <<'END'
at first: module 'matplotlib' has no attribute 'figure'
after an import elsewhere: logged as plot
END

program <<'END'
import mlrun
from mlrun.artifacts import PlotArtifact

context = mlrun.get_or_create_ctx("plots", project="plots")


def say(when):
    try:
        artifact = context.log_artifact(PlotArtifact("plot", body=b"the bytes of a PNG"))
        print(f"{when}: logged as {artifact.kind}")
    except AttributeError as error:
        print(f"{when}: {error}")


say("at first")
import matplotlib.figure  # noqa: E402, F401

say("after an import elsewhere")
END
