#!/bin/sh
# One would guess that the random strategy of a sweep takes another combination of parameters each
# time, and ends when there is none left: MLRun's documentation calls it a sample of all
# combinations, and scikit-learn's random search does so with lists. Each parameter is drawn anew
# for each iteration: four combinations make ten runs, and four runs of four seldom show all.
# Iterations that repeat log the same image again, and a best one may never have been tried.
# `strategy="grid"` runs each once.
# Found in mlrun 1.12.1, mlrun/runtimes/generators.py (RandomGenerator).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
4 combinations, grid: 4 runs of 4
4 combinations, random: 10 runs
20 sweeps of 4 runs: some leave combinations out
END

program <<'END'
import contextlib
import io

import mlrun

tried = []


def handler(blur, size):
    tried.append((blur, size))


def sweep(**options):
    tried.clear()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        mlrun.new_function("images").run(
            handler=handler, local=True, hyperparams={"blur": [1, 2], "size": [64, 128]},
            hyper_param_options=options,
        )
    return len(tried), len(set(tried))


print("4 combinations, grid: {} runs of {}".format(*sweep(strategy="grid")))
print("4 combinations, random: {} runs".format(*sweep(strategy="random")))
sweeps = [sweep(strategy="random", max_iterations=4)[1] for _ in range(20)]
print("20 sweeps of 4 runs:", "some leave" if min(sweeps) < 4 else "none leave", "combinations out")
END
