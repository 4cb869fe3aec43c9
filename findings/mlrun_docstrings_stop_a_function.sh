#!/bin/sh
# One would guess that a docstring cannot stop a function from being loaded. MLRun reads the
# docstring of every function in a file that it makes a function of. It knows four tags, and takes
# any other for an error: `:return:` and `:raises ValueError:`, which Sphinx takes too, raise
# ValueError. The message has the line, but neither the file nor the function. Handlers of image
# libraries are documented like that. A function with its code in a repository (`with_repo`) loads,
# since MLRun then reads no docstring.
# Found in mlrun 1.12.1, mlrun/runtimes/funcdoc.py (parse_rst). `code_to_function(with_doc=False)`
# helps.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
:param width: loaded
:returns: loaded
:rtype: loaded
:return: ValueError: 0: unknown tag - ':return: what it is'
:raise ValueError: ValueError: 0: unknown tag - ':raise ValueError: what it is'
:raises ValueError: ValueError: 0: unknown tag - ':raises ValueError: what it is'
END

program <<'END'
import contextlib
from pathlib import Path

import mlrun

for tag in (":param width:", ":returns:", ":rtype:", ":return:", ":raise ValueError:", ":raises ValueError:"):
    Path("draw.py").write_text(f'def draw(width):\n    """\n    Draw.\n\n    {tag} what it is\n    """\n')
    try:
        with contextlib.redirect_stderr(None):
            mlrun.code_to_function("draw", filename="draw.py", kind="job")
        print(tag, "loaded")
    except Exception as error:
        print(tag, f"{type(error).__name__}: {error}")
END
