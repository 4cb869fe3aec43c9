#!/bin/sh
# One would guess that the image that a Gradio app gives back is the one that its function returned,
# as a PNG. By default it is a WebP with loss: more than half of a mask's pixels are another class,
# and there is a class that the mask did not have. It is so in gr.Image, gr.Gallery, gr.ImageSlider
# and gr.AnnotatedImage. Who downloads a mask there, and logs it or trains with it, has other
# labels. With `format="png"` they are kept.
# Found in gradio 6.31.0, gradio/components/image.py (format), gradio/processing_utils.py
# (encode_pil_to_bytes).
. "$(dirname "$0")/common.sh"

packages gradio==6.31.0 pillow==12.3.0 numpy==2.4.6

expected <<'END'
the mask: classes [0, 1, 2, 3, 4]
gr.Image: WEBP, classes [0, 1, 2, 3, 5], other pixels: 57%
gr.Image of a PIL image: WEBP, classes [0, 1, 2, 3, 5], other pixels: 57%
gr.Gallery: WEBP, classes [0, 1, 2, 3, 5], other pixels: 57%
gr.ImageSlider: WEBP, classes [0, 1, 2, 3, 5], other pixels: 57%
gr.AnnotatedImage: WEBP, classes [0, 1, 2, 3, 5], other pixels: 57%
gr.Image(format='png'): PNG, classes [0, 1, 2, 3, 4], other pixels: 0%
END

program <<'END'
import gradio
import numpy
from PIL import Image

rows = numpy.arange(64)
mask = ((rows[:, None] // 7 + rows // 5) % 5).astype(numpy.uint8)
print(f"the mask: classes {numpy.unique(mask).tolist()}")
for name, component, given, path in (
    ("gr.Image", gradio.Image(), mask, lambda data: data.path),
    ("gr.Image of a PIL image", gradio.Image(), Image.fromarray(mask), lambda data: data.path),
    ("gr.Gallery", gradio.Gallery(), [mask], lambda data: data.root[0].image.path),
    ("gr.ImageSlider", gradio.ImageSlider(), (mask, mask), lambda data: data.root[0].path),
    ("gr.AnnotatedImage", gradio.AnnotatedImage(), (mask, []), lambda data: data.image.path),
    ("gr.Image(format='png')", gradio.Image(format="png"), mask, lambda data: data.path),
):
    shown = Image.open(path(component.postprocess(given)))
    seen = numpy.asarray(shown.convert("L"))
    print(f"{name}: {shown.format}, classes {numpy.unique(seen).tolist()},"
          f" other pixels: {numpy.mean(seen != mask):.0%}")
END
