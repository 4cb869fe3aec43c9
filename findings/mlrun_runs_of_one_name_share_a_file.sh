#!/bin/sh
# One would guess that each run keeps its own images, since each artifact has a URI with its run's
# identifier. A file's place has the name of the run and of the output, and no identifier: without a
# server the second run of a handler writes over the first one's image, and both records, which have
# two URIs, point at it. It is so by default, and with any output path without `{{run.uid}}` in it.
# Who compares two runs sees the second one twice.
# Found in mlrun 1.12.1, mlrun/artifacts/base.py (generate_target_path).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 pillow==13.0.0

expected <<'END'
output_path None:
    run with 10: completed, its image shows 200
    run with 200: completed, its image shows 200
    the same URI: False, the same file: True
output_path artifacts:
    run with 10: completed, its image shows 200
    run with 200: completed, its image shows 200
    the same URI: False, the same file: True
output_path artifacts/{{run.uid}}:
    run with 10: completed, its image shows 10
    run with 200: completed, its image shows 200
    the same URI: False, the same file: False
END

program <<'END'
import contextlib
import io

import mlrun
from PIL import Image

artifacts = []


def draw(context, value: int):
    content = io.BytesIO()
    Image.new("L", (8, 8), value).save(content, "PNG")
    artifacts.append(context.log_artifact("image", body=content.getvalue(), format="png"))


for output_path in (None, "artifacts", "artifacts/{{run.uid}}"):
    artifacts.clear()
    with contextlib.redirect_stdout(io.StringIO()):
        runs = [
            mlrun.new_function("images").run(
                handler=draw, params={"value": value}, output_path=output_path, local=True
            )
            for value in (10, 200)
        ]
    print(f"output_path {output_path}:")
    for value, run, artifact in zip((10, 200), runs, artifacts):
        seen = Image.open(artifact.target_path).getpixel((0, 0))
        print(f"    run with {value}: {run.status.state}, its image shows {seen}")
    first, second = artifacts
    print(f"    the same URI: {first.uri == second.uri},",
          f"the same file: {first.target_path == second.target_path}")
END
