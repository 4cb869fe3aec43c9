#!/bin/sh
# One would guess that `scale("int16")` of an image of floats finds a factor by which its values
# fit, as the name says. Its default is the factor that the header has, which for floats is none:
# values are rounded to integers and what does not fit turns over, so that the brightest star,
# 70000, is 4464, and a flux between 0 and 1 is 0 or 1. Nothing warns. `scale("int16", "minmax")`
# does what the name says.
# Found in astropy 8.0.2, astropy/io/fits/hdu/image.py (_ImageBaseHDU._scale_internal).
. "$(dirname "$0")/common.sh"

packages astropy==8.0.2 numpy==2.4.6

expected <<'END'
[0, 100.4, 70000], int16: [0, 100, 4464]
[0, 0.4, 0.6], int16: [0, 0, 1]
[0, 100.4, 70000], int16, minmax: [0.0, 100.41000366210938, 70000.0]
[0, 0.4, 0.6], int16, minmax: [0.0, 0.4000000059604645, 0.6000000238418579]
[0, 100, 300], uint8: [0, 100, 44]
END

program <<'END'
import numpy as np
from astropy.io import fits


def say(what, values, *options):
    image = fits.PrimaryHDU(np.array([values]))
    image.scale(*options)
    image.writeto("image.fits", overwrite=True)
    read = fits.getdata("image.fits")
    print(f"{what}, {', '.join(options)}: {read[0].round(2).tolist()}")


for option in ((), ("minmax",)):
    say("[0, 100.4, 70000]", [0.0, 100.4, 70000.0], "int16", *option)
    say("[0, 0.4, 0.6]", [0.0, 0.4, 0.6], "int16", *option)
say("[0, 100, 300]", [0.0, 100.0, 300.0], "uint8")
END
