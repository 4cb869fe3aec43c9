#!/bin/sh
# One would guess that `from __future__ import annotations` changes nothing for a handler. It makes
# annotations strings, and MLRun looks each up, before a run that has no inputs too: `np.ndarray` is
# looked for in a module named "np". The handler is not called. Full names of modules work, and so
# do builtins, which is why a first handler with `int` runs. A linter that adds that import to each
# file stops the jobs that hint `Image.Image` or `np.ndarray`.
# Found in mlrun 1.12.1, mlrun/package/utils/type_hint_utils.py and context_handler.py
# (parse_inputs).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 numpy==1.26.4

expected <<'END'
plain alias: called
plain full_name: called
plain builtin: called
postponed alias: not called
postponed full_name: called
postponed builtin: called
END

program <<'END'
import contextlib
import pathlib

import mlrun

HANDLERS = """
import numpy
import numpy as np

def alias(image: np.ndarray = None):
    return 1

def full_name(image: numpy.ndarray = None):
    return 1

def builtin(size: int = 3):
    return 1
"""
pathlib.Path("plain.py").write_text(HANDLERS)
pathlib.Path("postponed.py").write_text("from __future__ import annotations\n" + HANDLERS)
import plain
import postponed

for module in (plain, postponed):
    for name in ("alias", "full_name", "builtin"):
        with contextlib.redirect_stderr(None):
            run = mlrun.new_function("images").run(
                handler=getattr(module, name), local=True, returns=["done"]
            )
        print(f"{module.__name__} {name}:", "called" if run.status.results else "not called")
END
