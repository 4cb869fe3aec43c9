#!/bin/sh
# One would guess that `run()` raises TypeError for an argument that it does not have.
# It takes any, for its launcher, and drops what nobody uses: `retruns=`, and `artifact_path=` too,
# which is `output_path=` now. A parameter that the handler does not have is dropped as well.
# The run is completed: without the outputs that were asked for, or in another folder.
# Found in mlrun 1.12.1, mlrun/runtimes/base.py (run), launcher/factory.py and runtimes/local.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
{'returns': ['width'], 'params': {'width': 512}, 'output_path': 'artifacts'}:
    completed, results {'width': 512}, artifacts go to 'artifacts'
{'retruns': ['width'], 'params': {'width': 512}, 'output_path': 'artifacts'}:
    completed, results {'return': 512}, artifacts go to 'artifacts'
{'returns': ['width'], 'params': {'width': 512}, 'artifact_path': 'artifacts'}:
    completed, results {'width': 512}, artifacts go to ''
{'returns': ['width'], 'params': {'widht': 512}, 'output_path': 'artifacts'}:
    completed, results {'width': 1}, artifacts go to 'artifacts'
END

program <<'END'
import mlrun


def draw(width=1):
    return width


def say(**arguments):
    run = mlrun.new_function("images").run(handler=draw, local=True, **arguments)
    print(f"{arguments}:\n    {run.status.state}, results {run.status.results},",
          f"artifacts go to {run.spec.output_path!r}")


say(returns=["width"], params={"width": 512}, output_path="artifacts")
say(retruns=["width"], params={"width": 512}, output_path="artifacts")
say(returns=["width"], params={"width": 512}, artifact_path="artifacts")
say(returns=["width"], params={"widht": 512}, output_path="artifacts")
END
