"""Makes a new project's first image, and prints when each step ended."""

import json
import sys
import time
from pathlib import Path

times = [time.time()]
sys.path.insert(0, str(Path.cwd()))

import mlrun  # noqa: E402, F401  (timed by itself)

times.append(time.time())

from mlrun_images.looking.printing import print_lines  # noqa: E402
from mlrun_images.looking.terminal import run_lines  # noqa: E402
from mlrun_images.running.runs import run_function  # noqa: E402
from mlrun_images.running.setup import load  # noqa: E402

project = load(".")
times.append(time.time())
runs = run_function(project, "gen-image", {}, {}, {}, [mlrun.LogHint(key="gradient")])
times.append(time.time())
print_lines(run_lines(runs))
times.append(time.time())
assert not runs[0]["problems"]
print(json.dumps(times))
