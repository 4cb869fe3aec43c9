#!/bin/sh
# One would guess that `replace_pic("before", red)` and `replace_pic("after", blue)` put two
# pictures in the places of two placeholders with these descriptions. A document holds equal
# pictures once, and `replace_pic` puts the new one where that is held. If both placeholders were
# made of the same grey box, both places show the picture that was put there last, and no error is
# raised: a report shows its result in the place of its input. If the placeholders differ in a shade
# all is right.
# Found in docxtpl 0.20.2, docxtpl/template.py (DocxTemplate._replace_docx_part_pics).
. "$(dirname "$0")/common.sh"

packages docxtpl==0.20.2 python-docx==1.2.0 pillow==13.0.0

expected <<'END'
the picture "before" is replaced by red, and "after" by blue
both placeholders are one grey picture
    before: blue
    after: blue
they differ in a shade
    before: red
    after: blue
END

program <<'END'
import io

import docx
from docxtpl import DocxTemplate
from PIL import Image

COLOURS = {"red": (200, 0, 0), "blue": (0, 0, 200)}


def save(name, colour):
    Image.new("RGB", (40, 30), colour).save(name)
    return name


def pictures(document):
    for shape in document.inline_shapes:
        picture = shape._inline.graphic.graphicData.pic
        part = document.part.related_parts[picture.blipFill.blip.embed]
        yield picture.nvPicPr.cNvPr, Image.open(io.BytesIO(part.blob)).getpixel((0, 0))


def report(**placeholders):
    document = docx.Document()
    for colour in placeholders.values():
        document.add_picture(save("placeholder.png", colour))
    for (properties, _), description in zip(pictures(document), placeholders):
        properties.set("descr", description)
    document.save("template.docx")
    template = DocxTemplate("template.docx")
    template.replace_pic("before", save("red.png", COLOURS["red"]))
    template.replace_pic("after", save("blue.png", COLOURS["blue"]))
    template.render({})
    template.save("report.docx")
    for properties, colour in pictures(docx.Document("report.docx")):
        shown = [name for name, value in COLOURS.items() if value == colour]
        print(f"    {properties.get('descr')}: {', '.join(shown)}")


print('the picture "before" is replaced by red, and "after" by blue')
print("both placeholders are one grey picture")
report(before="#808080", after="#808080")
print("they differ in a shade")
report(before="#808080", after="#818080")
END
