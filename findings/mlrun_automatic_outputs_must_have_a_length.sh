#!/bin/sh
# One would guess that `auto_pack_outputs` logs whatever a handler returns.
# It counts the outputs by `len()` of what was returned, so one number or one image raises TypeError
# after the handler has done its work. A text and a list pass, since they have a length.
# The handler that the setting is made for, which returns one image, is the one that it breaks.
# Found in mlrun 1.12.1, mlrun/package/__init__.py (handler).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
'a text': completed, {'run-artifact-0': 'a text'}
[1, 2]: completed, {'run-artifact-0': [1, 2]}
(1, 2): completed, {'run-artifact-0': 1, 'run-artifact-1': 2}
1: created, None
END

program <<'END'
import contextlib

import mlrun

mlrun.mlconf.packagers.auto_pack_outputs = True
for value in ("a text", [1, 2], (1, 2), 1):
    with contextlib.redirect_stderr(None):
        run = mlrun.new_function("images").run(handler=lambda: value, name="run", local=True)
    print(f"{value!r}: {run.status.state}, {run.status.results}")
END
