#!/bin/sh
# One would guess that a PNG with a palette, given to an image column as its bytes, is read as its
# numbers or as its colours. The column takes it for one channel, and decodes three: what is read
# has the right height and width, and holds the red, green and blue of the first third of the image,
# one after the other, as stripes. Masks and small plots are such PNGs. Grey and RGB are right, so
# that of mixed files a part is false. Give arrays, or convert the mode first.
# Found in deeplake 4.7.4, in its compiled part (deeplake.types.Image).
. "$(dirname "$0")/common.sh"

packages deeplake==4.7.4 pillow==13.0.0 numpy==2.4.6

expected <<'END'
grey: (60, 90, 1)
    down a column [0, 40, 80, 120, 160, 200]
    along a row [120, 120, 120, 120, 120, 120]
RGB: (60, 90, 3)
    down a column [0, 40, 80, 120, 160, 200]
    along a row [120, 120, 120, 120, 120, 120]
palette: (60, 90, 1)
    down a column [0, 12, 24, 40, 52, 64]
    along a row [40, 0, 0, 40, 0, 0]
END

program <<'END'
import io

import deeplake
import numpy as np
from PIL import Image

# from 0 at the top to 236 at the bottom
ramp = np.repeat(np.arange(60, dtype=np.uint8)[:, None] * 4, 90, 1)
palette = Image.fromarray(ramp // 4)
palette.putpalette([value for number in range(60) for value in (4 * number, 0, 0)])
images = {
    "grey": Image.fromarray(ramp),
    "RGB": palette.convert("RGB"),
    "palette": palette,
}
dataset = deeplake.create("./images")
dataset.add_column("image", deeplake.types.Image(sample_compression="png"))
for image in images.values():
    content = io.BytesIO()
    image.save(content, "PNG")
    dataset.append({"image": [content.getvalue()]})
dataset.commit()
dataset = deeplake.open("./images")
for number, what in enumerate(images):
    read = np.asarray(dataset[number]["image"])
    print(f"{what}: {read.shape}")
    print("    down a column", read[::10, 45, 0].tolist())
    print("    along a row", read[30, :6, 0].tolist())
END
