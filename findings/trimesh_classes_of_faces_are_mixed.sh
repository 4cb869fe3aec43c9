#!/bin/sh
# One would guess that a mesh whose faces are coloured by their class has the same colours in GLB,
# which knows colours of vertices alone, since a vertex can be there twice. It is not split: each
# vertex gets the mean of its faces, so a vertex between red and blue is purple, and the border of
# two classes is of a third. OBJ is written the same way. PLY keeps the faces' colours. A mesh whose
# vertices are unmerged keeps them in all three, if that is done before the first export: colours of
# vertices are remembered, and for another number of vertices they are dropped in GLB.
# Found in trimesh 5.2.0, trimesh/visual/color.py (face_to_vertex_color).
. "$(dirname "$0")/common.sh"

packages trimesh==5.2.0 scipy==1.17.1 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
two classes:
    ply: faces [[255, 0, 0], [0, 0, 255]], vertices [(0, 0, 255), (127, 0, 127), (255, 0, 0)]
    glb: faces [[169, 0, 84], [84, 0, 169]], vertices [(0, 0, 255), (127, 0, 127), (255, 0, 0)]
    obj: faces [[169, 0, 84], [84, 0, 169]], vertices [(0, 0, 255), (127, 0, 127), (255, 0, 0)]
unmerged after it:
    glb: faces [[102, 102, 102], [102, 102, 102]], vertices [(102, 102, 102)]
unmerged before it:
    ply: faces [[255, 0, 0], [0, 0, 255]], vertices [(0, 0, 255), (255, 0, 0)]
    glb: faces [[255, 0, 0], [0, 0, 255]], vertices [(0, 0, 255), (255, 0, 0)]
    obj: faces [[255, 0, 0], [0, 0, 255]], vertices [(0, 0, 255), (255, 0, 0)]
END

program <<'END'
import trimesh

CORNERS = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
FACES = [[0, 1, 2], [0, 2, 3]]
RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


def say(what, mesh, *formats):
    print(f"{what}:")
    for ext in formats or ("ply", "glb", "obj"):
        mesh.export("mesh." + ext)
        read = trimesh.load_mesh("mesh." + ext, process=False)
        vertices = {tuple(color[:3].tolist()) for color in read.visual.vertex_colors}
        print(f"    {ext}: faces {read.visual.face_colors[:, :3].tolist()},",
              f"vertices {sorted(vertices)}")


def classes():
    return trimesh.Trimesh(CORNERS, FACES, face_colors=[RED, BLUE], process=False)


mesh = classes()
say("two classes", mesh)
mesh.unmerge_vertices()
say("unmerged after it", mesh, "glb")
mesh = classes()
mesh.unmerge_vertices()
say("unmerged before it", mesh)
END
