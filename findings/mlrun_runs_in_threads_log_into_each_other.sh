#!/bin/sh
# One would guess that two runs in two threads log what their handlers return into themselves.
# Outputs go to the process's current context, which the run that began last has set: of two runs at
# once, one is completed with nothing, or with the other's value.
# A handler that takes `context` is safe, since MLRun looks among the arguments first.
# A thread pool over a list of images gives runs with the wrong images, all of them completed.
# Found in mlrun 1.12.1, mlrun/package/context_handler.py (look_for_context) and runtimes/utils.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
draw: ['completed', 'completed'], each has its own: False
draw_with_context: ['completed', 'completed'], each has its own: True
END

program <<'END'
import threading
from concurrent.futures import ThreadPoolExecutor

import mlrun

both_run = threading.Barrier(2, timeout=60)


def draw(number):
    both_run.wait()
    return number


def draw_with_context(context, number):
    both_run.wait()
    return number


def logged(handler, number):
    run = mlrun.new_function("images").run(
        handler=handler, local=True, params={"number": number}, returns=["number"]
    )
    return run.status.state, (run.status.results or {}).get("number") == number


for handler in (draw, draw_with_context):
    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(logged, [handler] * 2, [1, 2]))
    print(f"{handler.__name__}: {[state for state, _ in results]},",
          "each has its own:", all(own for _, own in results))
END
