#!/bin/sh
# One would guess that two meshes with textures, concatenated, look as the two do. Their images are
# packed into one, where nothing can be repeated any more, so coordinates beyond 0 to 1 are taken
# modulo 1: a brick wall whose texture is repeated three times has its corners at 0 and 3, which
# are all 0, and the wall is one pixel of the brick. At 2.5 times it is stretched from 0 to 0.5.
# A scene that is merged with `to_mesh` goes the same way.
# Found in trimesh 5.2.0, trimesh/visual/material.py (pack).
. "$(dirname "$0")/common.sh"

packages trimesh==5.2.0 scipy==1.17.1 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
repeated 1 times: [40, 40, 40, 80, 80, 80, 120, 120, 120, 160, 160, 160]
    concatenated: [40, 40, 40, 80, 80, 80, 120, 120, 120, 160, 160, 160]
    scene to mesh: [40, 40, 40, 80, 80, 80, 120, 120, 120, 160, 160, 160]
repeated 3 times: [40, 80, 120, 160, 40, 80, 120, 160, 40, 80, 120, 160]
    concatenated: [40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40]
    scene to mesh: [40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40]
repeated 2.5 times: [40, 80, 120, 120, 160, 40, 80, 120, 160, 160, 40, 80]
    concatenated: [40, 40, 40, 40, 40, 40, 80, 80, 80, 80, 80, 80]
    scene to mesh: [40, 40, 40, 40, 40, 40, 80, 80, 80, 80, 80, 80]
END

program <<'END'
import numpy as np
import trimesh
from PIL import Image

CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
COLUMNS = np.repeat(np.uint8([40, 80, 120, 160]), 16)
BRICKS = Image.fromarray(np.tile(COLUMNS, (64, 1))).convert("RGB")
GRASS = Image.new("RGB", (64, 64), (0, 255, 0))


def mesh(image, times, x):
    visual = trimesh.visual.TextureVisuals(uv=CORNERS * times, image=image)
    corners = np.column_stack([CORNERS + [x, 0], np.zeros(4)])
    return trimesh.Trimesh(corners, [[0, 1, 2], [0, 2, 3]], visual=visual, process=False)


def across(textured):
    """What a renderer shows from the wall's left to its right, at the middle of its height."""
    corners = textured.visual.uv[:4]
    left, right = (corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2
    points = left + (right - left) * (np.arange(12)[:, None] + 0.5) / 12
    image = np.asarray(textured.visual.material.image.convert("RGB"))[..., 0]
    height, width = image.shape
    columns = (points[:, 0] % 1 * width).astype(int)
    rows = ((1 - points[:, 1] % 1) * height).astype(int)
    return image[rows, columns].tolist()


for times in (1, 3, 2.5):
    wall = mesh(BRICKS, times, 0)
    both = trimesh.util.concatenate([wall, mesh(GRASS, 1, 2)])
    scene = trimesh.Scene([wall, mesh(GRASS, 1, 2)]).to_mesh()
    print(f"repeated {times} times: {across(wall)}")
    print(f"    concatenated: {across(both)}")
    print(f"    scene to mesh: {across(scene)}")
END
