#!/bin/sh
# One would guess that an image compressed into a FITS file comes back as it was, as integers do:
# the algorithms (Rice, gzip) lose nothing. Floats are rounded first, to a sixteenth of the noise
# that is measured in each row, and this is the default. Nothing warns, and the type stays float32.
# What is smooth and has no noise is kept; `quantize_level=0` with "GZIP_1" keeps all.
# Found in astropy 8.0.2, astropy/io/fits/hdu/compressed/settings.py (DEFAULT_QUANTIZE_LEVEL).
. "$(dirname "$0")/common.sh"

packages astropy==8.0.2 numpy==2.4.6

expected <<'END'
uint8: uint8, the same
float32: float32, off by 0.03 to 0.06 of the noise
float32 of one value: float32, the same
float32, quantize_level=0, GZIP_1: float32, the same
END

program <<'END'
import numpy as np
from astropy.io import fits


def say(what, array, **options):
    image = fits.CompImageHDU(array, **options)
    fits.HDUList([fits.PrimaryHDU(), image]).writeto("image.fits", overwrite=True)
    back = fits.getdata("image.fits")
    off = np.abs(back.astype(float) - array).max()
    same = "the same" if not off else "off by 0.03 to 0.06 of the noise"
    assert not off or 0.03 < off < 0.06, off
    print(f"{what}: {back.dtype}, {same}")


noise = np.random.default_rng(0).normal(100, 1, (64, 64)).astype("float32")
say("uint8", noise.astype("uint8"))
say("float32", noise)
say("float32 of one value", np.full_like(noise, 0.1))
say("float32, quantize_level=0, GZIP_1", noise, quantize_level=0, compression_type="GZIP_1")
END
