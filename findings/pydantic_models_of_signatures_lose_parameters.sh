#!/bin/sh
# One would guess that a model made of a handler's signature has a field for each parameter.
# `create_model` takes a name with a leading underscore for a private attribute, and `model_config`
# for the model's own settings. Neither is a field, and neither raises: what is given for them is
# ignored, and the checked parameters come back without them.
# Who checks a run's parameters by pydantic before the run starts it without some of them.
# Found in pydantic 2.12.5, pydantic/main.py (create_model) and _internal/_model_construction.py.
. "$(dirname "$0")/common.sh"

packages pydantic==2.12.5

expected <<'END'
given:   {'width': '512', '_seed': 7, 'model_config': {'depth': 3}, 'model_name': 'small'}
checked: {'width': 512, 'model_name': 'small'}
END

program <<'END'
import inspect

from pydantic import create_model


def draw(width: int = 1, _seed: int = 1, model_config: dict = {}, model_name: str = "none"):
    pass


parameters = inspect.signature(draw).parameters
model = create_model("Parameters", **{n: (p.annotation, p.default) for n, p in parameters.items()})
given = {"width": "512", "_seed": 7, "model_config": {"depth": 3}, "model_name": "small"}
print("given:  ", given)
print("checked:", model(**given).model_dump())
END
