#!/bin/sh
# One would guess that a PNG file, named to `st.image`, is sent as it is. By default all that has no
# alpha and no palette becomes a JPEG: a mask of classes gets classes that it never had. From 1,460
# pixels of width on it is made smaller first, with the neighbours' mean, on a page of any width.
# With `output_format="PNG"` a narrow one is kept; a wide one has mean values all the same.
# Found in streamlit 1.67.0, elements/lib/image_utils.py (_validate_image_format_string,
# _ensure_image_size_and_format).
. "$(dirname "$0")/common.sh"

packages streamlit==1.67.0 numpy==2.4.6 Pillow==13.0.0

expected <<'END'
mask.png: JPEG of (64, 64), other classes than before: True
wide.png: JPEG of (1460, 32), other classes than before: True
mask.png as PNG: PNG of (64, 64), other classes than before: False
wide.png as PNG: PNG of (1460, 32), other classes than before: True
END

program <<'END'
from streamlit.testing.v1 import AppTest


def app():
    import io

    import numpy as np
    import streamlit as st
    from PIL import Image
    from streamlit import runtime

    classes = {0, 5, 9}
    for name, (width, height) in {"mask.png": (64, 64), "wide.png": (1500, 33)}.items():
        mask = np.take([0, 5, 9], np.arange(width * height) // 7 % 3).astype("uint8")
        Image.fromarray(mask.reshape(height, width)).save(name)
    for what, options in {"": {}, " as PNG": {"output_format": "PNG"}}.items():
        for name in ("mask.png", "wide.png"):
            st.image(name, **options)
            files = runtime.get_instance().media_file_mgr._storage._files_by_id
            sent = Image.open(io.BytesIO(list(files.values())[-1].content))
            other = not {*np.asarray(sent).ravel().tolist()} <= classes
            print(f"{name}{what}: {sent.format} of {sent.size}, ", end="")
            print(f"other classes than before: {other}")


test = AppTest.from_function(app).run()
assert not test.exception, test.exception
END
