#!/bin/sh
# One would guess that `parallel_runs` runs the same sweep faster.
# Dask runs the handler in another process, where MLRun knows no context and no active project. To
# log what the handler will return, MLRun asks for them before it calls it: all iterations fail.
# A handler that takes `context` is given its own, and what it logs by it is kept.
# A sweep that went well with a few values, one after another, fails as a whole in parallel.
# Found in mlrun 1.12.1, mlrun/runtimes/local.py (ParallelRunner) and package/context_handler.py.
. "$(dirname "$0")/common.sh"

packages 'mlrun[dask]==1.12.1'

expected <<'END'
returns, {}: completed, [10, 20, 30]
returns, {'parallel_runs': 2}: 3 of 3 tasks failed
END

program <<'END'
import contextlib
import pathlib

import mlrun
from mlrun.model import HyperParamOptions

pathlib.Path("handlers.py").write_text("""
def returns(size):
    return size * 10
""")


def say(handler, **options):
    run = mlrun.new_function("images", project="images")
    try:
        with contextlib.redirect_stderr(None):
            run = run.run(
                handler=handler,
                local=True,
                returns=["size"],
                hyperparams={"size": [1, 2, 3]},
                hyper_param_options=HyperParamOptions(**options),
            )
        result = f"{run.status.state}, {[row[-1] for row in run.status.iterations[1:]]}"
    except mlrun.runtimes.utils.RunError as error:
        result = str(error).split(",")[0]
    print(f"{handler.__name__}, {options}: {result}")


if __name__ == "__main__":
    import handlers

    say(handlers.returns)
    say(handlers.returns, parallel_runs=2)
END
