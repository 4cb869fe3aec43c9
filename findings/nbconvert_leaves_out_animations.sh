#!/bin/sh
# One would guess that what a notebook shows is in the HTML that nbconvert makes of it. It knows the
# outputs that are PNG, JPEG and SVG. Of a GIF or a WebP, which `IPython.display.Image` puts into
# the notebook, there is the line `<IPython.core.display.Image object>`, in HTML, slides, Markdown
# and reStructuredText. The report of a run lacks its animation, and nothing warns.
# Found in nbconvert 7.17.2, display_data_priority of exporters/html.py, exporters/markdown.py and
# utils/base.py.
. "$(dirname "$0")/common.sh"

packages nbconvert==7.17.2 ipython==9.18.1 pillow==13.0.0

expected <<'END'
PNG in a notebook: image/png, text/plain
JPEG in a notebook: image/jpeg, text/plain
GIF in a notebook: image/gif, text/plain
WEBP in a notebook: image/webp, text/plain
HTMLExporter: PNG is there, JPEG is there, GIF is a text, WEBP is a text
SlidesExporter: PNG is there, JPEG is there, GIF is a text, WEBP is a text
MarkdownExporter: PNG is there, JPEG is there, GIF is a text, WEBP is a text
RSTExporter: PNG is there, JPEG is there, GIF is a text, WEBP is a text
END

program <<'END'
import base64
import io

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import Image as Shown
from nbconvert import HTMLExporter, MarkdownExporter, RSTExporter, SlidesExporter
from nbformat import v4
from PIL import Image

shell = InteractiveShell.instance()
frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
notebooks = {}
for format in ("PNG", "JPEG", "GIF", "WEBP"):
    content = io.BytesIO()
    frames[0].save(content, format, save_all=format in ("GIF", "WEBP"), append_images=frames[1:])
    data, metadata = shell.display_formatter.format(Shown(content.getvalue()))
    for kind, value in data.items():
        if isinstance(value, bytes):
            data[kind] = base64.b64encode(value).decode()
    output = v4.new_output("display_data", data=data, metadata=metadata)
    notebooks[format] = v4.new_notebook(cells=[v4.new_code_cell("show(image)", outputs=[output])])
    print(f"{format} in a notebook: {', '.join(data)}")
for exporter in (HTMLExporter, SlidesExporter, MarkdownExporter, RSTExporter):
    seen = []
    for format, notebook in notebooks.items():
        text, resources = exporter().from_notebook_node(notebook)
        there = f"data:image/{format.lower()};base64," in text or bool(resources["outputs"])
        seen.append(f"{format} is {'there' if there else 'a text'}")
    print(f"{exporter.__name__}: {', '.join(seen)}")
END
