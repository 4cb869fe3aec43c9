#!/bin/sh
# One would guess that the data of a 16-bit image have 16 bits, or are scaled or cut to the 8 that
# `data` is said to have, and that it is one whether the image comes from a file or from an array.
# Of an array they are cut: 1000 is 255. Of a file, or of its bytes, they are cast: 1000 is 232, 256
# is black, and a depth map is stripes. `get_data_as_dtype(np.uint16)` has the values of a file.
# A data set that is exported with another file format holds the turned-over values ever after; in
# the format that it had, the files are copied.
# Found in datumaro 1.13.12, datumaro/components/media.py (ImageFromFile.data, ImageFromNumpy.data)
# and datumaro/util/image.py (decode_image).
. "$(dirname "$0")/common.sh"

packages datumaro==1.13.12 opencv-python-headless==4.14.0.94 numpy==2.4.6 Pillow==12.3.0

expected <<'END'
written: uint16 [100, 255, 256, 1000, 60000]
from the file: uint8 [100, 255, 0, 232, 96]
from its bytes: uint8 [100, 255, 0, 232, 96]
from an array: uint8 [100, 255, 255, 255, 255]
as uint16: uint16 [100, 255, 256, 1000, 60000]
exported as .png: uint16 [100, 255, 256, 1000, 60000]
exported as .tif: uint8 [100, 255, 0, 232, 96]
END

program <<'END'
import numpy as np
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import Image as Media
from PIL import Image

depth = np.array([[100, 255, 256, 1000, 60000]], np.uint16)
Image.fromarray(depth).save("depth.png")


def say(what, array):
    print(f"{what}: {array.dtype} {array.reshape(array.shape[0], -1)[0].tolist()}")


say("written", depth)
say("from the file", Media.from_file(path="depth.png").data)
with open("depth.png", "rb") as file:
    say("from its bytes", Media.from_bytes(data=file.read()).data)
say("from an array", Media.from_numpy(data=depth).data)
say("as uint16", Media.from_file(path="depth.png").get_data_as_dtype(np.uint16))
for ext in (".png", ".tif"):
    item = DatasetItem(id="depth", media=Media.from_file(path="depth.png"))
    dataset = Dataset.from_iterable([item], media_type=Media)
    dataset.export("exported" + ext, "image_dir", save_media=True, image_ext=ext)
    say("exported as " + ext, np.asarray(Image.open(f"exported{ext}/depth{ext}")))
END
