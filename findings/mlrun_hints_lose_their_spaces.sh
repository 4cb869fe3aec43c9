#!/bin/sh
# One would guess that a quoted value in a log hint is the Python string that it looks like. All
# spaces are taken out of the hint first, those in quotes too; it is then split at commas, also in a
# list. Only what is left must be a Python literal. `mlrun.LogHint` takes values as they are. A
# title or a caption for a plot is logged as one long word, and nothing says so.
# Found in mlrun 1.12.1, mlrun/package/log_hint.py (_from_string).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
image : plot[title='epoch 3 of 10'] -> {'title': 'epoch3of10'}
image : plot[title='a, b'] -> MLRunInvalidArgumentError
image : file[format='jpeg', size=[64, 64]] -> MLRunInvalidArgumentError
LogHint -> {'title': 'a, b of c', 'size': [64, 64]}
END

program <<'END'
import mlrun

for hint in (
    "image : plot[title='epoch 3 of 10']",
    "image : plot[title='a, b']",
    "image : file[format='jpeg', size=[64, 64]]",
):
    try:
        print(hint, "->", mlrun.LogHint.parse_obj(hint).packing_kwargs)
    except mlrun.errors.MLRunInvalidArgumentError as error:
        print(hint, "->", type(error).__name__)
hint = mlrun.LogHint(key="image", packing_kwargs={"title": "a, b of c", "size": [64, 64]})
print("LogHint ->", hint.packing_kwargs)
END
