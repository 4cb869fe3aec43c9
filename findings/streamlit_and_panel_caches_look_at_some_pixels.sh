#!/bin/sh
# One would guess that `st.cache_data` and `pn.cache` run a function again when its image differs.
# Of a large array they look at 100,000 values, chosen by chance but always the same ones: Streamlit
# from 500,000 values on, also of PIL images, and Panel from 100,000 on. Where an image differs in a
# few pixels, such as a lesion in a mask or a corrected label, the result for the image before comes
# back. The small images that one tries it with are looked at as a whole.
# Found in streamlit 1.67.0, runtime/caching/hashing.py (_CacheFuncHasher), and panel 1.9.4,
# io/cache.py (_numpy_hash).
. "$(dirname "$0")/common.sh"

packages streamlit==1.67.0 panel==1.9.4 pillow==13.0.0 numpy==2.4.6

expected <<'END'
a mask of 200 by 200 pixels, 4 of a lesion:
    st.cache_data, array: counts 0, then 4
    st.cache_data, PIL image: counts 0, then 4
    pn.cache, array: counts 0, then 4
a mask of 4000 by 4000 pixels, 25 of a lesion:
    st.cache_data, array: counts 0, then 0
    st.cache_data, PIL image: counts 0, then 0
    pn.cache, array: counts 0, then 0
END

program <<'END'
import logging

import numpy
import panel
import streamlit
from PIL import Image

logging.disable()
caches = (
    ("st.cache_data, array", streamlit.cache_data(show_spinner=False), numpy.asarray),
    ("st.cache_data, PIL image", streamlit.cache_data(show_spinner=False), Image.fromarray),
    ("pn.cache, array", panel.cache, numpy.asarray),
)
for size, side in ((200, 2), (4000, 5)):
    healthy = numpy.zeros((size, size), numpy.uint8)
    lesion = healthy.copy()
    lesion[100 : 100 + side, 150 : 150 + side] = 1
    print(f"a mask of {size} by {size} pixels, {side * side} of a lesion:")
    for name, cache, made in caches:

        @cache
        def count(mask):
            return int(numpy.count_nonzero(numpy.asarray(mask)))

        print(f"    {name}: counts {count(made(healthy))}, then {count(made(lesion))}")
END
