#!/bin/sh
# One would guess that words fill a mask where it is True. Only the value 255 is looked at, and
# there no word may be: a boolean mask, one of 0 and 1, and a picture of a shape on a transparent
# ground leave the words everywhere, without a warning. A mask of 0 and 255 keeps them out of the
# shape. Give `np.where(mask, 0, 255)`.
# Found in wordcloud 1.9.6, wordcloud/wordcloud.py (WordCloud._get_bolean_mask).
. "$(dirname "$0")/common.sh"

packages wordcloud==1.9.6 Pillow==13.0.0 numpy==2.4.6 matplotlib==3.11.2

expected <<'END'
True and False: words inside True, outside True
0 and 1: words inside True, outside True
black on transparent: words inside True, outside True
0 and 255: words inside False, outside True
255 and 0: words inside True, outside False
END

program <<'END'
import numpy as np
from wordcloud import WordCloud

shape = np.zeros((200, 200), bool)
shape[:, :100] = True
alpha = np.zeros((200, 200, 4), np.uint8)
alpha[shape, 3] = 255
masks = {
    "True and False": shape,
    "0 and 1": shape.astype(np.uint8),
    "black on transparent": alpha,
    "0 and 255": np.where(shape, 255, 0),
    "255 and 0": np.where(shape, 0, 255),
}
for what, mask in masks.items():
    cloud = WordCloud(mask=mask, random_state=1, mode="L", color_func=lambda *_, **__: 255)
    words = np.asarray(cloud.generate("one two three four five six seven eight nine").to_image())
    inside, outside = (bool((words[where] > 0).any()) for where in (shape, ~shape))
    print(f"{what}: words inside {inside}, outside {outside}")
END
