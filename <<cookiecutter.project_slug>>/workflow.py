"""The project's workflow: MLRun calls `pipeline`, unless project.yaml gives the workflow another `handler`."""

import mlrun


def pipeline(width: int = 256, height: int = 256, degrees: int = 90):
    """
    Generate an image, then transform it.

    The first step logs a file, not the default plot page, since the second opens it with Pillow.

    :param width:   Image width in pixels.
    :param height:  Image height in pixels.
    :param degrees: Degrees to rotate, counter-clockwise.
    """
    generated = mlrun.run_function(
        "gen-image",
        params={"width": width, "height": height},
        returns=["gradient : file[format='png']"],
        outputs=["gradient"],
    )
    mlrun.run_function(
        "transform-image",
        inputs={"image": generated.outputs["gradient"]},
        params={"degrees": degrees},
        returns=["transformed"],
    )
