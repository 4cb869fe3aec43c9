#!/bin/sh
# One would guess that a colour image of floats whose greatest value is a little over 1 is cut
# there, as the warning for values out of range says, and as the same element is by the backend
# of matplotlib. With bokeh one such value decides that all are numbers of 0 to 255: 0.5 is cast to
# 0, and the image is black, without a warning. A sharpened or resampled photo is often over 1. The
# data are right; what is shown in the notebook, and saved as HTML, is not.
# Found in holoviews 1.23.2, holoviews/plotting/bokeh/raster.py (RGBPlot.get_data).
. "$(dirname "$0")/common.sh"

packages holoviews==1.23.2 bokeh==3.9.2 matplotlib==3.11.2 numpy==2.4.6

expected <<'END'
(0.9, 0.5, 0.2), with a pixel of 1.0: bokeh [229, 127, 51], matplotlib [229, 127, 51]
(0.9, 0.5, 0.2), with a pixel of 1.01: bokeh [0, 0, 0], matplotlib [229, 127, 51]
(0.9, 0.5, 0.2), with a pixel of 1.5: bokeh [0, 0, 0], matplotlib [229, 127, 51]
END

program <<'END'
import logging

import holoviews as hv
import matplotlib
import numpy as np

logging.disable()
matplotlib.use("Agg")
hv.extension("bokeh", "matplotlib")


def shown(element):
    pixels = hv.render(element, backend="bokeh").renderers[0].data_source.data["image"][0]
    bokeh = pixels.view(np.uint8).reshape(*pixels.shape, 4)[0, 0].tolist()
    image = hv.render(element, backend="matplotlib").axes[0].images[0]
    plot = image.to_rgba(image.get_array(), bytes=True)[0, 0].tolist()
    return f"bokeh {bokeh[:3]}, matplotlib {plot[:3]}"


for highlight in (1.0, 1.01, 1.5):
    photo = np.full((8, 8, 3), (0.9, 0.5, 0.2))
    photo[4, 4] = highlight
    print(f"(0.9, 0.5, 0.2), with a pixel of {highlight}: {shown(hv.RGB(photo))}")
END
