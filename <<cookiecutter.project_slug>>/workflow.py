"""The project's workflow: MLRun calls `pipeline`, unless project.yaml names another `handler`."""

import mlrun


def pipeline(width: int = 256, height: int = 256, degrees: int = 90):
    """
    Generate an image, then transform it.

    Each step logs its image as `params.returns` in project.yaml says, unless `returns=[…]` is given
    here.

    :param width:   Image width in pixels.
    :param height:  Image height in pixels.
    :param degrees: Degrees to rotate, counter-clockwise.
    """
    size = {"width": width, "height": height}
    generated = mlrun.run_function("gen-image", params=size, outputs=["gradient"])
    mlrun.run_function(
        "transform-image",
        inputs={"image": generated.outputs["gradient"]},
        params={"degrees": degrees},
    )
