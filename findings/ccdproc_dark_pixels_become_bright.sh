#!/bin/sh
# One would guess that a bias or dark frame can be taken from an exposure as the camera wrote them.
# Both are unsigned integers of 16 bits in their FITS files, and are subtracted in that type: where
# the noise makes the bias the brighter one, 990 less 1000 is 65526, among the brightest stars. The
# unit, the header and the shape are right, and nothing warns. `combine` takes floats by itself.
# Found in ccdproc 2.5.1, ccdproc/core.py (subtract_bias, subtract_dark), and astropy 8.0.2,
# astropy/nddata/mixins/ndarithmetic.py.
. "$(dirname "$0")/common.sh"

packages ccdproc==2.5.1 astropy==8.0.2 numpy==2.4.6

expected <<'END'
exposure: 990 adu in uint16
bias: 1000 adu in uint16
subtract_bias: 65526 adu in uint16
subtract_dark: 65526 adu in uint16
exposure.subtract: 65526 adu in uint16
ccd_process: 65526 adu in uint16
the mean of both: 995.0 adu in float64
subtract_bias of floats: -10.0 adu in float64
END

program <<'END'
import ccdproc
import numpy as np
from astropy import units
from astropy.io import fits
from astropy.nddata import CCDData

for name, value in (("exposure.fits", 990), ("bias.fits", 1000)):
    fits.writeto(name, np.full((4, 4), value, np.uint16))


def read(name):
    return CCDData.read(name, unit="adu")


def say(what, image):
    print(f"{what}: {image.data[0, 0]} {image.unit} in {image.data.dtype}")


exposure, bias = read("exposure.fits"), read("bias.fits")
say("exposure", exposure)
say("bias", bias)
say("subtract_bias", ccdproc.subtract_bias(exposure, bias))
second = 1 * units.s
say("subtract_dark", ccdproc.subtract_dark(exposure, bias, dark_exposure=second,
                                           data_exposure=second))  # fmt: skip
say("exposure.subtract", exposure.subtract(bias))
say("ccd_process", ccdproc.ccd_process(exposure, master_bias=bias))
say("the mean of both", ccdproc.combine([exposure, bias]))
exposure.data = exposure.data.astype(float)
say("subtract_bias of floats", ccdproc.subtract_bias(exposure, bias))
END
